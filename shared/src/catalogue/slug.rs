//! Slugs: names as they stand in URLs.

use ring::digest::{SHA256, digest};

/// What a slug may measure; a URL has to be read by people.
pub const MAX_SLUG: usize = 100;

/// Whether this can be a slug: lower-case ASCII words between hyphens, and no number, which would be taken for an id.
pub fn is_slug(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    text.len() <= MAX_SLUG && text.split('-').all(is_word) && !text.bytes().all(|b| b.is_ascii_digit())
}

/// The text as lower-case ASCII words between hyphens: `Crème brûlée, 2 pcs` is `creme-brulee-2-pcs`.
///
/// Never empty: a text without a letter or digit that can be written so, such as `靴`, becomes `x-` and eight digits of its
/// digest. A slug is no number, which would be taken for an id: `501` becomes `x-501`. Equal texts have equal slugs; different texts may, too.
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

/// The slug of something that lies deep: of all the names that lead to it. Where that gets too long it ends in eight digits of its digest,
/// because neighbours begin alike.
pub fn slugify_path<S: AsRef<str>>(names: &[S]) -> String {
    let path = names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(" ");
    if words(&path, usize::MAX).len() <= MAX_SLUG {
        return slugify(&path);
    }
    format!("{}-{}", words(&path, MAX_SLUG - 9), digits(&path))
}

/// As many words as have room.
fn words(text: &str, max: usize) -> String {
    let mut slug = String::new();
    for c in text.chars() {
        let start = slug.len();
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if let Some(latin) = plain_latin(c) {
            slug.push_str(latin);
        } else if !is_silent(c) && !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() > max {
            slug.truncate(start);
            break;
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// Apostrophes, soft hyphens and combining accents join the letters beside them.
fn is_silent(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ' | '\u{ad}' | '\u{300}'..='\u{36f}')
}

/// The letter without its accent.
fn plain_latin(c: char) -> Option<&'static str> {
    Some(match c {
        'À'..='Å' | 'à'..='å' | 'Ā'..='ą' | 'Ǎ' | 'ǎ' | 'Ạ'..='ặ' => "a",
        'Æ' | 'æ' => "ae",
        'Ç' | 'ç' | 'Ć'..='č' => "c",
        'Ð' | 'ð' | 'Ď'..='đ' => "d",
        'È'..='Ë' | 'è'..='ë' | 'Ē'..='ě' | 'Ẹ'..='ệ' => "e",
        'Ĝ'..='ģ' => "g",
        'Ĥ'..='ħ' => "h",
        'Ì'..='Ï' | 'ì'..='ï' | 'Ĩ'..='ı' | 'Ỉ'..='ị' => "i",
        'Ĵ' | 'ĵ' => "j",
        'Ķ'..='ĸ' => "k",
        'Ĺ'..='ł' => "l",
        'Ñ' | 'ñ' | 'Ń'..='ŋ' => "n",
        'Ò'..='Ö' | 'Ø' | 'ò'..='ö' | 'ø' | 'Ō'..='ő' | 'Ơ' | 'ơ' | 'Ọ'..='ợ' => "o",
        'Œ' | 'œ' => "oe",
        'Ŕ'..='ř' => "r",
        'Ś'..='š' | 'Ș' | 'ș' => "s",
        'ß' | 'ẞ' => "ss",
        'Ţ'..='ŧ' | 'Ț' | 'ț' => "t",
        'Þ' | 'þ' => "th",
        'Ù'..='Ü' | 'ù'..='ü' | 'Ũ'..='ų' | 'Ư' | 'ư' | 'Ụ'..='ự' => "u",
        'Ŵ' | 'ŵ' => "w",
        'Ý' | 'ý' | 'ÿ' | 'Ŷ'..='Ÿ' | 'Ỳ'..='ỹ' => "y",
        'Ź'..='ž' => "z",
        _ => return None,
    })
}

fn digits(text: &str) -> String {
    digest(&SHA256, text.as_bytes()).as_ref().iter().take(4).map(|byte| format!("{byte:02x}")).collect()
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
        ] {
            assert_eq!(slugify(text), slug, "{text}");
        }
    }

    #[test]
    fn a_slug_is_never_empty_and_stays_the_same() {
        let (shoe, shirt) = (slugify("靴"), slugify("シャツ"));
        assert!(shoe.starts_with("x-") && shoe.len() == 10, "{shoe}");
        assert_ne!(shoe, shirt);
        assert_eq!(shoe, slugify("靴"));
        assert!(slugify("").starts_with("x-") && slugify("—").starts_with("x-"));
    }

    #[test]
    fn what_lies_deep_is_told_from_its_neighbours() {
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
