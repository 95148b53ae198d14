//! Tests of readers: the values and errors of bodies, and the same limits in the OpenAPI schema.

mod numbers;
mod unknown;

use serde_json::{Value, json};
use utoipa::{IntoParams as _, PartialSchema as _};

use super::*;
use crate::patch::Patch;

const MAX_QUANTITY: i32 = 9;
const MAX_NAME: usize = 5;

#[derive(Clone, Debug, PartialEq, Request)]
struct Line {
    #[field(min = 1, max = i64::MAX)]
    variant: i64,
    #[field(min = 1, max = MAX_QUANTITY)]
    quantity: i32,
}

/// A thing to create.
#[derive(Clone, Debug, PartialEq, Request)]
#[request(update = UpdateThing, replace = ReplaceThing, validate = not_both)]
struct CreateThing {
    /// Name of the thing.
    #[field(max = MAX_NAME, on_update = "Only of the change.")]
    name: String,
    /// Note about it.
    #[field(default, blank, max = MAX_NAME)]
    note: String,
    #[field(default = 3, min = 0, max = MAX_QUANTITY)]
    level: i32,
    #[field(max = 2, each_max = MAX_NAME)]
    tags: Option<Vec<String>>,
    #[field(nullable, max = MAX_NAME, blank_as_null)]
    code: Option<String>,
    #[field(email, not_null)]
    #[schema(example = "ana@example.com")]
    email: Option<String>,
    #[field(secret, max = MAX_NAME)]
    password: Option<String>,
    #[field(min = 1, max = 2, required_on_replace)]
    lines: Option<Vec<Line>>,
    #[field(create_only, with = even, map = |number| number * 10)]
    even: Option<i32>,
}

#[derive(Clone, Debug, PartialEq, Request)]
#[request(query, blank_as_null)]
struct ThingQuery {
    #[field(min = 1, max = MAX_QUANTITY, default = MAX_QUANTITY)]
    size: i32,
    #[field(max = MAX_NAME)]
    search: Option<String>,
}

fn even(fields: &mut Fields, name: &str) -> Option<i32> {
    let number = fields.small_integer(name, 0..=100)?;
    if number % 2 != 0 {
        fields.error(name, "Odd.");
        return None;
    }
    Some(number)
}

fn not_both(fields: &mut Fields) {
    if fields.is_given("code") && fields.is_given("email") {
        fields.error("non_field_errors", "Not both.");
    }
}

fn fields(json: &str) -> Fields {
    fields_in(Currency::DEFAULT, json)
}

fn fields_in(currency: Currency, json: &str) -> Fields {
    let Input::Object(values) = Input::parse(json.as_bytes()).unwrap() else { panic!("{json} is no object") };
    Fields::new(values, currency)
}

fn read<T: FromFields>(value: Value) -> Result<T, FieldErrors> {
    fields(&value.to_string()).into()
}

fn errors<T: FromFields + std::fmt::Debug>(value: Value) -> Value {
    serde_json::to_value(read::<T>(value).unwrap_err()).unwrap()
}

#[test]
fn every_field_that_is_wrong_is_named() {
    assert_eq!(
        errors::<Line>(json!({"quantity": "many"})),
        json!({"variant": ["This field is required."], "quantity": ["A valid integer is required."]})
    );
}

#[test]
fn all_rules_of_a_body_are_checked_at_once() {
    let wrong = json!({
        "name": " ", "note": 1.5e3, "level": 10, "tags": ["a", "toolong", " "], "code": {}, "email": null, "password": "",
        "lines": [{"variant": 1, "quantity": 0}, 7], "even": 3,
    });
    assert_eq!(
        errors::<CreateThing>(wrong),
        json!({
            "name": ["This field may not be blank."],
            "note": ["Ensure this field has no more than 5 characters."],
            "level": ["Ensure this value is less than or equal to 9."],
            "tags": ["Ensure this field has no more than 2 elements."],
            "code": ["Not a valid string."],
            "email": ["This field may not be null."],
            "password": ["This field may not be blank."],
            "lines.0.quantity": ["Ensure this value is greater than or equal to 1."],
            "lines.1": ["Invalid data. Expected a dictionary, but got int."],
            "even": ["Odd."],
        })
    );
    assert_eq!(errors::<CreateThing>(json!({"name": null})), json!({"name": ["This field may not be null."]}));
    assert_eq!(
        errors::<CreateThing>(json!({"lines": [], "tags": [1, "toolong"], "code": "a", "email": "a@b.io"})),
        json!({
            "name": ["This field is required."],
            "lines": ["This list may not be empty."],
            "tags.1": ["Ensure this field has no more than 5 characters."],
            "non_field_errors": ["Not both."],
        })
    );
}

#[test]
fn fields_that_are_left_out_have_their_defaults() {
    let thing = read::<CreateThing>(json!({"name": "a", "note": null, "code": " ", "even": 4})).unwrap();
    let expected = CreateThing {
        name: "a".to_owned(),
        note: String::new(),
        level: 3,
        tags: None,
        code: None,
        email: None,
        password: None,
        lines: None,
        even: Some(40),
    };
    assert_eq!(thing, expected);
}

#[test]
fn a_change_keeps_what_is_left_out_and_empties_what_is_null() {
    let unchanged = read::<UpdateThing>(json!({})).unwrap();
    assert_eq!((unchanged.name, unchanged.level, unchanged.code), (None, None, Patch::Keep));
    let changed = read::<UpdateThing>(json!({"code": null, "level": null, "note": ""})).unwrap();
    assert_eq!((changed.code, changed.level, changed.note), (Patch::Clear, None, Some(String::new())));
    let changed = read::<UpdateThing>(json!({"code": "b"})).unwrap();
    assert_eq!(changed.code, Patch::Set("b".to_owned()));
    assert_eq!(errors::<UpdateThing>(json!({"name": null})), json!({"name": ["This field may not be null."]}));
}

#[test]
fn a_replacement_is_a_change_of_every_field() {
    let whole = json!({"name": "a", "lines": [{"variant": 1, "quantity": 2}]});
    let change = UpdateThing::from(read::<ReplaceThing>(whole).unwrap());
    assert_eq!((change.name.as_deref(), change.note.as_deref(), change.level), (Some("a"), Some(""), Some(3)));
    assert_eq!((change.code, change.lines.map(|lines| lines.len())), (Patch::Clear, Some(1)));
    for lines in [json!({"name": "a"}), json!({"name": "a", "lines": null})] {
        assert_eq!(errors::<ReplaceThing>(lines), json!({"lines": ["This field is required."]}));
    }
}

#[test]
fn the_schema_has_the_limits_of_the_reader() {
    let schema = serde_json::to_value(CreateThing::schema()).unwrap();
    assert_eq!(schema["description"], "A thing to create.");
    assert_eq!(schema["required"], json!(["name"]));
    let property = |field: &str| schema["properties"][field].clone();
    assert_eq!(
        property("name"),
        json!({"type": "string", "description": "Name of the thing.", "minLength": 1, "maxLength": 5})
    );
    assert_eq!(property("note"), json!({"type": "string", "description": "Note about it.", "maxLength": 5}));
    assert_eq!((&property("level")["minimum"], &property("level")["maximum"]), (&json!(0), &json!(9)));
    assert_eq!(property("level")["default"], 3);
    assert_eq!((&property("tags")["maxItems"], &property("tags")["items"]["maxLength"]), (&json!(2), &json!(5)));
    assert_eq!((&property("code")["type"], &property("code")["maxLength"]), (&json!(["string", "null"]), &json!(5)));
    assert_eq!((&property("email")["format"], &property("email")["maxLength"]), (&json!("email"), &json!(MAX_EMAIL)));
    assert_eq!(
        (&property("password")["format"], &property("password")["writeOnly"]),
        (&json!("password"), &json!(true))
    );
    assert_eq!((&property("lines")["minItems"], &property("lines")["maxItems"]), (&json!(1), &json!(2)));
}

#[test]
fn the_schemas_of_changes_require_what_the_readers_require() {
    let update = serde_json::to_value(UpdateThing::schema()).unwrap();
    assert_eq!(update.get("required"), None);
    assert_eq!(update["properties"]["level"].get("default"), None);
    assert_eq!(update["properties"].get("even"), None);
    assert_eq!(update["properties"]["name"]["description"], "Name of the thing.\nOnly of the change.");
    let replace = serde_json::to_value(ReplaceThing::schema()).unwrap();
    assert_eq!(replace["required"], json!(["name", "lines"]));
    assert_eq!(replace["properties"]["name"]["description"], "Name of the thing.");
}

#[test]
fn a_query_has_the_limits_of_its_reader() {
    assert_eq!(read::<ThingQuery>(json!({"size": " "})), Ok(ThingQuery { size: 9, search: None }));
    assert_eq!(
        errors::<ThingQuery>(json!({"size": "0", "search": "toolong"})),
        json!({
            "size": ["Ensure this value is greater than or equal to 1."],
            "search": ["Ensure this field has no more than 5 characters."],
        })
    );
    let parameters = serde_json::to_value(ThingQuery::into_params(|| None)).unwrap();
    assert_eq!((&parameters[0]["in"], &parameters[0]["required"]), (&json!("query"), &json!(false)));
    assert_eq!((&parameters[0]["schema"]["maximum"], &parameters[0]["schema"]["default"]), (&json!(9), &json!(9)));
    assert_eq!(parameters[1]["schema"]["maxLength"], 5);
}

/// Options of a shop.
struct ShopOptions {
    asks_twice: bool,
}

/// A value to set.
#[derive(Debug, PartialEq, Request)]
#[request(options = ShopOptions)]
struct SetCode {
    #[field(secret, max = MAX_NAME)]
    code: String,
    #[field(secret, max = MAX_NAME, required_if = asks_twice)]
    re_code: Option<String>,
}

fn set_code(asks_twice: bool, body: Value) -> Result<SetCode, FieldErrors> {
    fields(&body.to_string()).read_as(|fields| SetCode::read(fields, &ShopOptions { asks_twice }))
}

#[test]
fn a_field_is_required_only_if_its_option_is_on() {
    let code = || "a".to_owned();
    for ignored in [json!({"code": "a"}), json!({"code": "a", "re_code": 7.5e9}), json!({"code": "a", "re_code": null})]
    {
        assert_eq!(set_code(false, ignored), Ok(SetCode { code: code(), re_code: None }));
    }
    assert_eq!(
        set_code(true, json!({"code": "a", "re_code": "b"})),
        Ok(SetCode { code: code(), re_code: Some("b".to_owned()) })
    );
    assert_eq!(set_code(true, json!({"code": "a"})), Err(FieldErrors::one("re_code", "This field is required.")));
    let schema = serde_json::to_value(SetCode::schema()).unwrap();
    assert_eq!(schema["required"], json!(["code"]));
    assert_eq!(schema["properties"]["re_code"]["maxLength"], 5);
}

#[test]
fn a_valid_text_is_found_among_invalid_fields() {
    let body = json!({"code": "a", "re_code": []});
    let mut fields = fields(&body.to_string());
    assert_eq!(SetCode::read(&mut fields, &ShopOptions { asks_twice: true }), None);
    assert_eq!((fields.valid_text("code"), fields.valid_text("re_code")), (Some("a".to_owned()), None));
}
