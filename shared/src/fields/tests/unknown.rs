//! Unknown and read-only fields.

use serde_json::{Value, json};
use utoipa::PartialSchema as _;

use super::{Line, MAX_NAME, errors, fields, read};
use crate::fields::{Fields, FromFields, ReadOnly, ReadOnlyName, Request};
use crate::money::Money;

const READ_ONLY: ReadOnly = &[ReadOnlyName::fixed("id", ""), ReadOnlyName::fixed("stock", "Count it.")];

/// A thing with lines and prices.
#[derive(Clone, Debug, PartialEq, Request)]
#[request(update = UpdatePricedThing, read_only = READ_ONLY)]
struct CreatePricedThing {
    #[field(with = Fields::price_adjustment, schema = String)]
    unit_price: Money,
    #[field(max = 3)]
    lines: Option<Vec<PricedLine>>,
}

#[derive(Clone, Debug, PartialEq, Request)]
#[request(read_only = READ_ONLY)]
struct PricedLine {
    #[field(create_only, min = 1, max = 9)]
    id: Option<i32>,
    #[field(min = 1, max = 9)]
    quantity: i32,
}

#[derive(Debug, PartialEq, Request)]
#[request(ignore_unknown)]
struct LenientThing {
    #[field(max = MAX_NAME)]
    name: String,
}

#[test]
fn unknown_fields_are_named_with_all_other_errors() {
    let body = json!({
        "unitPrice": "1.00", "unit_price": "x", "colour": null, "stock": 3,
        "lines": [{"quantity": 1}, {"qauntity": 1, "id": 2, "stock": 4, "stocks": 4}],
    });
    let cannot_be_set = json!(["This field cannot be set here. Leave it out. Count it."]);
    assert_eq!(
        errors::<CreatePricedThing>(body),
        json!({
            "unit_price": ["A valid number is required."],
            "unitPrice": ["Unknown field. Did you mean \"unit_price\"?"],
            "colour": ["Unknown field. The known fields are: unit_price, lines."],
            "stock": cannot_be_set,
            "lines.1.quantity": ["This field is required."],
            "lines.1.qauntity": ["Unknown field. Did you mean \"quantity\"?"],
            "lines.1.stock": cannot_be_set,
            "lines.1.stocks": ["Unknown field. The known fields are: id, quantity."],
        })
    );
    assert_eq!(read(json!({"name": "a", "nmae": 1})), Ok(LenientThing { name: "a".to_owned() }));
}

#[test]
fn the_errors_of_unknown_fields_are_limited() {
    let names = (0..1_000).map(|at| (format!("{at}{}", "x".repeat(1_000)), Value::Null));
    let errors = errors::<Line>(Value::Object(names.collect()));
    assert!(errors.to_string().len() < 30_000, "{}", errors.to_string().len());
}

#[test]
fn a_change_accepts_read_only_fields_with_their_present_values() {
    let current = json!({"id": 1, "stock": 3, "lines": [{"id": 5, "stock": 1}, {"id": 6, "stock": 2}]});
    let check = |body: Value| {
        let mut fields = fields(&body.to_string());
        let change = <UpdatePricedThing as FromFields>::read(&mut fields);
        let (_, read_only) = fields.finish_change(change).unwrap();
        read_only.check(&current).map_err(|errors| serde_json::to_value(errors).unwrap())
    };
    for same in [
        json!({}),
        json!({"id": 1, "stock": 3}),
        json!({"lines": [{"id": 6, "quantity": 1, "stock": 2}, {"id": 5, "quantity": 1, "stock": 1}]}),
    ] {
        assert_eq!(check(same), Ok(()));
    }
    let stock = json!(["This field cannot be set here. Leave it out. Count it."]);
    assert_eq!(
        check(json!({"id": 2, "stock": 4})),
        Err(json!({"id": ["This field cannot be set here. Leave it out."], "stock": stock}))
    );
    for line in [json!({"id": 6, "stock": 1}), json!({"id": 7, "stock": 1}), json!({"stock": 1})] {
        let mut line = line;
        line["quantity"] = json!(1);
        assert_eq!(check(json!({"lines": [line]})), Err(json!({"lines.0.stock": stock})));
    }
}

/// A thing that belongs to a maker.
#[derive(Debug, Request)]
#[request(update = UpdateMadeThing, read_only = OF_MADE_THING)]
struct CreateMadeThing {
    #[field(max = MAX_NAME)]
    name: String,
}

const OF_MADE_THING: ReadOnly = &[ReadOnlyName::identified("maker", ""), ReadOnlyName::moving("price")];

#[test]
fn of_a_read_only_object_only_the_id_is_compared() {
    let current = json!({"maker": {"id": 7, "stock": 3}, "price": "1.00"});
    let is_accepted = |body: Value| {
        let mut fields = fields(&body.to_string());
        let change = <UpdateMadeThing as FromFields>::read(&mut fields);
        let (change, read_only) = fields.finish_change(change).unwrap();
        assert_eq!(change.name.as_deref(), Some("a"));
        read_only.check(&current).is_ok()
    };
    for same in [json!({"id": 7, "stock": 3}), json!({"id": 7, "stock": 2}), json!({"id": 7})] {
        assert!(is_accepted(json!({"name": "a", "maker": same, "price": "2.00"})), "{same}");
    }
    for other in [json!({"id": 8, "stock": 3}), json!({"stock": 3}), json!(7), json!(null), json!([])] {
        assert!(!is_accepted(json!({"name": "a", "maker": other})), "{other}");
    }
}

#[test]
fn the_schema_says_whether_unknown_fields_are_accepted() {
    let schema = |schema| serde_json::to_value(schema).unwrap()["additionalProperties"].clone();
    assert_eq!(schema(UpdatePricedThing::schema()), json!(false));
    assert_eq!(schema(PricedLine::schema()), json!(false));
    assert_eq!(schema(LenientThing::schema()), Value::Null);
}
