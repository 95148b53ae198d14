//! The answer of `check_out`.

use serde::Deserialize;

use super::Outcome;
use crate::carts::UnavailableReason;
use crate::ids::{CartId, OrderId, VariantId};
use crate::money::{Currency, Money};
use crate::orders::{Order, OrderLine, OverLimitItem, UnavailableItem};
use crate::time::Timestamp;

/// The object that `check_out` returns; migrations/functions/orders/{check_out,place_order}.sql describe the outcomes. Money is in minor units.
#[derive(Debug, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(super) enum Answer {
    Placed(PlacedOrder),
    Replayed(PlacedOrder),
    SoldOut { lines: Vec<SoldOutLine> },
    CartChanged { currency: Currency, total: i64 },
    AddressNotProven,
    OverQuantityLimit { lines: Vec<OverLimitItem> },
    TooManyOfAccount { wait_seconds: u32 },
    TooManyOfNetwork { wait_seconds: u32 },
    CartEmpty,
    CartNotFound,
    CartOrdered { order_id: OrderId },
    KeyReused,
    UserNotFound,
    UserInactive,
    SignedOut,
}

#[derive(Debug, Deserialize)]
pub(super) struct PlacedOrder {
    id: OrderId,
    number: i64,
    status: String,
    currency: Currency,
    total: i64,
    email: String,
    placed_at: Timestamp,
    lines: Vec<PlacedLine>,
}

#[derive(Debug, Deserialize)]
struct PlacedLine {
    variant_id: Option<VariantId>,
    product_name: String,
    variant_name: String,
    sku: String,
    unit_price: i64,
    quantity: i32,
    backordered: i32,
}

#[derive(Debug, Deserialize)]
pub(super) struct SoldOutLine {
    variant_id: VariantId,
    product_name: String,
    variant_name: String,
    sku: String,
    quantity: i32,
    /// `None` if the variant is not for sale.
    available: Option<i32>,
}

impl Answer {
    /// Returns the outcome of the checkout of this cart.
    pub(super) fn outcome(self, cart: CartId) -> Outcome {
        match self {
            Self::Placed(order) => Outcome::Placed(order.of_cart(cart)),
            Self::Replayed(order) => Outcome::Replayed(order.of_cart(cart)),
            Self::SoldOut { lines } => Outcome::SoldOut(lines.into_iter().map(UnavailableItem::from).collect()),
            Self::CartChanged { currency, total } => Outcome::CartChanged(currency.amount(Money::from_minor(total))),
            Self::AddressNotProven => Outcome::AddressNotProven,
            Self::OverQuantityLimit { lines } => Outcome::OverQuantityLimit(lines),
            Self::TooManyOfAccount { wait_seconds } => Outcome::TooManyOfAccount(wait_seconds),
            Self::TooManyOfNetwork { wait_seconds } => Outcome::TooManyOfNetwork(wait_seconds),
            Self::CartEmpty => Outcome::CartEmpty,
            Self::CartNotFound => Outcome::CartNotFound,
            Self::CartOrdered { order_id } => Outcome::CartOrdered(order_id),
            Self::KeyReused => Outcome::KeyReused,
            Self::UserNotFound => Outcome::UserNotFound,
            Self::UserInactive => Outcome::UserInactive,
            Self::SignedOut => Outcome::SignedOut,
        }
    }
}

impl PlacedOrder {
    fn of_cart(self, cart_id: CartId) -> Order {
        let Self { id, number, status, currency, total, email, placed_at, lines } = self;
        Order {
            id,
            number,
            status,
            cart_id,
            email,
            items: lines.into_iter().map(|line| line.in_currency(currency)).collect(),
            grand_total: currency.amount(Money::from_minor(total)),
            currency,
            placed_at,
        }
    }
}

impl PlacedLine {
    fn in_currency(self, currency: Currency) -> OrderLine {
        let unit_price = currency.amount(Money::from_minor(self.unit_price));
        OrderLine {
            product_variant_id: self.variant_id,
            product_name: self.product_name,
            variant_name: self.variant_name,
            sku: self.sku,
            unit_price,
            quantity: self.quantity,
            backordered: self.backordered,
            sub_total: unit_price * self.quantity,
        }
    }
}

impl From<SoldOutLine> for UnavailableItem {
    fn from(line: SoldOutLine) -> Self {
        Self {
            product_variant_id: line.variant_id,
            product_name: line.product_name,
            variant_name: line.variant_name,
            sku: line.sku,
            unavailable_reason: match line.available {
                Some(_) => UnavailableReason::InsufficientStock,
                None => UnavailableReason::NotForSale,
            },
            requested: line.quantity,
            available: line.available.unwrap_or_default(),
        }
    }
}
