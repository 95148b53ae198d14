//! Bodies in, values or errors out.

use super::*;
use serde_json::json;

#[derive(Debug, PartialEq)]
struct Line {
    variant: i64,
    quantity: i32,
}

impl FromFields for Line {
    fn read(fields: &mut Fields) -> Option<Self> {
        let variant = fields.id("variant");
        let quantity = fields.small_integer("quantity", 1..=9);
        Some(Self { variant: variant?, quantity: quantity? })
    }
}

fn read(value: Value) -> Result<Line, FieldErrors> {
    Fields::new(value.as_object().unwrap().clone()).into()
}

#[test]
fn every_field_that_is_wrong_is_named() {
    let errors = read(json!({"quantity": "many"})).unwrap_err();
    assert_eq!(
        serde_json::to_value(errors).unwrap(),
        json!({"variant": ["This field is required."], "quantity": ["A valid integer is required."]})
    );
}

#[test]
fn whole_numbers_come_as_numbers_and_as_texts() {
    for good in [json!(3), json!("3"), json!(" 3 "), json!(3.0)] {
        assert_eq!(read(json!({"variant": good, "quantity": 1})), Ok(Line { variant: 3, quantity: 1 }));
    }
    for bad in [json!(3.5), json!(true), json!([3]), json!(1e300), json!("1e3"), json!("9223372036854775808")] {
        assert!(read(json!({"variant": bad, "quantity": 1})).is_err(), "{bad}");
    }
}

#[test]
fn addresses_are_told_from_other_texts() {
    for good in ["a@b.io", "first.last+tag@sub.example.com", "ünï@exämple.de"] {
        assert!(looks_like_an_address(good), "{good}");
    }
    for bad in ["", "a", "a@b", "@b.io", "a@", "a b@c.io", "a@b..io", "a@-b.io", "a..b@c.io", "a@b.io\nBcc: x@y.z"] {
        assert!(!looks_like_an_address(bad), "{bad}");
    }
}
