//! JSON as the client wrote it. A number keeps its text, because reading it as a float would round it: `99.99999999999999` is not a price.

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use serde::de::Error as _;
use serde_json::value::RawValue;
use serde_json::{Error, Value};

use crate::money::Decimal;
use crate::time::Timestamp;

/// Maximum depth of lists and objects inside each other. No body needs half of it, and each level costs another reading of all inside.
const MAX_DEPTH: usize = 16;
/// Maximum exponent of a number, up and down. Every amount is far smaller.
const MAX_EXPONENT: isize = 100;

/// A value of a body or a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The value `null` of JSON.
    Null,
    /// True or false.
    Bool(bool),
    /// A number in the words of JSON, such as `149.90` or `1e2`.
    Number(String),
    /// A text. Forms and queries have only texts.
    Text(String),
    /// A list of values.
    List(Vec<Input>),
    /// An object with its values by name.
    Object(InputObject),
}

/// The values of an object by name. If a name occurs twice, the last value counts.
pub type InputObject = BTreeMap<String, Input>;

impl Input {
    /// Parses a JSON text.
    pub fn parse(json: &[u8]) -> Result<Self, Error> {
        Self::from_raw(serde_json::from_slice(json)?, MAX_DEPTH)
    }

    fn from_raw(raw: &RawValue, depth: usize) -> Result<Self, Error> {
        let text = raw.get();
        let deeper = || depth.checked_sub(1).ok_or_else(|| Error::custom("recursion limit exceeded"));
        Ok(match text.as_bytes().first() {
            Some(b'{') => {
                let (depth, fields) = (deeper()?, serde_json::from_str::<BTreeMap<String, &RawValue>>(text)?);
                let fields = fields.into_iter().map(|(name, value)| Ok((name, Self::from_raw(value, depth)?)));
                Self::Object(fields.collect::<Result<_, Error>>()?)
            }
            Some(b'[') => {
                let (depth, items) = (deeper()?, serde_json::from_str::<Vec<&RawValue>>(text)?);
                Self::List(items.into_iter().map(|item| Self::from_raw(item, depth)).collect::<Result<_, Error>>()?)
            }
            Some(b'"') => Self::Text(serde_json::from_str(text)?),
            Some(b'n') => Self::Null,
            Some(b't') => Self::Bool(true),
            Some(b'f') => Self::Bool(false),
            _ => Self::Number(text.to_owned()),
        })
    }

    /// Returns true if the client has sent a value of a response as it is.
    pub(super) fn equals(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Null, Value::Null) => true,
            (Self::Bool(sent), Value::Bool(value)) => sent == value,
            (Self::Number(sent), Value::Number(value)) => whole(sent).is_some_and(|sent| value.as_i64() == Some(sent)),
            (Self::Text(sent), Value::String(value)) => {
                sent == value || is_same_time(sent, value) || is_same_amount(sent, value)
            }
            (Self::Number(sent), Value::String(value)) => {
                without_exponent(sent).is_some_and(|sent| is_same_amount(&sent, value))
            }
            // Forms send everything as texts.
            (Self::Text(sent), Value::Number(number)) => number.to_string() == sent.as_str(),
            (Self::Text(sent), Value::Bool(value)) => sent == if *value { "true" } else { "false" },
            (Self::List(sent), Value::Array(value)) => {
                sent.len() == value.len() && sent.iter().zip(value).all(|(sent, value)| sent.equals(value))
            }
            (Self::Object(sent), Value::Object(value)) => {
                let is_same = |(name, sent): (&String, &Self)| value.get(name).is_some_and(|value| sent.equals(value));
                sent.len() == value.len() && sent.iter().all(is_same)
            }
            _ => false,
        }
    }
}

impl Display for Input {
    /// Writes JSON without blanks and with the names in order; numbers as the client wrote them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(number) => f.write_str(number),
            Self::Text(text) => write!(f, "{}", Value::from(text.as_str())),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(Self::to_string).collect();
                write!(f, "[{}]", items.join(","))
            }
            Self::Object(values) => {
                let pair = |(name, value): (&String, &Self)| format!("{}:{value}", Value::from(name.as_str()));
                let pairs: Vec<String> = values.iter().map(pair).collect();
                write!(f, "{{{}}}", pairs.join(","))
            }
        }
    }
}

/// Returns true if two texts are the same time, such as with three decimals and with six.
fn is_same_time(sent: &str, value: &str) -> bool {
    sent.parse::<Timestamp>().is_ok_and(|sent| value.parse() == Ok(sent))
}

/// Returns true if two texts are the same amount, such as `10.0` and `10.00`.
fn is_same_amount(sent: &str, value: &str) -> bool {
    Decimal::parse(sent).is_some_and(|sent| Decimal::parse(value) == Some(sent))
}

/// Writes a JSON number without an exponent: `1.5e2` becomes `150.`. Returns `None` if the exponent is beyond any amount.
pub(super) fn without_exponent(number: &str) -> Option<String> {
    let Some((mantissa, exponent)) = number.split_once(['e', 'E']) else { return Some(number.to_owned()) };
    let exponent = exponent.parse::<isize>().ok().filter(|exponent| exponent.abs() <= MAX_EXPONENT)?;
    let (sign, digits) = mantissa.strip_prefix('-').map_or(("", mantissa), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let point = whole.len().checked_add_signed(exponent);
    let zeros = |count: usize| "0".repeat(count);
    Some(match point {
        // The point stands before the first digit.
        None => format!("{sign}0.{}{whole}{fraction}", zeros(exponent.unsigned_abs() - whole.len())),
        Some(point) => {
            let digits = format!("{whole}{fraction}");
            let digits = format!("{digits}{}", zeros(point.saturating_sub(digits.len())));
            let (whole, fraction) = digits.split_at(point);
            format!("{sign}0{whole}.{fraction}")
        }
    })
}

/// Reads a JSON number as a whole number: 3 from `3`, `3.0` and `30e-1`; `None` from `3.5`.
pub(super) fn whole(number: &str) -> Option<i64> {
    let number = without_exponent(number)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((&number, ""));
    if fraction.bytes().all(|digit| digit == b'0') { whole.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(json: &str) -> Input {
        Input::parse(json.as_bytes()).unwrap()
    }

    #[test]
    fn every_value_of_json_is_read() {
        let text = |text: &str| Input::Text(text.to_owned());
        let number = |text: &str| Input::Number(text.to_owned());
        let items = [Input::Null, Input::Bool(true), Input::Bool(false), number("-1.50e+3"), text("é\n")];
        let object =
            InputObject::from([("a\"".to_owned(), Input::List(items.to_vec())), ("b".to_owned(), number("2"))]);
        assert_eq!(
            parse(" { \"a\\\"\" : [ null, true ,false, -1.50e+3, \"\\u00e9\\n\" ], \"b\": 1, \"b\": 2 } "),
            Input::Object(object)
        );
        assert_eq!((parse("[]"), parse("{}")), (Input::List(Vec::new()), Input::Object(InputObject::new())));
    }

    #[test]
    fn bodies_that_say_the_same_are_written_alike() {
        let same = [
            r#"{"b": [1, {"y": null, "x": true}], "a\"": "\u00e9\n"}"#,
            "{ \"a\\\"\":\"é\\n\",\"b\":[1,{\"x\":true,\"y\":null}] }",
        ];
        let written = "{\"a\\\"\":\"é\\n\",\"b\":[1,{\"x\":true,\"y\":null}]}";
        for json in same {
            assert_eq!(parse(json).to_string(), written);
        }
        assert_eq!(parse(written).to_string(), written);
        for other in ["1", "1.0", "\"1\"", "[1]", "{\"1\":1}", "[[1]]", "[1,1]", "[\"1,1\"]"] {
            assert_eq!(parse(other).to_string(), other);
        }
    }

    #[test]
    fn what_is_not_json_is_an_error() {
        for bad in ["", "{", "[1,]", "{\"a\":}", "{a:1}", "01", "1.", ".5", "+1", "NaN", "\"\\ud800\"", "1 2", "nul"] {
            assert!(Input::parse(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(Input::parse(b"\"\xff\"").is_err());
        assert!(Input::parse("[".repeat(100_000).as_bytes()).is_err());
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(Input::parse(nested(MAX_DEPTH).as_bytes()).is_ok());
        assert!(Input::parse(nested(MAX_DEPTH + 1).as_bytes()).is_err());
        assert!(Input::parse(nested(98).as_bytes()).is_err(), "each level is another reading of all that is inside");
    }

    #[test]
    fn an_exponent_moves_the_point() {
        for (number, whole_number) in [
            ("3", Some(3)),
            ("-3", Some(-3)),
            ("-0.0", Some(0)),
            ("3.00", Some(3)),
            ("1e2", Some(100)),
            ("1.5E+2", Some(150)),
            ("-1200e-2", Some(-12)),
            ("0.03e2", Some(3)),
            ("9223372036854775807", Some(i64::MAX)),
            ("9007199254740993.0", Some(9_007_199_254_740_993)),
            ("9223372036854775808", None),
            ("2.9999999999999999", None),
            ("12e-1", None),
            ("12e-2", None),
            ("12e-3", None),
            ("1e-100", None),
            ("1e30", None),
            ("1e101", None),
            ("0e999999999999999999999", None),
        ] {
            assert_eq!(whole(number), whole_number, "{number}");
        }
        for (number, plain) in [("12e-1", "01.2"), ("12e-2", "0.12"), ("-12.5e-4", "-0.00125"), ("1.25e1", "012.5")] {
            assert_eq!(without_exponent(number).as_deref(), Some(plain), "{number}");
        }
    }

    #[test]
    fn a_value_of_a_response_is_recognised_when_it_comes_back() {
        let value = json!({"id": 7, "on": true, "none": null, "price": "1.00", "list": [{"id": 1}, {"id": 2}]});
        assert!(parse(&value.to_string()).equals(&value));
        for other in [
            json!({"id": 8, "on": true, "none": null, "price": "1.00", "list": [{"id": 1}, {"id": 2}]}),
            json!({"id": 7, "on": true, "none": null, "price": "1.00", "list": [{"id": 2}, {"id": 1}]}),
            json!({"id": 7, "on": true, "none": null, "price": "1.00", "list": [{"id": 1}]}),
            json!({"id": 7, "on": true, "price": "1.00", "list": [{"id": 1}, {"id": 2}]}),
            json!({"id": 7, "on": true, "none": 0, "price": 1, "list": [{"id": 1}, {"id": 2}]}),
        ] {
            assert!(!parse(&other.to_string()).equals(&value), "{other}");
        }
        assert!(parse("7.0").equals(&json!(7)) && parse("\"7\"").equals(&json!(7)));
        // Typed clients write amounts and times in another form.
        let (amount, time) = (json!("10.00"), json!("2026-11-22T06:38:51.000000Z"));
        for same in ["10", "10.0", "1e1", "\"10.0\""] {
            assert!(parse(same).equals(&amount), "{same}");
        }
        assert!(parse("\"2026-11-22T06:38:51.000Z\"").equals(&time));
        assert!(!parse("10.01").equals(&amount) && !parse("\"2026-11-22T06:38:52Z\"").equals(&time));
    }
}
