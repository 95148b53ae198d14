//! Accounts.

pub mod store;
pub mod tokens;
