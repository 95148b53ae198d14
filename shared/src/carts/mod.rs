//! Carts.

pub mod store;
