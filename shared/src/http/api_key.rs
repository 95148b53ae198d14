//! API keys in requests of programs: `Authorization: Api-Key <key>`.

use http::header::AUTHORIZATION;
use http::request::Parts;

use super::{ApiError, Unauthorized};
use crate::app::App;
use crate::users::api_keys;
use crate::users::store::api_keys::{ValidApiKey, record_use};

/// Returns the API key of a request; `None` if it has none. Fails if the key is not valid.
pub(super) async fn api_key(parts: &Parts, app: &App) -> Result<Option<ValidApiKey>, ApiError> {
    let Some(Ok(header)) = parts.headers.get(AUTHORIZATION).map(|value| value.to_str()) else { return Ok(None) };
    let mut words = header.split_whitespace();
    if words.next() != Some("Api-Key") {
        return Ok(None);
    }
    let (Some(key), None) = (words.next(), words.next()) else { return Err(not_valid()) };
    let key = api_keys::parse(key).ok_or_else(not_valid)?;
    record_use(&app.db, &key, app.auth_options, app.clock.now()).await?.map(Some).ok_or_else(not_valid)
}

/// Returns the 401 for an invalid key. It does not give the reason, which is only for the owner of the key.
fn not_valid() -> ApiError {
    Unauthorized::Other { detail: "This API key is not valid.".to_owned(), code: Some("api_key_not_valid") }.into()
}
