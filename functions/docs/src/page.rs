//! Swagger UI: `GET /api/docs/`. All its files are in this binary, and it calls no other host.

use std::borrow::Cow;
use std::io::Read as _;
use std::sync::{Arc, LazyLock};

use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_SECURITY_POLICY};
use http::{HeaderMap, HeaderValue, StatusCode};
use shared::http::ApiError;
use utoipa_swagger_ui::{Config, serve};

use crate::tagged::Tagged;

const PAGE: &str = include_str!("page/index.html");
const SCRIPT: &str = include_str!("page/initializer.js");

/// The files of Swagger UI that the page loads; the package has more.
const FILES: [(&str, &str); 4] = [
    ("swagger-ui.css", "text/css; charset=utf-8"),
    ("swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
    ("favicon-16x16.png", "image/png"),
    ("favicon-32x32.png", "image/png"),
];

/// The policy allows inline styles and `data:` images, because Swagger UI uses both.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HOUR_SECONDS: u32 = 3600;
const DAY_SECONDS: u32 = 86_400;

/// Returns the page. Its links are absolute, because it is served at `/api/docs` and `/api/docs/`.
pub(crate) async fn get_page(headers: HeaderMap) -> Response {
    let page = Tagged { body: PAGE, content_type: "text/html; charset=utf-8", max_age_seconds: 0, vary: ACCEPT };
    ([(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY))], page.answer(&headers)).into_response()
}

/// Returns a file that the page loads. The service adds a slash to every path, which is not part of the name.
pub(crate) async fn get_file(Path(file): Path<String>, headers: HeaderMap) -> Result<Response, ApiError> {
    if file == "initializer.js" {
        let content_type = "text/javascript; charset=utf-8";
        return Ok(Tagged { body: SCRIPT, content_type, max_age_seconds: HOUR_SECONDS, vary: ACCEPT_ENCODING }
            .answer(&headers));
    }
    let (name, content_type) = FILES.into_iter().find(|(name, _)| *name == file).ok_or(ApiError::NotFound)?;
    static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(Arc::default);
    let asset = serve(name, CONFIG.clone()).ok().flatten().ok_or(ApiError::NotFound)?;
    let tagged = |body| Tagged { body, content_type, max_age_seconds: DAY_SECONDS, vary: ACCEPT_ENCODING };
    if !asset.gzpipped {
        return Ok(tagged(asset.bytes).answer(&headers));
    }
    if !accepts_gzip(&headers) {
        return Ok(tagged(unpacked(&asset.bytes)?).answer(&headers));
    }
    let mut response = tagged(asset.bytes).answer(&headers);
    if response.status() == StatusCode::OK {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}

/// Returns true if the client accepts gzip, as every browser does.
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        parts.next() == Some("gzip") && !parts.any(|weight| weight == "q=0")
    })
}

fn unpacked(bytes: &[u8]) -> Result<Cow<'static, [u8]>, ApiError> {
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut plain).map_err(anyhow::Error::from)?;
    Ok(plain.into())
}
