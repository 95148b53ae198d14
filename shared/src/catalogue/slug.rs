//! Slugs, the forms of names in URLs.

use data_encoding::HEXLOWER;
use deunicode::deunicode_char;
use ring::digest::{SHA256, digest};

/// Maximum length of a slug, so that people can read the URL.
pub const MAX_SLUG: usize = 100;

/// Returns true if this can be a slug: lower-case ASCII words separated by hyphens. A number cannot, because it would be taken for an id.
pub fn is_slug(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    text.len() <= MAX_SLUG && text.split('-').all(is_word) && !text.bytes().all(|b| b.is_ascii_digit())
}

/// Writes the text as lower-case ASCII words separated by hyphens: `Crème brûlée, 2 pcs` becomes `creme-brulee-2-pcs`.
///
/// Letters of other scripts are transliterated: `Рубашка` becomes `rubashka`. The slug is never empty: a text without a letter or digit,
/// such as `—`, becomes `x-` and eight digits of its digest. It is never a number, which would be taken for an id: `501` becomes `x-501`.
/// Equal texts have equal slugs; different texts may have equal slugs too.
pub fn slugify(text: &str) -> String {
    let slug = words(text, MAX_SLUG);
    if slug.is_empty() {
        format!("x-{}", digits(text))
    } else if slug.bytes().all(|byte| byte.is_ascii_digit()) {
        format!("x-{slug}")
    } else {
        slug
    }
}

/// Builds the slug of a category from all the names that lead to it. A slug that would be too long ends in eight digits of its digest,
/// because neighbours begin alike.
pub fn slugify_path<S: AsRef<str>>(names: &[S]) -> String {
    let path = names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(" ");
    if words(&path, usize::MAX).len() <= MAX_SLUG {
        return slugify(&path);
    }
    format!("{}-{}", words(&path, MAX_SLUG - 9), digits(&path))
}

/// Returns as many words of the text as fit.
fn words(text: &str, max: usize) -> String {
    let mut slug = String::new();
    for c in text.chars() {
        let start = slug.len();
        for latin in latin(c).chars() {
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
    match deunicode_char(c) {
        _ if is_silent => "",
        Some(latin) if latin.is_empty() || c.is_alphanumeric() => latin,
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
            ("501", "x-501"),
            ("Đà Nẵng phở", "da-nang-pho"),
            ("Рубашка синяя", "rubashka-siniaia"),
            ("Ελληνικό λάδι", "elleniko-ladi"),
            ("シャツ 北亰", "siyatu-bei-jing"),
            ("Shirt™ © 🦄 2½", "shirt-21-2"),
        ] {
            assert_eq!(slugify(text), slug, "{text}");
        }
    }

    #[test]
    fn a_slug_is_never_empty_and_stays_the_same() {
        let (shoe, shirt) = (slugify("★"), slugify("☂"));
        assert!(shoe.starts_with("x-") && shoe.len() == 10, "{shoe}");
        assert_ne!(shoe, shirt);
        assert_eq!(shoe, slugify("★"));
        assert!(slugify("").starts_with("x-") && slugify("—").starts_with("x-"));
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
        let slug = slugify(&"éß ".repeat(100));
        assert!(slug.len() <= MAX_SLUG && slug.ends_with("ess"), "{slug}");
    }
}
