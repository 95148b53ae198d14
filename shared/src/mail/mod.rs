//! Mail.

pub mod store;
