//! The options of a product's rows: their names, which are on the first row, and the values of each variant.

use std::collections::HashMap;

use super::product::{NO_OPTION_VALUE, OPTIONS};
use super::{Column, Columns};
use crate::catalogue::limits::{MAX_ATTRIBUTE, MAX_VALUE};
use crate::catalogue::name_key;
use crate::catalogue::product_file::Row;
use crate::catalogue::product_import::variant_name;

/// The names of a product's options; `None` if the file has no columns of options.
pub(super) struct OptionNames(Option<[Option<String>; OPTIONS]>);

impl OptionNames {
    /// Reads the names from the first row of a product.
    pub(super) fn read(first: &Row, columns: &Columns) -> Result<Self, String> {
        if !columns.has_options() {
            return Ok(Self(None));
        }
        let mut names: [Option<String>; OPTIONS] = Default::default();
        for at in 0..OPTIONS {
            let Some(name) = first.text(columns, Column::OptionName(at), MAX_ATTRIBUTE)? else { continue };
            if names.iter().flatten().any(|other| name_key(other) == name_key(&name)) {
                return Err(format!("two options are called \"{name}\""));
            }
            if let Some(place) = names.get_mut(at) {
                *place = Some(name);
            }
        }
        Ok(Self(Some(names)))
    }

    /// Reads the values of a row, each with the name of its option.
    pub(super) fn values(&self, row: &Row, columns: &Columns) -> Result<Option<Vec<(String, String)>>, String> {
        let Some(names) = &self.0 else { return Ok(None) };
        let mut options = Vec::new();
        for (at, name) in names.iter().enumerate() {
            let value = row.text(columns, Column::OptionValue(at), MAX_VALUE)?;
            match (name, value) {
                (Some(name), Some(value)) => options.push((name.clone(), value)),
                (Some(name), None) => return Err(format!("the option \"{name}\" has no value")),
                (None, Some(value)) if value != NO_OPTION_VALUE => return Err(no_name(columns, at, &value)),
                (None, Some(_) | None) => {}
            }
        }
        Ok(Some(options))
    }
}

fn no_name(columns: &Columns, at: usize, value: &str) -> String {
    let (value_column, name_column) = (columns.name(Column::OptionValue(at)), columns.name(Column::OptionName(at)));
    if columns.has(Column::OptionName(at)) {
        format!("\"{value_column}\" is \"{value}\", but \"{name_column}\" is empty on the product's first row")
    } else {
        format!("\"{value_column}\" is \"{value}\", but the file has no column \"{name_column}\"")
    }
}

/// The combinations of option values that a product's rows have, to find those that are there twice.
#[derive(Default)]
pub(super) struct Twice(HashMap<Vec<String>, (u64, String)>);

impl Twice {
    /// Adds the combination of a row; fails if an earlier row has the same, even if written differently. `may_repeat` allows the same spelling.
    pub(super) fn add(&mut self, options: &[(String, String)], line: u64, may_repeat: bool) -> Result<(), String> {
        let key = options.iter().map(|(_, value)| name_key(value)).collect();
        let name = variant_name(options);
        match self.0.insert(key, (line, name.clone())) {
            None => Ok(()),
            Some((_, other)) if may_repeat && other == name => Ok(()),
            Some((earlier, other)) if other == name => {
                Err(format!("the variant \"{name}\" is already on line {earlier}"))
            }
            Some((earlier, other)) => Err(format!(
                "the variants \"{name}\" and \"{other}\" on line {earlier} differ only in case or in characters that look alike: \
                 give one of them another value, or remove it"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(twice: &mut Twice, value: &str, line: u64) -> Result<(), String> {
        twice.add(&[("Colour".to_owned(), value.to_owned())], line, false)
    }

    #[test]
    fn values_that_look_alike_are_the_same() {
        for twin in ["teal", "TE\u{200b}AL", "\u{feff}Teal"] {
            let mut twice = Twice::default();
            add(&mut twice, "TEAL", 2).unwrap();
            let reason = add(&mut twice, twin, 3).unwrap_err();
            assert!(reason.contains(&format!("\"{twin}\" and \"TEAL\" on line 2")), "{reason}");
        }
        let mut twice = Twice::default();
        add(&mut twice, "Caf\u{e9}", 2).unwrap();
        add(&mut twice, "Cafe", 3).unwrap();
        assert!(add(&mut twice, "Cafe\u{301}", 4).unwrap_err().contains("on line 2"));
        assert_eq!(add(&mut twice, "Cafe", 5).unwrap_err(), "the variant \"Cafe\" is already on line 3");
    }
}
