//! The sender of the mails as their `From` field names it: `"Shop" <orders@example.com>`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Maximum number of bytes of a name in one encoded word, which has at most 75 characters (RFC 2047, 2).
const MAX_BYTES_IN_WORD: usize = 45;

/// Returns the sender that mail programs show by its name. SES takes ASCII alone, so any other name is written in encoded words.
pub(crate) fn mailbox(name: &str, address: &str) -> String {
    // A line break would end the field.
    let name: String = name.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let name = name.trim();
    if name.is_empty() {
        return address.to_owned();
    }
    if name.is_ascii() {
        let name = name.replace('\\', "\\\\").replace('"', "\\\"");
        return format!("\"{name}\" <{address}>");
    }
    format!("{} <{address}>", encoded_words(name))
}

/// Returns the name as encoded words (RFC 2047). Readers join them again without the blanks between them.
fn encoded_words(name: &str) -> String {
    let mut words = vec![String::new()];
    for letter in name.chars() {
        if let Some(word) = words.last_mut().filter(|word| word.len() + letter.len_utf8() <= MAX_BYTES_IN_WORD) {
            word.push(letter);
        } else {
            words.push(letter.to_string());
        }
    }
    let words: Vec<_> = words.iter().map(|word| format!("=?UTF-8?B?{}?=", STANDARD.encode(word))).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_quoted_or_encoded() {
        for (name, sender) in [
            ("Shop", "\"Shop\" <a@b.io>"),
            ("Ana's Shop, Ltd.", "\"Ana's Shop, Ltd.\" <a@b.io>"),
            ("The \"Best\" \\ <Shop>", "\"The \\\"Best\\\" \\\\ <Shop>\" <a@b.io>"),
            ("Café Müller", "=?UTF-8?B?Q2Fmw6kgTcO8bGxlcg==?= <a@b.io>"),
            ("Shop\r\nBcc: x@y.z", "\"Shop  Bcc: x@y.z\" <a@b.io>"),
            (" \n ", "a@b.io"),
        ] {
            assert_eq!(mailbox(name, "a@b.io"), sender, "{name}");
        }
    }

    #[test]
    fn a_long_name_is_divided_between_letters() {
        let name = "ü".repeat(50);
        let sender = mailbox(&name, "a@b.io");
        let words: Vec<_> = sender.trim_end_matches(" <a@b.io>").split(' ').collect();
        let parts = words.iter().map(|word| word.strip_prefix("=?UTF-8?B?").unwrap().strip_suffix("?=").unwrap());
        let decoded: String = parts.map(|part| String::from_utf8(STANDARD.decode(part).unwrap()).unwrap()).collect();

        assert_eq!(decoded, name);
        assert_eq!(words.len(), 3);
        assert!(words.iter().all(|word| word.len() <= 75), "{words:?}");
    }
}
