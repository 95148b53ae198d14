//! Creates a category: `POST /api/v1/catalogue/categories/`.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::LOCATION;
use serde_json::json;
use shared::app::App;
use shared::app::db::Tx;
use shared::audit::Kind;
use shared::catalogue::limits::{MAX_LABEL_NAME, MAX_POSITION};
use shared::catalogue::store::categories::find;
use shared::catalogue::store::write::{
    CategoryRefused, NewCategory, free_category_slug, insert_category, lock_category_tree, move_to_position,
};
use shared::catalogue::{Category, MAX_SLUG, slugify_path};
use shared::fields::{ReadOnly, ReadOnlyName};
use shared::http::{ApiError, BaseUrl, Body, Editor, Request, StaffProblems};
use shared::ids::CategoryId;
use shared::time::Timestamp;

use crate::caching::IfNoneMatch;
use crate::categories::body::{refused, slug};
use crate::categories::get::category_path;

const READ_ONLY: ReadOnly = &[
    ReadOnlyName::fixed("children", "Send parent_id of each child."),
    ReadOnlyName::fixed("id", ""),
    ReadOnlyName::fixed("path", "Send parent_id."),
    ReadOnlyName::moving("product_count"),
];

/// A category to create.
#[derive(Debug, Request)]
#[request(update = UpdateCategory, replace = ReplaceCategory, read_only = READ_ONLY)]
pub(crate) struct CreateCategory {
    /// Name, unique among the categories with the same parent, compared without regard to case and repeated blanks.
    #[field(max = MAX_LABEL_NAME)]
    #[schema(example = "Shirts")]
    pub name: String,
    /// Unique name in URLs.
    #[field(max = MAX_SLUG, with = slug, blank_as_null)]
    #[field(
        on_create = "Made from the names of the parent and the category if left out, with a number if it is taken.",
        on_update = "Requests for an old slug are redirected to the new one.",
        on_replace = "Stays as it is if left out. Requests for an old slug are redirected to the new one."
    )]
    #[schema(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", example = "shirts")]
    pub slug: Option<String>,
    /// Id of the parent category; null means that the category is at the top.
    #[field(nullable, blank_as_null)]
    #[field(on_update = "The categories below it move with it.", on_replace = "The categories below it move with it.")]
    pub parent_id: Option<CategoryId>,
    /// Position among the categories with the same parent, from 0.
    #[field(min = 0, max = MAX_POSITION, blank_as_null)]
    #[field(
        on_create = "After all others if left out.",
        on_replace = "Stays as it is if left out; after all others below another parent."
    )]
    pub position: Option<i32>,
}

/// Create a category
///
/// Set `parent_id` to create it below another category; without it the category is at the top of the tree.
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/categories/",
    tag = "catalogue",
    operation_id = "create_category",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    request_body = CreateCategory,
    responses(
        (status = 201, body = Category, description = "The new category.", headers(
            ("Location" = String, description = "URL of the new category."),
            ("ETag" = String, description = "Version to send as `If-Match` with your next change."),
        )),
        StaffProblems,
    )
)]
pub(crate) async fn create_category(
    State(app): State<App>,
    editor: Editor,
    base: BaseUrl,
    Body(new): Body<CreateCategory>,
) -> Result<Response, ApiError> {
    let parent = new.parent_id;
    let mut tx = app.db.begin().await?;
    let category = create(&mut tx, new, app.clock.now()).await?.map_err(|reason| refused(reason, parent))?;
    editor
        .record(
            &mut tx,
            Kind::CategoryCreated,
            json!({"category_id": category.summary.id, "name": category.summary.name}),
            app.clock.now(),
        )
        .await?;
    tx.commit().await?;
    let location = format!("{}{}", base.0, category_path(category.summary.id));
    let body = IfNoneMatch::none().respond_with_version(category.version, &category)?;
    Ok((StatusCode::CREATED, [(LOCATION, location)], body).into_response())
}

async fn create(
    tx: &mut Tx,
    new: CreateCategory,
    now: Timestamp,
) -> Result<Result<Category, CategoryRefused>, ApiError> {
    lock_category_tree(tx).await?;
    let slug = match (new.slug, new.parent_id) {
        (Some(slug), _) => slug,
        (None, parent) => {
            let parent = match parent {
                Some(parent) => find(tx, &parent.into(), now).await?,
                None => None,
            };
            let above = parent.map(|parent| parent.summary.slug);
            let path: Vec<&str> = above.as_deref().into_iter().chain([new.name.as_str()]).collect();
            free_category_slug(tx, slugify_path(&path)).await?
        }
    };
    let inserted = insert_category(tx, NewCategory { parent: new.parent_id, name: &new.name, slug: &slug }).await?;
    let id = match inserted {
        Ok(id) => id,
        Err(reason) => return Ok(Err(reason)),
    };
    if let Some(position) = new.position {
        move_to_position(tx, id, position).await?;
    }
    let category = find(tx, &id.into(), now).await?;
    Ok(Ok(category.ok_or_else(|| anyhow::anyhow!("a category that was just created does not exist"))?))
}
