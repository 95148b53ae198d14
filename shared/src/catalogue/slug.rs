//! Slugs, the forms of names in URLs.

use data_encoding::HEXLOWER;
use deunicode::deunicode_char;
use ring::digest::{SHA256, digest};
use unicode_normalization::UnicodeNormalization as _;

/// Maximum length of a slug.
pub const MAX_SLUG: usize = 255;
/// Maximum length of a slug that is made from names, so that people can read the URL.
const MAX_FROM_NAME: usize = 100;

/// Returns true if this can be a slug: lower-case ASCII words separated by hyphens. A number cannot, because it would be taken for an id.
pub fn is_slug(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    text.len() <= MAX_SLUG && text.split('-').all(is_word) && !is_number(text)
}

/// Writes a name as lower-case ASCII words separated by hyphens: `Crème brûlée, 2 pcs` becomes `creme-brulee-2-pcs`. Long names are cut.
///
/// Letters of other scripts are transliterated: `Рубашка` becomes `rubashka`. A name without a letter or digit becomes `noun`, and a
/// number, which would be taken for an id, comes after it: `501` becomes `product-501`. Different names may have equal slugs, so a slug
/// gets a number where it is taken.
pub fn slugify(name: &str, noun: &str) -> String {
    not_a_number(words(name, MAX_FROM_NAME), noun)
}

/// Returns the slug of a product that a file names by this handle. A handle that is a slug is kept whole.
pub fn slug_of_handle(handle: &str) -> String {
    not_a_number(words(handle, MAX_SLUG), "product")
}

/// Builds the slug of a category from all the names that lead to it. A slug that would be too long ends in eight digits of its digest,
/// because neighbours begin alike.
pub fn slugify_path<S: AsRef<str>>(names: &[S]) -> String {
    let path = names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(" ");
    if words(&path, usize::MAX).len() <= MAX_FROM_NAME {
        return slugify(&path, "category");
    }
    format!("{}-{}", words(&path, MAX_FROM_NAME - 9), digits(&path))
}

/// Writes a text as one part of a SKU: `Dark blue` becomes `dark-blue`, and a text without a letter or digit becomes `x`.
pub fn sku_part(text: &str) -> String {
    let part = words(text, MAX_FROM_NAME);
    if part.is_empty() { "x".to_owned() } else { part }
}

fn not_a_number(words: String, noun: &str) -> String {
    if words.is_empty() {
        noun.to_owned()
    } else if is_number(&words) {
        format!("{noun}-{words}")
    } else {
        words
    }
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns as many words of the text as fit.
fn words(text: &str, max: usize) -> String {
    let mut slug = String::new();
    for c in text.nfc() {
        let (start, latin) = (slug.len(), latin(c));
        // A fraction is a separate number: `2½` is not `21/2`.
        if latin.contains('/') && !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        for latin in latin.chars() {
            if latin.is_ascii_alphanumeric() {
                slug.push(latin.to_ascii_lowercase());
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        if slug.len() > max {
            slug.truncate(start);
            break;
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// Returns the letter or digit in ASCII: several letters for some (`ß`), and a word that ends in a blank for a sign of a script without
/// letters (`北`). Returns nothing for a sign that joins the letters next to it, such as an apostrophe or a combining accent, and a blank
/// for everything else, such as `™`.
fn latin(c: char) -> &'static str {
    let is_silent = matches!(c, '\'' | '’' | 'ʼ' | '\u{ad}');
    // Units in one character, such as `㎏`.
    let is_letter = c.is_alphanumeric() || matches!(c, '\u{3300}'..='\u{33ff}');
    match deunicode_char(c) {
        _ if is_silent => "",
        Some(latin) if latin.is_empty() || is_letter => latin,
        Some(_) | None => " ",
    }
}

fn digits(text: &str) -> String {
    let digest = digest(&SHA256, text.as_bytes());
    HEXLOWER.encode(digest.as_ref().split_at(4).0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_words_between_hyphens() {
        for (text, slug) in [
            ("Ocean Blue Shirt", "ocean-blue-shirt"),
            ("  Crème brûlée -- 2 pcs! ", "creme-brulee-2-pcs"),
            ("Straße & Œuvre", "strasse-oeuvre"),
            ("Women's / Łódź Ångström", "womens-lodz-angstrom"),
            ("cafe\u{301}", "cafe"),
            ("ﬁne ﬂow", "fine-flow"),
            ("Đà Nẵng phở", "da-nang-pho"),
            ("Рубашка синяя", "rubashka-siniaia"),
            ("Ελληνικό λάδι", "elleniko-ladi"),
            ("シャツ 北亰", "siyatu-bei-jing"),
            ("Shirt™ © 🦄 2½", "shirt-2-1-2"),
            ("½ ¼ x⅓", "1-2-1-4-x-1-3"),
            ("① ⑫ Ⅷ", "1-12-viii"),
            ("Ｆｕｌｌ ｗｉｄｔｈ １２", "full-width-12"),
            ("eﬃcient oﬀer, 5㎏ m²", "efficient-offer-5kg-m2"),
            ("501", "product-501"),
            ("５０１", "product-501"),
            ("★", "product"),
            ("🦄🦄", "product"),
            ("", "product"),
        ] {
            assert_eq!(slugify(text, "product"), slug, "{text}");
        }
    }

    #[test]
    fn every_script_has_a_slug() {
        for text in ["เสื้อยืด", "חולצה", "قميص", "셔츠", "\u{1109}\u{1167}\u{110e}\u{1173}", "कमीज़", "Mix 셔츠 и ★"]
        {
            let slug = slugify(text, "product");
            assert!(is_slug(&slug) && slug != "product", "{text} {slug}");
        }
        assert_eq!(slugify("셔츠", "product"), slugify("\u{1109}\u{1167}\u{110e}\u{1173}", "product"));
    }

    #[test]
    fn a_handle_that_is_a_slug_is_kept_whole() {
        for handle in ["shirt".to_owned(), format!("long-{}", "x".repeat(250)), "a-1-b".to_owned()] {
            assert!(is_slug(&handle));
            assert_eq!(slug_of_handle(&handle), handle);
        }
        assert_eq!(slug_of_handle("куртка_7"), "kurtka-7");
        assert!(is_slug(&slug_of_handle(&"服".repeat(255))));
    }

    #[test]
    fn categories_that_lie_deep_have_different_slugs() {
        let path = |last| {
            slugify_path(&[
                "The first of many long names of shelves",
                "The second",
                "And a third, as long as the first",
                "Deep",
                last,
            ])
        };
        let (one, other) = (path("Left"), path("Right"));
        assert!(one != other && is_slug(&one) && is_slug(&other), "{one} {other}");
        assert_eq!(slugify_path(&["Clothing", "Shirts & Tops"]), "clothing-shirts-tops");
    }

    #[test]
    fn a_slug_ends_where_it_gets_too_long() {
        let slug = slugify(&"éß ".repeat(100), "product");
        assert!(slug.len() <= MAX_FROM_NAME && slug.ends_with("ess"), "{slug}");
    }

    #[test]
    fn a_part_of_a_sku_may_be_a_number() {
        assert_eq!([sku_part("42"), sku_part("Красный L"), sku_part("+")], ["42", "krasnyi-l", "x"]);
    }
}
