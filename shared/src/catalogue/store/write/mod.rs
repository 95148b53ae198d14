//! Writing the catalogue, as staff do. Products as files describe them are written by [`super::imports`].
//!
//! Whoever changes a product locks it ([`lock_product`]; many: [`lock_products`]), writes, counts the change ([`bump_version`]) and ends with
//! [`refresh_product_cards`], all in one transaction. What the constraints refuse comes back as a reason ([`ProductRefused`],
//! [`BrandRefused`] and so on), and the transaction is of no more use then.

mod attribute;
mod brand;
mod bulk;
mod category;
mod named_values;
mod order;
mod product;
mod staff_images;
mod staff_product;
mod staff_variants;
mod taxonomy;

pub use attribute::{
    AttributeRefused, delete_attribute, delete_value, insert_attribute, insert_value, lock_attribute, move_value,
    rename_attribute, rename_value,
};
pub use brand::{BrandNames, BrandRefused, delete_brand, insert_brand, lock_brand, lock_brand_names, rename_brand};
pub use bulk::{NamedVariant, VariantPrice, bump_versions, find_variants, lock_products, prices, set_prices};
pub use category::{
    CategoryChange, CategoryRefused, NewCategory, delete_category, insert_category, lock_category_tree,
    move_to_position, update_category,
};
pub use named_values::{IdOrName, KnownValue, NamedValue, find_or_make_values};
pub use order::{Misplaced, arrange_products};
pub use product::{bump_version, lock_product, refresh_product_cards, set_product_categories};
pub use staff_images::{ImageState, write_images};
pub use staff_product::{
    ProductRefused, ProductState, default_variant, delete_or_archive_product, insert_product, judged,
    missing_categories, set_default_variant, update_product,
};
pub use staff_variants::{VariantState, skus_of_others, write_variants};
pub(super) use taxonomy::{NewLevel, insert_level, known_slugs};
pub use taxonomy::{Planted, TooDeep, plant_taxonomy};

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Inserted,
    /// It was different.
    Updated,
    /// It was so already.
    Unchanged,
}
