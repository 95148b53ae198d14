//! Open sign-ins of the caller: `/auth/sign_ins/`.

mod end;
mod end_all;
mod list;

use serde::Serialize;
use shared::ids::SignInId;
use shared::time::Timestamp;
use shared::users::store::sign_ins::OpenSignIn;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AuthState;

/// Routes of sign-ins.
pub(crate) fn router() -> OpenApiRouter<AuthState> {
    OpenApiRouter::new().routes(routes!(list::list_sign_ins, end_all::end_sign_ins)).routes(routes!(end::end_sign_in))
}

/// An open sign-in: one login on one device.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignIn {
    /// Id of the sign-in.
    pub id: SignInId,
    /// Time of the login.
    pub created_at: Timestamp,
    /// Time at which it got an access token, at most a minute before the last one.
    pub last_used_at: Timestamp,
    /// Time at which it ends unless it is prolonged by use.
    pub expires_at: Timestamp,
    /// IP address of the client at login; null if it is not known.
    #[schema(example = "203.0.113.7")]
    pub address: Option<String>,
    /// `User-Agent` header of the client at login; null if there was none.
    #[schema(example = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")]
    pub user_agent: Option<String>,
    /// True if this request belongs to it.
    pub is_current: bool,
}

impl SignIn {
    fn new(open: OpenSignIn, current: SignInId) -> Self {
        let OpenSignIn { id, created_at, last_used_at, expires_at, address, user_agent } = open;
        Self { id, created_at, last_used_at, expires_at, address, user_agent, is_current: current == id }
    }
}
