//! Names of variants that staff have not named, and the titles of variants.

use crate::locale::one_line;

/// Returns the name that is made from these values: `M / Blue`. Without values it is empty: the only variant of a product without options
/// needs only the product's name.
pub fn made_name<'v>(values: impl IntoIterator<Item = &'v str>) -> String {
    values.into_iter().collect::<Vec<_>>().join(" / ")
}

/// Returns the names of a product and its variant in one line, isolated as [`one_line`] does: `Runner, EU 42`. The only variant of a product without
/// options has no name.
pub fn variant_title(product: &str, variant: &str) -> String {
    let (product, variant) = (one_line(product), one_line(variant));
    if variant.is_empty() { product } else { format!("{product}, {variant}") }
}

/// Returns true if a name consists of these values only, in any order.
pub fn is_made_name<'v>(name: &str, values: impl IntoIterator<Item = &'v str>) -> bool {
    let mut values: Vec<&str> = values.into_iter().collect();
    // First compared as a whole, because a value may contain a slash itself.
    if name == made_name(values.iter().copied()) {
        return true;
    }
    let mut words: Vec<&str> = name.split(" / ").collect();
    values.sort_unstable();
    words.sort_unstable();
    values == words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_name_differs_from_a_given_one() {
        for values in [&[][..], &["M"], &["S / M", "Blue"]] {
            assert!(is_made_name(&made_name(values.iter().copied()), values.iter().copied()), "{values:?}");
        }
        assert!(is_made_name("Blue / M", ["M", "Blue"]));
        assert!(!is_made_name("M / Navy", ["M", "Blue"]));
        assert!(!is_made_name("One size", []));
        assert!(!is_made_name("", ["M"]));
    }

    #[test]
    fn a_title_has_the_names_of_product_and_variant_in_one_line() {
        assert_eq!(variant_title("Runner", "EU 42"), "Runner, EU 42");
        assert_eq!(variant_title("Mug", ""), "Mug");
        assert_eq!(variant_title("Two\r\nlines", " M \u{7} / Blue"), "Two lines, M / Blue");
        assert_eq!(variant_title("קפה", "250 g"), "\u{2068}קפה\u{2069}, 250 g");
    }

    #[test]
    fn a_variant_without_values_has_no_name() {
        assert_eq!(made_name([]), "");
    }
}
