//! Events of accounts: recorded in the transaction that causes them, and published after its commit.

use shared::app::App;
use shared::app::db::Tx;
use shared::ids::EventId;
use shared::outbox::{self, Event, EventKind, store};
use shared::trace::Trace;
use shared::users::ClientInfo;

use crate::AuthState;

/// Records an event in the transaction that causes it.
pub(crate) async fn record(tx: &mut Tx, app: &App, kind: EventKind) -> sqlx::Result<Event> {
    let event = Event::new(EventId(app.rng.ordered_uuid(app.clock.now())), kind);
    store::insert(tx, &event, app.clock.now()).await?;
    Ok(event)
}

/// Publishes a recorded event after the commit. It never fails: the relay publishes what could not be published here.
pub(crate) async fn publish(auth: &AuthState, event: &Event, client_info: &ClientInfo) {
    let trace = client_info.trace.as_deref().and_then(Trace::read);
    outbox::publish(&auth.app.db, &*auth.queue, event, trace, auth.app.clock.now()).await;
}
