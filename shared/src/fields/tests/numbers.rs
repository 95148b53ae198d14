//! Numbers, which are read exactly or refused.

use serde_json::{Value, json};

use super::{Line, fields, fields_in, read};
use crate::fields::{Fields, Request};
use crate::money::{Currency, Money};

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
    price_in(Currency::DEFAULT, number)
}

fn price_in(currency: Currency, number: &str) -> Result<Money, Value> {
    let read = fields_in(currency, &format!("{{\"unit_price\": {number}}}")).into::<PricedThing>();
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

#[test]
fn an_amount_has_at_most_the_decimals_of_its_currency() {
    let too_fine = |decimals| Err(json!(format!("Ensure that there are no more than {decimals} decimal places.")));
    for (code, number, read) in [
        ("JPY", "2900", Ok(2_900)),
        ("JPY", "149.00", Ok(149)),
        ("JPY", "1.49e2", Ok(149)),
        ("JPY", "\"149.50\"", too_fine(0)),
        ("JPY", "149.5", too_fine(0)),
        ("EUR", "149.5", Ok(14_950)),
        ("EUR", "149.505", too_fine(2)),
        ("KWD", "\"1.234\"", Ok(1_234)),
        ("KWD", "1.2345", too_fine(3)),
    ] {
        assert_eq!(price_in(code.parse().unwrap(), number), read.map(Money::from_minor), "{number} {code}");
    }
}

#[test]
fn the_largest_price_is_named_in_the_currency() {
    for (code, most, more) in [
        ("JPY", "99999999999", "100000000000"),
        ("EUR", "999999999.99", "1000000000.00"),
        ("KWD", "99999999.999", "100000000.000"),
    ] {
        let price = |number: &str| price_in(code.parse().unwrap(), number);
        let refused = |sentence: &str, bound: String| {
            Err(json!(format!("Ensure this value is {sentence} than or equal to {bound}.")))
        };
        assert_eq!(price(most), Ok(Money::MAX_PRICE));
        assert_eq!(price(more), refused("less", most.to_owned()));
        assert_eq!(price(&format!("-{more}")), refused("greater", format!("-{most}")));
    }
}

/// Decimals of every size, with zeros after them, with an exponent, and with one more digit somewhere after the cents.
#[test]
fn every_decimal_is_read_exactly_or_refused() {
    for code in ["JPY", "EUR", "KWD"] {
        every_decimal_in(code.parse().unwrap());
    }
}

fn every_decimal_in(currency: Currency) {
    let decimals = usize::from(currency.exponent());
    let price = |number: &str| price_in(currency, number);
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
        let money = Ok(Money::from_minor(i64::try_from(minor).unwrap()));
        let exact = currency.amount(Money::from_minor(minor.try_into().unwrap())).to_string();
        let longer = if decimals == 0 { format!("{exact}.0{zeros}") } else { format!("{exact}{zeros}") };
        for exact in [
            longer.clone(),
            format!("{minor}e-{decimals}"),
            format!("{minor}{zeros}e-{}", zeros.len() + decimals),
            format!("0.{zeros}{minor:011}E{}", zeros.len() + 11 - decimals),
        ] {
            assert_eq!(price(&exact), money, "{exact}");
            assert_eq!(price(&format!("\"{longer}\"")), money, "{longer}");
        }
        let digit = random(9) + 1;
        for finer in [format!("{longer}{digit}"), format!("{minor}{digit}e-{}", decimals + 1)] {
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
