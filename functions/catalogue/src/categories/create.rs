//! `POST /api/v1/catalogue/categories/`: a new category.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::LOCATION;
use shared::app::App;
use shared::app::db::Tx;
use shared::catalogue::store::categories::find;
use shared::catalogue::store::write::{
    CategoryRefused, NewCategory, insert_category, lock_category_tree, move_to_position,
};
use shared::catalogue::{Category, slugify, slugify_path};
use shared::http::{ApiError, BaseUrl, Body, Fields, FromFields, Requires, StaffProblems};
use shared::ids::CategoryId;
use shared::time::Timestamp;
use shared::users::permissions;
use utoipa::ToSchema;

use crate::caching::IfNoneMatch;
use crate::categories::body::{name, parent, position, refused, slug};
use crate::categories::get::category_path;

/// A category to be.
#[derive(Debug, ToSchema)]
pub(crate) struct CreateCategory {
    /// Its name; none beside it has it, whatever the case.
    #[schema(min_length = 1, max_length = 255, example = "Shirts")]
    pub name: String,
    /// Its name in URLs; made of its parent's and its own name, if not said.
    #[schema(value_type = String, required = false, max_length = 100, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", example = "clothing-shirts")]
    pub slug: Option<String>,
    /// The category it goes right below; none or null: to the top.
    #[schema(nullable, required = false)]
    pub parent_id: Option<CategoryId>,
    /// Its place among its siblings, from 0; behind them all, if not said.
    #[schema(value_type = i32, required = false, minimum = 0, maximum = 1_000_000)]
    pub position: Option<i32>,
}

impl FromFields for CreateCategory {
    fn read(fields: &mut Fields) -> Option<Self> {
        let (name, slug, parent_id, position) = (name(fields), slug(fields), parent(fields), position(fields));
        Some(Self { name: name?, slug: slug?, parent_id: parent_id?, position: position? })
    }
}

/// Make a category
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/categories/",
    tag = "catalogue",
    operation_id = "create_category",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    request_body = CreateCategory,
    responses(
        (status = 201, body = Category, description = "The category.", headers(
            ("Location" = String, description = "Where it is."),
            ("ETag" = String, description = "For `If-Match` of the next change."),
        )),
        StaffProblems,
    )
)]
pub(crate) async fn create_category(
    State(app): State<App>,
    _: Requires<permissions::Catalogue>,
    base: BaseUrl,
    Body(new): Body<CreateCategory>,
) -> Result<Response, ApiError> {
    let parent = new.parent_id;
    let mut tx = app.db.begin().await?;
    let category = create(&mut tx, new, app.clock.now()).await?.map_err(|because| refused(because, parent))?;
    tx.commit().await?;
    let location = format!("{}{}", base.0, category_path(category.summary.id));
    let body = IfNoneMatch::nothing().or_version(category.version, &category)?;
    Ok((StatusCode::CREATED, [(LOCATION, location)], body).into_response())
}

async fn create(
    tx: &mut Tx,
    new: CreateCategory,
    now: Timestamp,
) -> Result<Result<Category, CategoryRefused>, ApiError> {
    lock_category_tree(tx).await?;
    let above = match new.parent_id {
        Some(above) => find(tx, &above.into(), now).await?,
        None => None,
    };
    let slug = new.slug.unwrap_or_else(|| match &above {
        Some(above) => slugify_path(&[&above.summary.slug, &new.name]),
        None => slugify(&new.name),
    });
    let inserted = insert_category(tx, NewCategory { parent: new.parent_id, name: &new.name, slug: &slug }).await?;
    let id = match inserted {
        Ok(id) => id,
        Err(because) => return Ok(Err(because)),
    };
    if let Some(position) = new.position {
        move_to_position(tx, id, position).await?;
    }
    let made = find(tx, &id.into(), now).await?;
    Ok(Ok(made.ok_or_else(|| anyhow::anyhow!("a category that was just made is not there"))?))
}
