//! The mail for `activation_requested`: another link that activates an account, for a registration or a new address.

use shared::app::db::Tx;
use shared::users::links::Purpose;
use shared::users::store::{addressees, registrations};

use super::Draft;
use crate::Notifications;

pub(super) async fn draft(tx: &mut Tx, notifications: &Notifications, email: &str) -> sqlx::Result<Draft> {
    let waiting = addressees::waiting_for_activation(tx, email).await?;
    if waiting.is_some() {
        return Ok(Draft::with_link(Purpose::ActivateUser, notifications, waiting));
    }
    let registration = registrations::with_free_address(tx, email).await?;
    Ok(Draft::with_activation_link(notifications, registration))
}
