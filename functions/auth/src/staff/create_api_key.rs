//! `POST /auth/api_keys/`: a key for a program.

use axum::Json;
use axum::extract::State;
use http::header::CACHE_CONTROL;
use http::{HeaderName, StatusCode};
use serde::Serialize;
use serde_json::json;
use shared::app::App;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, Body, Problem, Request, RequiresUser, StaffProblems};
use shared::ids::ApiKeyId;
use shared::staff::store::api_keys::{CreateApiKey as Keeping, insert};
use shared::staff::{ApiKey, MAX_NAME};
use shared::time::Timestamp;
use shared::users::permissions::Settings;
use shared::users::{ClientInfo, Permission, Permissions, api_keys};
use utoipa::ToSchema;

use super::{MAX_VALUES, begin_change, moment, scopes};

/// An API key to create.
#[derive(Debug, Request)]
pub(crate) struct CreateApiKey {
    /// Name: what the key is for.
    #[field(max = MAX_NAME)]
    #[schema(example = "Warehouse system")]
    pub name: String,
    /// Permissions of the key: never `settings`, and none that its creator does not have.
    #[field(min = 1, max = MAX_VALUES, with = scopes, schema = Vec<Permission>)]
    pub scopes: Permissions,
    /// Time from which the key is invalid; null means never.
    #[field(nullable, with = moment)]
    pub expires_at: Option<Timestamp>,
}

/// A new key, told this once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IssuedApiKey {
    /// The key, for `Authorization: Api-Key <key>`. Nobody is told it again.
    #[schema(example = "shop_01935c2a7b1e7c3f9d2e4a5b6c7d8e9f_kq3v…")]
    pub key: String,
    /// What is known of it from now on.
    #[serde(flatten)]
    pub api_key: ApiKey,
}

/// Make an API key
///
/// It opens what its scopes name, for as long as its maker may do all of that: it is refused once they are switched off, gone, or have
/// lost one of the permissions.
#[utoipa::path(
    post,
    path = "/auth/api_keys/",
    tag = "auth",
    operation_id = "create_api_key",
    security(("bearer" = ["settings"])),
    request_body = CreateApiKey,
    responses(
        (status = 201, body = IssuedApiKey, description = "The key, told this once."),
        (status = 403, body = Problem, description = "One may not do all of that oneself."),
        StaffProblems
    )
)]
pub(crate) async fn create_api_key(
    State(app): State<App>,
    RequiresUser(author, _): RequiresUser<Settings>,
    client_info: ClientInfo,
    Body(new): Body<CreateApiKey>,
) -> Result<(StatusCode, [(HeaderName, &'static str); 1], Json<IssuedApiKey>), ApiError> {
    let CreateApiKey { name, scopes, expires_at } = new;
    let now = app.clock.now();
    if expires_at.is_some_and(|end| end <= now) {
        return Err(ApiError::field("expires_at", "Ensure this value is in the future."));
    }
    let id = ApiKeyId(app.rng.ordered_uuid(app.clock.now()));
    let mut secret = [0; 32];
    app.rng.fill_random(&mut secret);
    let key = api_keys::written(id, secret);
    let mut tx = app.db.begin().await?;
    if !begin_change(&mut tx, &author, Permission::Settings).await?.cover(scopes) {
        return Err(ApiError::Forbidden);
    }
    let sha256 = api_keys::sha256(&key);
    let keeping = Keeping { id, name, sha256, scopes, created_by: author.id, created_at: now, expires_at };
    let api_key = insert(&mut tx, keeping).await?;
    let details = json!({"api_key_id": id, "name": api_key.name, "scopes": scopes, "expires_at": expires_at});
    let entry = AuditRecord::by_staff(Kind::ApiKeyCreated, author.id, None).with(details);
    audit::store::record(&mut tx, entry, &client_info, now).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, [(CACHE_CONTROL, "no-store")], Json(IssuedApiKey { key, api_key })))
}
