//! Writing the catalogue.
//!
//! Everything here may be said twice: what is already so is left alone, rows and `updated_at` included, and the answer says
//! whether anything was changed. Slugs and SKUs say which row is meant. Whoever changes what a card shows ends with
//! [`refresh_product_cards`] in the same transaction, and with [`touch_product`] where the product itself did not change.

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
mod tree;
mod variants;

pub use attribute::{
    AttributeRefused, delete_attribute, delete_value, insert_attribute, insert_value, lock_attribute, move_value,
    rename_attribute, rename_value,
};
pub use brand::{BrandNames, BrandRefused, delete_brand, insert_brand, lock_brand, rename_brand};
pub use bulk::{NamedVariant, VariantPrice, find_variants, lock_products, prices, set_prices, touch_products};
pub use category::{
    CategoryChange, CategoryRefused, NewCategory, delete_category, insert_category, lock_category_tree,
    move_to_position, update_category,
};
pub use named_values::{IdOrName, KnownValue, NamedValue, find_or_make_values};
pub use order::{Misplaced, arrange_products};
pub use product::{
    NewImage, NewProduct, lock_product, refresh_product_cards, replace_images, set_product_categories, touch_product,
    upsert_product,
};
pub use staff_images::{ImageState, write_images};
pub use staff_product::{
    ProductRefused, ProductState, default_variant, delete_or_archive_product, insert_product, judged,
    missing_categories, set_default_variant, update_product,
};
pub use staff_variants::{VariantState, skus_of_others, write_variants};
pub(super) use taxonomy::{NewLevel, insert_level, known_slugs};
pub use taxonomy::{Planted, plant_taxonomy};
use tree::refresh_cards_of_brand;
pub use tree::{upsert_brand, upsert_category};
pub use variants::{NewVariant, remove_variants_not_in, set_variant_values, upsert_variant};

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

/// A row that is now as it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written<I> {
    /// Which.
    pub id: I,
    /// What was done to it.
    pub change: Change,
}

impl<I> Written<I> {
    fn inserted(id: I) -> Self {
        Self { id, change: Change::Inserted }
    }

    /// A row that was there, and that an update touched or not.
    fn found(id: I, updated: bool) -> Self {
        Self { id, change: if updated { Change::Updated } else { Change::Unchanged } }
    }
}
