//! The languages in which the shop writes to people. Each file in `shared/locales/` is one; see [`Texts`] for what it says.

mod texts;

pub use texts::{Texts, isolated, one_line};

/// Maximum number of languages of a header that are considered. Browsers send a few; sorting many with invalid qualities could panic.
const MAX_ACCEPTED: usize = 20;

/// The tag of each language with its file.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/locales.rs"));

/// A language in which the shop writes: the tag of a file in `shared/locales/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Locale(&'static str);

impl Locale {
    /// English, which has every text. It is used if nobody has asked for another language of the shop.
    pub const DEFAULT: Self = Self("en");

    /// Returns all languages of the shop.
    pub fn all() -> impl Iterator<Item = Self> {
        FILES.iter().map(|(tag, _)| Self(tag))
    }

    /// Returns the tag: `en`, `de`.
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// Returns the language with this tag, or the default if the shop does not have it any more.
    pub fn of_tag(tag: &str) -> Self {
        Self::matching(tag).unwrap_or(Self::DEFAULT)
    }

    /// Chooses the language for an `Accept-Language` header: the most preferred one that the shop has (RFC 4647, lookup). A language with
    /// the quality 0 is never chosen.
    pub fn accepted(header: &str) -> Self {
        let first = header.split(',').take(MAX_ACCEPTED).collect::<Vec<_>>().join(",");
        let wanted = accept_language::parse_with_quality(&first);
        let acceptable = wanted.iter().filter(|(_, quality)| *quality > 0.0);
        acceptable.filter_map(|(tag, _)| Self::matching(tag)).next().unwrap_or(Self::DEFAULT)
    }

    /// Returns the language of this tag, or of its beginning: for `de-AT` German.
    fn matching(tag: &str) -> Option<Self> {
        let mut tag = tag;
        loop {
            if let Some(found) = Self::all().find(|locale| locale.0.eq_ignore_ascii_case(tag)) {
                return Some(found);
            }
            (tag, _) = tag.rsplit_once('-')?;
        }
    }

    /// Returns the texts of the file.
    fn file(self) -> &'static str {
        FILES.iter().find(|(tag, _)| *tag == self.0).map_or("", |(_, text)| text)
    }
}

/// As [`Locale::of_tag`], for columns of tags.
impl From<String> for Locale {
    fn from(tag: String) -> Self {
        Self::of_tag(&tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_preferred_language_of_the_shop_is_chosen() {
        for (header, chosen) in [
            ("de", "de"),
            ("de-AT", "de"),
            ("DE-at, en;q=0.9", "de"),
            ("en-GB, de;q=0.9", "en"),
            ("pt, de;q=0.8, en;q=0.5", "de"),
            ("en;q=0.3, de;q=0.7", "de"),
            ("de;q=0, fr", "en"),
            ("zh-Hant-TW", "en"),
            ("*", "en"),
            ("", "en"),
            (";;,,q=, -", "en"),
            ("de;q=nan", "en"),
            (&*format!("{}de", "fr;q=nan,".repeat(500)), "en"),
        ] {
            assert_eq!(Locale::accepted(header).as_str(), chosen, "{header}");
        }
    }

    #[test]
    fn a_stored_tag_without_a_file_means_the_default() {
        assert_eq!(Locale::of_tag("de"), Locale("de"));
        assert_eq!(Locale::of_tag("xx"), Locale::DEFAULT);
    }
}
