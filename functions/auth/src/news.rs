//! What the outside world hears of accounts: written with the thing it tells of, announced after COMMIT.

use shared::app::App;
use shared::app::db::Tx;
use shared::ids::EventId;
use shared::outbox::{Event, EventKind, publish, store};
use shared::trace::Trace;
use shared::users::ClientInfo;

use crate::AuthState;

/// Writes it down, in the transaction of what it tells of.
pub(crate) async fn write(tx: &mut Tx, app: &App, kind: EventKind) -> sqlx::Result<Event> {
    let event = Event::new(EventId(app.rng.ordered_uuid(app.clock.now())), kind);
    store::insert(tx, &event, app.clock.now()).await?;
    Ok(event)
}

/// Sends what was written, once it stands. Never fails: what cannot be sent is left to the relay.
pub(crate) async fn send(auth: &AuthState, event: &Event, client_info: &ClientInfo) {
    let trace = client_info.trace.as_deref().and_then(Trace::read);
    publish(&auth.app.db, &*auth.queue, event, trace, auth.app.clock.now()).await;
}
