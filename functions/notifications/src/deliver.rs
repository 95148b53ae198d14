//! One message: claimed, sent, marked. A step is a transaction, and none is open while the mail is being sent.

use std::time::Duration;

use anyhow::{Context as _, bail};
use shared::app::metrics::Metric;
use shared::mail::store::{Attempt, Claim, Claiming, claim, mark_failed, mark_sent, note_doubt, release};
use shared::mail::{ERASED, Mail, SendError};
use shared::orders::{self, Order};
use shared::outbox::{Event, Happened};
use tokio::time::{sleep, timeout};

use crate::{Notifications, order_placed};

/// How long a claim lasts: longer than the mailer may take, shorter than the queue waits before it delivers again.
const LEASE_SECONDS: i64 = 60;

/// How long to wait before a mark that failed is tried again.
const MARK_AGAIN_AFTER: [Duration; 3] = [Duration::from_millis(200), Duration::from_secs(1), Duration::from_secs(3)];

/// Delivers one message. An error means that it is to come again.
pub(crate) async fn deliver(notifications: &Notifications, event: &Event) -> anyhow::Result<()> {
    let (order, claim) = claim_mail(notifications, event).await.context("the mail could not be claimed")?;
    let attempt = match claim {
        Claim::Ours(attempt) => attempt,
        Claim::Busy => bail!("the mail of event {} is being sent elsewhere", event.event_id),
        Claim::Done => {
            tracing::info!("delivered before, or nobody is left to read it");
            return Ok(());
        }
    };
    let sent = match &order {
        Some(order) => send(notifications, &order_placed::render(order, &notifications.shop)).await,
        None => Err(SendError::Permanent("the order is gone".to_owned())),
    };
    let number = order.map(|order| order.number);
    match &sent {
        Ok(mail_id) => {
            tracing::info!(order_number = number, mail_id, "mail sent");
            notifications.metrics.count(Metric::MailsSent, notifications.ambient.now());
        }
        Err(SendError::Permanent(_)) => {
            tracing::error!(order_number = number, error = ?sent, "this mail will never be sent");
        }
        Err(SendError::Temporary(_) | SendError::Unknown(_)) => {}
    }
    record(notifications, attempt, &sent).await.with_context(|| format!("not noted: {sent:?}"))?;
    match sent {
        Ok(_) => Ok(()),
        Err(SendError::Permanent(_)) => {
            // Now that it is noted: a message that comes again for want of that is not given up twice.
            notifications.metrics.count(Metric::MailsFailed, notifications.ambient.now());
            Ok(())
        }
        Err(again @ (SendError::Temporary(_) | SendError::Unknown(_))) => Err(again.into()),
    }
}

/// The order that the mail tells of, where it still is, and whether we may send the mail.
async fn claim_mail(notifications: &Notifications, event: &Event) -> anyhow::Result<(Option<Order>, Claim)> {
    let Happened::OrderPlaced { order_id } = event.happened else {
        bail!("nobody has written the mail of {} yet", event.happened.kind());
    };
    let mut tx = notifications.db.begin().await?;
    let order = orders::store::find_of_anyone(&mut tx, order_id).await?;
    // Their buyer was erased while it was under way: nobody is to be told.
    if order.as_ref().is_some_and(|order| order.email == ERASED) {
        return Ok((order, Claim::Done));
    }
    let now = notifications.ambient.now();
    let claiming = Claiming {
        event: event.event_id,
        kind: event.happened.kind(),
        recipient: order.as_ref().map_or("", |order| &order.email),
        now,
        until: now.plus_seconds(LEASE_SECONDS),
    };
    let claim = claim(&mut tx, claiming).await?;
    tx.commit().await?;
    Ok((order, claim))
}

async fn send(notifications: &Notifications, mail: &Mail) -> Result<String, SendError> {
    timeout(notifications.patience.with_mailer, notifications.mailer.send(mail))
        .await
        .unwrap_or_else(|_| Err(SendError::Unknown("the mailer did not answer in time".to_owned())))
}

/// Notes what became of the mail. Tried again for a mail that was sent, because without its mark it will be sent twice: long
/// enough for a database that is being restarted.
async fn record(
    notifications: &Notifications,
    attempt: Attempt,
    sent: &Result<String, SendError>,
) -> anyhow::Result<()> {
    let mut noted = note(notifications, attempt, sent).await;
    for pause in MARK_AGAIN_AFTER {
        if noted.is_ok() || sent.is_err() {
            break;
        }
        notifications.db.settle().await;
        sleep(pause).await;
        noted = note(notifications, attempt, sent).await;
    }
    noted
}

async fn note(notifications: &Notifications, attempt: Attempt, sent: &Result<String, SendError>) -> anyhow::Result<()> {
    let mut tx = notifications.db.begin().await?;
    let now = notifications.ambient.now();
    match sent {
        Ok(mail_id) => mark_sent(&mut tx, attempt, mail_id, now).await?,
        Err(SendError::Permanent(error)) => mark_failed(&mut tx, attempt, error, now).await?,
        Err(SendError::Temporary(error)) => release(&mut tx, attempt, error, now).await?,
        Err(SendError::Unknown(error)) => note_doubt(&mut tx, attempt, error).await?,
    }
    Ok(tx.commit().await?)
}
