//! Profiles of users: `/auth/profile/`.

mod get;
mod update;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AuthState;

/// Routes of profiles.
pub(crate) fn router() -> OpenApiRouter<AuthState> {
    OpenApiRouter::new().routes(routes!(get::get_profile, update::replace_profile, update::update_profile))
}
