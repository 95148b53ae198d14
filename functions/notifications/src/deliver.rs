//! Delivers one message: claims the mail, sends it and records the result. Each step is a transaction, and none is open while the mail is
//! sent.

use std::time::Duration;

use anyhow::{Context as _, bail};
use shared::app::metrics::Metric;
use shared::mail::store::{Attempt, Claim, Claiming, claim, mark_failed, mark_sent, note_doubt, release};
use shared::mail::{Mail, SendError};
use shared::outbox::Event;
use shared::users::store::links;
use tokio::time::{sleep, timeout};

use crate::Notifications;
use crate::mails::{self, Draft, Ready};

/// Duration of a claim: longer than the mailer may take, shorter than the queue waits before it delivers again.
const LEASE_SECONDS: i64 = 60;

/// Waits before a failed record of the result is tried again.
const MARK_AGAIN_AFTER: [Duration; 3] = [Duration::from_millis(200), Duration::from_secs(1), Duration::from_secs(3)];

/// Delivers one message. After an error, the queue delivers it again.
pub(crate) async fn deliver(notifications: &Notifications, event: &Event) -> anyhow::Result<()> {
    let Some((ready, claim)) = claim_mail(notifications, event).await.context("claiming the mail failed")? else {
        return Ok(());
    };
    let attempt = match claim {
        Claim::Ours(attempt) => attempt,
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
        Err(why) => Err(SendError::Permanent((*why).to_owned())),
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
    record(notifications, attempt, &sent).await.with_context(|| format!("result could not be recorded: {sent:?}"))?;
    match sent {
        Ok(_) => Ok(()),
        Err(SendError::Permanent(_)) => {
            // Counted after the record, so that a message that comes again because the record failed is not counted twice.
            notifications.metrics.count(Metric::MailsFailed, notifications.clock.now());
            Ok(())
        }
        Err(again @ (SendError::Temporary(_) | SendError::Unknown(_))) => Err(again.into()),
    }
}

/// Returns the mail, or why there can be none, and the claim. `None` if no mail is due.
async fn claim_mail(
    notifications: &Notifications,
    event: &Event,
) -> anyhow::Result<Option<(Result<Ready, &'static str>, Claim)>> {
    let mut tx = notifications.db.begin().await?;
    let ready = match mails::draft(&mut tx, notifications, event).await? {
        Draft::Ready(ready) => Ok(ready),
        Draft::Lost(why) => Err(why),
        Draft::Nobody(why) => {
            tx.commit().await?;
            tracing::info!(kind = event.kind.as_str(), why, "no mail is due");
            return Ok(None);
        }
    };
    let now = notifications.clock.now();
    let claiming = Claiming {
        event: event.event_id,
        kind: event.kind.as_str(),
        recipient: ready.as_ref().map_or("", |ready| &ready.mail.to),
        user: ready.as_ref().ok().and_then(|ready| ready.user_id),
        now,
        until: now.plus_seconds(LEASE_SECONDS),
    };
    let claim = claim(&mut tx, claiming).await?;
    if let (Ok(Ready { mail, link: Some(link), .. }), Claim::Ours(_)) = (&ready, claim) {
        // The link of an earlier try stays valid, because that mail may have been sent after all.
        let new = links::NewLink { user: link.user, email: &mail.to, purpose: link.purpose, token: &link.token };
        links::insert(&mut tx, new, now).await?;
    }
    tx.commit().await?;
    Ok(Some((ready, claim)))
}

async fn send(notifications: &Notifications, mail: &Mail) -> Result<String, SendError> {
    timeout(notifications.limits.with_mailer, notifications.mailer.send(mail))
        .await
        .unwrap_or_else(|_| Err(SendError::Unknown("the mailer did not answer in time".to_owned())))
}

/// Records the result of sending. For a sent mail this is tried several times, long enough for a database to restart, because without the
/// record the mail is sent twice.
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
        notifications.db.rollback_abandoned().await;
        sleep(pause).await;
        noted = note(notifications, attempt, sent).await;
    }
    noted
}

async fn note(notifications: &Notifications, attempt: Attempt, sent: &Result<String, SendError>) -> anyhow::Result<()> {
    let mut tx = notifications.db.begin().await?;
    let now = notifications.clock.now();
    match sent {
        Ok(mail_id) => mark_sent(&mut tx, attempt, mail_id, now).await?,
        Err(SendError::Permanent(error)) => mark_failed(&mut tx, attempt, error, now).await?,
        Err(SendError::Temporary(error)) => release(&mut tx, attempt, error, now).await?,
        Err(SendError::Unknown(error)) => note_doubt(&mut tx, attempt, error).await?,
    }
    Ok(tx.commit().await?)
}
