//! Stock.

pub mod staff;
pub mod store;
