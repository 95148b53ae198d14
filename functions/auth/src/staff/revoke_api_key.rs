//! Revokes an API key: `DELETE /auth/api_keys/{id}/`.

use axum::extract::State;
use http::StatusCode;
use serde_json::json;
use shared::app::App;
use shared::audit::{self, AuditRecord, Kind};
use shared::http::{ApiError, PathId, Problem, RequiresUser, StaffProblems};
use shared::ids::ApiKeyId;
use shared::staff::store::api_keys;
use shared::users::ClientInfo;
use shared::users::permissions::Settings;

/// Revoke an API key
///
/// The key is refused from now on and stays in the list. You need `settings`, but none of the permissions of the key, so that a leaked key can
/// be revoked without delay.
#[utoipa::path(
    delete,
    path = "/auth/api_keys/{id}/",
    tag = "auth",
    operation_id = "revoke_api_key",
    security(("bearer" = ["settings"])),
    params(("id" = ApiKeyId, Path, description = "Id of the API key.")),
    responses(
        (status = 204, description = "The API key is revoked."),
        (status = 404, body = Problem, description = "There is no such API key."),
        StaffProblems
    )
)]
pub(crate) async fn revoke_api_key(
    State(app): State<App>,
    RequiresUser(author, _): RequiresUser<Settings>,
    PathId(id): PathId<ApiKeyId>,
    client_info: ClientInfo,
) -> Result<StatusCode, ApiError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let key = api_keys::find(&mut tx, id).await?.ok_or(ApiError::NotFound)?;
    if api_keys::revoke(&mut tx, id, now).await? {
        let details = json!({"api_key_id": id, "name": key.name, "scopes": key.scopes});
        let entry = AuditRecord::by_staff(Kind::ApiKeyRevoked, author.id, key.created_by).with(details);
        audit::store::record(&mut tx, entry, &client_info, now).await?;
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
