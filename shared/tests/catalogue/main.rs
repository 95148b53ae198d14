//! The catalogue in SQL: what endpoints cannot reach.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking, and so do their helpers")]

mod cards;
mod list;
mod plans;
mod product_index;
