//! Replaces or updates a category: `PUT` and `PATCH /api/v1/catalogue/categories/{id_or_slug}/`.

use axum::extract::State;
use axum::response::Response;
use serde_json::json;
use shared::app::App;
use shared::audit::Kind;
use shared::catalogue::store::categories::find;
use shared::catalogue::store::write::{
    CategoryChange, NewCategory, lock_category_tree, move_to_position, update_category as write,
};
use shared::catalogue::{Category, IdOrSlug};
use shared::http::{ApiError, ChangeBody, Editor, Problem, StaffProblems};

use crate::caching::IfNoneMatch;
use crate::categories::body::refused;
use crate::categories::create::{ReplaceCategory, UpdateCategory};
use crate::change_request::{ChangeRequest, IfMatch, VersionConflict};
use crate::redirects::{PermanentRedirect, no_such_category};

/// Replace a category
///
/// If the parent changes, the categories below it move with it. The slug stays as it is if you leave it out.
#[utoipa::path(
    put,
    path = "/api/v1/catalogue/categories/{id_or_slug}/",
    tag = "catalogue",
    operation_id = "replace_category",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "Id or slug of the category."),
        IfMatch,
    ),
    request_body = ReplaceCategory,
    responses(
        (status = 200, body = Category, description = "The category after the change."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such category."),
        VersionConflict,
        StaffProblems,
    )
)]
pub(crate) async fn replace_category(
    State(app): State<App>,
    editor: Editor,
    request: ChangeRequest<IdOrSlug>,
    body: ChangeBody<ReplaceCategory>,
) -> Result<Response, ApiError> {
    change(&app, &editor, &request, body.into_update()).await
}

/// Update a category
///
/// Fields that you leave out stay as they are. If the parent changes, the categories below it move with it.
#[utoipa::path(
    patch,
    path = "/api/v1/catalogue/categories/{id_or_slug}/",
    tag = "catalogue",
    operation_id = "update_category",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "Id or slug of the category."),
        IfMatch,
    ),
    request_body = UpdateCategory,
    responses(
        (status = 200, body = Category, description = "The category after the change."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such category."),
        VersionConflict,
        StaffProblems,
    )
)]
pub(crate) async fn update_category(
    State(app): State<App>,
    editor: Editor,
    request: ChangeRequest<IdOrSlug>,
    body: ChangeBody<UpdateCategory>,
) -> Result<Response, ApiError> {
    change(&app, &editor, &request, body).await
}

async fn change(
    app: &App,
    editor: &Editor,
    request: &ChangeRequest<IdOrSlug>,
    ChangeBody(update, read_only): ChangeBody<UpdateCategory>,
) -> Result<Response, ApiError> {
    let mut tx = app.db.begin().await?;
    lock_category_tree(&mut tx).await?;
    let Some(before) = find(&mut tx, &request.id, app.clock.now()).await? else {
        return Err(no_such_category(&mut tx, &request.id, &request.uri).await);
    };
    request.if_match.allows(before.version)?;
    read_only.check(&before)?;
    let id = before.summary.id;
    let parent = update.parent_id.apply(before.parent_id);
    let (name, slug) = (update.name.unwrap_or(before.summary.name), update.slug.unwrap_or(before.summary.slug));
    let to = NewCategory { parent, name: &name, slug: &slug };
    write(&mut tx, CategoryChange { id, to }).await?.map_err(|reason| refused(reason, parent))?;
    if let Some(position) = update.position {
        move_to_position(&mut tx, id, position).await?;
    }
    let after = find(&mut tx, &id.into(), app.clock.now()).await?.ok_or(ApiError::NotFound)?;
    editor.record(&mut tx, Kind::CategoryChanged, json!({"category_id": id, "name": after.summary.name, "slug": after.summary.slug, "parent_id": after.parent_id}), app.clock.now()).await?;
    tx.commit().await?;
    IfNoneMatch::none().respond_with_version(after.version, &after)
}
