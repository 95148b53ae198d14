//! Catalogue.

pub mod staff;
pub mod store;
