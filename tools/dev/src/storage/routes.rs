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

/// Why a file is neither taken nor given, in the words of nobody in particular.
type Refused = (StatusCode, &'static str);

const NOT_SIGNED: Refused = (StatusCode::FORBIDDEN, "This is not the request that was signed, or it has run out.\n");
const NOT_THERE: Refused = (StatusCode::NOT_FOUND, "There is no such file.\n");
const BROKEN: Refused = (StatusCode::INTERNAL_SERVER_ERROR, "The folder cannot be read or written.\n");

pub(super) fn router(files: &Files) -> Router {
    Router::new()
        .route(&format!("{PRIVATE}/{{*key}}"), get(fetch).put(put))
        .route(&format!("{PUBLIC}/{{*key}}"), get(show))
        // A storefront under another origin sends files straight here.
        .layer(CorsLayer::permissive())
        .with_state(files.clone())
}

async fn put(
    State(files): State<Files>,
    Path(key): Path<String>,
    Query(signed): Query<Signed>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Refused> {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let bytes = text(&CONTENT_LENGTH).parse().map_err(|_| NOT_SIGNED)?;
    let purpose = Purpose::Put { content_type: text(&CONTENT_TYPE), bytes };
    let folder = &*files.private;
    if !folder.signer.allows(&key, &purpose, &signed, folder.clock.now()) {
        return Err(NOT_SIGNED);
    }
    match receive(folder, &key, body).await {
        Ok(true) => Ok(StatusCode::OK),
        Ok(false) => Err((StatusCode::BAD_REQUEST, "The file broke off.\n")),
        Err(error) => Err(broken(&error)),
    }
}

/// Whether all of it came.
async fn receive(folder: &Folder, key: &str, mut body: Body) -> anyhow::Result<bool> {
    let (mut file, written) = folder.begin(key).await?;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            written.give_up().await?;
            return Ok(false);
        };
        if let Some(part) = frame.data_ref() {
            file.write_all(part).await?;
        }
    }
    file.flush().await?;
    written.finish().await?;
    Ok(true)
}

async fn fetch(
    State(files): State<Files>,
    Path(key): Path<String>,
    Query(signed): Query<Signed>,
) -> Result<Response, Refused> {
    let folder = &*files.private;
    let purpose = Purpose::Get { file_name: &signed.file_name };
    if !folder.signer.allows(&key, &purpose, &signed, folder.clock.now()) {
        return Err(NOT_SIGNED);
    }
    let name = signed.file_name.replace(['"', '\\'], "");
    let headers = [(CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))];
    Ok((headers, read(folder, &key).await?).into_response())
}

async fn show(State(files): State<Files>, Path(key): Path<String>) -> Result<Response, Refused> {
    let content_type = match key.rsplit_once('.') {
        Some((_, "jpg")) => "image/jpeg",
        Some((_, "png")) => "image/png",
        _ => return Err(NOT_THERE),
    };
    let headers = [
        (CONTENT_TYPE, content_type),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, read(&files.public, &key).await?).into_response())
}

async fn read(folder: &Folder, key: &str) -> Result<Vec<u8>, Refused> {
    let path = folder.path(key).ok_or(NOT_THERE)?;
    tokio::fs::read(path).await.map_err(|_| NOT_THERE)
}

fn broken(error: &anyhow::Error) -> Refused {
    tracing::error!(error = format!("{error:#}"), "a file could not be taken");
    BROKEN
}
