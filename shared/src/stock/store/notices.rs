//! SQL of the subscriptions to back-in-stock mails.

use uuid::Uuid;

use crate::app::db::Tx;
use crate::ids::{EventId, NoticeId, UserId, VariantId};
use crate::outbox::{Event, EventKind};
use crate::time::Timestamp;

/// Seconds after which a subscription without a mail is deleted, so that no address is kept for nothing: after a year the customer has
/// bought elsewhere.
const WAITS_SECONDS: i64 = 365 * 24 * 60 * 60;
/// Seconds for which a subscription is kept after its event was written: as long as the event itself.
const KEPT_SECONDS: i64 = 7 * 24 * 60 * 60;

/// Result of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The subscription is stored, now or before.
    Noted,
    /// The variant is in stock.
    InStock,
    /// No variant with this id is for sale.
    NoSuchVariant,
}

/// A subscription whose event was written, with the variant as it is now.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Recipient of the mail.
    pub email: String,
    /// Id of the account with this address, if there is one.
    pub user_id: Option<UserId>,
    /// Name of the product.
    pub product_name: String,
    /// Slug of the product.
    pub product_slug: String,
    /// Name of the variant within its product.
    pub variant_name: String,
    /// True if a reader of the mail could buy the variant now.
    pub can_be_bought: bool,
}

/// Subscribes an address to a variant. A second subscription with the same address changes nothing.
pub async fn ask(tx: &mut Tx, variant: VariantId, email: &str, now: Timestamp) -> sqlx::Result<Asked> {
    let on_hand = sqlx::query_scalar!(
        r#"with asked as (
               select v.id, s.on_hand
                 from product_variants v
                 join stock_levels s on s.variant_id = v.id
                 join products p on p.id = v.product_id
                where v.id = $1 and v.archived_at is null and is_published(p.status, p.publish_at, p.unpublish_at, $3)
           ), noted as (
               insert into stock_notices (variant_id, email, created_at)
               select id, $2, $3 from asked where on_hand = 0
               on conflict (variant_id, lower(email)) where told_at is null do nothing
           )
           select on_hand as "on_hand!" from asked"#,
        variant as _,
        email,
        now as _
    )
    .fetch_optional(&mut *tx)
    .await?;
    Ok(match on_hand {
        None => Asked::NoSuchVariant,
        Some(0) => Asked::Noted,
        Some(_) => Asked::InStock,
    })
}

/// Creates an event with one of these ids for each subscription whose variant can be bought, the oldest first. The caller inserts the
/// events in the same transaction.
pub async fn take_due(
    tx: &mut Tx,
    now: Timestamp,
    limit: i64,
    mut new_id: impl FnMut() -> EventId,
) -> sqlx::Result<Vec<Event>> {
    // By variant first: thousands may wait for one, and its stock is then looked up once.
    let due = sqlx::query_scalar!(
        r#"with back as materialized (
               select w.variant_id
                 from (select distinct variant_id from stock_notices where told_at is null) w
                 join stock_levels s on s.variant_id = w.variant_id
                 join product_variants v on v.id = w.variant_id
                 join products p on p.id = v.product_id
                where s.on_hand > 0 and v.archived_at is null and is_published(p.status, p.publish_at, p.unpublish_at, $1)
           )
           select n.id
             from stock_notices n join back on back.variant_id = n.variant_id
            where n.told_at is null
            order by n.id
            limit $2
              for update of n skip locked"#,
        now as _,
        limit
    )
    .fetch_all(&mut *tx)
    .await?;
    let events: Vec<Event> =
        due.iter().map(|id| Event::new(new_id(), EventKind::BackInStock { notice_id: *id })).collect();
    let ids: Vec<Uuid> = events.iter().map(|event| event.event_id.0).collect();
    sqlx::query!(
        "update stock_notices n set told_at = $3, event_id = t.event_id
           from unnest($1::bigint[], $2::uuid[]) as t (id, event_id)
          where n.id = t.id",
        &due as _,
        &ids,
        now as _
    )
    .execute(&mut *tx)
    .await?;
    Ok(events)
}

/// Finds the subscription of this event; `None` if it is deleted or waits again.
pub async fn find(tx: &mut Tx, notice: NoticeId, event: EventId, now: Timestamp) -> sqlx::Result<Option<Notice>> {
    sqlx::query_as!(
        Notice,
        r#"select n.email, u.id as "user_id?: UserId", p.name as product_name, p.slug as product_slug, v.name as variant_name,
                  s.on_hand > 0 and v.archived_at is null and is_published(p.status, p.publish_at, p.unpublish_at, $3)
                      as "can_be_bought!"
             from stock_notices n
             join product_variants v on v.id = n.variant_id
             join products p on p.id = v.product_id
             join stock_levels s on s.variant_id = v.id
             left join users u on lower(u.email) = lower(n.email)
            where n.id = $1 and n.event_id = $2"#,
        notice as _,
        event as _,
        now as _
    )
    .fetch_optional(&mut *tx)
    .await
}

/// Makes a subscription wait again if its event came too late, unless there is already a mail for it or the same address subscribed again.
pub async fn wait_again(tx: &mut Tx, notice: NoticeId) -> sqlx::Result<()> {
    sqlx::query!(
        "update stock_notices n set told_at = null, event_id = null
          where n.id = $1
            and not exists (select from mail_log m where m.event_id = n.event_id)
            and not exists (select from stock_notices w
                             where w.variant_id = n.variant_id and lower(w.email) = lower(n.email) and w.told_at is null)",
        notice as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Deletes at most `limit` subscriptions each of those that were answered a week ago and those that have waited for a year; returns how
/// many.
pub async fn forget(tx: &mut Tx, now: Timestamp, limit: i64) -> sqlx::Result<u64> {
    sqlx::query!(
        "delete from stock_notices
          where id in (select id from stock_notices where told_at < $1 order by told_at limit $3 for update skip locked)
             or id in (select id from stock_notices where told_at is null and created_at < $2
                        order by created_at limit $3 for update skip locked)",
        now.plus_seconds(-KEPT_SECONDS) as _,
        now.plus_seconds(-WAITS_SECONDS) as _,
        limit
    )
    .execute(&mut *tx)
    .await
    .map(|done| done.rows_affected())
}
