//! The HTTP service around a router, the same in Lambda, on the local server and in tests.

use std::any::Any;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, MatchedPath, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use http::header::{
    ACCEPT, ALLOW, AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderName, IF_MATCH, IF_NONE_MATCH, LINK, LOCATION, RETRY_AFTER,
    USER_AGENT,
};
use http::uri::{PathAndQuery, Uri};
use http::{HeaderValue, Method};
use tower::ServiceExt as _;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowHeaders, AllowMethods, Any as AnyOrigin, CorsLayer};
use tracing::Instrument as _;
use utoipa_axum::router::OpenApiRouter;

use super::App;
use super::edge;
use super::metrics::{ColdStart, Metric};
use super::security_headers::add_security_headers;
use crate::http::{ApiError, RetryAfter};
use crate::ids::UserId;
use crate::trace::Trace;

/// Maximum size of a request body in bytes. Files are uploaded by presigned requests.
const BODY_LIMIT: usize = 256 * 1024;
/// Maximum duration of a request. It is shorter than every function's own timeout, so that an open transaction is still rolled back.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(8);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The id of a request in the log and in its response. In Lambda it is that of Lambda.
#[derive(Clone, Debug)]
pub struct RequestId(pub Arc<str>);

/// The address of the client, as API Gateway, the edge in front of it or the local server saw it.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

/// The user of a request. The extractor that accepts a token sets it, and the request's log line contains it.
///
/// It is not a field of the span, because recording one later makes tracing parse and rewrite the other fields as JSON.
#[derive(Clone, Debug, Default)]
pub struct LoggedUser(Arc<OnceLock<UserId>>);

impl LoggedUser {
    /// Sets the user of this request.
    pub fn set(&self, user: UserId) {
        // The first call counts, because a request has one token.
        let _ = self.0.set(user);
    }
}

/// Wraps a router: both slash forms of every path, request ids and logs, limits of size and time, CORS, security headers, JSON for unknown
/// routes, and a rollback of transactions that are still open when the response leaves.
pub fn service<S>(router: OpenApiRouter<S>, state: S) -> Router
where
    S: Clone + Send + Sync + 'static,
    App: FromRef<S>,
{
    let app = App::from_ref(&state);
    let (routes, _) = router.split_for_parts();
    let routes = routes
        .fallback(async || ApiError::NotFound)
        .method_not_allowed_fallback(async |method: Method| ApiError::MethodNotAllowed(method))
        .with_state(state)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(bound_time))
        .layer(from_fn_with_state(app.clone(), rollback_abandoned_after))
        .layer(cors())
        .layer(from_fn_with_state(app.clone(), edge::admit))
        .layer(from_fn_with_state(app.clone(), add_security_headers))
        .layer(from_fn_with_state((app, ColdStart::default()), log));
    // Around the routes and not one of their layers: a router's layers run after routing, which already needs the slash.
    Router::new().fallback_service(routes.map_request(with_trailing_slash))
}

/// Adds a trailing slash to the path, so that `/x` is served like `/x/`.
fn with_trailing_slash(mut request: Request) -> Request {
    let uri = request.uri();
    if !uri.path().ends_with('/') {
        let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        let mut parts = uri.clone().into_parts();
        parts.path_and_query = PathAndQuery::try_from(format!("{}/{query}", uri.path())).ok();
        if let Ok(slashed) = Uri::from_parts(parts) {
            *request.uri_mut() = slashed;
        }
    }
    request
}

/// Logs one line for each request, and gives it an id that the client sees too.
async fn log(State((app, cold)): State<(App, ColdStart)>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let cold_start = cold.take_first();
    if cold_start {
        app.metrics.count(Metric::ColdStarts, app.clock.now());
    }
    let id = request.extensions().get::<RequestId>().cloned();
    let id = id.unwrap_or_else(|| RequestId(app.rng.ordered_uuid(app.clock.now()).simple().to_string().into()));
    request.extensions_mut().insert(id.clone());
    let logged_user = LoggedUser::default();
    request.extensions_mut().insert(logged_user.clone());
    let method = request.method().clone();
    // The log has the route and not the path: a path contains ids, which cannot be counted, and without a route any text.
    let route = request.extensions().get::<MatchedPath>().cloned();
    let trace_id = Trace::of_request(request.headers()).map(Trace::id);
    let span = tracing::info_span!("request", request_id = %id.0, trace_id);
    async {
        let mut response = next.run(request).await;
        let route = route.as_ref().map(MatchedPath::as_str);
        let (status, duration_ms) = (response.status().as_u16(), started.elapsed().as_secs_f64() * 1000.0);
        let user_id = logged_user.0.get().map(|user| user.0);
        tracing::info!(%method, route, status, duration_ms, user_id, cold_start, "answered");
        if let Ok(value) = HeaderValue::from_str(&id.0) {
            response.headers_mut().insert(REQUEST_ID, value);
        }
        response
    }
    .instrument(span)
    .await
}

async fn bound_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(REQUEST_TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::Unavailable(RetryAfter(1)).into_response(),
    }
}

/// Rolls back open transactions before the response leaves, because the execution environment may freeze right after it.
async fn rollback_abandoned_after(State(app): State<App>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    app.db.rollback_abandoned().await;
    app.reads.rollback_abandoned().await;
    response
}

fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let message = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    ApiError::Internal(anyhow::anyhow!("a handler panicked: {}", message.unwrap_or("without a message")))
        .into_response()
}

fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AnyOrigin)
        .allow_methods(AllowMethods::list([
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
            Method::OPTIONS,
        ]))
        .allow_headers(AllowHeaders::list([
            ACCEPT,
            AUTHORIZATION,
            CONTENT_TYPE,
            IDEMPOTENCY_KEY,
            IF_MATCH,
            IF_NONE_MATCH,
            USER_AGENT,
            HeaderName::from_static("x-csrftoken"),
            HeaderName::from_static("x-requested-with"),
        ]))
        .expose_headers([ALLOW, ETAG, IDEMPOTENT_REPLAYED, LINK, LOCATION, REQUEST_ID, RETRY_AFTER])
        .max_age(Duration::from_secs(86_400))
}
