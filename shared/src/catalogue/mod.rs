//! Catalogue.

pub mod store;
