//! Operations on accounts: `/auth/users/`.

pub(crate) mod activation;
mod authorize;
mod confirm;
mod create;
mod credentials;
mod current_password;
mod delete;
mod delete_me;
mod get;
mod get_me;
mod limits;
mod link;
mod link_request;
mod list;
mod rename;
mod resend_activation;
mod reset_email;
pub(crate) mod reset_email_confirm;
mod reset_password;
pub(crate) mod reset_password_confirm;
mod set_email;
mod set_password;
mod update;
mod update_me;

use serde::Serialize;
use shared::http::{ApiError, FieldErrors};
use shared::ids::UserId;
use shared::users::Taken;
use shared::users::store::Account;
use shared::users::store::accounts::AccountSummary;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AuthState;

/// Routes of accounts.
pub(crate) fn router() -> OpenApiRouter<AuthState> {
    OpenApiRouter::new()
        .routes(routes!(create::create_user, list::list_users))
        .routes(routes!(get::get_user, update::replace_user, update::update_user, delete::delete_user))
        .routes(routes!(get_me::get_me, update_me::replace_me, update_me::update_me, delete_me::delete_me))
        .routes(routes!(activation::activate_user))
        .routes(routes!(resend_activation::resend_activation))
        .routes(routes!(set_password::set_password))
        .routes(routes!(reset_password::reset_password))
        .routes(routes!(reset_password_confirm::reset_password_confirm))
        .routes(routes!(set_email::set_email))
        .routes(routes!(reset_email::reset_email))
        .routes(routes!(reset_email_confirm::reset_email_confirm))
}

/// An account as clients see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct User {
    /// Unique username of the account.
    #[schema(example = "ana")]
    pub username: String,
    /// Email address, used for logging in and for mails.
    #[schema(format = "email", example = "ana@example.com")]
    pub email: String,
    /// Id of the account.
    pub id: UserId,
}

impl From<Account> for User {
    fn from(account: Account) -> Self {
        Self { username: account.username, email: account.email, id: account.id }
    }
}

impl From<AccountSummary> for User {
    fn from(account: AccountSummary) -> Self {
        Self { username: account.username, email: account.email, id: account.id }
    }
}

/// Returns the 400 for values that belong to another account.
fn taken_error(taken: &[Taken]) -> ApiError {
    let mut errors = FieldErrors::default();
    for taken in taken {
        errors.add(taken.field(), taken.message());
    }
    errors.into()
}
