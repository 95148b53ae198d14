//! The attributes of a product's rows. Those that its variations name are its options; a variation without a value of one stands for all of
//! them.

use std::collections::HashSet;

use super::cells::{list, single};
use super::columns::{Column, Columns};
use crate::catalogue::limits::{MAX_ATTRIBUTE, MAX_VALUE, MAX_VARIANTS};
use crate::catalogue::name_key;
use crate::catalogue::product_file::Row;
use crate::catalogue::product_import::variant_name;

/// Maximum number of attributes that a simple product gets: an export cannot express more.
const MAX_OF_SIMPLE: usize = 3;

/// The options of one variant, each with its value.
pub(super) type Options = Vec<(String, String)>;

/// An attribute of a product with all its values.
struct Attribute {
    name: String,
    values: Vec<String>,
}

impl Attribute {
    /// Returns true if the product has this value, which is spelled as the product spells it, or if there is none.
    fn lists(&self, value: Option<&str>) -> bool {
        value.is_none_or(|value| self.values.iter().any(|known| known == value))
    }
}

/// Returns the attributes of a simple product that have one value and that shoppers see.
pub(super) fn of_simple(row: &Row, columns: &Columns) -> Result<Options, String> {
    let mut options = Options::new();
    for number in columns.attributes() {
        let is_hidden = row.flag(columns, Column::AttributeVisible(number))? == Some(false);
        let Some(attribute) = attribute(row, columns, number).filter(|_| !is_hidden) else { continue };
        if let [value] = attribute.values.as_slice()
            && !options.iter().any(|(name, _)| name_key(name) == name_key(&attribute.name))
            && options.len() < MAX_OF_SIMPLE
            && attribute.name.chars().count() <= MAX_ATTRIBUTE
            && value.chars().count() <= MAX_VALUE
        {
            options.push((attribute.name, value.clone()));
        }
    }
    Ok(options)
}

/// Checks that no attribute of a row has a name without its values, or values without a name, because the file lacks the other column.
pub(super) fn check_pairs(row: &Row, columns: &Columns) -> Result<(), String> {
    let filled = columns.half_attributes().filter(|(column, _)| row.cell(columns, *column).is_some());
    filled.min_by_key(|(column, _)| columns.place(*column)).map_or(Ok(()), |(column, missing)| {
        Err(row.wrong(columns, column, &format!("the file has no column \"{}\"; add it", columns.name(missing))))
    })
}

fn attribute(row: &Row, columns: &Columns, number: u16) -> Option<Attribute> {
    let name = row.cell(columns, Column::AttributeName(number))?.to_owned();
    let values = row.cell(columns, Column::AttributeValues(number)).map(list).unwrap_or_default();
    Some(Attribute { name, values })
}

/// The options of a variable product.
pub(super) struct ProductOptions {
    attributes: Vec<Attribute>,
    /// The combinations that variations with a value of each option have.
    explicit: HashSet<Vec<String>>,
    /// The combinations that were returned.
    used: HashSet<Vec<String>>,
    /// True if the product lists the values of all its variations, and no two variations have the same.
    pub(super) fit: bool,
}

/// The variants for which a variation stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Expanded {
    /// The options of each variant.
    pub(super) variants: Vec<Options>,
    /// The names of the options of which the variation has any value.
    pub(super) any: Vec<String>,
}

impl ProductOptions {
    /// Finds the options: the attributes that variations name, in the order of the product.
    pub(super) fn read(head: &Row, variations: &[Row], columns: &Columns) -> Self {
        let (mut named, numbers): (Vec<String>, _) = (Vec::new(), columns.attributes());
        for row in variations {
            for name in numbers.iter().filter_map(|number| row.cell(columns, Column::AttributeName(*number))) {
                if !named.iter().any(|other| name_key(other) == name_key(name)) {
                    named.push(name.to_owned());
                }
            }
        }
        let is_named = |name: &str| named.iter().any(|other| name_key(other) == name_key(name));
        let mut attributes: Vec<Attribute> = numbers
            .into_iter()
            .filter_map(|number| attribute(head, columns, number))
            .filter(|attribute| is_named(&attribute.name))
            .collect();
        let mut fit = true;
        for name in named {
            if !attributes.iter().any(|attribute| name_key(&attribute.name) == name_key(&name)) {
                fit = false;
                attributes.push(Attribute { name, values: Vec::new() });
            }
        }
        let mut options = Self { attributes, explicit: HashSet::new(), used: HashSet::new(), fit };
        for row in variations {
            let values: Vec<_> = options.attributes.iter().map(|attribute| value(row, columns, attribute)).collect();
            options.fit &=
                options.attributes.iter().zip(&values).all(|(attribute, value)| attribute.lists(value.as_deref()));
            if let Some(values) = values.into_iter().collect::<Option<Vec<String>>>() {
                let is_new = options.explicit.insert(values.iter().map(|value| name_key(value)).collect());
                options.fit &= is_new;
            }
        }
        options
    }

    /// Returns the variants for which a variation stands. Those that another variation names with all its values belong to that variation.
    pub(super) fn expand(&mut self, row: &Row, columns: &Columns) -> Result<Expanded, String> {
        let mut expanded = Expanded { variants: vec![Options::new()], any: Vec::new() };
        for attribute in &self.attributes {
            let own = value(row, columns, attribute);
            let values = match &own {
                Some(value) => std::slice::from_ref(value),
                None => &attribute.values,
            };
            check(attribute, values)?;
            if own.is_none() {
                expanded.any.push(attribute.name.clone());
            }
            let with = |options: &Options, value: &String| {
                [options.as_slice(), &[(attribute.name.clone(), value.clone())]].concat()
            };
            let all = expanded.variants.iter().flat_map(|options| values.iter().map(move |value| with(options, value)));
            expanded.variants = all.take(MAX_VARIANTS + 1).collect();
        }
        let is_explicit = expanded.any.is_empty();
        let mut twice = None;
        expanded.variants.retain(|options| {
            let key: Vec<String> = options.iter().map(|(_, value)| name_key(value)).collect();
            if !is_explicit && self.explicit.contains(&key) {
                return false;
            }
            let is_new = self.used.insert(key);
            if !is_new && is_explicit {
                twice = Some(variant_name(options));
            }
            is_new
        });
        match twice {
            Some(name) => Err(format!(
                "the product has two variations \"{name}\"; remove one of them, or add the columns of their other attributes"
            )),
            None => Ok(expanded),
        }
    }
}

/// Returns the value that a variation has of an attribute, as the product writes it; `None` if it has any.
fn value(row: &Row, columns: &Columns, of: &Attribute) -> Option<String> {
    let is_it = |name: &str| name_key(name) == name_key(&of.name);
    let mut numbers = columns.attributes().into_iter();
    let number = numbers.find(|number| row.cell(columns, Column::AttributeName(*number)).is_some_and(is_it))?;
    let value = single(row.cell(columns, Column::AttributeValues(number))?);
    let known = of.values.iter().find(|known| name_key(known) == name_key(&value));
    Some(known.cloned().unwrap_or(value))
}

fn check(attribute: &Attribute, values: &[String]) -> Result<(), String> {
    let Attribute { name, .. } = attribute;
    if values.is_empty() {
        return Err(format!("the variation has no value of \"{name}\", and its product lists none either"));
    }
    if name.chars().count() > MAX_ATTRIBUTE {
        return Err(format!("an attribute's name has more than {MAX_ATTRIBUTE} characters"));
    }
    if values.iter().any(|value| value.chars().count() > MAX_VALUE) {
        return Err(format!("a value of \"{name}\" has more than {MAX_VALUE} characters"));
    }
    Ok(())
}
