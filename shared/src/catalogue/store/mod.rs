//! The SQL of the catalogue.

pub mod attributes;
pub mod brands;
pub mod categories;
pub mod everything;
pub mod expand;
pub mod facets;
pub mod filter;
pub mod list;
pub mod prices;
pub mod product;
pub mod search;
pub mod snapshot;
pub mod write;

mod arranged;
mod category_counts;
mod offer;
mod ranked;
mod row;
mod two_parts;
mod walk;
