//! The one function that turns a router into what is served: in Lambda, on a laptop and in tests.

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
use super::metrics::{ColdStart, Metric};
use crate::http::{ApiError, RetryAfter};
use crate::ids::UserId;
use crate::trace::Trace;

/// What a body may weigh. Presigned uploads go elsewhere.
const BODY_LIMIT: usize = 256 * 1024;
/// Shorter than any function's own timeout, so that what was begun is still rolled back.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(8);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// Names a request in the log and in its answer. In Lambda it is Lambda's own.
#[derive(Clone, Debug)]
pub struct RequestId(pub Arc<str>);

/// The address that a request came from, as whoever took the connection saw it: API Gateway, or the laptop's own server.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

/// Who turns out to be asking. Whatever accepts a token says so here, and the request's line in the log has it.
///
/// Not a field of the span: to record one there later, its other fields are read as JSON and written anew.
#[derive(Clone, Debug, Default)]
pub struct LoggedUser(Arc<OnceLock<UserId>>);

impl LoggedUser {
    /// It is this user.
    pub fn is(&self, user: UserId) {
        // The first word counts: one request has one token.
        let _ = self.0.set(user);
    }
}

/// A router with all that surrounds it: both slash forms of every path, request ids and logs, bounded bodies and time, CORS,
/// JSON for what no route answers, and nothing left open in the database when the answer leaves.
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
        .layer(from_fn_with_state((app, ColdStart::default()), log));
    // Around the routes, not a layer in them: routing comes before layers, and the path must have its slash by then.
    Router::new().fallback_service(routes.map_request(with_trailing_slash))
}

/// `/x` is served as `/x/`.
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

/// One line for each request, and an id that the client sees too.
async fn log(State((app, cold)): State<(App, ColdStart)>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let cold_start = cold.is_now();
    if cold_start {
        app.metrics.count(Metric::ColdStarts, app.ambient.now());
    }
    let id = request.extensions().get::<RequestId>().cloned();
    let id = id.unwrap_or_else(|| RequestId(app.ambient.ordered_uuid().simple().to_string().into()));
    request.extensions_mut().insert(id.clone());
    let asker = LoggedUser::default();
    request.extensions_mut().insert(asker.clone());
    let method = request.method().clone();
    // What the router has found, and not the path: that has ids in it, which cannot be counted, and where no route is, anything.
    let route = request.extensions().get::<MatchedPath>().cloned();
    let trace_id = Trace::of_request(request.headers()).map(Trace::id);
    let span = tracing::info_span!("request", request_id = %id.0, trace_id);
    async {
        let mut response = next.run(request).await;
        let route = route.as_ref().map(MatchedPath::as_str);
        let (status, duration_ms) = (response.status().as_u16(), started.elapsed().as_secs_f64() * 1000.0);
        let user_id = asker.0.get().map(|user| user.0);
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

/// Whatever a handler left open is rolled back before the answer leaves, and the sandbox with it may freeze.
async fn rollback_abandoned_after(State(app): State<App>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    app.db.rollback_abandoned().await;
    response
}

fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let said = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    ApiError::Internal(anyhow::anyhow!("a handler panicked: {}", said.unwrap_or("without a word"))).into_response()
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
