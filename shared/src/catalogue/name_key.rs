//! The key by which names are compared: names with one key are one name everywhere.

use unicode_normalization::UnicodeNormalization as _;

/// Returns the key of a name of a brand, a category or an attribute, or of the text of an attribute value.
///
/// Names have one key if they differ only in case, in the Unicode form of their accents, in blanks at their ends or in the number and kind
/// of blanks between their words, or in characters that nobody sees, such as a zero-width space. Every other difference counts: signs,
/// accents, `ß` and `ss`, the Turkish `ı` and `i`.
///
/// The key is made here and stored with the name. PostgreSQL could make it only with the locale of the database, which differs between a
/// laptop and the cloud.
pub fn name_key(name: &str) -> String {
    if name.is_ascii() {
        // Gives the same as below, and most names of large files are of this kind.
        return name.to_ascii_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    }
    let visible = name.chars().filter(|c| !is_invisible(*c));
    let folded: String = visible.nfc().flat_map(fold).nfc().collect();
    let words: Vec<&str> = folded.split_whitespace().collect();
    if words.is_empty() { name.trim().to_owned() } else { words.join(" ") }
}

/// Returns true if nothing of a text can be seen: it is empty, or has only blanks and characters without a shape.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_invisible(c))
}

/// Returns true for characters without a shape: soft hyphens, zero-width characters, marks of direction and selectors of variants.
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{e0100}'..='\u{e01ef}'
    )
}

/// Folds the case of a letter. Letters with one upper-case letter are one, such as `σ` and `ς`; but `ı` is no `i`.
fn fold(c: char) -> impl Iterator<Item = char> {
    c.to_lowercase().map(|lower| match lower {
        'ı' => lower,
        _ => only(lower.to_uppercase()).and_then(|upper| only(upper.to_lowercase())).unwrap_or(lower),
    })
}

/// Returns the character, if it is the only one.
fn only(mut all: impl Iterator<Item = char>) -> Option<char> {
    all.next().filter(|_| all.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_are_one() {
        for names in [
            &["Shoes", "SHOES", " shoes ", "sh\u{200b}oes", "\u{feff}Shoes", "shoes\u{2060}"][..],
            &["Café", "cafe\u{301}", "CAFÉ", "CAFE\u{301}", "cafe\u{200b}\u{301}"],
            &["Home & Kitchen", "home  &\u{a0}kitchen", "HOME\t&\u{3000}KITCHEN"],
            &["ΟΔΟΣ", "οδος", "οδοσ"],
            &["Straße", "STRAẞE"],
            &["İstanbul", "i\u{307}stanbul"],
            &["Синий", "СИНИИ\u{306}"],
            &["ＡＢＣ", "ａｂｃ"],
            &["한국", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}"],
            &["50 µm", "50 ΜM"],
            &["☂\u{fe0f}", "☂"],
        ] {
            let keys: Vec<String> = names.iter().map(|name| name_key(name)).collect();
            assert!(keys.windows(2).all(|pair| pair[0] == pair[1]), "{names:?} {keys:?}");
        }
    }

    #[test]
    fn every_other_difference_counts() {
        for names in [
            &["N+", "N!", "N", "n-"][..],
            &["C++", "C#", "C"],
            &["小米 Mi", "大米 Mi"],
            &["Shoes", "Shoes."],
            &["Garden & Patio", "Garden > Patio", "Garden Patio", "GardenPatio"],
            &["Straße", "Strasse"],
            &["kıl", "kil", "kîl"],
            &["Cafe", "Café"],
            &["ＡＢＣ", "ABC"],
            &["★", "☂"],
            &["\u{200b}", "\u{200c}"],
        ] {
            for (at, one) in names.iter().enumerate() {
                for other in &names[at + 1..] {
                    assert_ne!(name_key(one), name_key(other), "{one} {other}");
                }
            }
        }
    }

    #[test]
    fn the_key_of_a_key_is_the_key() {
        // In steps, because all of Unicode takes long without optimisation.
        for c in ('\0'..=char::MAX).step_by(7).chain("ßẞİıΣσςſµǅﬁᾳ\u{345}Ꭰꭰ".chars()) {
            let key = name_key(&format!("a{c}b"));
            assert_eq!(name_key(&key), key, "{c:?}");
        }
    }
}
