//! The database that a request reads.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;
use shared::app::App;
use shared::app::db::Db;

/// The database that a request reads: a replica, if there is one, for a request without credentials. A caller with credentials may have
/// changed or bought something a moment ago and must see it, so the writer is read for them.
#[derive(Clone, Debug)]
pub(crate) struct Reads(pub(crate) Db);

impl FromRequestParts<App> for Reads {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let is_anonymous = parts.headers.get(AUTHORIZATION).is_none_or(|value| !has_known_scheme(value.as_bytes()));
        Ok(Self(if is_anonymous { app.reads.clone() } else { app.db.clone() }))
    }
}

/// Returns true for a token or an API key, valid or not. Everything else is an anonymous request and must not reach the writer.
fn has_known_scheme(value: &[u8]) -> bool {
    ["Bearer ", "Api-Key "]
        .iter()
        .any(|scheme| value.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes())))
}
