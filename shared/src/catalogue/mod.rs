//! The catalogue: products with their variants and images, brands, the category tree, and attributes.

pub mod combinations;
pub mod limits;
pub mod product_file;
pub mod product_import;
pub mod shopify;
pub mod staff;
pub mod store;
pub mod woocommerce;
pub mod write;

mod card;
mod facets;
mod html;
mod id_or_slug;
mod image_url;
mod name_key;
mod product;
mod slug;
mod taxonomy;
mod tree;
mod variant_name;

pub use card::Card;
pub use facets::{AttributeFacet, AvailabilityFacet, BrandFacet, CategoryFacet, Facets, PriceBand, ValueFacet};
pub use html::clean_html;
pub use id_or_slug::IdOrSlug;
pub use image_url::is_image_url;
pub use name_key::name_key;
pub use product::{
    Attribute, AttributeValue, ImageFile, MainImage, PriceRange, Product, ProductCard, ProductImage, ProductVariant,
    Publication, Status, VariantAttributeValue, Visibility,
};
pub use slug::{MAX_SLUG, is_slug, sku_part, slug_of_handle, slugify, slugify_path};
pub use taxonomy::{BadLine, Taxonomy};
pub use tree::{Brand, Category, CategoryChild, CategoryNode, CategoryRow, CategorySummary, tree};
pub use variant_name::{is_made_name, made_name, variant_title};
