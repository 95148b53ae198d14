//! Lambda around a function.

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
use super::{Ambient as _, App, ClientAddress, Environment, LogFormat, RequestId, SystemAmbient, service, write_logs};
use crate::trace::Trace;

/// Serves an HTTP function: one `lambda_http::run` over the same service that the laptop and the tests run.
///
/// `state` makes the function's state of the [`App`]; it may read what else the function needs from the environment.
pub async fn serve<S>(
    router: OpenApiRouter<S>,
    state: impl FnOnce(App, &Environment) -> anyhow::Result<S>,
) -> Result<(), lambda_http::Error>
where
    S: Clone + Send + Sync + 'static,
    App: FromRef<S>,
{
    let environment = begin();
    let app = App::from_environment(&environment)?;
    // From the first moment, which has the most processor, but beside the first event and not before it: a request that needs no
    // database is not kept waiting by one that does not answer. One that needs it waits for this very connection, and where it
    // failed, or was cut off by a freeze, makes its own and reports what is wrong.
    let db = app.db.clone();
    tokio::spawn(async move { db.warm_up().await });
    run(router, state(app, &environment)?).await
}

/// Serves a function that needs neither the database nor to know who asks, and so is given neither.
pub async fn serve_without_database(router: OpenApiRouter<App>) -> Result<(), lambda_http::Error> {
    let app = App::without_database(&begin());
    run(router, app).await
}

fn begin() -> Environment {
    let environment = Environment::of_process();
    write_logs(&environment, LogFormat::Json, "info");
    environment
}

async fn run<S>(router: OpenApiRouter<S>, state: S) -> Result<(), lambda_http::Error>
where
    S: Clone + Send + Sync + 'static,
    App: FromRef<S>,
{
    lambda_http::run(service(router, state).map_request(named_by_lambda).map_request(seen_by_the_gateway)).await
}

/// Runs a function that is no HTTP API: `job` makes what it needs, once; `work` is done for each event.
///
/// An error is logged with its whole chain and is Lambda's answer too: who invokes a job is no stranger.
pub async fn run_job<J, E, A>(
    job: impl FnOnce(&Environment) -> anyhow::Result<J>,
    work: impl AsyncFn(&J, E) -> anyhow::Result<A>,
) -> Result<(), lambda_runtime::Error>
where
    E: DeserializeOwned,
    A: Serialize,
{
    let environment = Environment::of_process();
    write_logs(&environment, LogFormat::Json, "info");
    let (metrics, cold) = (&Metrics::from_environment(&environment), &ColdStart::default());
    let (job, work) = (&job(&environment)?, &work);
    let invoked = move |event: LambdaEvent<E>| async move {
        let cold_start = cold.is_now();
        if cold_start {
            metrics.count(Metric::ColdStarts, SystemAmbient.now());
        }
        // In a box: futures within futures otherwise nest deeper than the compiler follows.
        let done = logged(&event.context, cold_start, Box::pin(work(job, event.payload))).await;
        done.map_err(|error| lambda_runtime::Error::from(format!("{error:#}")))
    };
    lambda_runtime::run(service_fn(invoked)).await
}

/// One line for each event, as a request has one. What went wrong is on the runtime's own.
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

/// The id by which CloudWatch knows the request.
fn named_by_lambda(mut request: Request<lambda_http::Body>) -> Request<lambda_http::Body> {
    if let Some(context) = request.lambda_context_ref() {
        let id = RequestId(context.request_id.as_str().into());
        request.extensions_mut().insert(id);
    }
    request
}

/// The address that API Gateway saw: what it says in the event, not what a header claims.
fn seen_by_the_gateway(mut request: Request<lambda_http::Body>) -> Request<lambda_http::Body> {
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
    fn a_request_comes_from_where_the_gateway_saw_it_and_not_from_where_a_header_says() {
        let event = r#"{"version": "2.0", "routeKey": "$default", "rawPath": "/auth/jwt/create/", "rawQueryString": "",
            "headers": {"x-forwarded-for": "198.51.100.1", "forwarded": "for=198.51.100.1"},
            "requestContext": {"accountId": "1", "apiId": "1", "stage": "$default", "requestId": "1", "routeKey": "$default",
                "domainName": "shop", "time": "", "timeEpoch": 0,
                "http": {"method": "POST", "path": "/auth/jwt/create/", "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7",
                    "userAgent": "test"}},
            "isBase64Encoded": false}"#;
        let request = seen_by_the_gateway(lambda_http::request::from_str(event).unwrap());
        let seen = request.extensions().get::<ClientAddress>().map(|client| client.0.to_string());
        assert_eq!(seen.as_deref(), Some("203.0.113.7"));
    }

    #[tokio::test]
    async fn each_event_is_one_line_whether_it_fails_or_not() {
        let logs = RecordedLogs::start();
        let fails = async { anyhow::bail!("no") };
        logged(&context("the-first"), true, async { Ok(()) }).await.unwrap();
        assert!(logged::<()>(&context("the-second"), false, fails).await.is_err());

        for (request_id, cold_start, failed) in [("the-first", true, false), ("the-second", false, true)] {
            let mut lines = logs.saying("invoked");
            lines.retain(|line| line["span"]["request_id"] == request_id);
            let [line] = &lines[..] else { panic!("one line: {lines:?}") };
            assert_eq!(line["span"]["trace_id"], "1-5759e988-bd862e3fe1be46a994272793");
            assert_eq!((&line["cold_start"], &line["failed"]), (&cold_start.into(), &failed.into()));
            assert!(line["duration_ms"].is_f64());
        }
    }
}
