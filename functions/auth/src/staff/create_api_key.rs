//! Creates an API key for a program: `POST /auth/api_keys/`.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use serde_json::json;
use shared::app::App;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, Body, Problem, Request, RequiresUser, StaffProblems};
use shared::ids::ApiKeyId;
use shared::staff::store::api_keys::{NewApiKey, insert};
use shared::staff::{ApiKey, MAX_NAME};
use shared::time::Timestamp;
use shared::users::permissions::Settings;
use shared::users::{ClientInfo, Permission, Permissions, api_keys};
use utoipa::ToSchema;

use super::{MAX_VALUES, begin_change, scopes, timestamp};

/// An API key to create.
#[derive(Debug, Request)]
pub(crate) struct CreateApiKey {
    /// Name that says what the key is for.
    #[field(max = MAX_NAME)]
    #[schema(example = "Warehouse system")]
    pub name: String,
    /// Permissions of the key: never `settings`, and only permissions that you have.
    #[field(min = 1, max = MAX_VALUES, with = scopes, schema = Vec<Permission>)]
    pub scopes: Permissions,
    /// Time at which the key expires; null means never.
    #[field(nullable, with = timestamp)]
    pub expires_at: Option<Timestamp>,
}

/// A new API key with its secret, which is never returned again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IssuedApiKey {
    /// The key for the header `Authorization: Api-Key <key>`. It is never returned again.
    #[schema(example = "shop_01935c2a7b1e7c3f9d2e4a5b6c7d8e9f_kq3v…")]
    pub key: String,
    /// The key without its secret, as lists return it.
    #[serde(flatten)]
    pub api_key: ApiKey,
}

/// Create an API key
///
/// The key gives a program the permissions in `scopes`, for as long as you have all of them: it is refused once your account is deactivated or
/// deleted or has lost one of them.
#[utoipa::path(
    post,
    path = "/auth/api_keys/",
    tag = "auth",
    operation_id = "create_api_key",
    security(("bearer" = ["settings"])),
    request_body = CreateApiKey,
    responses(
        (status = 201, body = IssuedApiKey, description = "The key. Its secret is never returned again."),
        StaffProblems,
        (status = 403, body = Problem, description = "You do not have the permission, or you do not have all permissions in `scopes`."),
    )
)]
pub(crate) async fn create_api_key(
    State(app): State<App>,
    RequiresUser(author, _): RequiresUser<Settings>,
    client_info: ClientInfo,
    Body(new): Body<CreateApiKey>,
) -> Result<(StatusCode, Json<IssuedApiKey>), ApiError> {
    let CreateApiKey { name, scopes, expires_at } = new;
    let now = app.clock.now();
    if expires_at.is_some_and(|end| end <= now) {
        return Err(ApiError::field("expires_at", "Ensure this value is in the future."));
    }
    let id = ApiKeyId(app.rng.ordered_uuid(app.clock.now()));
    let mut secret = [0; 32];
    app.rng.fill_random(&mut secret);
    let key = api_keys::format_key(id, secret);
    let mut tx = app.db.begin().await?;
    if !begin_change(&mut tx, &author, Permission::Settings).await?.cover(scopes) {
        return Err(ApiError::Forbidden);
    }
    let sha256 = api_keys::sha256(&key);
    let row = NewApiKey { id, name, sha256, scopes, created_by: author.id, created_at: now, expires_at };
    let api_key = insert(&mut tx, row).await?;
    let details = json!({"api_key_id": id, "name": api_key.name, "scopes": scopes, "expires_at": expires_at});
    let entry = AuditRecord::by_staff(Kind::ApiKeyCreated, author.id, None).with(details);
    audit::store::record(&mut tx, entry, &client_info, now).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(IssuedApiKey { key, api_key })))
}
