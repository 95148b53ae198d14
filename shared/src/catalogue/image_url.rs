//! URLs of images, for the API and for import files.

use std::fmt::Write as _;

/// Returns true if a browser can load an image from the URL: it begins with `http://` or `https://` and a host, or is a path of this shop. Refuses
/// `javascript:`, `data:`, relative paths, `//host` and characters that must be escaped.
pub fn is_image_url(url: &str) -> bool {
    let after = |start: &str| url.split_at_checked(start.len()).filter(|(head, _)| head.eq_ignore_ascii_case(start));
    let has_host = |rest: &str| rest.starts_with(|first: char| first.is_alphanumeric() || first == '[');
    let is_loadable = match (after("https://").or_else(|| after("http://")), url.strip_prefix('/')) {
        (Some((_, rest)), _) => has_host(rest),
        (None, Some(rest)) => !rest.starts_with('/'),
        (None, None) => false,
    };
    is_loadable && !url.contains(must_be_escaped)
}

/// Escapes the characters of a URL that must be escaped, as browsers do. Control characters that are no blanks stay.
pub(in crate::catalogue) fn escaped(url: &str) -> String {
    let mut escaped = String::with_capacity(url.len());
    for c in url.chars() {
        if c.is_whitespace() || must_be_escaped(c) && !c.is_control() {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                let _ = write!(escaped, "%{byte:02X}");
            }
        } else {
            escaped.push(c);
        }
    }
    escaped
}

fn must_be_escaped(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_url_that_a_browser_loads_an_image_from_is_one() {
        for good in
            ["https://cdn.test/a.jpg", "HTTP://[::1]/a", "/dev/images/a.svg", "https://cdn.test/ä.jpg?v=1#x", "/"]
        {
            assert!(is_image_url(good), "{good}");
        }
        for bad in [
            "",
            "a.jpg",
            "//cdn.test/a.jpg",
            "///a",
            "javascript:alert(1)",
            "data:image/png;base64,AA",
            "https://",
            "https:///a",
            "https:/a",
            "https://?a",
            "ftp://a/b",
            "https://a/b c",
            "https://a/\"onload=x",
            "/a\nb",
            "/\\evil.test/a",
        ] {
            assert!(!is_image_url(bad), "{bad}");
        }
    }

    #[test]
    fn an_escaped_url_keeps_its_host() {
        assert_eq!(escaped("https://a/b c|d\u{a0}{e}"), "https://a/b%20c%7Cd%C2%A0%7Be%7D");
        assert_eq!(escaped("/\\evil.test/a"), "/%5Cevil.test/a");
        assert!(!is_image_url(&escaped("//evil.test/a b")) && !is_image_url(&escaped("/a\u{1}")));
    }
}
