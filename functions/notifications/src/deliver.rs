//! One message: claimed, sent, marked. A step is a transaction, and none is open while the mail is being sent.

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

/// How long a claim lasts: longer than the mailer may take, shorter than the queue waits before it delivers again.
const LEASE_SECONDS: i64 = 60;

/// How long to wait before a mark that failed is tried again.
const MARK_AGAIN_AFTER: [Duration; 3] = [Duration::from_millis(200), Duration::from_secs(1), Duration::from_secs(3)];

/// Delivers one message. An error means that it is to come again.
pub(crate) async fn deliver(notifications: &Notifications, event: &Event) -> anyhow::Result<()> {
    let Some((ready, claim)) = claim_mail(notifications, event).await.context("the mail could not be claimed")? else {
        return Ok(());
    };
    let attempt = match claim {
        Claim::Ours(attempt) => attempt,
        Claim::Busy => bail!("the mail of event {} is being sent elsewhere", event.event_id),
        Claim::Done => {
            tracing::info!("delivered before");
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
            tracing::error!(order_number, user_id, error = ?sent, "this mail will never be sent");
        }
        Err(SendError::Temporary(_) | SendError::Unknown(_)) => {}
    }
    record(notifications, attempt, &sent).await.with_context(|| format!("not noted: {sent:?}"))?;
    match sent {
        Ok(_) => Ok(()),
        Err(SendError::Permanent(_)) => {
            // Now that it is noted: a message that comes again for want of that is not given up twice.
            notifications.metrics.count(Metric::MailsFailed, notifications.clock.now());
            Ok(())
        }
        Err(again @ (SendError::Temporary(_) | SendError::Unknown(_))) => Err(again.into()),
    }
}

/// The mail, or why it can never be written, and whether we may send it. `None` where nobody is to have one.
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
            tracing::info!(kind = event.kind.as_str(), why, "no mail");
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
        // The link of an earlier try, which nobody may ever have had, stays good beside it: that mail may have gone after all.
        links::insert(&mut tx, (link.user, &mail.to), link.purpose, &link.token, now).await?;
    }
    tx.commit().await?;
    Ok(Some((ready, claim)))
}

async fn send(notifications: &Notifications, mail: &Mail) -> Result<String, SendError> {
    timeout(notifications.limits.with_mailer, notifications.mailer.send(mail))
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
