//! `/auth/profile/`: what a buyer tells of themselves.

mod get;
mod update;

use shared::http::Fields;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::Auth;

/// How long a name may be, in characters.
const MAX_NAME: usize = 150;

/// How long a telephone number may be, in characters.
const MAX_PHONE: usize = 30;

/// Every route of profiles.
pub(crate) fn router() -> OpenApiRouter<Auth> {
    OpenApiRouter::new().routes(routes!(get::get_profile, update::replace_profile, update::update_profile))
}

/// A telephone number as people write it, or none. Whether it rings, only a call can tell.
pub(crate) fn phone(fields: &mut Fields, name: &str) -> Option<String> {
    let phone = fields.text_or_blank(name, MAX_PHONE)?;
    if phone.chars().all(|c| c.is_ascii_digit() || " +-().".contains(c)) {
        return Some(phone);
    }
    fields.error(name, "Enter a valid phone number.");
    None
}
