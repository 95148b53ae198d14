//! Pages for the links in mails, for shops without a storefront: `/auth/pages/`. Each has one form, no script, and loads nothing from other
//! hosts.
//!
//! Opening a page changes nothing, because mail scanners open every link. A form calls the handler of the JSON endpoint of the same name, or what
//! that of another function calls.

mod activate;
mod back_in_stock;
mod email_reset;
mod layout;
mod outcome;
mod password_reset;

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::middleware::map_response;
use axum::routing::get;
use http::request::Parts;
use utoipa_axum::router::OpenApiRouter;

use crate::AuthState;
use outcome::Outcome;

/// Routes of the pages. They are for people, so none of them is in the OpenAPI document.
pub(crate) fn router() -> OpenApiRouter<AuthState> {
    OpenApiRouter::new()
        .route("/auth/pages/activate/{uid}/{token}/", get(activate::show).post(activate::submit))
        .route("/auth/pages/password/reset/{uid}/{token}/", get(password_reset::show).post(password_reset::submit))
        .route("/auth/pages/email/reset/{uid}/{token}/", get(email_reset::show).post(email_reset::submit))
        .route("/auth/pages/back-in-stock/{token}/", get(back_in_stock::show).post(back_in_stock::submit))
        .route("/auth/pages/style.css/", get(layout::get_style))
        .layer(map_response(layout::set_page_headers))
}

/// The link in the mail, from the path. It is never written into a page: a form without `action` is sent to the URL of its page.
struct Link {
    uid: String,
    token: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Link {
    type Rejection = Outcome;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Outcome> {
        let path: Result<Path<(String, String)>, PathRejection> = Path::from_request_parts(parts, state).await;
        let Path((uid, token)) = path.map_err(|_| Outcome::InvalidLink)?;
        Ok(Self { uid, token })
    }
}
