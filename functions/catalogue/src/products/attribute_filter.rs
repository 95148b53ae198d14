//! Parses the filter by attributes: `colour:red,blue;size:m`.

use shared::catalogue::name_key;
use shared::catalogue::store::filter::MAX_ATTRIBUTES;

/// Maximum number of values in the filter.
const MAX_VALUES: usize = 50;

/// Returns the attributes, each with its values, or an error message.
pub(crate) fn parse(text: &str) -> Result<Vec<(String, Vec<String>)>, String> {
    let mut attributes: Vec<(String, Vec<String>)> = Vec::new();
    for part in split(text, ';').iter().filter(|part| !part.trim().is_empty()) {
        let sides = split(part, ':');
        let [name, values] = sides.as_slice() else {
            return Err("Send each attribute with its values: \"colour:red,blue;size:m\".".to_owned());
        };
        let (name, values) =
            (unescape(name), split(values, ',').iter().map(|value| unescape(value)).collect::<Vec<_>>());
        if name.is_empty() || values.iter().any(String::is_empty) {
            return Err("A name or a value is blank. Send \"colour:red,blue;size:m\".".to_owned());
        }
        if attributes.iter().any(|(other, _)| name_key(other) == name_key(&name)) {
            return Err(format!("\"{name}\" is there twice. Send it once, with all its values."));
        }
        attributes.push((name, values));
    }
    if attributes.len() > MAX_ATTRIBUTES {
        return Err(format!("Ensure this field has no more than {MAX_ATTRIBUTES} attributes."));
    }
    if attributes.iter().map(|(_, values)| values.len()).sum::<usize>() > MAX_VALUES {
        return Err(format!("Ensure this field has no more than {MAX_VALUES} values."));
    }
    Ok(attributes)
}

/// Splits a text at a separator. A separator with a backslash before it does not count.
fn split(text: &str, separator: char) -> Vec<String> {
    let (mut parts, mut escaped) = (vec![String::new()], false);
    for letter in text.chars() {
        if letter == separator && !escaped {
            parts.push(String::new());
        } else if let Some(last) = parts.last_mut() {
            last.push(letter);
        }
        escaped = letter == '\\' && !escaped;
    }
    parts
}

/// Removes the backslashes and the surrounding spaces.
fn unescape(text: &str) -> String {
    let (mut unescaped, mut escaped) = (String::new(), false);
    for letter in text.trim().chars() {
        if letter == '\\' && !escaped {
            escaped = true;
        } else {
            unescaped.push(letter);
            escaped = false;
        }
    }
    unescaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Vec<(String, Vec<String>)> {
        parse(text).unwrap()
    }

    #[test]
    fn attributes_are_named_with_their_values() {
        let red_or_blue = ("colour".to_owned(), vec!["red".to_owned(), "blue".to_owned()]);
        let medium = ("Size".to_owned(), vec!["M".to_owned()]);
        assert_eq!(parsed("colour:red,blue;Size:M"), [red_or_blue.clone(), medium]);
        assert_eq!(parsed(" colour : red , blue ;"), [red_or_blue]);
        assert_eq!(parsed(r"a\:b:1\,5\;\\"), [("a:b".to_owned(), vec![r"1,5;\".to_owned()])]);
    }

    #[test]
    fn an_invalid_filter_is_refused() {
        for text in ["colour", "colour:", ":red", "colour:red,", "a:b:c", "a:1;b:1;c:1;d:1;e:1", "a:1;A:2"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
