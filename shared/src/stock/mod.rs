//! Stock.

pub mod store;
