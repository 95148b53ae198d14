//! `/auth/sign_ins/`: where one is signed in.

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

/// Every route of sign-ins.
pub(crate) fn router() -> OpenApiRouter<AuthState> {
    OpenApiRouter::new().routes(routes!(list::list_sign_ins, end_all::end_sign_ins)).routes(routes!(end::end_sign_in))
}

/// A sign-in that is open.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignIn {
    /// Which.
    pub id: SignInId,
    /// Since when.
    pub created_at: Timestamp,
    /// When it last got an access token, to the minute.
    pub last_used_at: Timestamp,
    /// Until when, if nothing prolongs it.
    pub expires_at: Timestamp,
    /// The client's address at log-in, or null.
    #[schema(example = "203.0.113.7")]
    pub address: Option<String>,
    /// What the client called itself at log-in, or null.
    #[schema(example = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")]
    pub user_agent: Option<String>,
    /// Whether it is the one that asks.
    pub is_current: bool,
}

impl SignIn {
    fn seen_from(open: OpenSignIn, current: Option<SignInId>) -> Self {
        let OpenSignIn { id, created_at, last_used_at, expires_at, address, user_agent } = open;
        Self { id, created_at, last_used_at, expires_at, address, user_agent, is_current: current == Some(id) }
    }
}
