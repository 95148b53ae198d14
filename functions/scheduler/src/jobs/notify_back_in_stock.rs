//! Writes an event for each subscription to a variant that is in stock again; `outbox-relay` sends the events, and `notifications` the mails.
//!
//! The transaction that changes the stock does not write the events: ten thousand people may wait for one variant, and its buyers would have
//! to wait until all these events are written, because the stock stays locked until then.

use shared::ids::EventId;
use shared::outbox::store::insert_due;
use shared::stock::store::subscriptions::take_due;

use crate::Scheduler;

/// Maximum number of subscriptions for which one run writes events: few enough that one run of `outbox-relay` sends these events and
/// all others that are due.
const MAX_SUBSCRIPTIONS: i64 = 1000;

pub(super) async fn run(scheduler: &Scheduler) -> anyhow::Result<u64> {
    let now = scheduler.clock.now();
    let mut tx = scheduler.db.begin().await?;
    let events = take_due(&mut tx, now, MAX_SUBSCRIPTIONS, || EventId(scheduler.rng.ordered_uuid(now))).await?;
    insert_due(&mut tx, &events, now).await?;
    tx.commit().await?;
    Ok(u64::try_from(events.len())?)
}
