//! Readers of fields that may be left out, null or blank: the rules behind `#[field(…)]`. `read` reads a value that is present.

use super::{Fields, Input, InvalidField};
use crate::patch::Patch;

impl Fields {
    /// Reads a field that may be left out or null.
    pub fn optional<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self, &str) -> Option<T>,
    ) -> Result<Option<T>, InvalidField> {
        if self.is_given(name) { read(self, name).map(Some).ok_or(InvalidField) } else { Ok(None) }
    }

    /// Does the same, and treats a blank text as left out, because forms send all their fields.
    pub fn optional_or_blank<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self, &str) -> Option<T>,
    ) -> Result<Option<T>, InvalidField> {
        match self.values.get(name) {
            Some(Input::Text(text)) if text.trim().is_empty() => Ok(None),
            _ => self.optional(name, read),
        }
    }

    /// Reads a field that may be left out, but not null.
    pub fn optional_not_null<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self, &str) -> Option<T>,
    ) -> Result<Option<T>, InvalidField> {
        if self.has(name) { read(self, name).map(Some).ok_or(InvalidField) } else { Ok(None) }
    }

    /// Reads a field of a PUT that cannot be left out; null counts as missing.
    pub fn required_not_null<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self, &str) -> Option<T>,
    ) -> Result<T, InvalidField> {
        if self.is_given(name) {
            return read(self, name).ok_or(InvalidField);
        }
        self.error(name, "This field is required.");
        Err(InvalidField)
    }

    /// Reads a field that is required if `is_required`, and ignores it otherwise.
    pub fn required_if<T>(
        &mut self,
        is_required: bool,
        name: &str,
        read: impl FnOnce(&mut Self, &str) -> Option<T>,
    ) -> Result<Option<T>, InvalidField> {
        if is_required { read(self, name).map(Some).ok_or(InvalidField) } else { Ok(None) }
    }

    /// Reads a change of a field that may be empty: null empties it, and a field that is left out stays as it is.
    pub fn patch<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self, &str) -> Option<T>,
    ) -> Result<Patch<T>, InvalidField> {
        if self.has(name) { self.optional(name, read).map(Patch::replace) } else { Ok(Patch::Keep) }
    }

    /// Does the same, and treats a blank text as null, because forms have no null.
    pub fn patch_or_blank<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self, &str) -> Option<T>,
    ) -> Result<Patch<T>, InvalidField> {
        if self.has(name) { self.optional_or_blank(name, read).map(Patch::replace) } else { Ok(Patch::Keep) }
    }
}
