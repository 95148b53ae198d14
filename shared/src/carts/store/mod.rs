//! SQL of carts.
//!
//! Every function that writes lines requires that [`lock`] was called before. Checkout locks the same row, so a cart does not change while
//! it is checked out, and what is read after the lock stays true until COMMIT.

pub mod ended;
pub mod list;

use super::{CartLine, CartProduct, CartVariant, MAX_LINES, OrderableUnits, Status, Wanted};
use crate::app::db::{Tx, is_violation};
use crate::catalogue::MainImage;
use crate::ids::{CartId, CartLineId, ProductId, UserId, VariantId};
use crate::money::{Currency, Money};
use crate::time::Timestamp;

/// A cart without its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Status of the cart.
    pub status: Status,
    /// Currency of the shop.
    pub currency: Currency,
}

/// Result of adding a variant to a cart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// The variant got a new line.
    New(CartLineId),
    /// The quantity of an existing line was increased.
    More(CartLineId),
    /// Nothing was written: the variant does not exist or is not for sale.
    NoSuchVariant,
    /// The cart has too many lines now; the caller rolls back.
    TooManyLines,
    /// The line would have too many units; the transaction has failed.
    TooManyUnits,
}

/// Inserts an empty cart of this user or of a guest. `None` if the user does not exist; the transaction has failed then.
pub async fn insert(tx: &mut Tx, cart: CartId, user: Option<UserId>, now: Timestamp) -> sqlx::Result<Option<Head>> {
    let inserted = sqlx::query_scalar!(
        r#"insert into carts (id, user_id, created_at, updated_at) values ($1, $2, $3, $3) returning shop_currency() as "currency!: Currency""#,
        cart as _,
        user as _,
        now as _
    )
    .fetch_one(&mut *tx)
    .await;
    match inserted {
        Ok(currency) => Ok(Some(Head { status: Status::Open, currency })),
        Err(error) if is_violation(&error, "cart_user_exists") => Ok(None),
        Err(error) => Err(error),
    }
}

/// Finds a cart that this caller can use: their own or a guest's. `None` if it does not exist or belongs to someone else.
pub async fn find(tx: &mut Tx, cart: CartId, caller: Option<UserId>) -> sqlx::Result<Option<Head>> {
    let row = sqlx::query!(
        r#"select status, shop_currency() as "currency!: Currency" from carts where id = $1 and (user_id is null or user_id = $2)"#,
        cart as _,
        caller as _
    )
    .fetch_optional(&mut *tx)
    .await?;
    row.map(|row| Ok(Head { status: status(&row.status)?, currency: row.currency })).transpose()
}

/// Locks a cart that this caller can use until the transaction ends, and sets its time of last use.
pub async fn lock(tx: &mut Tx, cart: CartId, caller: Option<UserId>, now: Timestamp) -> sqlx::Result<Option<Status>> {
    // An update locks like `select … for update` and saves a round trip. It waits for a running checkout and then returns what that wrote.
    let row = sqlx::query_scalar!(
        "update carts set updated_at = $3 where id = $1 and (user_id is null or user_id = $2) returning status",
        cart as _,
        caller as _,
        now as _
    )
    .fetch_optional(&mut *tx)
    .await?;
    row.as_deref().map(status).transpose()
}

/// Deletes a cart with its lines.
pub async fn delete(tx: &mut Tx, cart: CartId) -> sqlx::Result<()> {
    sqlx::query!("delete from carts where id = $1", cart as _).execute(&mut *tx).await.map(drop)
}

/// Inserts the lines of a new cart, in this order. Returns the variants that were inserted; the others are not for sale.
pub async fn insert_lines(tx: &mut Tx, cart: CartId, lines: &[Wanted], now: Timestamp) -> sqlx::Result<Vec<VariantId>> {
    let variants: Vec<i64> = lines.iter().map(|line| line.variant.0).collect();
    let quantities: Vec<i32> = lines.iter().map(|line| line.quantity).collect();
    sqlx::query_scalar!(
        "insert into cart_lines (cart_id, variant_id, quantity)
         select $1, sold.variant_id, wanted.quantity
           from unnest($2::bigint[], $3::integer[]) with ordinality as wanted (variant_id, quantity, position)
           join lock_variants_for_sale($2, $4) sold on sold.variant_id = wanted.variant_id
          order by wanted.position
         returning variant_id",
        cart as _,
        &variants,
        &quantities,
        now as _
    )
    .fetch_all(&mut *tx)
    .await
}

/// Adds units of a variant to a locked cart.
pub async fn add(tx: &mut Tx, cart: CartId, wanted: Wanted, now: Timestamp) -> sqlx::Result<Added> {
    // An existing line has more units than were added. The number of lines is the one before, because a statement does not see its own
    // writes.
    let added = sqlx::query!(
        r#"insert into cart_lines as line (cart_id, variant_id, quantity)
           select $1, sold.variant_id, $3 from lock_variants_for_sale(array[$2::bigint], $4) sold
           on conflict on constraint cart_line_variant_unique do update set quantity = line.quantity + excluded.quantity
           returning id, quantity = $3 as "is_new!", (select count(*) from cart_lines where cart_id = $1) as "lines_before!""#,
        cart as _,
        wanted.variant as _,
        wanted.quantity,
        now as _
    )
    .fetch_optional(&mut *tx)
    .await;
    match added {
        Ok(Some(row)) if !row.is_new => Ok(Added::More(row.id)),
        Ok(Some(row)) if usize::try_from(row.lines_before).is_ok_and(|lines| lines < MAX_LINES) => {
            Ok(Added::New(row.id))
        }
        Ok(Some(_)) => Ok(Added::TooManyLines),
        Ok(None) => Ok(Added::NoSuchVariant),
        Err(error) if is_violation(&error, "cart_line_quantity_in_range") => Ok(Added::TooManyUnits),
        Err(error) => Err(error),
    }
}

/// Sets the quantity of a line of a locked cart; returns false if there is no such line.
pub async fn set_quantity(tx: &mut Tx, cart: CartId, line: CartLineId, quantity: i32) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update cart_lines set quantity = $3 where cart_id = $1 and id = $2",
        cart as _,
        line as _,
        quantity
    )
    .execute(&mut *tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Deletes a line of a locked cart; returns false if there is no such line.
pub async fn delete_line(tx: &mut Tx, cart: CartId, line: CartLineId) -> sqlx::Result<bool> {
    let done = sqlx::query!("delete from cart_lines where cart_id = $1 and id = $2", cart as _, line as _)
        .execute(&mut *tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Returns the lines of a cart, in the order in which they were added, with current prices and stock.
pub async fn lines(tx: &mut Tx, cart: CartId, now: Timestamp) -> sqlx::Result<Vec<CartLine>> {
    read_lines(tx, cart, None, now).await
}

/// Returns one line of a cart.
pub async fn line(tx: &mut Tx, cart: CartId, line: CartLineId, now: Timestamp) -> sqlx::Result<Option<CartLine>> {
    Ok(read_lines(tx, cart, Some(line), now).await?.pop())
}

/// Returns the lines with their images. A variant without an image gets that of the variant most like it, because a shirt is photographed
/// once in each colour and not in each size.
async fn read_lines(
    tx: &mut Tx,
    cart: CartId,
    only: Option<CartLineId>,
    now: Timestamp,
) -> sqlx::Result<Vec<CartLine>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select l.id as line_id, l.quantity, v.id as variant_id, v.sku, v.name as variant_name,
                  p.id as product_id, p.slug, p.name as product_name, p.currency,
                  p.base_price + v.price_adjustment as "price!: Money",
                  coalesce(own.url, p.main_image_url) as image_url,
                  case when own.url is null then p.main_image_alt_text else own.alt_text end as image_alt_text,
                  case when own.url is null then p.main_image_list_url else own.list_url end as image_list_url,
                  s.on_hand,
                  -- Without a limit, the backorders that there are do not show.
                  case when s.allow_backorder and s.backorder_limit is null and s.available >= l.quantity then 1000000000
                       else s.available end as "available!",
                  case when s.track_inventory then greatest(l.quantity - s.on_hand, 0) else 0 end as "missing!",
                  is_published(p.status, p.publish_at, p.unpublish_at, $3) and v.archived_at is null as "is_for_sale!"
             from cart_lines l
             join product_variants v on v.id = l.variant_id
             join products p on p.id = v.product_id
             join stock_levels s on s.variant_id = v.id
             left join lateral (
                   select i.url, i.alt_text, f.list_url
                     from product_images i
                     left join image_files f on f.url = i.url
                     join product_variants shown on shown.id = i.variant_id
                    cross join lateral (
                          select count(*) as values from unnest(shown.attribute_value_ids) as value
                           where value = any (v.attribute_value_ids)) shared
                    where i.product_id = p.id and (shown.id = v.id or shared.values > 0)
                    order by shown.id = v.id desc, shared.values desc, i.display_order limit 1
                  ) own on true
            where l.cart_id = $1 and ($2::bigint is null or l.id = $2)
            order by l.id"#,
        cart as _,
        only as _,
        now as _
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(CartLine::from).collect())
}

struct Row {
    line_id: CartLineId,
    quantity: i32,
    variant_id: VariantId,
    sku: String,
    variant_name: String,
    product_id: ProductId,
    slug: String,
    product_name: String,
    currency: Currency,
    price: Money,
    image_url: Option<String>,
    image_alt_text: Option<String>,
    image_list_url: Option<String>,
    on_hand: i32,
    available: i32,
    missing: i32,
    is_for_sale: bool,
}

impl From<Row> for CartLine {
    fn from(row: Row) -> Self {
        let units = row.is_for_sale.then_some(OrderableUnits { available: row.available, missing: row.missing });
        let variant = CartVariant {
            id: row.variant_id,
            sku: row.sku,
            name: row.variant_name,
            product: CartProduct { id: row.product_id, slug: row.slug, name: row.product_name },
            price: row.currency.amount(row.price),
            currency: row.currency,
            main_image: row.image_url.map(|url| MainImage {
                url,
                alt_text: row.image_alt_text.unwrap_or_default(),
                list_url: row.image_list_url,
            }),
            inventory_count: if row.is_for_sale { row.on_hand } else { 0 },
            is_available: units.is_some_and(|units| units.available > 0),
        };
        Self::new(row.line_id, variant, row.quantity, units)
    }
}

fn status(column: &str) -> sqlx::Result<Status> {
    match column {
        "open" => Ok(Status::Open),
        "ordered" => Ok(Status::Ordered),
        other => Err(sqlx::Error::Decode(format!("unknown cart status `{other}`").into())),
    }
}
