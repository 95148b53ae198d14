//! The only writer of products. A change over the API is a batch of one edit, an import is a batch of a hundred, and so is the sample
//! catalogue.
//!
//! [`save`] compares each [`ProductEdit`] with the product as it is, plans the difference, and writes it with a number of statements that
//! does not depend on the size of the batch. Rows that already match the edit are not written.

mod author;
mod duplicate_skus;
mod edit;
mod error;
mod file_images;
mod images;
mod import;
mod paired;
mod partial_options;
mod plan;
mod reason;
mod refusal;
mod save;
mod saved;
mod taxonomy;
#[cfg(test)]
mod tests;
mod variants;

pub use author::Author;
pub use edit::{
    BasePrice, BrandRef, CategoriesEdit, FileImages, ImageEdit, ImageTarget, ImageVariant, ImagesEdit, PriceEdit,
    ProductEdit, ProductTarget, StockEdit, VariantEdit, VariantName, VariantTarget, VariantsEdit,
};
pub use error::{EditError, Missing};
pub use import::{Attempt, DuplicateSkus, ImportBatch, ImportOptions, Refused, Stock, Together, save_imports};
pub use save::{SaveError, save};
pub use saved::{RowChange, Saved};
