//! The character between two cells of a file.

use serde::Serialize;
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

/// The character between two cells of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, EnumString, IntoStaticStr, VariantArray, ToSchema)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Delimiter {
    /// A comma: `,`.
    #[default]
    Comma,
    /// `;`, which spreadsheets write where the comma separates decimals.
    Semicolon,
    /// A tab character.
    Tab,
    /// A vertical bar: `|`.
    VerticalBar,
}

impl Delimiter {
    /// All delimiters, in the order in which they are tried.
    pub(super) const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the name in the API and in the database.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns the name for people: `commas`.
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Comma => "commas",
            Self::Semicolon => "semicolons",
            Self::Tab => "tabs",
            Self::VerticalBar => "vertical bars",
        }
    }

    /// Returns the character, which is one byte in UTF-8.
    pub(in crate::catalogue) const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::VerticalBar => b'|',
        }
    }
}
