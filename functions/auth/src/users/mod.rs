//! `/auth/users/`: accounts.

mod create;
mod delete_me;
mod get_me;
mod update_me;

use serde::Serialize;
use shared::http::{ApiError, FieldErrors};
use shared::ids::UserId;
use shared::users::Taken;
use shared::users::store::Account;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Auth;

/// Every route of accounts.
pub(crate) fn router() -> OpenApiRouter<Auth> {
    OpenApiRouter::new().routes(routes!(create::create_user)).routes(routes!(
        get_me::get_me,
        update_me::replace_me,
        update_me::update_me,
        delete_me::delete_me
    ))
}

/// An account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct User {
    /// What they are called.
    #[schema(example = "ana")]
    pub username: String,
    /// Where their mail goes.
    #[schema(format = "email", example = "ana@example.com")]
    pub email: String,
    /// Which.
    pub id: UserId,
}

impl From<Account> for User {
    fn from(account: Account) -> Self {
        Self { username: account.username, email: account.email, id: account.id }
    }
}

/// 400: these have an owner.
fn already_exist(taken: &[Taken]) -> ApiError {
    let mut errors = FieldErrors::default();
    for taken in taken {
        errors.add(taken.field(), taken.message());
    }
    errors.into()
}
