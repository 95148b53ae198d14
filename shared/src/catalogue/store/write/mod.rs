//! The statements that write the catalogue. The changes of a product are planned in [`crate::catalogue::write`].
//!
//! A change of a product locks it ([`lock_product`]; many: [`lock_products`]), writes, increases its version and ends with
//! [`refresh_product_cards`], all in one transaction. A broken constraint is returned as a reason ([`ProductConstraint`], [`BrandRefused`]
//! and so on), and the transaction can then only be rolled back.

mod attribute;
mod brand;
mod bulk;
mod category;
mod constraints;
mod free_names;
mod images;
mod lookup;
mod named_values;
mod order;
mod product;
mod taxonomy;
mod variants;

pub use attribute::{
    AttributeRefused, delete_attribute, delete_value, insert_attribute, insert_value, lock_attribute, move_value,
    rename_attribute, rename_value,
};
pub use brand::{BrandNames, BrandRefused, delete_brand, insert_brand, lock_brand, lock_brand_names, rename_brand};
pub use bulk::{NamedVariant, VariantPrice, find_variants, prices, set_prices};
pub use category::{
    CategoryChange, CategoryRefused, NewCategory, delete_category, free_category_slug, insert_category,
    lock_category_tree, move_to_position, update_category,
};
pub use constraints::{ProductConstraint, map_constraint_error};
pub(in crate::catalogue) use free_names::{UniqueName, free_names};
pub use images::{ImageRow, write_images};
pub use lookup::{find_or_create_brands, find_or_create_categories};
pub use named_values::{IdOrName, KnownValue, NamedValue, find_or_make_values};
pub use order::{NotInCategory, arrange_products};
pub use product::{
    LockedProduct, LockedProducts, ProductRow, add_to_categories, bump_versions, check_deferred_constraints,
    delete_or_archive_product, insert_products, lock_imports, lock_product, lock_product_slugs, lock_products,
    missing_categories, refresh_product_cards, remove_from_categories, set_default_variants, set_dry_run_savepoint,
    set_savepoint, undo_dry_run, undo_to_savepoint, update_products,
};
pub use taxonomy::{KnownCategories, TaxonomyCounts, insert_taxonomy};
use taxonomy::{NewLevel, insert_level};
pub use variants::{
    SkuOwner, ValuesRow, VariantRow, insert_variants, lock_variants, release_skus, remove_variants, sku_owners,
    update_variants, write_values,
};
