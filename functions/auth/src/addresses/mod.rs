//! `/auth/addresses/`: the addresses in one's profile.

mod create;
mod delete;
mod get;
mod list;
mod update;

use shared::addresses::{CreateAddress, UpdateAddress, country};
use shared::http::{Fields, FromFields};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Auth;
use crate::profile::phone;

/// Every route of addresses.
pub(crate) fn router() -> OpenApiRouter<Auth> {
    OpenApiRouter::new().routes(routes!(list::list_addresses, create::create_address)).routes(routes!(
        get::get_address,
        update::replace_address,
        update::update_address,
        delete::delete_address
    ))
}

/// The body that is a whole address.
pub(crate) struct Whole(CreateAddress);

/// The body that is a part of one.
pub(crate) struct Part(UpdateAddress);

impl FromFields for Whole {
    fn read(fields: &mut Fields) -> Option<Self> {
        for needed in ["name", "line1", "city", "country"] {
            if !fields.has(needed) {
                fields.error(needed, "This field is required.");
            }
        }
        let Part(said) = Part::read(fields)?;
        Some(Self(CreateAddress {
            name: said.name?,
            company: said.company.unwrap_or_default(),
            line1: said.line1?,
            line2: said.line2.unwrap_or_default(),
            city: said.city?,
            postal_code: said.postal_code.unwrap_or_default(),
            region: said.region.unwrap_or_default(),
            country: said.country?,
            phone: said.phone.unwrap_or_default(),
            is_default_shipping: said.is_default_shipping,
            is_default_billing: said.is_default_billing,
        }))
    }
}

impl FromFields for Part {
    fn read(fields: &mut Fields) -> Option<Self> {
        let mut text = |name: &str, max| fields.sent(name, |fields, name| fields.text(name, max));
        let (name, line1, city) = (text("name", 150), text("line1", 200), text("city", 100));
        let mut text = |name: &str, max| fields.sent(name, |fields, name| fields.text_or_blank(name, max));
        let (company, line2) = (text("company", 150), text("line2", 200));
        let (postal_code, region) = (text("postal_code", 20), text("region", 100));
        let country = fields.sent("country", known_country);
        let phone = fields.sent("phone", phone);
        let is_default_shipping = fields.sent("is_default_shipping", Fields::boolean);
        let is_default_billing = fields.sent("is_default_billing", Fields::boolean);
        Some(Self(UpdateAddress {
            name: name?,
            company: company?,
            line1: line1?,
            line2: line2?,
            city: city?,
            postal_code: postal_code?,
            region: region?,
            country: country?,
            phone: phone?,
            is_default_shipping: is_default_shipping?,
            is_default_billing: is_default_billing?,
        }))
    }
}

fn known_country(fields: &mut Fields, name: &str) -> Option<String> {
    let code = fields.text(name, 2)?;
    let known = country(&code).map(str::to_owned);
    if known.is_none() {
        fields.error(name, format!("\"{code}\" is not a valid choice."));
    }
    known
}
