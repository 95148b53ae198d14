//! Says why a product of a file is refused, with the names that columns have in the format of the file.

use super::error::{EditError, Missing};
use crate::catalogue::product_file::FileKind;

/// The names of a format.
struct Names {
    /// The cells by which the rows of a product are known.
    product: &'static str,
    /// A product's name, and its column.
    name: [&'static str; 2],
    price: &'static str,
    sku: &'static str,
    options: &'static str,
}

const SHOPIFY: Names = Names {
    product: "handle",
    name: ["title", "Title"],
    price: "Variant Price",
    sku: "Variant SKU",
    options: "options",
};

const WOOCOMMERCE: Names =
    Names { product: "SKU or ID", name: ["name", "Name"], price: "Regular price", sku: "SKU", options: "attributes" };

/// Returns the reason for a refusal of a product in a file of this kind.
pub(super) fn reason(error: &EditError, kind: FileKind) -> String {
    match error {
        EditError::SkuOfOtherProduct { sku, owner, handle, .. } => {
            let (here, cure) = match kind {
                FileKind::ShopifyCsv => (format!("the handle here is \"{handle}\""), "correct the handle"),
                FileKind::WooCommerceCsv => {
                    (format!("the row is one of the product \"{handle}\""), "correct \"Parent\" or \"SKU\"")
                }
            };
            format!(
                "the SKU \"{sku}\" belongs to the product \"{owner}\", but {here}: {cure}; to move the variant, first import \"{owner}\" without it, \
                 in a separate file"
            )
        }
        EditError::SkuUnderOtherHandle { sku, handle } => {
            let (there, cure) = match kind {
                FileKind::ShopifyCsv => ("under the handle", "correct that handle"),
                FileKind::WooCommerceCsv => ("in a row of the product", "correct \"Parent\" or \"SKU\" there"),
            };
            format!(
                "the variant with the SKU \"{sku}\" would be removed, but the file has it {there} \"{handle}\": {cure}; to move the variant, first \
                 import this product without it, in a separate file"
            )
        }
        EditError::VariantNamedTwice { .. } => {
            "another row of the product is about the same variant; correct its SKU, or remove one of the rows"
                .to_owned()
        }
        EditError::SkuTaken { sku, .. } => format!("another variant has the SKU \"{sku}\"; write another one"),
        EditError::Incomplete { missing, .. } => match kind {
            FileKind::ShopifyCsv => missing_part(missing, &SHOPIFY, kind),
            FileKind::WooCommerceCsv => missing_part(missing, &WOOCOMMERCE, kind),
        },
        EditError::NoSuchCategory(_)
        | EditError::NoSuchVariant { .. }
        | EditError::NoSuchValue { .. }
        | EditError::NoSuchOption { .. }
        | EditError::TwoValues { .. }
        | EditError::SkuOfOtherEdit { .. }
        | EditError::SameValues { .. }
        | EditError::StockNotPermitted { .. }
        | EditError::NegativePrice { .. }
        | EditError::PriceTooHigh { .. }
        | EditError::NotOneDefault { .. }
        | EditError::TooManyVariants
        | EditError::NoSuchDefault(_)
        | EditError::DefaultArchived
        | EditError::NoSuchImage { .. }
        | EditError::NoSuchImageVariant { .. }
        | EditError::TooManyImages => error.to_string(),
    }
}

fn missing_part(missing: &Missing, names: &Names, kind: FileKind) -> String {
    let Names { product, name: [name, name_column], price, sku, options } = names;
    match (missing, kind) {
        (Missing::Name, _) => {
            format!(
                "there is no product with this {product} yet, and a new one needs a {name}: add the column \"{name_column}\""
            )
        }
        (Missing::Variants, FileKind::ShopifyCsv) => {
            format!(
                "there is no product with this {product} yet, and a new one needs a variant: add the column \"{price}\""
            )
        }
        (Missing::Variants, FileKind::WooCommerceCsv) => format!(
            "there is no product with this {product} yet, and a new variable one needs variations: add their rows, with the product in \"Parent\""
        ),
        (Missing::OtherOptions, _) => format!(
            "the product has other {options} too, and the row does not say which variant it is about: add the column \"{sku}\" or those of all \
             {options}"
        ),
        (Missing::Price, _) => {
            format!("the product has no such variant yet, and a new one needs a price: add the column \"{price}\"")
        }
        (Missing::SkuAndOptions, _) => format!(
            "the product has several variants, and the row does not say which: add the column \"{sku}\" or those of the {options}"
        ),
        (Missing::Options(unknown), _) => format!(
            "the product has no variant with the SKU \"{unknown}\", and a new one needs {options}: correct the SKU, or add the columns of the \
             {options}"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All errors in whose text a column can be named.
    fn errors() -> Vec<EditError> {
        let [sku, owner, handle] = ["A", "one", "two"].map(str::to_owned);
        let missing = [
            Missing::Name,
            Missing::Variants,
            Missing::OtherOptions,
            Missing::Price,
            Missing::SkuAndOptions,
            Missing::Options(sku.clone()),
        ];
        let others = [
            EditError::SkuOfOtherProduct { at: 0, sku: sku.clone(), owner, handle: handle.clone() },
            EditError::SkuUnderOtherHandle { sku: sku.clone(), handle },
            EditError::VariantNamedTwice { at: 0, by_id: false },
            EditError::SkuTaken { at: 0, sku: sku.clone() },
            EditError::SkuOfOtherEdit { at: 0, sku },
            EditError::SameValues { at: 0 },
            EditError::NegativePrice { at: None },
            EditError::PriceTooHigh { at: None },
            EditError::TooManyVariants,
            EditError::TooManyImages,
        ];
        missing.map(|missing| EditError::Incomplete { at: None, missing }).into_iter().chain(others).collect()
    }

    #[test]
    fn a_reason_names_the_columns_of_its_format_and_no_others() {
        for error in errors() {
            let [shopify, woocommerce] =
                [FileKind::ShopifyCsv, FileKind::WooCommerceCsv].map(|kind| reason(&error, kind));
            for words in ["Parent", "\"SKU\"", "\"Name\"", "Regular", "attribute"] {
                assert!(!shopify.contains(words), "{shopify}");
            }
            for words in ["andle", "itle", "Variant ", "option1"] {
                assert!(!woocommerce.contains(words), "{woocommerce}");
            }
        }
    }
}
