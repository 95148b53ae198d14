//! SQL of the subscriptions to back-in-stock mails.

use uuid::Uuid;

use crate::app::db::Tx;
use crate::ids::{EventId, SubscriptionId, UserId, VariantId};
use crate::locale::Locale;
use crate::outbox::{Event, EventKind};
use crate::time::Timestamp;
use crate::users::links::sha256;

/// Seconds after which a subscription without a mail is deleted, so that no address is kept for nothing: after a year the customer has
/// bought elsewhere.
const MAX_WAIT_SECONDS: i64 = 365 * 24 * 60 * 60;
/// Seconds for which a subscription waits for its confirmation.
pub const CONFIRMATION_SECONDS: i64 = 7 * 24 * 60 * 60;
/// Seconds for which a subscription is kept after its subscriber was notified: as long as the event itself.
const KEPT_SECONDS: i64 = 7 * 24 * 60 * 60;

/// Result of subscribing an address to a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubscribeOutcome {
    /// The address has this subscription, now or before, which may still wait for its confirmation.
    Subscribed(SubscriptionId),
    /// The variant can be ordered.
    InStock,
    /// No variant with this id is for sale.
    NoSuchVariant,
}

/// A subscription to insert.
#[derive(Clone, Copy, Debug)]
pub struct NewSubscription<'a> {
    /// Variant that the subscriber waits for.
    pub variant: VariantId,
    /// Recipient of the mail.
    pub email: &'a str,
    /// Language of the mail.
    pub locale: Locale,
    /// True if the caller has proven to read mail to the address.
    pub is_confirmed: bool,
}

/// A subscription that waits for its confirmation.
#[derive(Clone, Debug)]
pub struct UnconfirmedSubscription {
    /// Recipient of the mail.
    pub email: String,
    /// Language of the mail.
    pub locale: Locale,
    /// Name of the product.
    pub product_name: String,
    /// Name of the variant within its product.
    pub variant_name: String,
}

/// A subscription whose event was written, with the variant as it is now.
#[derive(Clone, Debug)]
pub struct Subscription {
    /// Recipient of the mail.
    pub email: String,
    /// Language of the mail.
    pub locale: Locale,
    /// Id of the account that has this address and has proven it, if there is one.
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

/// Subscribes an address to a variant. A second subscription with the same address changes nothing, unless the first one is not confirmed: it is
/// then confirmed if the second one is, and otherwise waits for its confirmation anew.
pub async fn subscribe(
    tx: &mut Tx,
    NewSubscription { variant, email, locale, is_confirmed }: NewSubscription<'_>,
    now: Timestamp,
) -> sqlx::Result<SubscribeOutcome> {
    let requested = sqlx::query!(
        r#"with requested as (
               select v.id, s.is_available
                 from product_variants v
                 join stock_levels s on s.variant_id = v.id
                 join products p on p.id = v.product_id
                where v.id = $1 and v.archived_at is null and is_published(p.status, p.publish_at, p.unpublish_at, $3)
           ), subscribed as (
               insert into back_in_stock_subscriptions as b (variant_id, email, locale, created_at, confirmed_at)
               select id, $2, $4, $3, case when $5 then $3 end from requested where not is_available
               on conflict (variant_id, lower(email)) where notified_at is null do update
                  set created_at = case when b.confirmed_at is null then excluded.created_at else b.created_at end,
                      email = case when b.confirmed_at is null and excluded.confirmed_at is not null then excluded.email else b.email end,
                      confirmed_at = coalesce(b.confirmed_at, excluded.confirmed_at)
               returning id
           )
           select is_available as "is_available!", (select id from subscribed) as "subscription?: SubscriptionId" from requested"#,
        variant as _,
        email,
        now as _,
        locale.as_str(),
        is_confirmed
    )
    .fetch_optional(&mut *tx)
    .await?;
    Ok(match requested.map(|requested| requested.subscription) {
        None => SubscribeOutcome::NoSuchVariant,
        Some(Some(subscription)) => SubscribeOutcome::Subscribed(subscription),
        Some(None) => SubscribeOutcome::InStock,
    })
}

/// Returns a subscription that waits for its confirmation; `None` if it does not.
pub async fn find_unconfirmed(
    tx: &mut Tx,
    subscription: SubscriptionId,
) -> sqlx::Result<Option<UnconfirmedSubscription>> {
    sqlx::query_as!(
        UnconfirmedSubscription,
        "select b.email, b.locale, p.name as product_name, v.name as variant_name
           from back_in_stock_subscriptions b
           join product_variants v on v.id = b.variant_id
           join products p on p.id = v.product_id
          where b.id = $1 and b.confirmed_at is null",
        subscription as _
    )
    .fetch_optional(&mut *tx)
    .await
}

/// Stores a link that is about to be mailed.
pub async fn insert_link(tx: &mut Tx, subscription: SubscriptionId, token: &str, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into back_in_stock_links (token_sha256, subscription_id, created_at) values ($1, $2, $3)",
        sha256(token),
        subscription as _,
        now as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Confirms the subscription of a link; returns false if the link is not valid. Using a link again changes nothing.
pub async fn confirm(tx: &mut Tx, token: &str, now: Timestamp) -> sqlx::Result<bool> {
    sqlx::query!(
        "update back_in_stock_subscriptions b set confirmed_at = coalesce(b.confirmed_at, $2)
           from back_in_stock_links l
          where l.token_sha256 = $1 and b.id = l.subscription_id and (b.confirmed_at is not null or b.created_at > $3)",
        sha256(token),
        now as _,
        now.plus_seconds(-CONFIRMATION_SECONDS) as _
    )
    .execute(&mut *tx)
    .await
    .map(|done| done.rows_affected() == 1)
}

/// Creates an event with one of these ids for each confirmed subscription whose variant can be bought, the oldest first. The caller inserts the
/// events in the same transaction.
pub async fn take_due(
    tx: &mut Tx,
    now: Timestamp,
    limit: i64,
    mut new_id: impl FnMut() -> EventId,
) -> sqlx::Result<Vec<Event>> {
    // By variant first: thousands may wait for one variant, and its stock is then looked up once.
    let due = sqlx::query_scalar!(
        r#"with back_in_stock as materialized (
               select waiting.variant_id
                 from (select distinct variant_id from back_in_stock_subscriptions where notified_at is null and confirmed_at is not null) waiting
                 join stock_levels s on s.variant_id = waiting.variant_id
                 join product_variants v on v.id = waiting.variant_id
                 join products p on p.id = v.product_id
                where s.is_available and v.archived_at is null and is_published(p.status, p.publish_at, p.unpublish_at, $1)
           )
           select b.id
             from back_in_stock_subscriptions b join back_in_stock on back_in_stock.variant_id = b.variant_id
            where b.notified_at is null and b.confirmed_at is not null
            order by b.id
            limit $2
              for update of b skip locked"#,
        now as _,
        limit
    )
    .fetch_all(&mut *tx)
    .await?;
    let events: Vec<Event> =
        due.iter().map(|id| Event::new(new_id(), EventKind::BackInStock { subscription_id: *id })).collect();
    let ids: Vec<Uuid> = events.iter().map(|event| event.event_id.0).collect();
    sqlx::query!(
        "update back_in_stock_subscriptions b set notified_at = $3, event_id = t.event_id
           from unnest($1::bigint[], $2::uuid[]) as t (id, event_id)
          where b.id = t.id",
        &due as _,
        &ids,
        now as _
    )
    .execute(&mut *tx)
    .await?;
    Ok(events)
}

/// Finds the subscription of this event; `None` if it is deleted or waits again.
pub async fn find(
    tx: &mut Tx,
    subscription: SubscriptionId,
    event: EventId,
    now: Timestamp,
) -> sqlx::Result<Option<Subscription>> {
    sqlx::query_as!(
        Subscription,
        r#"select b.email, b.locale, u.id as "user_id?: UserId", p.name as product_name, p.slug as product_slug, v.name as variant_name,
                  s.is_available and v.archived_at is null and is_published(p.status, p.publish_at, p.unpublish_at, $3)
                      as "can_be_bought!"
             from back_in_stock_subscriptions b
             join product_variants v on v.id = b.variant_id
             join products p on p.id = v.product_id
             join stock_levels s on s.variant_id = v.id
             left join users u
               on lower(u.email) = lower(b.email)
              and exists (select from proven_addresses a where a.user_id = u.id and a.email = lower(u.email))
            where b.id = $1 and b.event_id = $2"#,
        subscription as _,
        event as _,
        now as _
    )
    .fetch_optional(&mut *tx)
    .await
}

/// Makes a subscription wait again if its event came too late, unless there is already a mail for it or the same address subscribed again.
pub async fn wait_again(tx: &mut Tx, subscription: SubscriptionId) -> sqlx::Result<()> {
    sqlx::query!(
        "update back_in_stock_subscriptions b set notified_at = null, event_id = null
          where b.id = $1
            and not exists (select from mail_log m where m.event_id = b.event_id)
            and not exists (select from back_in_stock_subscriptions other
                             where other.variant_id = b.variant_id and lower(other.email) = lower(b.email)
                               and other.notified_at is null)",
        subscription as _
    )
    .execute(&mut *tx)
    .await
    .map(drop)
}

/// Deletes subscriptions whose subscribers were notified a week ago, those that were not confirmed within a week, and those that have waited for
/// a year: at most `limit` of each. Returns their number.
pub async fn delete_ended(tx: &mut Tx, now: Timestamp, limit: i64) -> sqlx::Result<u64> {
    sqlx::query!(
        "delete from back_in_stock_subscriptions
          where id in (select id from back_in_stock_subscriptions where notified_at < $1 order by notified_at limit $3 for update skip locked)
             or id in (select id from back_in_stock_subscriptions where notified_at is null and created_at < $2
                        order by created_at limit $3 for update skip locked)
             or id in (select id from back_in_stock_subscriptions where confirmed_at is null and created_at < $4
                        order by created_at limit $3 for update skip locked)",
        now.plus_seconds(-KEPT_SECONDS) as _,
        now.plus_seconds(-MAX_WAIT_SECONDS) as _,
        limit,
        now.plus_seconds(-CONFIRMATION_SECONDS) as _
    )
    .execute(&mut *tx)
    .await
    .map(|done| done.rows_affected())
}
