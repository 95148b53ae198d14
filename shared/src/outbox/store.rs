//! SQL of the outbox.

use uuid::Uuid;

use crate::app::db::{Call, Db, Tx};
use crate::ids::EventId;
use crate::time::Timestamp;
use crate::trace::Trace;

use super::{Event, EventKind};

/// Seconds before the relay sends a new event. In this time the function that wrote the event sends it.
const RELAY_DELAY_SECONDS: i64 = 5;

/// Inserts an event in the transaction of the change that it reports. It is published after COMMIT; if that fails, the relay sends it.
pub async fn insert(tx: &mut Tx, event: &Event, now: Timestamp) -> sqlx::Result<()> {
    let payload = payload(event)?;
    sqlx::query!(
        "insert into outbox (id, kind, payload, created_at, next_attempt_at) values ($1, $2, $3, $4, $5)",
        event.event_id as _,
        event.kind.as_str(),
        payload,
        now as _,
        now.plus_seconds(RELAY_DELAY_SECONDS) as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Inserts events that the relay sends, because no function publishes them.
pub async fn insert_due(tx: &mut Tx, events: &[Event], now: Timestamp) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = events.iter().map(|event| event.event_id.0).collect();
    let kinds: Vec<String> = events.iter().map(|event| event.kind.as_str().to_owned()).collect();
    let payloads: Vec<serde_json::Value> = events.iter().map(payload).collect::<sqlx::Result<_>>()?;
    sqlx::query!(
        "insert into outbox (id, kind, payload, created_at, next_attempt_at)
         select id, kind, payload, $4, $4 from unnest($1::uuid[], $2::text[], $3::jsonb[]) as t (id, kind, payload)",
        &ids,
        &kinds,
        &payloads,
        now as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

fn payload(event: &Event) -> sqlx::Result<serde_json::Value> {
    let mut payload = serde_json::to_value(&event.kind).map_err(|error| sqlx::Error::Encode(error.into()))?;
    if let Some(fields) = payload.as_object_mut() {
        // The kind has a column itself.
        fields.remove("kind");
    }
    Ok(payload)
}

/// Marks an event as sent to the queue, in one round trip. It is safe to repeat.
pub async fn mark_sent(db: &Db, event: EventId, now: Timestamp) -> sqlx::Result<()> {
    db.call_value(Call::new("mark_event_sent").uuid(event.0).bigint(now.micros())).await
}

/// An event that is due, claimed by this caller.
#[derive(Debug)]
pub struct DueEvent {
    /// The event, or the error of a row that cannot be read.
    pub event: Result<Event, serde_json::Error>,
    /// Id of the event.
    pub id: EventId,
    /// Number of attempts before this one.
    pub attempts: i32,
    trace_header: Option<String>,
}

impl DueEvent {
    /// Returns the trace of the request that wrote the event, if it was stored.
    pub fn trace(&self) -> Option<Trace<'_>> {
        self.trace_header.as_deref().and_then(Trace::read)
    }
}

/// Claims the event that has been due longest, so that no other run takes it before `retry_at`. Returns `None` if no event is due.
pub async fn claim_due(
    tx: &mut Tx,
    now: Timestamp,
    retry_at: impl Fn(i32) -> Timestamp,
) -> sqlx::Result<Option<DueEvent>> {
    let due = sqlx::query!(
        "select id, kind, payload, attempts, trace_header
           from outbox
          where sent_at is null and next_attempt_at <= $1
          order by next_attempt_at
          limit 1
            for update skip locked",
        now as _
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(due) = due else { return Ok(None) };
    sqlx::query!(
        "update outbox set attempts = attempts + 1, next_attempt_at = $2 where id = $1",
        due.id as _,
        retry_at(due.attempts) as _
    )
    .execute(&mut *tx)
    .await?;
    Ok(Some(DueEvent {
        event: read_event(due.id, due.kind, due.payload),
        id: due.id,
        attempts: due.attempts,
        trace_header: due.trace_header,
    }))
}

/// Stores the trace of an event that is left to the relay.
pub async fn store_trace(tx: &mut Tx, event: EventId, trace: Trace<'_>) -> sqlx::Result<()> {
    sqlx::query!("update outbox set trace_header = $2 where id = $1 and sent_at is null", event as _, trace.header())
        .execute(&mut *tx)
        .await
        .map(drop)
}

/// Stores why an event could not be sent. It is due again when its claim ends.
pub async fn record_failure(tx: &mut Tx, event: EventId, error: &str) -> sqlx::Result<()> {
    sqlx::query!("update outbox set last_error = $2 where id = $1 and sent_at is null", event as _, error)
        .execute(&mut *tx)
        .await
        .map(drop)
}

/// Events that wait to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// Number of the events.
    pub unsent: i64,
    /// Time at which the oldest was written; `None` if there is none.
    pub oldest: Option<Timestamp>,
}

/// Measures the backlog of unsent events.
pub async fn backlog(tx: &mut Tx) -> sqlx::Result<Backlog> {
    sqlx::query_as!(
        Backlog,
        r#"select count(*) as "unsent!", min(created_at) as oldest from outbox where sent_at is null"#
    )
    .fetch_one(&mut *tx)
    .await
}

/// Deletes at most `limit` events that were sent before this time; returns how many it deleted.
pub async fn delete_sent(tx: &mut Tx, before: Timestamp, limit: i64) -> sqlx::Result<u64> {
    sqlx::query!(
        "delete from outbox where id in (select id from outbox where sent_at < $1 order by sent_at limit $2 for update skip locked)",
        before as _,
        limit
    )
    .execute(&mut *tx)
    .await
    .map(|done| done.rows_affected())
}

fn read_event(id: EventId, kind: String, mut payload: serde_json::Value) -> Result<Event, serde_json::Error> {
    if let Some(fields) = payload.as_object_mut() {
        fields.insert("kind".to_owned(), kind.into());
    }
    serde_json::from_value::<EventKind>(payload).map(|kind| Event::new(id, kind))
}
