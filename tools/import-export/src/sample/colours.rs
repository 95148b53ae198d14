//! The colours of the sample.

/// Names and what they look like.
const COLOURS: [(&str, &str); 19] = [
    ("Black", "#2b2b2e"),
    ("Brown", "#6f4a2f"),
    ("Burgundy", "#6e2236"),
    ("Camel", "#b98a56"),
    ("Charcoal", "#4a4e55"),
    ("Cream", "#efe6d2"),
    ("Forest", "#2f5d46"),
    ("Grey", "#9a9fa6"),
    ("Indigo", "#33476f"),
    ("Mustard", "#d3a02c"),
    ("Navy", "#22365a"),
    ("Olive", "#6b6e3c"),
    ("Orange", "#e2703a"),
    ("Red", "#b7363b"),
    ("Rose", "#d99aa0"),
    ("Sand", "#d6c3a1"),
    ("Sky", "#8fb6d8"),
    ("Teal", "#2c7f84"),
    ("White", "#f7f7f4"),
];

/// Returns the RGB value of a colour; grey for an unknown one.
pub(super) fn hex(name: &str) -> &'static str {
    COLOURS.iter().find(|(known, _)| *known == name).map_or("#9a9fa6", |(_, hex)| hex)
}

/// A colour in SKUs and file names.
pub(super) fn key(name: &str) -> String {
    name.to_ascii_lowercase()
}
