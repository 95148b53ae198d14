//! Carts: what somebody means to buy, at the prices and the stock of this moment.

pub mod store;

use serde::Serialize;
use utoipa::ToSchema;

use crate::catalogue::MainImage;
use crate::ids::{CartId, CartLineId, ProductId, VariantId};
use crate::money::Money;

/// How many lines a cart can have.
pub const MAX_LINES: usize = 100;
/// How many of one variant a line can have; the constraint `cart_line_quantity_in_range` says the same.
pub const MAX_QUANTITY: i32 = 999;

/// Where a cart is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It can be read, changed and checked out.
    Open,
    /// It became an order and is no cart any more.
    Ordered,
}

/// A cart with its lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Cart {
    /// Which. Whoever knows the id of a guest's cart can use it.
    pub id: CartId,
    /// What is in it, in the order in which it was added.
    pub items: Vec<CartLine>,
    /// How many units it has in all.
    pub item_count: i64,
    /// What it all costs now.
    pub grand_total: Money,
    /// ISO 4217.
    #[schema(example = "EUR")]
    pub currency: String,
}

/// A line of a cart: so many of one variant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CartLine {
    /// Which line.
    pub id: CartLineId,
    /// What is to be bought.
    pub product_variant: CartVariant,
    /// How many.
    pub quantity: i32,
    /// What one costs now.
    pub unit_price: Money,
    /// What they cost now.
    pub sub_total: Money,
    /// How many there are.
    pub available: i32,
    /// Whether there are as many as are wanted.
    pub is_available: bool,
}

/// A variant as a cart shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CartVariant {
    /// Which.
    pub id: VariantId,
    /// Its SKU.
    pub sku: String,
    /// Its own name, such as `M / Blue`.
    pub name: String,
    /// What it is a variant of.
    pub product: CartProduct,
    /// What one costs now.
    pub price: Money,
    /// ISO 4217.
    #[schema(example = "EUR")]
    pub currency: String,
    /// The picture of the variant, or the first of the product, or null.
    pub main_image: Option<MainImage>,
    /// How many there are; 0 where it is not sold any more.
    pub inventory_count: i32,
    /// Whether there is one at all.
    pub is_available: bool,
}

/// A product as a cart shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CartProduct {
    /// Which.
    pub id: ProductId,
    /// Its name in URLs.
    pub slug: String,
    /// Its name.
    pub name: String,
}

/// So many of one variant, to be put into a cart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What.
    pub variant: VariantId,
    /// How many.
    pub quantity: i32,
}

impl Cart {
    /// With absolute URLs; those that begin at the API's root get `base` before them.
    #[must_use]
    pub fn with_base_url(self, base: &str) -> Self {
        Self { items: self.items.into_iter().map(|line| line.with_base_url(base)).collect(), ..self }
    }

    /// A cart of these lines.
    pub fn new(id: CartId, currency: String, items: Vec<CartLine>) -> Self {
        Self {
            id,
            item_count: items.iter().map(|line| i64::from(line.quantity)).sum(),
            grand_total: items.iter().map(|line| line.sub_total).sum(),
            currency,
            items,
        }
    }
}

impl CartLine {
    /// With absolute URLs; those that begin at the API's root get `base` before them.
    #[must_use]
    pub fn with_base_url(mut self, base: &str) -> Self {
        let image = self.product_variant.main_image.take();
        self.product_variant.main_image = image.map(|image| image.with_base_url(base));
        self
    }

    /// So many of a variant.
    pub fn new(id: CartLineId, product_variant: CartVariant, quantity: i32) -> Self {
        let (unit_price, available) = (product_variant.price, product_variant.inventory_count);
        Self {
            id,
            product_variant,
            quantity,
            unit_price,
            sub_total: unit_price * quantity,
            available,
            is_available: available >= quantity,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn line(cents: i64, on_hand: i32, quantity: i32) -> CartLine {
        let variant = CartVariant {
            id: VariantId(1),
            sku: "S".to_owned(),
            name: "M".to_owned(),
            product: CartProduct { id: ProductId(1), slug: "s".to_owned(), name: "S".to_owned() },
            price: Money::from_minor(cents),
            currency: "EUR".to_owned(),
            main_image: None,
            inventory_count: on_hand,
            is_available: on_hand > 0,
        };
        CartLine::new(CartLineId(1), variant, quantity)
    }

    #[test]
    fn a_cart_costs_what_its_lines_cost() {
        let cart = Cart::new(CartId(Uuid::nil()), "EUR".to_owned(), vec![line(1_999, 9, 3), line(1, 9, 1)]);
        assert_eq!((cart.item_count, cart.grand_total), (4, Money::from_minor(5_998)));
        assert_eq!(cart.items[0].sub_total, Money::from_minor(5_997));
    }

    #[test]
    fn an_empty_cart_costs_nothing() {
        let cart = Cart::new(CartId(Uuid::nil()), "EUR".to_owned(), Vec::new());
        assert_eq!((cart.item_count, cart.grand_total), (0, Money::default()));
    }

    #[test]
    fn a_line_is_available_up_to_the_last_unit() {
        assert!(line(100, 3, 3).is_available);
        assert!(!line(100, 3, 4).is_available);
        assert_eq!(line(100, 3, 4).available, 3);
    }
}
