//! The catalogue in SQL.

pub mod write;
