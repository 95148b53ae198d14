//! Addresses of user profiles, for shipping and billing. Orders do not have addresses yet.

pub mod store;

mod countries;

use serde::Serialize;
use utoipa::ToSchema;

use crate::fields::{Fields, MAX_PHONE, ReadOnly, ReadOnlyName, Request};
use crate::ids::AddressId;
use crate::time::Timestamp;

pub use countries::country;

/// Maximum number of addresses of an account.
pub const MAX_ADDRESSES: i64 = 50;

/// An address of a user profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Address {
    /// Id of the address.
    pub id: AddressId,
    /// Name of the person who lives or works there.
    #[schema(example = "Ana Berg")]
    pub name: String,
    /// Name of the company, or blank.
    pub company: String,
    /// Street and house number.
    #[schema(example = "Hafenstr. 1")]
    pub line1: String,
    /// Second line of the address, or blank.
    pub line2: String,
    /// Name of the town.
    #[schema(example = "Hamburg")]
    pub city: String,
    /// Postal code in the form of the country, or blank.
    #[schema(example = "20457")]
    pub postal_code: String,
    /// State, province or similar, or blank.
    pub region: String,
    /// Country code (ISO 3166-1 alpha-2) in capitals.
    #[schema(example = "DE")]
    pub country: String,
    /// Phone number for the carrier, or blank.
    pub phone: String,
    /// True if this is the default for shipping. Only one address of an account can be.
    pub is_default_shipping: bool,
    /// True if this is the default for billing. Only one address of an account can be.
    pub is_default_billing: bool,
    /// Time at which the address was created.
    pub created_at: Timestamp,
    /// Time of the last change.
    pub updated_at: Timestamp,
}

/// Maximum number of characters of a person's or a company's name.
const MAX_NAME: usize = 150;
/// Maximum number of characters of a line of the address.
const MAX_LINE: usize = 200;
/// Maximum number of characters of a town, a state or a province.
const MAX_PLACE: usize = 100;
/// Number of characters of a country code.
const MAX_COUNTRY: usize = 2;
/// Maximum number of characters of a postal code.
const MAX_POSTAL_CODE: usize = 20;

const READ_ONLY: ReadOnly =
    &[ReadOnlyName::fixed("created_at", ""), ReadOnlyName::fixed("id", ""), ReadOnlyName::moving("updated_at")];

/// An address to create.
#[derive(Clone, Debug, Request)]
#[request(update = UpdateAddress, replace = ReplaceAddress, read_only = READ_ONLY)]
pub struct CreateAddress {
    /// Name of the person who lives or works there.
    #[field(max = MAX_NAME)]
    #[schema(example = "Ana Berg")]
    pub name: String,
    /// Name of the company, or blank.
    #[field(default, not_null, blank, max = MAX_NAME)]
    pub company: String,
    /// Street and house number.
    #[field(max = MAX_LINE)]
    #[schema(example = "Hafenstr. 1")]
    pub line1: String,
    /// Second line of the address, or blank.
    #[field(default, not_null, blank, max = MAX_LINE)]
    pub line2: String,
    /// Name of the town.
    #[field(max = MAX_PLACE)]
    #[schema(example = "Hamburg")]
    pub city: String,
    /// Postal code in the form of the country, or blank.
    #[field(default, not_null, blank, max = MAX_POSTAL_CODE)]
    #[schema(example = "20457")]
    pub postal_code: String,
    /// State, province or similar, or blank.
    #[field(default, not_null, blank, max = MAX_PLACE)]
    pub region: String,
    /// Country code (ISO 3166-1 alpha-2), in capital or small letters.
    #[field(max = MAX_COUNTRY, with = known_country)]
    #[schema(min_length = 2, example = "DE")]
    pub country: String,
    /// Phone number for the carrier, or blank: digits, spaces and `+-().`
    #[field(default, not_null, blank, max = MAX_PHONE, with = Fields::phone)]
    pub phone: String,
    /// True to make this the default for shipping in place of the previous one.
    #[field(
        not_null,
        on_create = "Your first address always becomes the default, a later one only if you send true.",
        on_update = "Stays as it is if left out.",
        on_replace = "Stays as it is if left out."
    )]
    pub is_default_shipping: Option<bool>,
    /// True to make this the default for billing in place of the previous one.
    #[field(
        not_null,
        on_create = "Your first address always becomes the default, a later one only if you send true.",
        on_update = "Stays as it is if left out.",
        on_replace = "Stays as it is if left out."
    )]
    pub is_default_billing: Option<bool>,
}

fn known_country(fields: &mut Fields, name: &str) -> Option<String> {
    let code = fields.text(name, MAX_COUNTRY)?;
    let known = country(&code).map(str::to_owned);
    if known.is_none() {
        fields.error(name, format!("\"{code}\" is not a valid choice."));
    }
    known
}
