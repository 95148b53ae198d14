//! A product with everything that belongs to it, as a file describes it: the input of an import and of the sample catalogue.
//! [`super::write::save_imports`] writes it.
//!
//! A field about which the file says nothing stays as it is: `None`, or [`Patch::Keep`]. A field that the file leaves empty becomes empty.

use super::Status;
use super::variant_name::made_name;
use crate::money::Money;
use crate::patch::Patch;

/// A product as a file describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductImport {
    /// The product's name in files, by which an existing product is found.
    pub handle: String,
    /// True if the slug of a new product is made of its name, because the handle is not one for people.
    pub has_slug_of_name: bool,
    /// The product's name. A new product needs one.
    pub name: Option<String>,
    /// The description as sanitised HTML.
    pub description: Option<String>,
    /// The brand's name.
    pub brand: Patch<String>,
    /// The paths of categories, from the top of the tree down.
    pub categories: Patch<Vec<Vec<String>>>,
    /// True if the product is in `categories` and in no others. False if its other categories stay; without any category in the file the
    /// product then leaves its only one.
    pub has_all_categories: bool,
    /// Words by which shoppers find the product.
    pub tags: Option<Vec<String>>,
    /// The publication status.
    pub status: Option<Status>,
    /// Without a status in the file: false makes an active product a draft, true makes a draft active. An archived product stays archived.
    pub is_published: Option<bool>,
    /// The variants, in order.
    pub variants: Vec<ImportVariant>,
    /// True if the product sells `variants` and no others. False if others stay as they are.
    pub has_all_variants: bool,
    /// Number of options for which the file has columns. If a variant of the product has more attributes, the file cannot name all of them; values
    /// of attributes that it does not name then stay.
    pub option_columns: usize,
    /// The images of the product.
    pub images: ImportImages,
}

/// A variant as a file describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportVariant {
    /// The line of the file on which the variant is described; 0 if there is no file.
    pub line: u64,
    /// The variant's SKU; `None` if the file does not have it. The variant is then found by its options, and a new one gets a SKU that
    /// is made from them.
    pub sku: Option<String>,
    /// The attributes that distinguish this variant, each with its value, in order.
    pub options: Option<Vec<(String, String)>>,
    /// The label of a variant without options.
    pub label: Option<Label>,
    /// The price that shoppers pay. A new variant needs one.
    pub price: Option<Money>,
    /// The price before a reduction.
    pub compare_at_price: Patch<Money>,
    /// The only price of a file that can have two; `None` if the file has both or says the price that shoppers pay.
    pub only_price: Option<OnlyPrice>,
    /// The barcode (GTIN).
    pub barcode: Patch<String>,
    /// The weight in grams.
    pub weight_grams: Patch<i32>,
    /// The number of units on hand; `None` if the file does not have it, and the stock then stays as it is.
    pub on_hand: Option<i32>,
    /// The number of units that were on hand when the file was written; `None` if the file does not have it.
    pub on_hand_seen: Option<i32>,
    /// True if a sale takes units from the stock. If false, the variant can always be bought.
    pub track_inventory: Option<bool>,
    /// True if the variant can be bought with nothing on hand.
    pub allow_backorder: Option<bool>,
    /// The maximum number of units that are sold and not on hand.
    pub backorder_limit: Patch<i32>,
    /// The URL of the first image that shows the variant.
    pub image: Patch<String>,
}

/// One of the two prices of a variant, from a file that does not have the other: a reduction stays, or begins or ends, by the price that the variant
/// has already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnlyPrice {
    /// The price without a reduction. A variant that is reduced keeps its price.
    Regular(Money),
    /// The reduced price; `None` if there is no reduction.
    Sale(Option<Money>),
}

/// An option that only names a variant without options, as in `Title`: `One size`. A variant that has this attribute with this value keeps
/// it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The name of the option.
    pub attribute: String,
    /// The value of the option.
    pub value: String,
    /// The name that the value gives to the variant; `None` if the value only says that there is no option.
    pub name: Option<String>,
}

/// The images of a product as a file describes them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportImages {
    /// All images of the product except those that only variants name, in order, each URL once. `None` if the file does not list images.
    pub all: Option<Vec<ImportImage>>,
    /// True if `all` also has the images of variants that the file does not have. False if such images stay.
    pub has_those_of_variants: bool,
    /// True if the images get the order of the list. False if those that the product has keep theirs.
    pub is_ordered: bool,
}

/// An image as a file describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportImage {
    /// The image's address.
    pub url: String,
    /// The text for people who cannot see the image.
    pub alt_text: Option<String>,
}

impl ProductImport {
    /// Returns the number of variants that the file says can be bought whatever is on hand.
    pub fn untracked(&self) -> u64 {
        self.variants.iter().filter(|variant| variant.is_untracked()).count() as u64
    }

    /// Returns the number of other variants that the file says can be bought with nothing on hand.
    pub fn backorderable(&self) -> u64 {
        let can_be_ordered =
            |variant: &&ImportVariant| !variant.is_untracked() && variant.allow_backorder == Some(true);
        self.variants.iter().filter(can_be_ordered).count() as u64
    }
}

impl ImportVariant {
    fn is_untracked(&self) -> bool {
        self.track_inventory == Some(false)
    }
}

/// Returns the name of a variant with these options: `M / Blue`.
pub fn variant_name(options: &[(String, String)]) -> String {
    made_name(options.iter().map(|(_, value)| value.as_str()))
}
