//! Delivers one message: claims the mail, sends it and records the result. Each step is a transaction, and none is open while the mail is
//! sent.

use anyhow::{Context as _, bail, ensure};
use shared::app::metrics::Metric;
use shared::mail::store::{Attempt, Claim, NewClaim, claim, is_held, mark_not_due, mark_suppressed};
use shared::mail::{Mail, SendError};
use shared::outbox::Event;
use shared::stock::store::subscriptions;
use shared::time::Timestamp;
use shared::users::store::{links, registrations};
use tokio::time::{Instant, timeout, timeout_at};

use crate::Notifications;
use crate::mail_limit;
use crate::mails::{self, Draft, LinkTarget, Ready};
use crate::record::record;

/// Duration of a claim: longer than the mailer may take, and shorter than the time after which the queue delivers a message again.
const LEASE_SECONDS: i64 = 60;

/// Delivers one message; what is not done when the time of the batch `ends` is given up. After an error, the queue delivers the message again.
pub(crate) async fn deliver(notifications: &Notifications, event: &Event, ends: Instant) -> anyhow::Result<()> {
    let claim_ends = notifications.clock.now().plus_seconds(LEASE_SECONDS);
    let claimed =
        until(ends, claim_mail(notifications, event, claim_ends)).await.context("claiming the mail failed")?;
    let Some((ready, claim)) = claimed else {
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
        Ok(ready) => {
            until(ends, confirm(notifications, attempt, claim_ends)).await?;
            send(notifications, &ready.mail).await
        }
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
    record(notifications, attempt, &sent, ends)
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

/// Gives up work with the database at this time, because a connection that was cut off silently never answers.
async fn until<T>(ends: Instant, work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    timeout_at(ends, work).await.context("the database did not answer in time")?
}

/// Returns the mail, or the reason why it cannot be sent, with the claim; `None` if no mail is due or a limit suppresses it.
async fn claim_mail(
    notifications: &Notifications,
    event: &Event,
    until: Timestamp,
) -> anyhow::Result<Option<(Result<Ready, &'static str>, Claim)>> {
    let mut tx = notifications.db.begin().await?;
    let ready = match mails::draft(&mut tx, notifications, event).await? {
        Draft::Ready(ready) => Ok(ready),
        Draft::Impossible(reason) => Err(reason),
        Draft::NotDue(reason) => {
            let has_ended = mark_not_due(&mut tx, event.event_id, reason, notifications.clock.now()).await?;
            tx.commit().await?;
            if !has_ended {
                // The message comes again and ends the mail, because the attempt that holds it may have died.
                return Ok(Some((Err(reason), Claim::Busy)));
            }
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
        until,
    };
    let claim = claim(&mut tx, new_claim).await?;
    if let (Ok(ready), Claim::Granted(attempt)) = (&ready, claim)
        && attempt.is_first()
        && mail_limit::is_exceeded(&mut tx, &event.kind, ready, now).await?
    {
        // In the transaction of the claim, so that a message that comes again is not counted again.
        mark_suppressed(&mut tx, attempt, mail_limit::REASON, now).await?;
        tx.commit().await?;
        tracing::warn!(kind = event.kind.as_str(), "mail suppressed by the limit for unproven addresses");
        return Ok(None);
    }
    if let (Ok(Ready { mail, link: Some(link), .. }), Claim::Granted(_)) = (&ready, claim) {
        // It replaces the link of an earlier attempt, whose mail may have been sent: the mail that comes last has the link that is valid.
        match link.target {
            LinkTarget::Account(user, purpose) => {
                let (email, token, expires_at) = (&mail.to, &link.token, link.expires_at);
                links::insert(&mut tx, links::NewLink { user, email, purpose, token, expires_at }, now).await?;
            }
            LinkTarget::Registration(id, version) => {
                registrations::insert_link(&mut tx, id, version, &link.token, now).await?;
            }
            LinkTarget::Subscription(id) => subscriptions::insert_link(&mut tx, id, &link.token, now).await?,
        }
    }
    tx.commit().await?;
    Ok(Some((ready, claim)))
}

/// Makes sure, just before a mail is sent, that its claim lasts until the mailer must have answered. This process may have been frozen since it
/// made the claim, and another consumer may have sent the mail.
async fn confirm(notifications: &Notifications, attempt: Attempt, claim_ends: Timestamp) -> anyhow::Result<()> {
    let mailer_ends = || notifications.clock.now().plus(notifications.limits.with_mailer);
    let mut tx = notifications.db.read().await?;
    let is_held = is_held(&mut tx, attempt, mailer_ends()).await?;
    tx.commit().await?;
    // Read again after the answer of the database, which can be late too. From here on, nothing is awaited but the mailer.
    ensure!(is_held && mailer_ends() <= claim_ends, "the claim ended before the mail could be sent");
    Ok(())
}

async fn send(notifications: &Notifications, mail: &Mail) -> Result<String, SendError> {
    timeout(notifications.limits.with_mailer, notifications.mailer.send(mail))
        .await
        .unwrap_or_else(|_| Err(SendError::Unknown("the mailer did not answer in time".to_owned())))
}
