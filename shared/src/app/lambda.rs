//! The Lambda runtime around a function.

use std::time::Instant;

use axum::extract::{FromRef, Request};
use lambda_http::RequestExt as _;
use lambda_http::request::RequestContext;
use lambda_runtime::{Context, LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tower::ServiceExt as _;
use tracing::Instrument as _;
use utoipa_axum::router::OpenApiRouter;

use super::metrics::{ColdStart, Metric, Metrics};
use super::{App, ClientAddress, Clock as _, Environment, LogFormat, RequestId, SystemClock, service, start_logs};
use crate::trace::Trace;

/// Serves an HTTP function with the same service that the local server and the tests run.
///
/// `state` creates the function's state from the [`App`]; it may read further configuration from the environment.
pub async fn serve<S>(
    router: OpenApiRouter<S>,
    state: impl FnOnce(App, &Environment) -> anyhow::Result<S>,
) -> Result<(), lambda_http::Error>
where
    S: Clone + Send + Sync + 'static,
    App: FromRef<S>,
{
    let environment = start();
    let app = App::from_environment(&environment)?;
    // The connection is opened at once, when the function has the most CPU, but in parallel with the first event: a request that needs no
    // database does not wait for one that does not answer. A request that needs the database waits for this connection; if it failed or was
    // cut off by a freeze, the request opens another and reports the error of that one.
    let db = app.db.clone();
    tokio::spawn(async move { db.warm_up().await });
    run(router, state(app, &environment)?).await
}

/// Serves a function that needs neither the database nor the caller's identity.
pub async fn serve_without_database(router: OpenApiRouter<App>) -> Result<(), lambda_http::Error> {
    let app = App::without_database(&start());
    run(router, app).await
}

fn start() -> Environment {
    let environment = Environment::of_process();
    start_logs(&environment, LogFormat::Json, "info");
    environment
}

async fn run<S>(router: OpenApiRouter<S>, state: S) -> Result<(), lambda_http::Error>
where
    S: Clone + Send + Sync + 'static,
    App: FromRef<S>,
{
    lambda_http::run(service(router, state).map_request(set_request_id).map_request(set_client_address)).await
}

/// Runs a function without an HTTP API: `job` creates its state once, and `work` handles each event.
///
/// An error is returned with its whole chain, which the runtime logs. It reaches no client, because only AWS and the shop's operators
/// invoke a job.
pub async fn run_job<J, E, A>(
    job: impl FnOnce(&Environment) -> anyhow::Result<J>,
    work: impl AsyncFn(&J, E) -> anyhow::Result<A>,
) -> Result<(), lambda_runtime::Error>
where
    E: DeserializeOwned,
    A: Serialize,
{
    let environment = start();
    let (metrics, cold) = (&Metrics::from_environment(&environment), &ColdStart::default());
    let (job, work) = (&job(&environment)?, &work);
    let handler = move |event: LambdaEvent<E>| async move {
        let cold_start = cold.take_first();
        if cold_start {
            metrics.count(Metric::ColdStarts, SystemClock.now());
        }
        // Without the box, the nested futures would exceed the compiler's depth limit.
        let done = logged(&event.context, cold_start, Box::pin(work(job, event.payload))).await;
        done.map_err(|error| lambda_runtime::Error::from(format!("{error:#}")))
    };
    lambda_runtime::run(service_fn(handler)).await
}

/// Logs one line for each event, as for each request. The runtime logs the error.
async fn logged<A>(
    context: &Context,
    cold_start: bool,
    work: impl Future<Output = anyhow::Result<A>>,
) -> anyhow::Result<A> {
    let started = Instant::now();
    let trace_id = context.xray_trace_id.as_deref().and_then(Trace::read).map(Trace::id);
    let span = tracing::info_span!("invocation", request_id = context.request_id, trace_id);
    async {
        let done = work.await;
        let duration_ms = started.elapsed().as_secs_f64() * 1000.0;
        tracing::info!(duration_ms, cold_start, failed = done.is_err(), "invoked");
        done
    }
    .instrument(span)
    .await
}

/// Sets the request id to that of Lambda, which CloudWatch shows.
fn set_request_id(mut request: Request<lambda_http::Body>) -> Request<lambda_http::Body> {
    if let Some(context) = request.lambda_context_ref() {
        let id = RequestId(context.request_id.as_str().into());
        request.extensions_mut().insert(id);
    }
    request
}

/// Sets the client address to the one that API Gateway saw, which is in the event and not in a header of the client.
fn set_client_address(mut request: Request<lambda_http::Body>) -> Request<lambda_http::Body> {
    let address = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref().and_then(|ip| ip.parse().ok()),
        Some(_) | None => None,
    };
    if let Some(address) = address {
        request.extensions_mut().insert(ClientAddress(address));
    }
    request
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::RecordedLogs;

    fn context(request_id: &str) -> Context {
        let mut context = Context::default();
        request_id.clone_into(&mut context.request_id);
        context.xray_trace_id = Some("Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1".to_owned());
        context
    }

    #[test]
    fn the_client_address_is_the_one_that_the_gateway_saw_and_not_one_of_a_header() {
        let event = r#"{"version": "2.0", "routeKey": "$default", "rawPath": "/auth/jwt/create/", "rawQueryString": "",
            "headers": {"x-forwarded-for": "198.51.100.1", "forwarded": "for=198.51.100.1"},
            "requestContext": {"accountId": "1", "apiId": "1", "stage": "$default", "requestId": "1", "routeKey": "$default",
                "domainName": "shop", "time": "", "timeEpoch": 0,
                "http": {"method": "POST", "path": "/auth/jwt/create/", "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7",
                    "userAgent": "test"}},
            "isBase64Encoded": false}"#;
        let request = set_client_address(lambda_http::request::from_str(event).unwrap());
        let seen = request.extensions().get::<ClientAddress>().map(|client| client.0.to_string());
        assert_eq!(seen.as_deref(), Some("203.0.113.7"));
    }

    #[tokio::test]
    async fn each_event_is_one_line_of_the_log() {
        let logs = RecordedLogs::start();
        let fails = async { anyhow::bail!("no") };
        logged(&context("the-first"), true, async { Ok(()) }).await.unwrap();
        assert!(logged::<()>(&context("the-second"), false, fails).await.is_err());

        for (request_id, cold_start, failed) in [("the-first", true, false), ("the-second", false, true)] {
            let mut lines = logs.with_message("invoked");
            lines.retain(|line| line["span"]["request_id"] == request_id);
            let [line] = &lines[..] else { panic!("one line: {lines:?}") };
            assert_eq!(line["span"]["trace_id"], "1-5759e988-bd862e3fe1be46a994272793");
            assert_eq!((&line["cold_start"], &line["failed"]), (&cold_start.into(), &failed.into()));
            assert!(line["duration_ms"].is_f64());
        }
    }
}
