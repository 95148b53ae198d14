//! The shop as its mails show it, and the URLs of the links in them.

use shared::app::{Environment, EnvironmentError};
use shared::orders::Order;
use shared::users::links::{self, Purpose};

use crate::mails::{LinkTarget, NewLink};

/// The name of the shop and the site of its links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shop {
    /// Name of the shop.
    pub name: String,
    /// Site that the links lead to.
    pub site: Site,
    /// Seconds for which a link that changes a password or an address is valid.
    pub reset_link_seconds: i64,
}

/// The site where customers do what a mail asks them to. Its URL has no slash at the end: `https://shop.example.com`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Site {
    /// The shop's storefront, which has a page for each link at the paths that Djoser's clients use.
    Storefront(String),
    /// The plain pages of `auth` below this API. There is no page for an order, and for a product there is the catalogue's JSON.
    Api(String),
}

impl Shop {
    /// Reads `SHOP_NAME` (default: Shop), `RESET_LINK_SECONDS` (default: a day, which is also the maximum) and `STOREFRONT_URL`; without the
    /// last, links lead to the API at `public_url`. Without either it fails, because a mail with a broken link is worse than no mail.
    pub fn from_environment(environment: &Environment, public_url: Option<&str>) -> Result<Self, EnvironmentError> {
        let site = match (environment.get("STOREFRONT_URL"), public_url) {
            (Some(url), _) => Site::Storefront(without_slash(url)),
            (None, Some(url)) => Site::Api(without_slash(url)),
            (None, None) => return Err(EnvironmentError::Missing("STOREFRONT_URL or PUBLIC_URL")),
        };
        let name = shop_name(environment).to_owned();
        Ok(Self { name, site, reset_link_seconds: reset_link_seconds(environment)? })
    }

    /// Returns the URL of an order's page, if there is one.
    pub(crate) fn order_url(&self, order: &Order) -> Option<String> {
        match &self.site {
            Site::Storefront(url) => Some(format!("{url}/orders/{}", order.id)),
            Site::Api(_) => None,
        }
    }

    /// Returns the URL of a product's page, or of its JSON if there is no storefront.
    pub(crate) fn product_url(&self, slug: &str) -> String {
        match &self.site {
            Site::Storefront(url) => format!("{url}/products/{slug}"),
            Site::Api(url) => format!("{url}/api/v1/catalogue/products/{slug}/"),
        }
    }

    /// Returns the URL of a link with a secret.
    pub(crate) fn link_url(&self, link: &NewLink) -> String {
        let token = &link.token;
        match (&self.site, link.target) {
            (Site::Storefront(url), LinkTarget::Registration(id, _)) => {
                format!("{url}/activate/{}/{token}", links::uid(id))
            }
            (Site::Api(url), LinkTarget::Registration(id, _)) => {
                format!("{url}/auth/pages/activate/{}/{token}/", links::uid(id))
            }
            (Site::Storefront(url), LinkTarget::Account(user, purpose)) => {
                let page = match purpose {
                    Purpose::ActivateUser => "activate",
                    Purpose::PasswordReset => "password/reset/confirm",
                    Purpose::EmailReset => "email/reset/confirm",
                };
                format!("{url}/{page}/{}/{token}", links::uid(user))
            }
            (Site::Api(url), LinkTarget::Account(user, purpose)) => {
                let page = match purpose {
                    Purpose::ActivateUser => "activate",
                    Purpose::PasswordReset => "password/reset",
                    Purpose::EmailReset => "email/reset",
                };
                format!("{url}/auth/pages/{page}/{}/{token}/", links::uid(user))
            }
            (Site::Storefront(url), LinkTarget::Subscription(_)) => format!("{url}/back-in-stock/confirm/{token}"),
            (Site::Api(url), LinkTarget::Subscription(_)) => format!("{url}/auth/pages/back-in-stock/{token}/"),
        }
    }
}

/// Returns the name of the shop, `SHOP_NAME`.
pub(crate) fn shop_name(environment: &Environment) -> &str {
    environment.get("SHOP_NAME").unwrap_or("Shop")
}

fn reset_link_seconds(environment: &Environment) -> Result<i64, EnvironmentError> {
    let what = "a number of seconds from 300 to 86400, a day";
    let seconds = environment.parse("RESET_LINK_SECONDS", what)?.unwrap_or(links::MAX_RESET_SECONDS);
    let is_allowed = (300..=links::MAX_RESET_SECONDS).contains(&seconds);
    if is_allowed { Ok(seconds) } else { Err(EnvironmentError::Invalid("RESET_LINK_SECONDS", what)) }
}

fn without_slash(url: &str) -> String {
    url.trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use shared::ids::{SubscriptionId, UserId};
    use shared::time::Timestamp;

    use super::*;

    fn shop(variables: &[(&str, &str)]) -> Result<Shop, EnvironmentError> {
        let environment = Environment::from_iter(variables.iter().copied());
        Shop::from_environment(&environment, environment.get("PUBLIC_URL"))
    }

    fn urls(shop: &Shop) -> Vec<String> {
        let expires_at = Timestamp::from_seconds(0);
        let url = |target| shop.link_url(&NewLink { target, token: "10-ab".to_owned(), expires_at });
        let account = |purpose| url(LinkTarget::Account(UserId(2), purpose));
        let [activation, password, email] =
            [Purpose::ActivateUser, Purpose::PasswordReset, Purpose::EmailReset].map(account);
        vec![activation, password, email, url(LinkTarget::Subscription(SubscriptionId(2)))]
    }

    #[test]
    fn links_lead_to_the_storefront_if_configured() {
        let shop = shop(&[("STOREFRONT_URL", "https://shop.test/"), ("PUBLIC_URL", "https://api.test")]).unwrap();
        let expected = [
            "activate/Mg/10-ab",
            "password/reset/confirm/Mg/10-ab",
            "email/reset/confirm/Mg/10-ab",
            "back-in-stock/confirm/10-ab",
        ];
        assert_eq!(urls(&shop), expected.map(|path| format!("https://shop.test/{path}")));
    }

    #[test]
    fn links_lead_to_the_api_without_a_storefront() {
        let shop = shop(&[("STOREFRONT_URL", ""), ("PUBLIC_URL", "https://api.test/")]).unwrap();
        let expected =
            ["activate/Mg/10-ab/", "password/reset/Mg/10-ab/", "email/reset/Mg/10-ab/", "back-in-stock/10-ab/"];
        assert_eq!(urls(&shop), expected.map(|path| format!("https://api.test/auth/pages/{path}")));
    }

    #[test]
    fn a_shop_without_a_site_for_its_links_does_not_start() {
        let refused = shop(&[("SHOP_NAME", "Shop")]).unwrap_err().to_string();
        assert_eq!(refused, "the environment variable STOREFRONT_URL or PUBLIC_URL is not set");
    }
    #[test]
    fn a_link_that_changes_an_account_is_valid_for_a_day_or_less() {
        let seconds = |text| {
            shop(&[("PUBLIC_URL", "https://api.test"), ("RESET_LINK_SECONDS", text)])
                .map(|shop| shop.reset_link_seconds)
        };
        for (text, expected) in [("", 86_400), ("86400", 86_400), ("3600", 3_600), ("300", 300)] {
            assert_eq!(seconds(text).unwrap(), expected, "{text}");
        }
        for bad in ["86401", "299", "0", "-1", "1h"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }
}
