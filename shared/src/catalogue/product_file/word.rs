//! Cells with one of a few words, such as `1`, `TRUE` or `hidden`, and the one way in which they are compared.

use crate::catalogue::name_key;

/// A word in the form by which words are compared: in lower case, without blanks around it; a whole number without decimals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::catalogue) struct Word(String);

impl Word {
    /// Reads the text of a cell. Some programs write every number with decimals: `1.0`, or `1,0`.
    pub(in crate::catalogue) fn new(text: &str) -> Self {
        let key = name_key(text);
        let whole = key.split_once(['.', ',']).filter(|(whole, decimals)| is_number(whole) && is_zeros(decimals));
        Self(whole.map_or_else(|| key.clone(), |(whole, _)| whole.to_owned()))
    }

    pub(in crate::catalogue) fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the answer of a word that says yes or no; `None` for other words.
    pub(in crate::catalogue) fn flag(&self) -> Option<bool> {
        match self.as_str() {
            "1" | "true" | "yes" => Some(true),
            "0" | "false" | "no" => Some(false),
            _ => None,
        }
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
}

fn is_zeros(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|digit| digit == b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_is_read_however_it_is_written() {
        for (flag, texts) in [
            (
                Some(true),
                &["1", "1.0", "1,0", "1.000", "true", "TRUE", "True", "yes", "YES", " yes ", "\u{a0}1\u{200b}"][..],
            ),
            (Some(false), &["0", "0.0", "0,00", "false", "FALSE", "no", "No", "\tno"]),
            (None, &["-1", "2", "-1.0", "1.5", "10", "1.", ".0", "notify", "maybe", "01", "1.0.0", "1 0"]),
        ] {
            for text in texts {
                assert_eq!(Word::new(text).flag(), flag, "{text}");
            }
        }
        assert_eq!(Word::new("-1.0").as_str(), "-1");
        assert_eq!(Word::new(" Hidden").as_str(), "hidden");
        assert_eq!(Word::new("v1.0").as_str(), "v1.0");
    }
}
