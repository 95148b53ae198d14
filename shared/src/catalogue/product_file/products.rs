//! The products of a file of either format.

use std::io::{self, BufRead};

use super::Batch;
use super::records::Place;
use crate::catalogue::shopify::NotComparable;
use crate::catalogue::write::Stock;
use crate::catalogue::{shopify, woocommerce};

/// The products of a file, one batch after the other.
#[derive(Debug)]
pub enum Products<R> {
    /// A Shopify product export.
    Shopify(Box<shopify::Products<R>>),
    /// A WooCommerce product export.
    WooCommerce(Box<woocommerce::Products>),
}

impl<R: BufRead> Products<R> {
    /// Checks that the file has the columns that this meaning of its stock needs.
    pub fn check_stock(&self, stock: Stock) -> Result<(), NotComparable> {
        match self {
            Self::Shopify(products) => products.check_stock(stock),
            Self::WooCommerce(_) => woocommerce::Products::check_stock(stock),
        }
    }

    /// Returns the position at which the unread products begin.
    pub fn place(&self) -> Place {
        match self {
            Self::Shopify(products) => products.place(),
            Self::WooCommerce(products) => products.place(),
        }
    }

    /// Returns the next products; `None` at the end, or if the bytes end before the next product does.
    pub fn batch(&mut self) -> io::Result<Option<Batch>> {
        match self {
            Self::Shopify(products) => products.batch(),
            Self::WooCommerce(products) => products.batch(),
        }
    }
}
