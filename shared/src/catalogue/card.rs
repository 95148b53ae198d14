//! The card of a product: the JSON that lists show, as the database stores it.

use serde_json::value::RawValue;

use super::product::is_from_root;

/// A product as lists show it: the text of the JSON object that [`super::ProductCard`] describes. The trigger `product_has_its_card`
/// writes it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent)]
pub struct Card(String);

/// The fields of the image that are URLs, up to the text.
const IMAGE_URLS: [&str; 2] = [r#""url":""#, r#""list_url":""#];

impl Card {
    /// Makes the URLs absolute: those of its image that begin at the API's root get `base` before them.
    #[must_use]
    pub fn with_base_url(self, base: &str) -> Self {
        let Self(mut text) = self;
        // A quotation mark within a text has a backslash before it, so this matches only the field.
        let Some(at) = text.rfind(r#""main_image":{"#) else { return Self(text) };
        let image = text.get(at..).unwrap_or_default();
        let begins_at_root = |field: &&str| image.split_once(field).is_some_and(|(_, url)| is_from_root(url));
        if !IMAGE_URLS.iter().any(begins_at_root) {
            return Self(text);
        }
        let image = text.split_off(at);
        text.push_str(&IMAGE_URLS.into_iter().fold(image, |image, field| with_absolute(field, image, base)));
        Self(text)
    }

    /// Returns the text of the JSON.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the card as part of a response. Fails if the text is not JSON, because then something other than the trigger wrote it.
    pub fn into_json(self) -> serde_json::Result<Box<RawValue>> {
        RawValue::from_string(self.0)
    }
}

fn with_absolute(field: &str, image: String, base: &str) -> String {
    match image.split_once(field) {
        Some((before, url)) if is_from_root(url) => {
            format!("{before}{field}{}{url}", escaped(base))
        }
        _ => image,
    }
}

/// Escapes a text for use within quotation marks: the host comes from the client and may contain any character.
fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_base(card: &str, base: &str) -> String {
        Card(card.to_owned()).with_base_url(base).into_json().unwrap().get().to_owned()
    }

    #[test]
    fn only_images_from_the_root_get_the_base() {
        for (url, list_url, absolute) in [
            (
                "/dev/a.svg",
                r#""/dev/b.svg""#,
                r#""https://x/dev/a.svg","alt_text":"","list_url":"https://x/dev/b.svg""#,
            ),
            ("//cdn.test/a", "null", r#""//cdn.test/a","alt_text":"","list_url":null"#),
            ("https://cdn/a", r#""/b""#, r#""https://cdn/a","alt_text":"","list_url":"https://x/b""#),
        ] {
            let card = format!(
                r#"{{"main_image":{{"url":"{url}","alt_text":"","list_url":{list_url}}},"is_available":true}}"#
            );
            let expected = format!(r#"{{"main_image":{{"url":{absolute}}},"is_available":true}}"#);
            assert_eq!(with_base(&card, "https://x"), expected);
        }
    }

    #[test]
    fn what_a_text_says_is_no_field() {
        let card = r#"{"name":"\"main_image\":{\"url\":\"/a\"","main_image":{"url":"/b","alt_text":"\"list_url\":\"/c","list_url":null}}"#;
        let absolute = card.replace(r#""url":"/b""#, r#""url":"http://x/b""#);
        assert_eq!(with_base(card, "http://x"), absolute);
        let without = r#"{"name":"\"main_image\":{\"url\":\"/a\"","main_image":null}"#;
        assert_eq!(with_base(without, "http://x"), without);
    }

    #[test]
    fn a_base_with_quotation_marks_stays_a_text() {
        let card = r#"{"main_image":{"url":"/a","alt_text":"","list_url":null}}"#;
        assert_eq!(
            with_base(card, r#"http://a"b\"#),
            r#"{"main_image":{"url":"http://a\"b\\/a","alt_text":"","list_url":null}}"#
        );
    }
}
