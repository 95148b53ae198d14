//! Staff and what they may do: roles, staff members, customers' accounts, failed mails, API keys, and the audit log.

mod assign_roles;
mod create_api_key;
mod create_role;
mod deactivate_user;
mod delete_role;
mod get_api_key;
mod get_role;
mod list_api_keys;
mod list_audit;
mod list_failed_mails;
mod list_roles;
mod list_staff;
mod remove_from_staff;
mod resend_mail;
mod revoke_api_key;
mod update_role;

use shared::app::db::Tx;
use shared::fields::FromField as _;
use shared::http::{ApiError, Fields};
use shared::staff::{Rights, is_name_taken, store};
use shared::time::Timestamp;
use shared::users::store::Account;
use shared::users::{Permission, Permissions};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AuthState;

/// Maximum number of items of a list in a body.
const MAX_VALUES: usize = 100;

/// Routes of roles, staff, failed mails, API keys and the audit log.
pub(crate) fn router() -> OpenApiRouter<AuthState> {
    OpenApiRouter::new()
        .routes(routes!(list_roles::list_roles, create_role::create_role))
        .routes(routes!(
            get_role::get_role,
            update_role::replace_role,
            update_role::update_role,
            delete_role::delete_role
        ))
        .routes(routes!(list_staff::list_staff))
        .routes(routes!(assign_roles::assign_roles, remove_from_staff::remove_from_staff))
        .routes(routes!(deactivate_user::deactivate_user))
        .routes(routes!(deactivate_user::reactivate_user))
        .routes(routes!(list_api_keys::list_api_keys, create_api_key::create_api_key))
        .routes(routes!(get_api_key::get_api_key, revoke_api_key::revoke_api_key))
        .routes(routes!(list_failed_mails::list_failed_mails))
        .routes(routes!(resend_mail::resend_mail))
        .routes(routes!(list_audit::list_audit))
}

/// Begins a change of permissions, and reads the rights of its author again, because another change may have reduced them since the request
/// was admitted.
async fn begin_change(tx: &mut Tx, author: &Account, needed: Permission) -> Result<Rights, ApiError> {
    store::begin_change(tx).await?;
    let rights = store::rights(tx, author.id).await?;
    rights.filter(|rights| rights.permissions.has(needed)).ok_or(ApiError::Forbidden)
}

/// Returns the 400 for a role name that is taken, and other errors as they are.
fn name_taken(error: sqlx::Error) -> ApiError {
    if is_name_taken(&error) { ApiError::field("name", "role with this name already exists.") } else { error.into() }
}

/// Reads a list of permissions.
fn permissions(fields: &mut Fields, field: &str) -> Option<Permissions> {
    let all = fields.values(field, 0..=MAX_VALUES, Permission::read)?;
    Some(all.into_iter().collect())
}

/// Reads a list of permissions that an API key can have.
fn scopes(fields: &mut Fields, field: &str) -> Option<Permissions> {
    let named = |name: &str| name.parse::<Permission>().ok().filter(|scope| Permission::FOR_KEYS.contains(scope));
    let all = fields.values(field, 1..=MAX_VALUES, |fields, at| fields.choice(at, named))?;
    Some(all.into_iter().collect())
}

/// Reads a time in RFC 3339 format.
fn timestamp(fields: &mut Fields, field: &str) -> Option<Timestamp> {
    let timestamp = fields.text(field, 40)?.parse().ok();
    if timestamp.is_none() {
        fields.error(
            field,
            "Datetime has wrong format. Use one of these formats instead: \
             YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].",
        );
    }
    timestamp
}
