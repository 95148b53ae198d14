//! `PUT` and `PATCH /api/v1/catalogue/categories/{id_or_slug}/`: another name, slug, parent or place.

use axum::extract::State;
use axum::response::Response;
use http::Uri;
use shared::app::App;
use shared::catalogue::store::categories::find;
use shared::catalogue::store::write::{
    CategoryChange, NewCategory, lock_category_tree, move_to_position, update_category as update,
};
use shared::catalogue::{Category, IdOrSlug};
use shared::http::{ApiError, Body, Fields, FromFields, PathId, Problem, Requires, StaffProblems};
use shared::ids::CategoryId;
use shared::users::permissions;
use utoipa::ToSchema;

use crate::caching::IfNoneMatch;
use crate::categories::body::{name, parent, position, refused, slug};
use crate::if_match::IfMatch;
use crate::redirects::{PermanentRedirect, no_such_category};

/// What a category is to be.
#[derive(Debug, ToSchema)]
pub(crate) struct ReplaceCategory {
    /// Its name; none beside it has it, whatever the case.
    #[schema(min_length = 1, max_length = 255, example = "Shirts")]
    pub name: String,
    /// Its name in URLs; the old one leads to it from now on. As it was, if not said.
    #[schema(value_type = String, required = false, max_length = 100, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", example = "clothing-shirts")]
    pub slug: Option<String>,
    /// The category it goes right below, with all that is below it; none or null: to the top.
    #[schema(nullable, required = false)]
    pub parent_id: Option<CategoryId>,
    /// Its place among its siblings, from 0. As it was, if not said; behind them all below another parent.
    #[schema(value_type = i32, required = false, minimum = 0, maximum = 1_000_000)]
    pub position: Option<i32>,
}

/// What of a category is to change.
#[derive(Debug, ToSchema)]
pub(crate) struct UpdateCategory {
    /// Its name; none beside it has it, whatever the case.
    #[schema(value_type = String, required = false, min_length = 1, max_length = 255, example = "Shirts")]
    pub name: Option<String>,
    /// Its name in URLs; the old one leads to it from now on.
    #[schema(value_type = String, required = false, max_length = 100, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", example = "clothing-shirts")]
    pub slug: Option<String>,
    /// The category it goes right below, with all that is below it; null: to the top.
    #[schema(value_type = Option<CategoryId>, required = false)]
    pub parent_id: Option<Option<CategoryId>>,
    /// Its place among its siblings, from 0.
    #[schema(value_type = i32, required = false, minimum = 0, maximum = 1_000_000)]
    pub position: Option<i32>,
}

impl FromFields for ReplaceCategory {
    fn read(fields: &mut Fields) -> Option<Self> {
        let (name, slug, parent_id, position) = (name(fields), slug(fields), parent(fields), position(fields));
        Some(Self { name: name?, slug: slug?, parent_id: parent_id?, position: position? })
    }
}

impl FromFields for UpdateCategory {
    fn read(fields: &mut Fields) -> Option<Self> {
        let name = if fields.has("name") { name(fields).map(Some) } else { Some(None) };
        let parent_id = if fields.has("parent_id") { parent(fields).map(Some) } else { Some(None) };
        let (slug, position) = (slug(fields), position(fields));
        Some(Self { name: name?, slug: slug?, parent_id: parent_id?, position: position? })
    }
}

impl From<ReplaceCategory> for UpdateCategory {
    fn from(all: ReplaceCategory) -> Self {
        Self { name: Some(all.name), slug: all.slug, parent_id: Some(all.parent_id), position: all.position }
    }
}

/// Replace a category
#[utoipa::path(
    put,
    path = "/api/v1/catalogue/categories/{id_or_slug}/",
    tag = "catalogue",
    operation_id = "replace_category",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "The category's id or slug."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is meant for."),
    ),
    request_body = ReplaceCategory,
    responses(
        (status = 200, body = Category, description = "The category as it is now."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such category."),
        (status = 412, body = Problem, description = "Somebody else has changed it meanwhile."),
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
    change(&app, (&category, &uri), &if_match, replacement.into()).await
}

/// Change a category
///
/// It moves with all that is below it.
#[utoipa::path(
    patch,
    path = "/api/v1/catalogue/categories/{id_or_slug}/",
    tag = "catalogue",
    operation_id = "update_category",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    params(
        ("id_or_slug" = String, Path, description = "The category's id or slug."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is meant for."),
    ),
    request_body = UpdateCategory,
    responses(
        (status = 200, body = Category, description = "The category as it is now."),
        PermanentRedirect,
        (status = 404, body = Problem, description = "There is no such category."),
        (status = 412, body = Problem, description = "Somebody else has changed it meanwhile."),
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
    change(&app, (&category, &uri), &if_match, patch).await
}

async fn change(
    app: &App,
    (category, asked): (&IdOrSlug, &Uri),
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
    let parent = patch.parent_id.unwrap_or(before.parent_id);
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
