//! The shop as a whole: the currency in which it sells.

pub mod store;
