//! The shop as a whole: the currency in which it sells, and its options.

mod options;
pub mod store;

pub use options::ShopOptions;
