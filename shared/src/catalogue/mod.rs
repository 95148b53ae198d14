//! The catalogue: products with their variants and images, brands, the category tree, and attributes.

pub mod store;

mod slug;

pub use slug::slugify;
