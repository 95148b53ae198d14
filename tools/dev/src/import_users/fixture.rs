//! A fixture: a list of objects, `{"model": "auth.user", "pk": 7, "fields": {…}}`, some of which are users.

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::dump::{Row, is_of_users};

/// The users, and the line on which each begins. Objects of other models are passed over.
pub(super) fn users(text: &[u8]) -> anyhow::Result<Vec<(u64, Row)>> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let objects: Vec<Value> = serde_json::from_slice(text).context("it is no JSON")?;
    let lines = lines_of(text);
    let users: Vec<(u64, Row)> =
        objects.into_iter().zip(lines).filter_map(|(object, line)| Some((line, user(object)?))).collect();
    ensure!(!users.is_empty(), "none of its objects has the fields email and password, as a user of Django has");
    Ok(users)
}

fn user(mut object: Value) -> Option<Row> {
    let Value::Object(fields) = object.get_mut("fields")?.take() else { return None };
    if !is_of_users(fields.keys().map(String::as_str)) {
        return None;
    }
    let text = |value| match value {
        Value::String(text) => Some(text),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        // Groups and permissions; nobody reads them.
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    };
    Some(fields.into_iter().map(|(name, value)| (name, text(value))).collect())
}

/// The lines on which the objects of a list begin. The list is known to be JSON.
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
    fn the_line_of_each_object_is_known_whatever_is_in_the_texts() {
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
