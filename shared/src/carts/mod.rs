//! Carts: the variants that a customer intends to buy, with current prices and stock.

pub mod store;

use serde::Serialize;
use utoipa::ToSchema;

use crate::catalogue::MainImage;
use crate::ids::{CartId, CartLineId, ProductId, VariantId};
use crate::money::{Amount, Currency};
use crate::time::Timestamp;

/// Maximum number of lines in a cart.
pub const MAX_LINES: usize = 500;
/// Maximum quantity of a line; the constraint `cart_line_quantity_in_range` says the same.
pub const MAX_QUANTITY: i32 = 999;

/// The status of a cart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The cart can be read, changed and checked out.
    Open,
    /// The cart became an order and can no longer be used.
    Ordered,
}

/// A cart with its lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Cart {
    /// Id of the cart. Anyone who knows the id of a guest's cart can use it.
    pub id: CartId,
    /// Lines of the cart, in the order in which they were added.
    pub items: Vec<CartLine>,
    /// True if the cart can be ordered as it is: it has lines, and each of them is available.
    pub is_available: bool,
    /// Number of units in all lines.
    pub item_count: i64,
    /// Sum of all lines at current prices, in the cart's currency: what the order costs if `is_available` is true. Lines that are not available
    /// are included, because the order is placed as a whole or not at all.
    pub grand_total: Amount,
    /// Currency code (ISO 4217).
    pub currency: Currency,
}

/// A cart without its lines, for lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CartSummary {
    /// Id of the cart.
    pub id: CartId,
    /// True if the cart can be ordered as it is: it has lines, and each of them is available.
    pub is_available: bool,
    /// Number of units in all lines.
    pub item_count: i64,
    /// Sum of all lines at current prices, in the cart's currency, including lines that are not available.
    pub grand_total: Amount,
    /// Currency code (ISO 4217).
    pub currency: Currency,
    /// Time at which the cart was created.
    pub created_at: Timestamp,
    /// Time of the last change of the cart.
    pub updated_at: Timestamp,
}

/// Reason why a line of a cart cannot be ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnavailableReason {
    /// Fewer units can be ordered than the line has.
    InsufficientStock,
    /// The variant was deleted or archived, or its product is not published.
    NotForSale,
}

/// A line of a cart: a variant and its quantity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CartLine {
    /// Id of the line.
    pub id: CartLineId,
    /// Variant that the line is for.
    pub product_variant: CartVariant,
    /// Number of units in the cart.
    pub quantity: i32,
    /// Current price of one unit.
    pub unit_price: Amount,
    /// Current price of all units of this line.
    pub sub_total: Amount,
    /// Number of units that can be ordered: those in stock and those that may be backordered, 1000000000 if nothing limits them. 0 if the variant is
    /// no longer for sale.
    pub available: i32,
    /// Number of units of the line that are not in stock: they would be backordered and follow later.
    pub backordered: i32,
    /// True if the quantity of this line can be ordered.
    pub is_available: bool,
    /// Reason why the line cannot be ordered: `insufficient_stock` or `not_for_sale`; null if it can.
    #[schema(example = json!(null))]
    pub unavailable_reason: Option<UnavailableReason>,
}

/// A variant as a cart shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CartVariant {
    /// Id of the variant.
    pub id: VariantId,
    /// SKU of the variant.
    pub sku: String,
    /// Name of the variant within its product, such as `M / Blue`; empty for the only variant of a product without options.
    pub name: String,
    /// Product of the variant.
    pub product: CartProduct,
    /// Current price of one unit.
    pub price: Amount,
    /// Currency code (ISO 4217).
    pub currency: Currency,
    /// Image of the variant or else the first of the product; null if there is no image.
    pub main_image: Option<MainImage>,
    /// Number of units in stock; 0 if the variant is no longer for sale.
    pub inventory_count: i32,
    /// True if at least one unit can be ordered.
    pub is_available: bool,
}

/// A product as a cart shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CartProduct {
    /// Id of the product.
    pub id: ProductId,
    /// Slug of the product, its name in URLs.
    pub slug: String,
    /// Name of the product.
    pub name: String,
}

/// The units of a variant that is for sale, as a line of a cart needs them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OrderableUnits {
    /// Number of units that can be ordered.
    pub available: i32,
    /// Number of units of the line that are not in stock; 0 if the variant is untracked.
    pub missing: i32,
}

/// A variant and a quantity to add to a cart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Id of the variant.
    pub variant: VariantId,
    /// Number of units.
    pub quantity: i32,
}

impl Cart {
    /// Makes the image URLs absolute: `base` is put before those that begin with a slash.
    #[must_use]
    pub fn with_base_url(self, base: &str) -> Self {
        Self { items: self.items.into_iter().map(|line| line.with_base_url(base)).collect(), ..self }
    }

    /// Creates a cart from its lines and computes the totals.
    pub fn new(id: CartId, currency: Currency, items: Vec<CartLine>) -> Self {
        Self {
            id,
            is_available: !items.is_empty() && items.iter().all(|line| line.is_available),
            item_count: items.iter().map(|line| i64::from(line.quantity)).sum(),
            grand_total: currency.amount(items.iter().map(|line| line.sub_total.money).sum()),
            currency,
            items,
        }
    }
}

impl CartLine {
    /// Makes the image URLs absolute: `base` is put before those that begin with a slash.
    #[must_use]
    pub fn with_base_url(mut self, base: &str) -> Self {
        let image = self.product_variant.main_image.take();
        self.product_variant.main_image = image.map(|image| image.with_base_url(base));
        self
    }

    /// Creates a line and computes its price and whether it can be ordered.
    pub fn new(id: CartLineId, product_variant: CartVariant, quantity: i32, units: Option<OrderableUnits>) -> Self {
        let unit_price = product_variant.price;
        let OrderableUnits { available, missing } = units.unwrap_or_default();
        let unavailable_reason = match units {
            None => Some(UnavailableReason::NotForSale),
            Some(_) if available < quantity => Some(UnavailableReason::InsufficientStock),
            Some(_) => None,
        };
        Self {
            id,
            product_variant,
            quantity,
            unit_price,
            sub_total: unit_price * quantity,
            available,
            backordered: if unavailable_reason.is_none() { missing } else { 0 },
            is_available: unavailable_reason.is_none(),
            unavailable_reason,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::money::Money;

    const EUR: Currency = Currency::DEFAULT;

    fn line(cents: i64, on_hand: i32, quantity: i32) -> CartLine {
        let variant = CartVariant {
            id: VariantId(1),
            sku: "S".to_owned(),
            name: "M".to_owned(),
            product: CartProduct { id: ProductId(1), slug: "s".to_owned(), name: "S".to_owned() },
            price: EUR.amount(Money::from_minor(cents)),
            currency: EUR,
            main_image: None,
            inventory_count: on_hand,
            is_available: on_hand > 0,
        };
        let units = OrderableUnits { available: on_hand, missing: (quantity - on_hand).max(0) };
        CartLine::new(CartLineId(1), variant, quantity, Some(units))
    }

    #[test]
    fn a_cart_costs_what_its_lines_cost() {
        let cart = Cart::new(CartId(Uuid::nil()), EUR, vec![line(1_999, 9, 3), line(1, 9, 1)]);
        assert_eq!((cart.item_count, cart.grand_total), (4, EUR.amount(Money::from_minor(5_998))));
        assert_eq!(cart.items[0].sub_total, EUR.amount(Money::from_minor(5_997)));
    }

    #[test]
    fn an_empty_cart_costs_nothing() {
        let cart = Cart::new(CartId(Uuid::nil()), EUR, Vec::new());
        assert_eq!((cart.item_count, cart.grand_total), (0, EUR.amount(Money::default())));
        assert!(!cart.is_available);
    }

    #[test]
    fn a_cart_is_available_if_each_of_its_lines_is_and_costs_what_all_of_them_cost() {
        let cart = |lines| Cart::new(CartId(Uuid::nil()), EUR, lines);
        assert!(cart(vec![line(100, 3, 3), line(200, 9, 1)]).is_available);
        let short = cart(vec![line(100, 3, 4), line(200, 9, 1)]);
        assert_eq!((short.is_available, short.grand_total), (false, EUR.amount(Money::from_minor(600))));
    }

    #[test]
    fn a_line_is_available_up_to_the_last_unit() {
        assert!(line(100, 3, 3).is_available);
        assert!(!line(100, 3, 4).is_available);
        assert_eq!(line(100, 3, 3).unavailable_reason, None);
        let short = line(100, 3, 4);
        assert_eq!((short.available, short.unavailable_reason), (3, Some(UnavailableReason::InsufficientStock)));
        assert_eq!(short.backordered, 0, "a line that cannot be ordered is not backordered");
    }

    #[test]
    fn a_line_is_backordered_by_what_is_not_in_stock() {
        let line = line(100, 3, 5);
        let units = OrderableUnits { available: 5, missing: 2 };
        let line = CartLine::new(line.id, line.product_variant, 5, Some(units));
        assert_eq!((line.is_available, line.available, line.backordered), (true, 5, 2));
    }

    #[test]
    fn a_line_that_is_not_for_sale_does_not_say_that_stock_is_short() {
        let line = line(100, 0, 1);
        let line = CartLine::new(line.id, line.product_variant, 1, None);
        assert_eq!((line.is_available, line.unavailable_reason), (false, Some(UnavailableReason::NotForSale)));
    }
}
