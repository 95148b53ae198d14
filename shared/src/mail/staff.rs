//! SQL of mails for the admin pages.

use uuid::Builder;

use crate::app::db::Tx;
use crate::ids::{EventId, OrderId};
use crate::time::Timestamp;

/// Maximum difference in time between an order and its event.
const MAX_GAP_MILLIS: i64 = 2000;

/// A mail about an order, with its state.
#[derive(Clone, Debug)]
pub struct OrderMail {
    /// Id of the event.
    pub id: EventId,
    /// Kind of the event.
    pub kind: String,
    /// Time at which the event was sent to the queue.
    pub queued_at: Option<Timestamp>,
    /// Error of the last try to send the event to the queue.
    pub queue_error: Option<String>,
    /// Status `claimed`, `sent`, `failed` or `suppressed`; `None` until the consumer has received the event.
    pub status: Option<String>,
    /// Address of the recipient.
    pub recipient: Option<String>,
    /// Time at which the mail was sent, failed for good or was suppressed.
    pub finished_at: Option<Timestamp>,
    /// Reason why the mail was not sent.
    pub error: Option<String>,
}

/// Counts the mails that have failed for good since this time.
pub async fn failed_since(tx: &mut Tx, since: Timestamp) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "failed!" from mail_log where status = 'failed' and created_at >= $1"#,
        since as _
    )
    .fetch_one(&mut *tx)
    .await
}

/// Lists the mails about an order, which is identified by its time and the buyer's address.
pub async fn of_order(tx: &mut Tx, order: OrderId, placed_at: Timestamp, buyer: &str) -> sqlx::Result<Vec<OrderMail>> {
    // The id of an event begins with its time, so a range of the primary keys holds the events of that moment. An index on the order's id
    // in the payload would be written at every checkout, for this page alone. The outbox deletes events some time after they were sent;
    // then only the mail log is left, which knows the buyer.
    let (from, to) = (first_id_at(placed_at, -MAX_GAP_MILLIS), first_id_at(placed_at, MAX_GAP_MILLIS));
    sqlx::query_as!(
        OrderMail,
        r#"select coalesce(o.id, m.event_id) as "id!: EventId", coalesce(o.kind, m.kind) as "kind!", o.sent_at as "queued_at?", o.last_error as "queue_error?",
                  m.status as "status?", m.recipient as "recipient?", m.finished_at as "finished_at?", m.error as "error?"
             from (select * from outbox where id between $1 and $2) o
             full join (select * from mail_log where event_id between $1 and $2) m on m.event_id = o.id
            where o.payload ->> 'order_id' = $3::uuid::text or (o.id is null and m.kind = 'order_placed' and m.recipient = $4)
            order by coalesce(o.id, m.event_id)"#,
        from as _,
        to as _,
        order as _,
        buyer
    )
    .fetch_all(&mut *tx)
    .await
}

fn first_id_at(time: Timestamp, offset_millis: i64) -> EventId {
    let millis = u64::try_from(time.micros() / 1000 + offset_millis).unwrap_or_default();
    EventId(Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid())
}
