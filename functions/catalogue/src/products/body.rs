//! What staff say of a product.

use shared::catalogue::limits::{MAX_DESCRIPTION, MAX_IMAGES, MAX_LABELS, MAX_NAME, MAX_SKU, MAX_TAG, MAX_VARIANTS};
use shared::catalogue::store::write::ProductState;
use shared::catalogue::{Product, Status, clean_html, slugify};
use shared::http::{Fields, FromFields};
use shared::ids::{BrandId, CategoryId, VariantId};
use shared::money::Money;
use shared::time::Timestamp;
use utoipa::ToSchema;

use crate::categories::body::slug;
use crate::images::body::CreateImage;
use crate::variants::body::{CreateVariant, nullable};

/// What a whole product may weigh, in bytes: 500 variants and a long description have room.
pub(crate) const LARGEST: usize = 2 * 1024 * 1024;

/// A product as it is to be.
#[derive(Debug, ToSchema)]
pub(crate) struct CreateProduct {
    /// Its name.
    #[schema(min_length = 1, max_length = 255, example = "Ocean Blue Shirt")]
    pub name: String,
    /// Its name in URLs; the old one leads to it from then on. Made of the name, if not said; as it was in a PUT.
    #[schema(value_type = String, required = false, max_length = 100, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", example = "ocean-blue-shirt")]
    pub slug: Option<String>,
    /// Whose it is; null: nobody's. As it was in a PUT, if not said.
    #[schema(value_type = Option<BrandId>, required = false)]
    pub brand_id: Option<Option<BrandId>>,
    /// Where it is filed; as it was in a PUT, if not said.
    #[schema(value_type = Vec<CategoryId>, required = false, max_items = 100)]
    pub category_ids: Option<Vec<CategoryId>>,
    /// Its own SKU, beside those of its variants. No other product has it.
    #[schema(required = false, max_length = 255)]
    pub sku: Option<String>,
    /// HTML. What could harm whoever reads it is taken out.
    #[schema(value_type = String, required = false, max_length = 65_536, example = "<p>Soft linen.</p>")]
    pub description: Option<String>,
    /// What its variants' `price_adjustment` is added to.
    #[schema(value_type = String, pattern = r"^\d+(\.\d{1,2})?$", example = "49.90")]
    pub base_price: Money,
    /// Words to find it by.
    #[schema(value_type = Vec<String>, required = false, max_items = 100)]
    pub tags: Option<Vec<String>>,
    /// `active`, if not said; as it was in a PUT.
    #[schema(value_type = Status, required = false)]
    pub status: Option<Status>,
    /// From when it is for sale, if it is active; at once, if not said.
    #[schema(value_type = Option<Timestamp>, required = false)]
    pub publish_at: Option<Timestamp>,
    /// Until when it is, later than `publish_at`; for good, if not said.
    #[schema(value_type = Option<Timestamp>, required = false)]
    pub unpublish_at: Option<Timestamp>,
    /// The variant to show first: one that it has and sells. The one that is marked as `is_default` goes before it, and then the first.
    #[schema(nullable, required = false)]
    pub default_variant_id: Option<VariantId>,
    /// All of its variants, in order. One that is not named is deleted, or archived where orders refer to it.
    #[schema(value_type = Vec<CreateVariant>, required = false, max_items = 500)]
    pub variants: Option<Vec<CreateVariant>>,
    /// All of its images, in order.
    #[schema(value_type = Vec<CreateImage>, required = false, max_items = 250)]
    pub images: Option<Vec<CreateImage>>,
}

/// What of a product is to change.
#[derive(Debug, ToSchema)]
pub(crate) struct UpdateProduct {
    /// Its name.
    #[schema(value_type = String, required = false, min_length = 1, max_length = 255)]
    pub name: Option<String>,
    /// Its name in URLs; the old one leads to it from now on.
    #[schema(value_type = String, required = false, max_length = 100, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")]
    pub slug: Option<String>,
    /// Whose it is; null: nobody's.
    #[schema(value_type = Option<BrandId>, required = false)]
    pub brand_id: Option<Option<BrandId>>,
    /// Where it is filed: these and no others.
    #[schema(value_type = Vec<CategoryId>, required = false, max_items = 100)]
    pub category_ids: Option<Vec<CategoryId>>,
    /// Its own SKU; null: none.
    #[schema(value_type = Option<String>, required = false, max_length = 255)]
    pub sku: Option<Option<String>>,
    /// HTML. What could harm whoever reads it is taken out.
    #[schema(value_type = String, required = false, max_length = 65_536)]
    pub description: Option<String>,
    /// What its variants' `price_adjustment` is added to. A variant with a price of its own keeps it.
    #[schema(value_type = String, required = false, pattern = r"^\d+(\.\d{1,2})?$")]
    pub base_price: Option<Money>,
    /// Words to find it by: these and no others.
    #[schema(value_type = Vec<String>, required = false, max_items = 100)]
    pub tags: Option<Vec<String>>,
    /// How far it is.
    #[schema(value_type = Status, required = false)]
    pub status: Option<Status>,
    /// From when it is for sale, if it is active; null: at once.
    #[schema(value_type = Option<Timestamp>, required = false)]
    pub publish_at: Option<Option<Timestamp>>,
    /// Until when it is; null: for good.
    #[schema(value_type = Option<Timestamp>, required = false)]
    pub unpublish_at: Option<Option<Timestamp>>,
    /// The variant to show first: one that it has and sells; null: the first.
    #[schema(value_type = Option<VariantId>, required = false)]
    pub default_variant_id: Option<Option<VariantId>>,
    /// All of its variants, in order. One that is not named is deleted, or archived where orders refer to it.
    #[schema(value_type = Vec<CreateVariant>, required = false, max_items = 500)]
    pub variants: Option<Vec<CreateVariant>>,
    /// All of its images, in order.
    #[schema(value_type = Vec<CreateImage>, required = false, max_items = 250)]
    pub images: Option<Vec<CreateImage>>,
}

impl FromFields for UpdateProduct {
    fn read(fields: &mut Fields) -> Option<Self> {
        let name = fields.sent("name", |fields, field| fields.text(field, MAX_NAME));
        let slug = slug(fields);
        let brand_id = nullable(fields, "brand_id", |fields, field| fields.id(field).map(BrandId));
        let category_ids = fields.maybe("category_ids", |fields, field| {
            fields.values(field, MAX_LABELS, |fields, at| fields.id(at).map(CategoryId))
        });
        let sku = nullable(fields, "sku", |fields, field| fields.text(field, MAX_SKU));
        let description = fields.maybe("description", |fields, field| fields.text_or_blank(field, MAX_DESCRIPTION));
        let base_price = fields.sent("base_price", Fields::price);
        let tags = fields.maybe("tags", |fields, field| fields.values(field, MAX_LABELS, tag));
        let status = fields.filter("status", status);
        let publish_at = nullable(fields, "publish_at", Fields::timestamp);
        let unpublish_at = nullable(fields, "unpublish_at", Fields::timestamp);
        let default_variant_id =
            nullable(fields, "default_variant_id", |fields, field| fields.id(field).map(VariantId));
        let variants = fields.maybe("variants", |fields, field| fields.list(field, MAX_VARIANTS));
        let images = fields.maybe("images", |fields, field| fields.list(field, MAX_IMAGES));
        Some(Self {
            name: name?,
            slug: slug?,
            brand_id: brand_id?,
            category_ids: category_ids?.map(each_once),
            sku: sku?,
            description: description?.map(|html| clean_html(&html)),
            base_price: base_price?,
            tags: tags?.map(each_once),
            status: status?,
            publish_at: publish_at?,
            unpublish_at: unpublish_at?,
            default_variant_id: default_variant_id?,
            variants: variants?,
            images: images?,
        })
    }
}

impl FromFields for CreateProduct {
    fn read(fields: &mut Fields) -> Option<Self> {
        for name in ["name", "base_price"].into_iter().filter(|name| !fields.has(name)).collect::<Vec<_>>() {
            fields.error(name, "This field is required.");
        }
        let said = UpdateProduct::read(fields)?;
        Some(Self {
            name: said.name?,
            slug: said.slug,
            brand_id: said.brand_id,
            category_ids: said.category_ids,
            sku: said.sku.flatten(),
            description: said.description,
            base_price: said.base_price?,
            tags: said.tags,
            status: said.status,
            publish_at: said.publish_at.flatten(),
            unpublish_at: said.unpublish_at.flatten(),
            default_variant_id: said.default_variant_id.flatten(),
            variants: said.variants,
            images: said.images,
        })
    }
}

impl From<CreateProduct> for UpdateProduct {
    fn from(all: CreateProduct) -> Self {
        Self {
            name: Some(all.name),
            slug: all.slug,
            brand_id: all.brand_id,
            category_ids: all.category_ids,
            sku: Some(all.sku),
            description: Some(all.description.unwrap_or_default()),
            base_price: Some(all.base_price),
            tags: Some(all.tags.unwrap_or_default()),
            status: all.status,
            publish_at: Some(all.publish_at),
            unpublish_at: Some(all.unpublish_at),
            default_variant_id: Some(all.default_variant_id),
            variants: all.variants,
            images: all.images,
        }
    }
}

impl CreateProduct {
    /// A new product's own fields.
    pub(crate) fn state(&self) -> ProductState {
        ProductState {
            slug: self.slug.clone().unwrap_or_else(|| slugify(&self.name)),
            name: self.name.clone(),
            brand: self.brand_id.flatten(),
            sku: self.sku.clone(),
            description: self.description.clone().unwrap_or_default(),
            base_price: self.base_price,
            tags: self.tags.clone().unwrap_or_default(),
            status: self.status.unwrap_or(Status::Active),
            publish_at: self.publish_at,
            unpublish_at: self.unpublish_at,
        }
    }
}

impl UpdateProduct {
    /// The product's own fields, with what of them is to change.
    pub(crate) fn state(&self, before: &Product) -> ProductState {
        let (was, publication) = (&before.summary, before.publication.as_ref());
        ProductState {
            slug: self.slug.clone().unwrap_or_else(|| was.slug.clone()),
            name: self.name.clone().unwrap_or_else(|| was.name.clone()),
            brand: self.brand_id.unwrap_or(was.brand.as_ref().map(|brand| brand.id)),
            sku: self.sku.clone().unwrap_or_else(|| was.sku.clone()),
            description: self.description.clone().unwrap_or_else(|| before.description.clone()),
            base_price: self.base_price.unwrap_or(was.base_price),
            tags: self.tags.clone().unwrap_or_else(|| before.tags.clone()),
            status: self.status.or(publication.map(|was| was.status)).unwrap_or(Status::Active),
            publish_at: self.publish_at.unwrap_or(publication.and_then(|was| was.publish_at)),
            unpublish_at: self.unpublish_at.unwrap_or(publication.and_then(|was| was.unpublish_at)),
        }
    }
}

/// Files of products separate tags by commas, so none has one.
fn tag(fields: &mut Fields, at: &str) -> Option<String> {
    let tag = fields.text(at, MAX_TAG)?;
    if tag.contains(',') {
        fields.error(at, "A tag has no comma.");
        return None;
    }
    Some(tag)
}

fn status(fields: &mut Fields, field: &str) -> Option<Status> {
    let name = fields.text(field, MAX_NAME)?;
    let status = Status::named(&name);
    if status.is_none() {
        fields.error(field, format!("\"{name}\" is not a valid choice."));
    }
    status
}

/// In the order in which they are named first.
fn each_once<T: PartialEq>(all: Vec<T>) -> Vec<T> {
    let mut once: Vec<T> = Vec::new();
    for one in all {
        if !once.contains(&one) {
            once.push(one);
        }
    }
    once
}
