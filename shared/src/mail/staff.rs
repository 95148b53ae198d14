//! Mail in SQL, as the staff sees it.

use uuid::Builder;

use crate::app::db::Tx;
use crate::ids::{EventId, OrderId};
use crate::time::Timestamp;

/// How far the event of an order may lie from the order itself, in time.
const APART_MILLIS: i64 = 2000;

/// How far the mail of an order has come.
#[derive(Clone, Debug)]
pub struct MailOfOrder {
    /// What is told.
    pub kind: String,
    /// When it was handed to the queue.
    pub queued_at: Option<Timestamp>,
    /// Why it could not be, the last time it was tried.
    pub queue_error: Option<String>,
    /// `claimed`, `sent` or `failed`; nothing before the consumer has seen it.
    pub status: Option<String>,
    /// Whom it went to.
    pub recipient: Option<String>,
    /// When it was sent, or given up.
    pub finished_at: Option<Timestamp>,
    /// Why it failed.
    pub error: Option<String>,
}

/// How many mails have failed for good since then.
pub async fn failed_since(tx: &mut Tx, since: Timestamp) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "failed!" from mail_log where status = 'failed' and created_at >= $1"#,
        since as _
    )
    .fetch_one(&mut *tx)
    .await
}

/// The mails of an order that was placed at that moment by the buyer with this address.
pub async fn of_order(
    tx: &mut Tx,
    order: OrderId,
    placed_at: Timestamp,
    buyer: &str,
) -> sqlx::Result<Vec<MailOfOrder>> {
    // An event's id begins with its time, so the primary keys lead to those of that moment. An index over what is in the
    // payload would be written at every checkout, for this page alone. The outbox forgets what was sent; by then the mail log
    // is all there is, and it knows the buyer.
    let (from, to) = (first_id_at(placed_at, -APART_MILLIS), first_id_at(placed_at, APART_MILLIS));
    sqlx::query_as!(
        MailOfOrder,
        r#"select coalesce(o.kind, m.kind) as "kind!", o.sent_at as "queued_at?", o.last_error as "queue_error?",
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
