//! Replaces or updates a category: `PUT` and `PATCH /api/v1/catalogue/categories/{id_or_slug}/`.

use axum::extract::State;
use axum::response::Response;
use http::Uri;
use shared::app::App;
use shared::catalogue::store::categories::find;
use shared::catalogue::store::write::{
    CategoryChange, NewCategory, lock_category_tree, move_to_position, update_category as update,
};
use shared::catalogue::{Category, IdOrSlug};
use shared::http::{ApiError, Body, PathId, Problem, Requires, StaffProblems};
use shared::users::permissions;

use crate::caching::IfNoneMatch;
use crate::categories::body::refused;
use crate::categories::create::{ReplaceCategory, UpdateCategory};
use crate::if_match::IfMatch;
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
        ("If-Match" = Option<String>, Header, description = "`ETag` of the category that your change is based on; you get 412 if it has another one."),
    ),
    request_body = ReplaceCategory,
    responses(
        (status = 200, body = Category, description = "The category after the change."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such category."),
        (status = 412, body = Problem, description = "The category has changed: its `ETag` is no longer the one in `If-Match`."),
        StaffProblems,
    )
)]
pub(crate) async fn replace_category(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    PathId(category): PathId<IdOrSlug>,
    if_match: IfMatch,
    uri: Uri,
    Body(replacement): Body<ReplaceCategory>,
) -> Result<Response, ApiError> {
    change(&app, &category, &uri, &if_match, replacement.into()).await
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
        ("If-Match" = Option<String>, Header, description = "`ETag` of the category that your change is based on; you get 412 if it has another one."),
    ),
    request_body = UpdateCategory,
    responses(
        (status = 200, body = Category, description = "The category after the change."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such category."),
        (status = 412, body = Problem, description = "The category has changed: its `ETag` is no longer the one in `If-Match`."),
        StaffProblems,
    )
)]
pub(crate) async fn update_category(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    PathId(category): PathId<IdOrSlug>,
    if_match: IfMatch,
    uri: Uri,
    Body(patch): Body<UpdateCategory>,
) -> Result<Response, ApiError> {
    change(&app, &category, &uri, &if_match, patch).await
}

async fn change(
    app: &App,
    category: &IdOrSlug,
    asked: &Uri,
    if_match: &IfMatch,
    patch: UpdateCategory,
) -> Result<Response, ApiError> {
    let mut tx = app.db.begin().await?;
    lock_category_tree(&mut tx).await?;
    let Some(before) = find(&mut tx, category, app.clock.now()).await? else {
        return Err(no_such_category(&mut tx, category, asked).await);
    };
    if_match.allows(before.version)?;
    let id = before.summary.id;
    let parent = patch.parent_id.apply(before.parent_id);
    let (name, slug) = (patch.name.unwrap_or(before.summary.name), patch.slug.unwrap_or(before.summary.slug));
    let to = NewCategory { parent, name: &name, slug: &slug };
    update(&mut tx, CategoryChange { id, to }).await?.map_err(|because| refused(because, parent))?;
    if let Some(position) = patch.position {
        move_to_position(&mut tx, id, position).await?;
    }
    let after = find(&mut tx, &id.into(), app.clock.now()).await?.ok_or(ApiError::NotFound)?;
    tx.commit().await?;
    IfNoneMatch::nothing().or_version(after.version, &after)
}
