//! The mail for `password_reset_requested`: a link with which the owner of an account sets another password.

use shared::app::db::Tx;
use shared::users::links::Purpose;
use shared::users::store::addressees;

use super::Draft;
use crate::Notifications;

pub(super) async fn draft(tx: &mut Tx, notifications: &Notifications, email: &str) -> sqlx::Result<Draft> {
    let addressee = addressees::active_with_address(tx, email).await?;
    Ok(Draft::with_link(Purpose::PasswordReset, notifications, addressee))
}
