//! `GET /auth/jwks.json`: the keys that tokens are verified by, for whoever verifies them elsewhere (RFC 7517, RFC 8037).

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

/// For how long it may be kept. A new key is published at least so long before a token is signed with it.
const MAX_AGE: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// The route of the keys.
pub(crate) fn router() -> OpenApiRouter<AuthState> {
    OpenApiRouter::new().routes(routes!(get_jwks))
}

/// The public keys of this shop.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeySet {
    /// More than one while keys are being changed.
    pub keys: Vec<PublicKey>,
}

/// A public key, as a JWK.
#[derive(Serialize, ToSchema)]
pub(crate) struct PublicKey {
    /// Its family.
    #[schema(example = "OKP")]
    pub kty: &'static str,
    /// Its curve.
    #[schema(example = "Ed25519")]
    pub crv: &'static str,
    /// The key: 32 bytes in base64url.
    #[schema(example = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")]
    pub x: String,
    /// `kid` in the header of the tokens that it verifies.
    pub kid: String,
    /// `alg` likewise.
    #[schema(example = "EdDSA")]
    pub alg: &'static str,
    /// What it is for.
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
