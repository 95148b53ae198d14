//! Usernames: which are accepted, and which are the same name.

use unicode_normalization::UnicodeNormalization as _;

use crate::fields::Fields;

/// Maximum number of characters of a username.
pub const MAX_USERNAME: usize = 150;

/// Returns the key of a username: usernames with one key are one name. They differ only in case, or in forms of characters that Unicode regards as
/// compatible, such as full-width letters.
///
/// The key is made here and stored with the name: PostgreSQL could make it only with the locale of the database, which differs between a laptop
/// and the cloud.
pub fn username_key(username: &str) -> String {
    let lower = username.nfkc().collect::<String>().to_lowercase();
    // A letter in lower case may have another form of composition.
    lower.nfkc().collect()
}

/// Returns the reason why a username is refused; `None` if it is accepted. It could be shown next to another name that looks the same.
pub fn username_problem(username: &str) -> Option<&'static str> {
    if username.chars().any(|c| c.is_control() || is_invisible(c)) {
        return Some("A username must not contain invisible characters.");
    }
    let mut scripts = username.nfkc().filter_map(Script::of);
    let first = scripts.next();
    if scripts.any(|script| Some(script) != first) {
        return Some("A username must not mix Latin, Greek and Cyrillic letters.");
    }
    None
}

/// Reads a username from the field of a request.
pub fn read_username(fields: &mut Fields, name: &str) -> Option<String> {
    let username = fields.text(name, MAX_USERNAME)?;
    if let Some(problem) = username_problem(&username) {
        fields.error(name, problem);
        return None;
    }
    Some(username)
}

/// A script with letters that look like those of another script in this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Script {
    Latin,
    Greek,
    Cyrillic,
}

impl Script {
    /// Returns the script of a letter; `None` for every other character and script.
    fn of(c: char) -> Option<Self> {
        if !c.is_alphabetic() {
            return None;
        }
        match c {
            'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' | '\u{2c60}'..='\u{2c7f}' => {
                Some(Self::Latin)
            }
            '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Some(Self::Greek),
            '\u{400}'..='\u{52f}' | '\u{1c80}'..='\u{1c8f}' | '\u{2de0}'..='\u{2dff}' | '\u{a640}'..='\u{a69f}' => {
                Some(Self::Cyrillic)
            }
            _ => None,
        }
    }
}

/// Returns true for characters without a shape: Unicode's format characters, separators of lines, fillers and selectors of variants.
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{600}'..='\u{605}'
            | '\u{61c}'
            | '\u{6dd}'
            | '\u{70f}'
            | '\u{890}'..='\u{891}'
            | '\u{8e2}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{110bd}'
            | '\u{110cd}'
            | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_case_or_compatible_forms_are_one() {
        for names in [
            &["staff", "Staff", "STAFF", "ｓｔａｆｆ", "staﬀ", "𝓼taff"][..],
            &["zoë", "zoe\u{308}", "ZOË"],
            &["İstanbul", "i\u{307}stanbul"],
        ] {
            let keys: Vec<String> = names.iter().map(|name| username_key(name)).collect();
            assert!(keys.windows(2).all(|pair| pair[0] == pair[1]), "{names:?} {keys:?}");
            assert!(keys.iter().all(|key| username_key(key) == *key), "{keys:?}");
        }
        assert_ne!(username_key("zoe"), username_key("zoë"));
    }

    #[test]
    fn names_with_invisible_characters_or_mixed_scripts_are_refused() {
        for (name, words) in [
            ("staff\u{200b}", "invisible"),
            ("staff\u{202e}", "invisible"),
            ("a\nb", "invisible"),
            ("a\u{1b}b", "invisible"),
            ("st\u{ad}aff", "invisible"),
            ("staff\u{e0041}", "invisible"),
            ("st\u{430}ff", "Cyrillic"), // the third letter is Cyrillic
            ("αdmin", "Greek"),
        ] {
            assert!(username_problem(name).is_some_and(|problem| problem.contains(words)), "{name:?}");
        }
        for name in ["staff", "Zoë", "ana.berg+1@example", "мария", "Ελένη", "花子", "ana花子", "राम", "a b", "ª"]
        {
            assert_eq!(username_problem(name), None, "{name}");
        }
    }
}
