//! One step: whoever waits for something that is in stock again is to hear of it.

use shared::ids::EventId;
use shared::outbox::store::insert_due;
use shared::stock::store::notices::take_due;

use crate::Relay;

/// How many hear of it from one run: few enough that the next run sends them all, and what else waits in the outbox with them.
const AT_ONCE: i64 = 1000;

/// Writes the events that the next run sends; how many. Here and not where stock is changed: ten thousand may wait for one variant, and
/// everybody who buys it would wait for whoever writes to them all.
pub(crate) async fn tell_of_stock(relay: &Relay) -> anyhow::Result<usize> {
    let now = relay.clock.now();
    let mut tx = relay.db.begin().await?;
    let events = take_due(&mut tx, now, AT_ONCE, || EventId(relay.rng.ordered_uuid(relay.clock.now()))).await?;
    insert_due(&mut tx, &events, now).await?;
    tx.commit().await?;
    Ok(events.len())
}
