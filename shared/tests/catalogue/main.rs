//! The catalogue in SQL: what endpoints cannot reach.

mod list;
mod write;
