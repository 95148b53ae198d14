//! `/auth/pages/`: where the links in mails lead in a shop without a storefront. Plain pages, each with one form, no script, and
//! nothing from any other host.
//!
//! To look at one changes nothing: scanners of mail open every link. What a form does is what the JSON endpoint of the same name
//! does, by the same code.

mod activate;
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

/// Every page. They are for people: none of them is in the OpenAPI document.
pub(crate) fn router() -> OpenApiRouter<AuthState> {
    OpenApiRouter::new()
        .route("/auth/pages/activate/{uid}/{token}/", get(activate::show).post(activate::submit))
        .route("/auth/pages/password/reset/{uid}/{token}/", get(password_reset::show).post(password_reset::submit))
        .route("/auth/pages/email/reset/{uid}/{token}/", get(email_reset::show).post(email_reset::submit))
        .route("/auth/pages/style.css/", get(layout::get_style))
        .layer(map_response(layout::set_page_headers))
}

/// The link in the mail, as the path has it. It is never written into a page: a form without an address is sent to its own.
struct Link {
    uid: String,
    token: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Link {
    type Rejection = Outcome;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Outcome> {
        let path: Result<Path<(String, String)>, PathRejection> = Path::from_request_parts(parts, state).await;
        let Path((uid, token)) = path.map_err(|_| Outcome::LinkIsOver)?;
        Ok(Self { uid, token })
    }
}
