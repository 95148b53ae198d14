//! Fields that a request does not know, and fields that only responses have.

use serde::Serialize;
use serde_json::Value;

use super::{FieldErrors, Fields, Input};

/// Fields that a body does not take: fields of the response, and names under which clients of other shops look for them.
pub type ReadOnly = &'static [ReadOnlyName];

/// The name of a field that a body does not take.
#[derive(Clone, Copy, Debug)]
pub struct ReadOnlyName {
    name: &'static str,
    /// Advice on how to set it, or blank.
    instead: &'static str,
    comparison: Comparison,
}

/// The part of a read-only value that is compared with the present one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    /// The whole value.
    Whole,
    /// The id of the object: its other fields change without the client.
    Id,
    /// Nothing: the value changes without the client, so that what it has read may be outdated.
    Nothing,
}

impl ReadOnlyName {
    /// A field that a change accepts with its present value only. `instead` says what to do to set it, and may be blank.
    pub const fn fixed(name: &'static str, instead: &'static str) -> Self {
        Self { name, instead, comparison: Comparison::Whole }
    }

    /// An object of which a change compares only the id, because its other fields change by themselves.
    pub const fn identified(name: &'static str, instead: &'static str) -> Self {
        Self { name, instead, comparison: Comparison::Id }
    }

    /// A field that a change ignores, because its value changes by itself and costs nothing.
    pub const fn moving(name: &'static str) -> Self {
        Self { name, instead: "", comparison: Comparison::Nothing }
    }
}

/// Maximum number of unknown fields of a request that get an error.
const MAX_UNKNOWN: usize = 100;
/// Maximum number of characters of an unknown name that are repeated.
const MAX_NAME: usize = 100;

/// The read-only fields that a client has sent.
#[derive(Debug, Default)]
pub struct ReadOnlyFields(Vec<ReadOnlyField>);

#[derive(Debug)]
struct ReadOnlyField {
    /// Path of the object that has the field: empty, or for example `variants.0.`.
    prefix: String,
    /// Id of that object, if the client has sent one.
    id: Option<Input>,
    name: ReadOnlyName,
    sent: Input,
}

impl Fields {
    /// Adds an error for each field that is not known, except the read-only ones: [`Self::finish`] refuses these, [`Self::finish_change`]
    /// lets the caller compare them.
    pub fn refuse_unknown(&mut self, known: &[&str], read_only: ReadOnly) {
        let unknown: Vec<String> = self.values.keys().filter(|name| !known.contains(&name.as_str())).cloned().collect();
        for name in unknown {
            if let Some(read_only) = read_only.iter().find(|read_only| read_only.name == name) {
                self.keep_read_only(*read_only);
            } else if self.unknown < MAX_UNKNOWN {
                self.unknown += 1;
                let shortened: String = name.chars().take(MAX_NAME).collect();
                self.error(&shortened, unknown_field(&shortened, known));
            }
        }
    }

    fn keep_read_only(&mut self, name: ReadOnlyName) {
        let Some(sent) = self.values.get(name.name).cloned() else { return };
        let (prefix, id) = (self.prefix.clone(), self.values.get("id").cloned());
        self.read_only.0.push(ReadOnlyField { prefix, id, name, sent });
    }
}

impl ReadOnlyFields {
    /// Returns true if the client has sent none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Fails if a field differs from `current`, the response that shows the thing before the change. So clients can send back what they have
    /// read, and nobody believes to have changed what stays. An item of a list is compared with the item that has its id. Fields that change by
    /// themselves are not compared.
    pub fn check(&self, current: &impl Serialize) -> Result<(), FieldErrors> {
        if self.is_empty() {
            return Ok(());
        }
        let current = serde_json::to_value(current).unwrap_or_default();
        let mut errors = FieldErrors::default();
        for field in self.0.iter().filter(|field| field.differs(&current)) {
            field.refuse(&mut errors);
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    /// Adds an error for each field.
    pub(super) fn refuse(&self, errors: &mut FieldErrors) {
        self.0.iter().for_each(|field| field.refuse(errors));
    }
}

impl ReadOnlyField {
    fn differs(&self, current: &Value) -> bool {
        let present = || self.current(current);
        match (self.name.comparison, &self.sent) {
            (Comparison::Nothing, _) => false,
            (Comparison::Id, Input::Object(sent)) => {
                !present().zip(sent.get("id")).is_some_and(|(present, id)| id.equals(&present["id"]))
            }
            (Comparison::Whole | Comparison::Id, sent) => present().is_none_or(|present| !sent.equals(present)),
        }
    }

    fn current<'c>(&self, current: &'c Value) -> Option<&'c Value> {
        let object = match (self.prefix.split_once('.'), &self.id) {
            (None, _) => current,
            (Some((list, _)), Some(id)) => current.get(list)?.as_array()?.iter().find(|item| id.equals(&item["id"]))?,
            (Some(_), None) => return None,
        };
        object.get(self.name.name)
    }

    fn refuse(&self, errors: &mut FieldErrors) {
        let message = format!("This field cannot be set here. Leave it out. {}", self.name.instead);
        errors.add(format!("{}{}", self.prefix, self.name.name), message.trim_end());
    }
}

fn unknown_field(name: &str, known: &[&str]) -> String {
    match similar(name, known) {
        Some(known) => format!("Unknown field. Did you mean \"{known}\"?"),
        None => format!("Unknown field. The known fields are: {}.", known.join(", ")),
    }
}

/// Returns the known name that was probably meant: the same in another notation, or with one typing error in three letters and at most two.
fn similar<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let folded = |name: &str| {
        let letters = name.chars().filter(char::is_ascii_alphanumeric);
        letters.map(|letter| letter.to_ascii_lowercase()).collect::<String>()
    };
    let sent = folded(name);
    let distance = |known: &str| strsim::osa_distance(&sent, &folded(known));
    let (distance, nearest) = known.iter().map(|known| (distance(known), *known)).min()?;
    (distance <= (folded(nearest).len() / 3).min(2)).then_some(nearest)
}

#[cfg(test)]
mod tests {
    use super::similar;

    #[test]
    fn a_misspelt_name_is_recognised() {
        let known = ["cart_id", "expected_total", "items", "sku"];
        for (sent, meant) in [
            ("expectedTotal", "expected_total"),
            ("ExpectedTotal", "expected_total"),
            ("expected-total", "expected_total"),
            ("expcted_total", "expected_total"),
            ("itmes", "items"),
            ("item", "items"),
            ("cartId", "cart_id"),
            ("SKU", "sku"),
            ("cart", "cart_id"),
        ] {
            assert_eq!(similar(sent, &known), Some(meant), "{sent}");
        }
        for other in ["", "total", "price", "url", "id", "é", &"x".repeat(100)] {
            assert_eq!(similar(other, &known), None, "{other}");
        }
    }
}
