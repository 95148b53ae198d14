//! Bodies (JSON and both kinds of forms) and queries of requests, which are read field by field.

use std::convert::Infallible;

use axum::body::Bytes;
use axum::extract::{FromRef, FromRequest, FromRequestParts, Request};
use futures_util::stream;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use multer::Multipart;

use super::ApiError;
use crate::app::App;
use crate::fields::{Fields, FromFields, Input, InputObject, ReadOnlyFields, not_an_object};

/// The body of a request. An empty body counts as an empty object.
#[derive(Clone, Copy, Debug)]
pub struct Body<T>(pub T);

/// The body of a change, and the read-only fields in it, which the handler compares with what is there.
#[derive(Debug)]
pub struct ChangeBody<T>(pub T, pub ReadOnlyFields);

/// The query of a request.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: FromFields> FromRequest<S> for Body<T>
where
    App: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        Ok(Self(fields(request, state).await?.into()?))
    }
}

impl<T> ChangeBody<T> {
    /// Converts the body of a PUT to that of a PATCH, as which both are written.
    pub fn into_update<U: From<T>>(self) -> ChangeBody<U> {
        ChangeBody(self.0.into(), self.1)
    }
}

impl<S: Send + Sync, T: FromFields> FromRequest<S> for ChangeBody<T>
where
    App: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let mut fields = fields(request, state).await?;
        let value = T::read(&mut fields);
        let (value, read_only) = fields.finish_change(value)?;
        Ok(Self(value, read_only))
    }
}

impl<S: Send + Sync, T: FromFields> FromRequestParts<S> for Query<T>
where
    App: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let fields = form(parts.uri.query().unwrap_or_default().as_bytes())?;
        Ok(Self(Fields::new(fields, App::from_ref(state).currency).into()?))
    }
}

pub(super) async fn fields<S: Send + Sync>(request: Request, state: &S) -> Result<Fields, ApiError>
where
    App: FromRef<S>,
{
    let content_type =
        request.headers().get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let bytes = Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status() {
        http::StatusCode::PAYLOAD_TOO_LARGE => ApiError::TooLarge,
        _ => ApiError::Malformed { detail: "The request's body broke off.".to_owned(), code: "parse_error" },
    })?;
    let values = if bytes.is_empty() { InputObject::new() } else { read(bytes, content_type).await? };
    Ok(Fields::new(values, App::from_ref(state).currency))
}

async fn read(bytes: Bytes, content_type: Option<String>) -> Result<InputObject, ApiError> {
    let content_type = content_type.unwrap_or_else(|| "application/json".to_owned());
    match content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "application/json" => json(&bytes),
        "application/x-www-form-urlencoded" => form(&bytes),
        "multipart/form-data" => multipart(bytes, &content_type).await.map_err(|error| ApiError::Malformed {
            detail: format!("Multipart form parse error - {error}"),
            code: "parse_error",
        }),
        _ => Err(ApiError::UnsupportedMediaType(content_type)),
    }
}

fn json(bytes: &[u8]) -> Result<InputObject, ApiError> {
    match Input::parse(bytes) {
        Ok(Input::Object(values)) => Ok(values),
        Ok(other) => Err(ApiError::field("non_field_errors", not_an_object(&other))),
        Err(error) => Err(ApiError::Malformed { detail: format!("JSON parse error - {error}"), code: "parse_error" }),
    }
}

/// Reads a form or a query. If a name occurs twice, the last value counts.
fn form(bytes: &[u8]) -> Result<InputObject, ApiError> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(bytes)
        .map_err(|error| ApiError::Malformed { detail: format!("Form parse error - {error}"), code: "parse_error" })?;
    Ok(pairs.into_iter().map(|(name, value)| (name, Input::Text(value))).collect())
}

/// Reads a multipart form. If a name occurs twice, the last value counts. A file becomes an object, which the reader of the field refuses.
async fn multipart(bytes: Bytes, content_type: &str) -> Result<InputObject, multer::Error> {
    let boundary = multer::parse_boundary(content_type)?;
    let mut parts = Multipart::new(stream::iter([Ok::<_, Infallible>(bytes)]), boundary);
    let mut values = InputObject::new();
    while let Some(part) = parts.next_field().await? {
        let Some(name) = part.name().map(str::to_owned) else { continue };
        let value = match part.file_name() {
            None => Input::Text(String::from_utf8_lossy(&part.bytes().await?).into_owned()),
            // A browser sends this if no file was chosen.
            Some("") => continue,
            Some(_) => Input::Object(InputObject::new()),
        };
        values.insert(name, value);
    }
    Ok(values)
}
