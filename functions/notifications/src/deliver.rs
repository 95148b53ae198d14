//! Delivers one message: claims the mail, sends it and records the result. Each step is a transaction, and none is open while the mail is
//! sent.

use std::time::Duration;

use anyhow::{Context as _, bail};
use shared::app::metrics::Metric;
use shared::mail::store::{Attempt, Claim, NewClaim, claim, mark_failed, mark_sent, mark_unknown, release};
use shared::mail::{Mail, SendError};
use shared::outbox::Event;
use shared::users::store::links;
use tokio::time::{sleep, timeout};

use crate::Notifications;
use crate::mails::{self, Draft, Ready};

/// Duration of a claim: longer than the mailer may take, and shorter than the time after which the queue delivers a message again.
const LEASE_SECONDS: i64 = 60;

/// Waits before the attempts to record a result that could not be recorded.
const RETRY_DELAYS: [Duration; 3] = [Duration::from_millis(200), Duration::from_secs(1), Duration::from_secs(3)];

/// Delivers one message. After an error, the queue delivers it again.
pub(crate) async fn deliver(notifications: &Notifications, event: &Event) -> anyhow::Result<()> {
    let Some((ready, claim)) = claim_mail(notifications, event).await.context("claiming the mail failed")? else {
        return Ok(());
    };
    let attempt = match claim {
        Claim::Granted(attempt) => attempt,
        Claim::Busy => bail!("the mail of event {} is being sent elsewhere", event.event_id),
        Claim::Done => {
            tracing::info!("mail already delivered");
            return Ok(());
        }
    };
    let (order_number, user_id) = ready.as_ref().map_or((None, None), |ready| (ready.order_number, ready.user_id));
    let user_id = user_id.map(|user| user.0);
    let sent = match &ready {
        Ok(ready) => send(notifications, &ready.mail).await,
        Err(reason) => Err(SendError::Permanent((*reason).to_owned())),
    };
    match &sent {
        Ok(mail_id) => {
            tracing::info!(order_number, user_id, mail_id, "mail sent");
            notifications.metrics.count(Metric::MailsSent, notifications.clock.now());
        }
        Err(SendError::Permanent(_)) => {
            tracing::error!(order_number, user_id, error = ?sent, "mail cannot be sent");
        }
        Err(SendError::Temporary(_) | SendError::Unknown(_)) => {}
    }
    record(notifications, attempt, &sent)
        .await
        .with_context(|| format!("the result could not be recorded: {sent:?}"))?;
    match sent {
        Ok(_) => Ok(()),
        Err(SendError::Permanent(_)) => {
            // Counted after the result was recorded: if that fails, the message comes again and would be counted twice.
            notifications.metrics.count(Metric::MailsFailed, notifications.clock.now());
            Ok(())
        }
        Err(error @ (SendError::Temporary(_) | SendError::Unknown(_))) => Err(error.into()),
    }
}

/// Returns the mail, or the reason why it cannot be sent, with the claim; `None` if no mail is due.
async fn claim_mail(
    notifications: &Notifications,
    event: &Event,
) -> anyhow::Result<Option<(Result<Ready, &'static str>, Claim)>> {
    let mut tx = notifications.db.begin().await?;
    let ready = match mails::draft(&mut tx, notifications, event).await? {
        Draft::Ready(ready) => Ok(ready),
        Draft::Impossible(reason) => Err(reason),
        Draft::NotDue(reason) => {
            tx.commit().await?;
            tracing::info!(kind = event.kind.as_str(), reason, "no mail is due");
            return Ok(None);
        }
    };
    let now = notifications.clock.now();
    let new_claim = NewClaim {
        event: event.event_id,
        kind: event.kind.as_str(),
        recipient: ready.as_ref().map_or("", |ready| &ready.mail.to),
        user: ready.as_ref().ok().and_then(|ready| ready.user_id),
        now,
        until: now.plus_seconds(LEASE_SECONDS),
    };
    let claim = claim(&mut tx, new_claim).await?;
    if let (Ok(Ready { mail, link: Some(link), .. }), Claim::Granted(_)) = (&ready, claim) {
        // The link of an earlier attempt stays valid, because its mail may have been sent.
        let new_link = links::NewLink { user: link.user, email: &mail.to, purpose: link.purpose, token: &link.token };
        links::insert(&mut tx, new_link, now).await?;
    }
    tx.commit().await?;
    Ok(Some((ready, claim)))
}

async fn send(notifications: &Notifications, mail: &Mail) -> Result<String, SendError> {
    timeout(notifications.limits.with_mailer, notifications.mailer.send(mail))
        .await
        .unwrap_or_else(|_| Err(SendError::Unknown("the mailer did not answer in time".to_owned())))
}

/// Records the result of sending. For a sent mail this is tried for as long as a database needs to restart, because without the record the mail
/// is sent again.
async fn record(
    notifications: &Notifications,
    attempt: Attempt,
    sent: &Result<String, SendError>,
) -> anyhow::Result<()> {
    let mut recorded = record_once(notifications, attempt, sent).await;
    for pause in RETRY_DELAYS {
        if recorded.is_ok() || sent.is_err() {
            break;
        }
        notifications.db.rollback_abandoned().await;
        sleep(pause).await;
        recorded = record_once(notifications, attempt, sent).await;
    }
    recorded
}

async fn record_once(
    notifications: &Notifications,
    attempt: Attempt,
    sent: &Result<String, SendError>,
) -> anyhow::Result<()> {
    let mut tx = notifications.db.begin().await?;
    let now = notifications.clock.now();
    match sent {
        Ok(mail_id) => mark_sent(&mut tx, attempt, mail_id, now).await?,
        Err(SendError::Permanent(error)) => mark_failed(&mut tx, attempt, error, now).await?,
        Err(SendError::Temporary(error)) => release(&mut tx, attempt, error, now).await?,
        Err(SendError::Unknown(error)) => mark_unknown(&mut tx, attempt, error).await?,
    }
    Ok(tx.commit().await?)
}
