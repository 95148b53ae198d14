//! Numbers, which are read exactly or refused.

use serde_json::{Value, json};

use super::{Line, fields, read};
use crate::fields::{Fields, Request};
use crate::money::Money;

#[derive(Debug, PartialEq, Request)]
struct PricedThing {
    #[field(with = Fields::price_adjustment, schema = String)]
    unit_price: Money,
}

#[test]
fn whole_numbers_are_read_from_numbers_and_texts() {
    for good in [json!(3), json!("3"), json!(" 3 "), json!(3.0)] {
        assert_eq!(read(json!({"variant": good, "quantity": 1})), Ok(Line { variant: 3, quantity: 1 }));
    }
    for bad in [json!(3.5), json!(true), json!([3]), json!(1e300), json!("1e3"), json!("9223372036854775808")] {
        assert!(read::<Line>(json!({"variant": bad, "quantity": 1})).is_err(), "{bad}");
    }
}

fn price(number: &str) -> Result<Money, Value> {
    let read = fields(&format!("{{\"unit_price\": {number}}}")).into::<PricedThing>();
    read.map(|thing| thing.unit_price).map_err(|errors| serde_json::to_value(errors).unwrap()["unit_price"][0].clone())
}

#[test]
fn an_amount_is_never_rounded() {
    for (number, minor) in [
        ("33.33", 3333),
        ("33.330000000000000000000000", 3333),
        ("1e2", 10_000),
        ("-1.5E+1", -1500),
        ("999e-2", 999),
        ("-0", 0),
    ] {
        assert_eq!(price(number), Ok(Money::from_minor(minor)), "{number}");
    }
    let too_fine = json!("Ensure that there are no more than 2 decimal places.");
    for number in [
        "99.99999999999999",
        "10.049999999999999",
        "100.49999999999999",
        "33.3299999999999983",
        "33.33000000000000000001",
        "1e-3",
        "999999999.99000001",
    ] {
        assert_eq!(price(number), Err(too_fine.clone()), "{number}");
    }
    assert!(price("1e30").is_err() && price("1e400").is_err() && price("123456789012345678901234567890").is_err());
}

/// Decimals of every size, with zeros after them, with an exponent, and with one more digit somewhere after the cents.
#[test]
fn every_decimal_is_read_exactly_or_refused() {
    let mut state: u64 = 88_172_645_463_325_252;
    let mut random = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    for _ in 0..5_000 {
        let digits = u32::try_from(random(11)).unwrap() + 1;
        let minor = random(10_u64.pow(digits) - 1) + 1;
        let zeros = "0".repeat(usize::try_from(random(25)).unwrap());
        let (whole, cents) = (minor / 100, minor % 100);
        let money = Ok(Money::from_minor(i64::try_from(minor).unwrap()));
        for exact in [
            format!("{whole}.{cents:02}{zeros}"),
            format!("{minor}e-2"),
            format!("{minor}{zeros}e-{}", zeros.len() + 2),
            format!("0.{zeros}{minor:011}E{}", zeros.len() + 9),
        ] {
            assert_eq!(price(&exact), money, "{exact}");
            assert_eq!(price(&format!("\"{whole}.{cents:02}{zeros}\"")), money, "{exact}");
        }
        let digit = random(9) + 1;
        for finer in [format!("{whole}.{cents:02}{zeros}{digit}"), format!("{minor}{digit}e-3")] {
            assert!(price(&finer).is_err(), "{finer}");
        }
    }
}

#[test]
fn a_quantity_is_never_rounded() {
    let quantity = |number: &str| fields(&format!("{{\"variant\": 1, \"quantity\": {number}}}")).into::<Line>().is_ok();
    for good in ["3", "3.0", "3.000000000000000000000", "0.3e1", "30e-1"] {
        assert!(quantity(good), "{good}");
    }
    for bad in ["2.9999999999999999", "3.0000000000000001", "2.99999999999999999999", "1e-400", "3e99999"] {
        assert!(!quantity(bad), "{bad}");
    }
}
