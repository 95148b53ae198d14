//! Imports a category tree: `POST /api/v1/catalogue/taxonomy/`.

use axum::Json;
use axum::extract::State;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde::Serialize;
use serde_json::json;
use shared::app::App;
use shared::audit::Kind;
use shared::catalogue::Taxonomy;
use shared::catalogue::store::write::insert_taxonomy;
use shared::http::{ApiError, Editor, FieldErrors, Problem, StaffProblems};
use utoipa::ToSchema;

/// Maximum size of a taxonomy in bytes: four times the size of Google's.
pub(crate) const MAX_BODY: usize = 2 * 1024 * 1024;
/// Maximum number of invalid lines that a response names.
const MAX_ERRORS: usize = 50;

/// The number of categories that were created and that existed before.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportedTaxonomy {
    /// Number of categories that were created.
    #[schema(example = 2)]
    pub created: usize,
    /// Number of categories that existed before; they were not changed.
    #[schema(example = 0)]
    pub unchanged: usize,
}

/// Import a category tree
///
/// Send a text with one line for each category: the names from the top of the tree down to it, separated by `>`, as in Google's product
/// taxonomy (`3237 - Animals & Pet Supplies > Live Animals`; either every line has a number or none has). If any line is invalid, nothing
/// is imported. A category is known by its parent and its name; you can safely send the same text again, because existing categories stay as
/// they are.
#[utoipa::path(
    post,
    path = "/api/v1/catalogue/taxonomy/",
    tag = "catalogue",
    operation_id = "import_taxonomy",
    security(("bearer" = ["catalogue"]), ("api_key" = ["catalogue"])),
    request_body(content = String, content_type = "text/plain", example = "Animals & Pet Supplies > Live Animals"),
    responses(
        (status = 200, body = ImportedTaxonomy, description = "The number of new and of existing categories."),
        StaffProblems,
        // After `StaffProblems`, because the last response with a status counts.
        (status = 415, body = Problem, description = "The body is not `text/plain`."),
    )
)]
pub(crate) async fn import_taxonomy(
    State(app): State<App>,
    editor: Editor,
    headers: HeaderMap,
    body: Result<axum::body::Bytes, axum::extract::rejection::BytesRejection>,
) -> Result<Json<ImportedTaxonomy>, ApiError> {
    let content_type = headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    if let Some(other) = content_type.filter(|content_type| !content_type.starts_with("text/plain")) {
        return Err(ApiError::UnsupportedMediaType(other));
    }
    let bytes = body.map_err(|_| ApiError::TooLarge)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| ApiError::Malformed {
        detail: "The text is not valid UTF-8. Send it as UTF-8.".to_owned(),
        code: "parse_error",
    })?;
    let taxonomy = Taxonomy::read(text).map_err(|bad_lines| {
        let mut errors = FieldErrors::default();
        for bad in bad_lines.into_iter().take(MAX_ERRORS) {
            errors.add(format!("line {}", bad.line), bad.reason);
        }
        errors
    })?;
    let mut tx = app.db.begin().await?;
    let counts = insert_taxonomy(&mut tx, &taxonomy).await?;
    // The numbers of one request: an import of a tree may create thousands of categories.
    editor.record(&mut tx, Kind::CategoriesImported, json!({"created": counts.created}), app.clock.now()).await?;
    tx.commit().await?;
    Ok(Json(ImportedTaxonomy { created: counts.created, unchanged: counts.unchanged }))
}
