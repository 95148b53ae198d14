//! Returns the public keys that verify tokens, for services that verify them elsewhere (RFC 7517, RFC 8037): `GET /auth/jwks.json`.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use http::HeaderValue;
use http::header::CACHE_CONTROL;
use serde::Serialize;
use shared::app::App;
use shared::http::PublicProblems;
use shared::users::tokens::VerifyingKey;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::AuthState;

/// Time for which the response may be cached. A new key is published at least this long before a token is signed with it.
const MAX_AGE: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// Returns the route of the public keys.
pub(crate) fn router() -> OpenApiRouter<AuthState> {
    OpenApiRouter::new().routes(routes!(get_jwks))
}

/// The public keys of this shop.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeySet {
    /// Public keys; more than one while the signing key is being replaced.
    pub keys: Vec<PublicKey>,
}

/// A public key in JWK format (RFC 7517).
#[derive(Serialize, ToSchema)]
pub(crate) struct PublicKey {
    /// Key type; always `OKP`.
    #[schema(example = "OKP")]
    pub kty: &'static str,
    /// Curve of the key; always `Ed25519`.
    #[schema(example = "Ed25519")]
    pub crv: &'static str,
    /// The key itself: 32 bytes in base64url.
    #[schema(example = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")]
    pub x: String,
    /// Key id; equals `kid` in the header of the tokens that the key verifies.
    pub kid: String,
    /// Signature algorithm; equals `alg` in the header of the tokens.
    #[schema(example = "EdDSA")]
    pub alg: &'static str,
    /// Purpose of the key; always `sig`, for signatures.
    #[serde(rename = "use")]
    #[schema(example = "sig")]
    pub purpose: &'static str,
}

impl From<&VerifyingKey> for PublicKey {
    fn from(key: &VerifyingKey) -> Self {
        let VerifyingKey { id, text, .. } = key;
        Self { kty: "OKP", crv: "Ed25519", x: text.clone(), kid: id.clone(), alg: "EdDSA", purpose: "sig" }
    }
}

/// Get the keys that verify tokens
///
/// Use them to verify access tokens in another service without a request to this one. You may cache them for 300 seconds.
#[utoipa::path(
    get,
    path = "/auth/jwks.json/",
    tag = "auth",
    operation_id = "get_jwks",
    responses((status = 200, body = KeySet, description = "The public keys."), PublicProblems)
)]
async fn get_jwks(State(app): State<App>) -> impl IntoResponse {
    let keys = app.verifier.keys().iter().map(PublicKey::from).collect();
    ([(CACHE_CONTROL, MAX_AGE)], Json(KeySet { keys }))
}
