//! What a variant is called that nobody has named.

/// What one without values is called.
pub const ONLY_VARIANT: &str = "Standard";

/// What a variant with these values is called: `M / Blue`.
pub fn made_name<'v>(values: impl IntoIterator<Item = &'v str>) -> String {
    let values: Vec<&str> = values.into_iter().collect();
    if values.is_empty() { ONLY_VARIANT.to_owned() } else { values.join(" / ") }
}

/// Whether a name says these values and nothing else, in whatever order.
pub fn is_made_name<'v>(name: &str, values: impl IntoIterator<Item = &'v str>) -> bool {
    let mut values: Vec<&str> = values.into_iter().collect();
    if values.is_empty() {
        return name == ONLY_VARIANT;
    }
    // As it was made, before it is taken to pieces: a value may have a slash itself.
    if name == values.join(" / ") {
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
    fn a_name_that_was_made_is_told_from_one_that_was_given() {
        for values in [&[][..], &["M"], &["S / M", "Blue"]] {
            assert!(is_made_name(&made_name(values.iter().copied()), values.iter().copied()), "{values:?}");
        }
        assert!(is_made_name("Blue / M", ["M", "Blue"]));
        assert!(!is_made_name("M / Navy", ["M", "Blue"]));
        assert!(!is_made_name("One size", []));
        assert!(!is_made_name(ONLY_VARIANT, ["M"]));
    }
}
