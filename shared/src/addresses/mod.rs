//! Addresses of user profiles, for shipping and billing. Orders do not have addresses yet.

pub mod store;

mod countries;

use serde::Serialize;
use utoipa::ToSchema;

use crate::ids::AddressId;
use crate::time::Timestamp;

pub use countries::country;

/// Largest number of addresses of an account.
pub const MOST: i64 = 50;

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
    /// True if orders are shipped here unless another address is chosen. At most one address of an account is the default.
    pub is_default_shipping: bool,
    /// True if bills go here unless another address is chosen. At most one address of an account is the default.
    pub is_default_billing: bool,
    /// Time at which the address was created.
    pub created_at: Timestamp,
    /// Time of the last change.
    pub updated_at: Timestamp,
}

/// The fields of a new address.
#[derive(Clone, Debug, ToSchema)]
pub struct CreateAddress {
    /// Name of the person who lives or works there.
    #[schema(min_length = 1, max_length = 150, example = "Ana Berg")]
    pub name: String,
    /// Name of the company, or blank.
    #[schema(required = false, max_length = 150)]
    pub company: String,
    /// Street and house number.
    #[schema(min_length = 1, max_length = 200, example = "Hafenstr. 1")]
    pub line1: String,
    /// Second line of the address, or blank.
    #[schema(required = false, max_length = 200)]
    pub line2: String,
    /// Name of the town.
    #[schema(min_length = 1, max_length = 100, example = "Hamburg")]
    pub city: String,
    /// Postal code in the form of the country, or blank.
    #[schema(required = false, max_length = 20, example = "20457")]
    pub postal_code: String,
    /// State, province or similar, or blank.
    #[schema(required = false, max_length = 100)]
    pub region: String,
    /// Country code (ISO 3166-1 alpha-2), in capitals or not.
    #[schema(min_length = 2, max_length = 2, example = "DE")]
    pub country: String,
    /// Phone number for the carrier: digits, spaces and `+-().`
    #[schema(required = false, max_length = 30)]
    pub phone: String,
    /// True to ship here unless another address is chosen; the previous default loses that role. If omitted, it stays as it was, and a
    /// first address becomes the default.
    #[schema(value_type = bool, required = false)]
    pub is_default_shipping: Option<bool>,
    /// True to send bills here unless another address is chosen; the previous default loses that role. If omitted, it stays as it was, and
    /// a first address becomes the default.
    #[schema(value_type = bool, required = false)]
    pub is_default_billing: Option<bool>,
}

/// The fields of an address to change. Omitted fields stay as they are.
#[derive(Clone, Debug, Default, ToSchema)]
pub struct UpdateAddress {
    /// Name of the person who lives or works there.
    #[schema(value_type = String, required = false, min_length = 1, max_length = 150)]
    pub name: Option<String>,
    /// Name of the company, or blank.
    #[schema(value_type = String, required = false, max_length = 150)]
    pub company: Option<String>,
    /// Street and house number.
    #[schema(value_type = String, required = false, min_length = 1, max_length = 200)]
    pub line1: Option<String>,
    /// Second line of the address, or blank.
    #[schema(value_type = String, required = false, max_length = 200)]
    pub line2: Option<String>,
    /// Name of the town.
    #[schema(value_type = String, required = false, min_length = 1, max_length = 100)]
    pub city: Option<String>,
    /// Postal code in the form of the country, or blank.
    #[schema(value_type = String, required = false, max_length = 20)]
    pub postal_code: Option<String>,
    /// State, province or similar, or blank.
    #[schema(value_type = String, required = false, max_length = 100)]
    pub region: Option<String>,
    /// Country code (ISO 3166-1 alpha-2), in capitals or not.
    #[schema(value_type = String, required = false, min_length = 2, max_length = 2)]
    pub country: Option<String>,
    /// Phone number for the carrier: digits, spaces and `+-().`
    #[schema(value_type = String, required = false, max_length = 30)]
    pub phone: Option<String>,
    /// True to ship here unless another address is chosen; the previous default loses that role.
    #[schema(value_type = bool, required = false)]
    pub is_default_shipping: Option<bool>,
    /// True to send bills here unless another address is chosen; the previous default loses that role.
    #[schema(value_type = bool, required = false)]
    pub is_default_billing: Option<bool>,
}

impl From<CreateAddress> for UpdateAddress {
    /// Turns a replacement into a change of every field.
    fn from(new: CreateAddress) -> Self {
        Self {
            name: Some(new.name),
            company: Some(new.company),
            line1: Some(new.line1),
            line2: Some(new.line2),
            city: Some(new.city),
            postal_code: Some(new.postal_code),
            region: Some(new.region),
            country: Some(new.country),
            phone: Some(new.phone),
            is_default_shipping: new.is_default_shipping,
            is_default_billing: new.is_default_billing,
        }
    }
}
