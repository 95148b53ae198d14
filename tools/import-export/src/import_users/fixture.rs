//! A fixture: a list of objects, `{"model": "auth.user", "pk": 7, "fields": {…}}`, some of which are users.

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::columns::{Row, is_user_table};

/// Returns the users and the line on which each begins. Skips objects of other models.
pub(super) fn users(text: &[u8]) -> anyhow::Result<Vec<(u64, Row)>> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let objects: Vec<Value> = serde_json::from_slice(text).context("the file is not JSON")?;
    let lines = lines_of(text);
    let users: Vec<(u64, Row)> =
        objects.into_iter().zip(lines).filter_map(|(object, line)| Some((line, user(object)?))).collect();
    ensure!(!users.is_empty(), "no object has the fields email and password of a Django user");
    Ok(users)
}

fn user(mut object: Value) -> Option<Row> {
    let Value::Object(fields) = object.get_mut("fields")?.take() else { return None };
    if !is_user_table(fields.keys().map(String::as_str)) {
        return None;
    }
    let text = |value| match value {
        Value::String(text) => Some(text),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        // Groups and permissions are not imported.
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    };
    Some(fields.into_iter().map(|(name, value)| (name, text(value))).collect())
}

/// Returns the lines on which the objects of a list begin. The list is valid JSON.
fn lines_of(text: &[u8]) -> Vec<u64> {
    let (mut lines, mut line, mut depth, mut in_text, mut is_escaped) = (Vec::new(), 1, 0, false, false);
    for byte in text {
        match byte {
            b'\n' => line += 1,
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'{' | b'[' => {
                if depth == 1 {
                    lines.push(line);
                }
                depth += 1;
            }
            b'}' | b']' => depth -= 1,
            _ => {}
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_and_quotes_in_strings_do_not_change_the_line_of_an_object() {
        let text = br#"[
{"model": "sessions.session", "fields": {"x": "}{[\"\\"}},

{"fields": {"email": "a@x.io", "password": "!", "groups": [[1], {}]}}, {"fields": {"email": null,
  "password": "{"}}
]"#;
        let users = users(text).unwrap();
        assert_eq!(users.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [4, 4]);
        assert_eq!(users[0].1["email"].as_deref(), Some("a@x.io"));
        assert_eq!(users[1].1["email"], None);
    }
}
