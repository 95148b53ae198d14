//! Addresses in people's profiles: where things go, and who pays. An order has none of its own yet.

pub mod store;

mod countries;

use serde::Serialize;
use utoipa::ToSchema;

use crate::ids::AddressId;
use crate::time::Timestamp;

pub use countries::country;

/// How many addresses an account may have.
pub const MOST: i64 = 50;

/// An address in somebody's profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Address {
    /// Which.
    pub id: AddressId,
    /// Who lives or works there.
    #[schema(example = "Ana Berg")]
    pub name: String,
    /// Their company, or blank.
    pub company: String,
    /// Street and number.
    #[schema(example = "Hafenstr. 1")]
    pub line1: String,
    /// More of it, or blank.
    pub line2: String,
    /// Which town.
    #[schema(example = "Hamburg")]
    pub city: String,
    /// As it is written there; some countries have none.
    #[schema(example = "20457")]
    pub postal_code: String,
    /// State, province or the like, or blank.
    pub region: String,
    /// ISO 3166-1 alpha-2, in capitals.
    #[schema(example = "DE")]
    pub country: String,
    /// For the carrier, or blank.
    pub phone: String,
    /// Whether things go here unless told otherwise. At most one address of an account is that.
    pub is_default_shipping: bool,
    /// Whether bills go here unless told otherwise. At most one address of an account is that.
    pub is_default_billing: bool,
    /// Since when.
    pub created_at: Timestamp,
    /// Since when it is as it is.
    pub updated_at: Timestamp,
}

/// What an address is to be.
#[derive(Clone, Debug, ToSchema)]
pub struct CreateAddress {
    /// Who lives or works there.
    #[schema(min_length = 1, max_length = 150, example = "Ana Berg")]
    pub name: String,
    /// Their company.
    #[schema(required = false, max_length = 150)]
    pub company: String,
    /// Street and number.
    #[schema(min_length = 1, max_length = 200, example = "Hafenstr. 1")]
    pub line1: String,
    /// More of it.
    #[schema(required = false, max_length = 200)]
    pub line2: String,
    /// Which town.
    #[schema(min_length = 1, max_length = 100, example = "Hamburg")]
    pub city: String,
    /// As it is written there.
    #[schema(required = false, max_length = 20, example = "20457")]
    pub postal_code: String,
    /// State, province or the like.
    #[schema(required = false, max_length = 100)]
    pub region: String,
    /// ISO 3166-1 alpha-2, in capitals or not.
    #[schema(min_length = 2, max_length = 2, example = "DE")]
    pub country: String,
    /// For the carrier: digits, blanks and `+-().`
    #[schema(required = false, max_length = 30)]
    pub phone: String,
    /// Whether things go here unless told otherwise; no other address is that then. Not said: as it was, and a first address is.
    #[schema(value_type = bool, required = false)]
    pub is_default_shipping: Option<bool>,
    /// Whether bills go here unless told otherwise; likewise.
    #[schema(value_type = bool, required = false)]
    pub is_default_billing: Option<bool>,
}

/// What of an address is to change.
#[derive(Clone, Debug, Default, ToSchema)]
pub struct UpdateAddress {
    /// Who lives or works there.
    #[schema(value_type = String, required = false, min_length = 1, max_length = 150)]
    pub name: Option<String>,
    /// Their company.
    #[schema(value_type = String, required = false, max_length = 150)]
    pub company: Option<String>,
    /// Street and number.
    #[schema(value_type = String, required = false, min_length = 1, max_length = 200)]
    pub line1: Option<String>,
    /// More of it.
    #[schema(value_type = String, required = false, max_length = 200)]
    pub line2: Option<String>,
    /// Which town.
    #[schema(value_type = String, required = false, min_length = 1, max_length = 100)]
    pub city: Option<String>,
    /// As it is written there.
    #[schema(value_type = String, required = false, max_length = 20)]
    pub postal_code: Option<String>,
    /// State, province or the like.
    #[schema(value_type = String, required = false, max_length = 100)]
    pub region: Option<String>,
    /// ISO 3166-1 alpha-2, in capitals or not.
    #[schema(value_type = String, required = false, min_length = 2, max_length = 2)]
    pub country: Option<String>,
    /// For the carrier: digits, blanks and `+-().`
    #[schema(value_type = String, required = false, max_length = 30)]
    pub phone: Option<String>,
    /// Whether things go here unless told otherwise; no other address is that then.
    #[schema(value_type = bool, required = false)]
    pub is_default_shipping: Option<bool>,
    /// Whether bills go here unless told otherwise; likewise.
    #[schema(value_type = bool, required = false)]
    pub is_default_billing: Option<bool>,
}

impl From<CreateAddress> for UpdateAddress {
    /// Everything is replaced.
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
