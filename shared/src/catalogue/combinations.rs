//! Every combination of attribute values, and a SKU for each.

use std::collections::HashMap;

use super::limits::MAX_SKU;
use super::sku_part;
use super::store::write::KnownValue;

/// Combines one value of each list in every possible way; the last list varies fastest.
pub fn combine(values: &[Vec<KnownValue>]) -> Vec<Vec<KnownValue>> {
    values.iter().fold(vec![Vec::new()], |combinations, values| {
        let with_each = |combination: &Vec<KnownValue>| -> Vec<Vec<KnownValue>> {
            values.iter().map(|value| [combination.as_slice(), std::slice::from_ref(value)].concat()).collect()
        };
        combinations.iter().flat_map(with_each).collect()
    })
}

/// Builds a SKU for each combination: the prefix and the values. Values with the same spelling in SKUs get a number at the end. Returns
/// the SKU that would be too long, if there is one.
pub fn combined_skus(prefix: &str, combinations: &[Vec<KnownValue>]) -> Result<Vec<String>, String> {
    let mut times: HashMap<String, usize> = HashMap::new();
    let mut skus = Vec::new();
    for values in combinations {
        let words: Vec<String> = values.iter().map(|value| sku_part(&value.value).to_uppercase()).collect();
        let mut sku = format!("{prefix}-{}", words.join("-"));
        let time = times.entry(sku.clone()).and_modify(|time| *time += 1).or_insert(1);
        if *time > 1 {
            sku = format!("{sku}-{time}");
        }
        if sku.chars().count() > MAX_SKU {
            return Err(sku);
        }
        skus.push(sku);
    }
    Ok(skus)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{AttributeId, AttributeValueId};

    fn values(attribute: i64, values: &[&str]) -> Vec<KnownValue> {
        let value = |(id, value): (i64, &&str)| KnownValue {
            attribute_id: AttributeId(attribute),
            attribute: String::new(),
            id: AttributeValueId(attribute * 10 + id),
            value: (*value).to_owned(),
        };
        (0..).zip(values).map(value).collect()
    }

    #[test]
    fn each_value_is_combined_with_each_of_the_others() {
        let combinations = combine(&[values(1, &["S", "M"]), values(2, &["Blue", "Red"])]);
        let skus = combined_skus("SHIRT", &combinations).unwrap();
        assert_eq!(skus, ["SHIRT-S-BLUE", "SHIRT-S-RED", "SHIRT-M-BLUE", "SHIRT-M-RED"]);
    }

    #[test]
    fn values_that_are_written_alike_get_a_number() {
        let combinations = combine(&[values(1, &["S", "s"])]);
        assert_eq!(combined_skus("X", &combinations).unwrap(), ["X-S", "X-S-2"]);
        assert!(combined_skus(&"X".repeat(255), &combinations).is_err());
    }
}
