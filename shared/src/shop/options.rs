//! Options of the shop, which `SHOP_OPTIONS` changes.

use crate::environment::{Environment, EnvironmentError};

const SHOP_OPTIONS: &str = "SHOP_OPTIONS";

/// Limits and rules for buyers. A limit of `None` is switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShopOptions {
    /// `CHECKOUTS_PER_ACCOUNT`: orders that an account can place in an hour.
    pub checkouts_per_account: Option<i32>,
    /// `CHECKOUTS_PER_NETWORK`: orders that can be placed from a client address in an hour.
    pub checkouts_per_network: Option<i32>,
    /// `QUANTITY_LIMIT_PER_CUSTOMER`: units of a variant that an account can have in open orders, unless the variant has its own limit.
    pub quantity_limit_per_customer: Option<i32>,
    /// `CHECKOUT_NEEDS_PROVEN_ADDRESS`: only an account that has proven to read mail to its address can order.
    pub checkout_needs_proven_address: bool,
    /// `CARTS_PER_HOUR`: new carts in an hour, of one account or of all guests at one client address.
    pub carts_per_hour: Option<i32>,
}

impl Default for ShopOptions {
    fn default() -> Self {
        Self {
            checkouts_per_account: Some(10),
            checkouts_per_network: Some(500),
            quantity_limit_per_customer: Some(20),
            checkout_needs_proven_address: false,
            carts_per_hour: Some(500),
        }
    }
}

impl ShopOptions {
    /// Options without any limit or rule.
    pub const UNLIMITED: Self = Self {
        checkouts_per_account: None,
        checkouts_per_network: None,
        quantity_limit_per_customer: None,
        checkout_needs_proven_address: false,
        carts_per_hour: None,
    };

    /// Reads `SHOP_OPTIONS`: limits such as `CARTS_PER_HOUR=1000` and names of rules, separated by commas or spaces; 0 switches a limit off. Fails on unknown options
    /// instead of ignoring them.
    pub fn from_environment(environment: &Environment) -> Result<Self, EnvironmentError> {
        let mut options = Self::default();
        let named = environment.get(SHOP_OPTIONS).unwrap_or_default();
        for option in named.split([',', ' ']).filter(|option| !option.is_empty()) {
            set(&mut options, option)
                .ok_or_else(|| EnvironmentError::UnknownOption(SHOP_OPTIONS, option.to_owned()))?;
        }
        Ok(options)
    }
}

/// Sets an option that is written as in `SHOP_OPTIONS`. Returns `None` if it does not exist or its number is missing or not valid.
fn set(options: &mut ShopOptions, option: &str) -> Option<()> {
    match option.split_once('=') {
        Some((name, number)) => set_limit(options, name, number),
        None => switch_on(options, option),
    }
}

fn switch_on(options: &mut ShopOptions, name: &str) -> Option<()> {
    let rule = match name {
        "CHECKOUT_NEEDS_PROVEN_ADDRESS" => &mut options.checkout_needs_proven_address,
        _ => return None,
    };
    *rule = true;
    Some(())
}

fn set_limit(options: &mut ShopOptions, name: &str, number: &str) -> Option<()> {
    let limit = match name {
        "CHECKOUTS_PER_ACCOUNT" => &mut options.checkouts_per_account,
        "CHECKOUTS_PER_NETWORK" => &mut options.checkouts_per_network,
        "QUANTITY_LIMIT_PER_CUSTOMER" => &mut options.quantity_limit_per_customer,
        "CARTS_PER_HOUR" => &mut options.carts_per_hour,
        _ => return None,
    };
    let number = number.parse().ok().filter(|number| *number >= 0)?;
    *limit = Some(number).filter(|number| *number > 0);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(text: &str) -> Result<ShopOptions, EnvironmentError> {
        ShopOptions::from_environment(&Environment::from_iter([(SHOP_OPTIONS, text)]))
    }

    #[test]
    fn only_the_named_options_change() {
        assert_eq!(options("").unwrap(), ShopOptions::default());
        let changed = ShopOptions { carts_per_hour: Some(7), ..ShopOptions::default() };
        assert_eq!(options("CARTS_PER_HOUR=7").unwrap(), changed);
        let changed = ShopOptions { checkouts_per_network: Some(900), ..changed };
        assert_eq!(options("CARTS_PER_HOUR=7, CHECKOUTS_PER_NETWORK=900").unwrap(), changed);
    }

    #[test]
    fn a_rule_is_switched_on_by_its_name() {
        let strict = ShopOptions { checkout_needs_proven_address: true, ..ShopOptions::default() };
        assert_eq!(options("CHECKOUT_NEEDS_PROVEN_ADDRESS").unwrap(), strict);
    }

    #[test]
    fn zero_switches_a_limit_off() {
        let all = "CHECKOUTS_PER_ACCOUNT=0,CHECKOUTS_PER_NETWORK=0,QUANTITY_LIMIT_PER_CUSTOMER=0,CARTS_PER_HOUR=0";
        assert_eq!(options(all).unwrap(), ShopOptions::UNLIMITED);
    }

    #[test]
    fn an_unknown_option_is_refused_by_name() {
        for unknown in [
            "CARTS",
            "CARTS_PER_HOUR",
            "CARTS_PER_HOUR=-1",
            "CARTS_PER_HOUR=many",
            "CARTS=7",
            "CHECKOUT_NEEDS_PROVEN_ADDRESS=1",
        ] {
            let error = options(unknown).unwrap_err().to_string();
            assert!(error.contains(unknown), "{error}");
        }
    }
}
