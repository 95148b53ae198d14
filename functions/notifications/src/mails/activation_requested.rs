//! The mail for `activation_requested`: a link that activates an account, for a new account or a new address.

use shared::app::db::Tx;
use shared::users::links::Purpose;
use shared::users::store::addressees;

use super::Draft;
use crate::Notifications;

pub(super) async fn draft(tx: &mut Tx, notifications: &Notifications, email: &str) -> sqlx::Result<Draft> {
    let addressee = addressees::waiting_for_activation(tx, email).await?;
    Ok(Draft::with_link(Purpose::ActivateUser, notifications, addressee))
}
