//! Mail.

pub mod staff;
pub mod store;
