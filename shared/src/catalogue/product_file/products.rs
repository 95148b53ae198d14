//! The products of a file of either format.

use std::io::{self, BufRead};

use super::records::Place;
use super::{Batch, FileKind};
use crate::catalogue::write::Stock;
use crate::catalogue::{shopify, woocommerce};

/// Reason why the stock of a file cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotComparable {
    /// The file has no column with this name.
    #[error(
        "the stock of the file cannot be compared, because it has no column \"{0}\". Export the products, change the quantities in that file and import it; or \
         import this file so that it gives stock to new variants only (initial), or sets the stock whatever was sold (set)"
    )]
    NoColumn(&'static str),
    /// No file of this kind says what stock its author saw.
    #[error(
        "the stock of the file cannot be compared, because a {} does not say what stock its author saw. Import this file so that it gives stock to new \
         variants only (initial), or sets the stock whatever was sold (set); or export the products of this shop, change the quantities in that file and \
         import it",
        .0.name()
    )]
    Kind(FileKind),
}

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
