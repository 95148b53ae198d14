//! The catalogue in SQL.

pub mod attributes;
pub mod brands;
pub mod categories;
pub mod entries;
pub mod list;
pub mod product;
pub mod whole;
pub mod write;
