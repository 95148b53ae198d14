//! Addresses of the caller's profile: `/auth/addresses/`.

mod create;
mod delete;
mod get;
mod list;
mod update;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AuthState;

/// Routes of addresses.
pub(crate) fn router() -> OpenApiRouter<AuthState> {
    OpenApiRouter::new().routes(routes!(list::list_addresses, create::create_address)).routes(routes!(
        get::get_address,
        update::replace_address,
        update::update_address,
        delete::delete_address
    ))
}
