//! The catalogue: products with their variants and images, brands, the category tree, and attributes.

pub mod store;

mod html;
mod slug;

pub use html::clean_html;
pub use slug::slugify;
