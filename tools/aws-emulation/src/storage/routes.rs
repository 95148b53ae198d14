//! `PUT` and `GET /dev/storage/{key}`, as S3 answers presigned requests; `GET /dev/files/{key}`, as the CDN shows images.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderName, StatusCode};
use http_body_util::BodyExt as _;
use tokio::io::AsyncWriteExt as _;
use tower_http::cors::CorsLayer;

use super::signature::{Purpose, Signed};
use super::{Files, Folder, PRIVATE, PUBLIC};

/// Status and message of a request that fails.
type Failure = (StatusCode, &'static str);

const BAD_SIGNATURE: Failure =
    (StatusCode::FORBIDDEN, "The signature does not match this request, or it has expired.\n");
const NOT_FOUND: Failure = (StatusCode::NOT_FOUND, "There is no such file.\n");
const STORAGE_FAILED: Failure = (StatusCode::INTERNAL_SERVER_ERROR, "The folder cannot be read or written.\n");

pub(super) fn router(files: &Files) -> Router {
    Router::new()
        .route(&format!("{PRIVATE}/{{*key}}"), get(fetch).put(put))
        .route(&format!("{PUBLIC}/{{*key}}"), get(show))
        // A storefront of another origin uploads files here directly.
        .layer(CorsLayer::permissive())
        .with_state(files.clone())
}

async fn put(
    State(files): State<Files>,
    Path(key): Path<String>,
    Query(signed): Query<Signed>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Failure> {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let bytes = text(&CONTENT_LENGTH).parse().map_err(|_| BAD_SIGNATURE)?;
    let purpose = Purpose::Put { content_type: text(&CONTENT_TYPE), bytes };
    let folder = &*files.private;
    if !folder.signer.allows(&key, &purpose, &signed, folder.clock.now()) {
        return Err(BAD_SIGNATURE);
    }
    match receive(folder, &key, body).await {
        Ok(true) => Ok(StatusCode::OK),
        Ok(false) => Err((StatusCode::BAD_REQUEST, "The upload ended before the end of the file.\n")),
        Err(error) => Err(storage_failed(&error)),
    }
}

/// Writes the body to the file; returns false if the body ended early.
async fn receive(folder: &Folder, key: &str, mut body: Body) -> anyhow::Result<bool> {
    let (mut file, incomplete) = folder.begin(key).await?;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            incomplete.discard().await?;
            return Ok(false);
        };
        if let Some(part) = frame.data_ref() {
            file.write_all(part).await?;
        }
    }
    file.flush().await?;
    incomplete.finish().await?;
    Ok(true)
}

async fn fetch(
    State(files): State<Files>,
    Path(key): Path<String>,
    Query(signed): Query<Signed>,
) -> Result<Response, Failure> {
    let folder = &*files.private;
    let purpose = Purpose::Get { file_name: &signed.file_name };
    if !folder.signer.allows(&key, &purpose, &signed, folder.clock.now()) {
        return Err(BAD_SIGNATURE);
    }
    let name = signed.file_name.replace(['"', '\\'], "");
    let headers = [(CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))];
    Ok((headers, read(folder, &key).await?).into_response())
}

async fn show(State(files): State<Files>, Path(key): Path<String>) -> Result<Response, Failure> {
    let content_type = match key.rsplit_once('.') {
        Some((_, "jpg")) => "image/jpeg",
        Some((_, "png")) => "image/png",
        _ => return Err(NOT_FOUND),
    };
    let headers = [
        (CONTENT_TYPE, content_type),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, read(&files.public, &key).await?).into_response())
}

async fn read(folder: &Folder, key: &str) -> Result<Vec<u8>, Failure> {
    let path = folder.path(key).ok_or(NOT_FOUND)?;
    tokio::fs::read(path).await.map_err(|_| NOT_FOUND)
}

fn storage_failed(error: &anyhow::Error) -> Failure {
    tracing::error!(error = format!("{error:#}"), "failed to store an upload");
    STORAGE_FAILED
}
