//! The Lambda runtime around a function.

use std::time::Instant;

use axum::extract::{FromRef, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use lambda_runtime::{Context, LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::Instrument as _;
use utoipa_axum::router::OpenApiRouter;

use super::metrics::{ColdStart, Metric, Metrics};
use super::{App, Clock as _, Environment, EnvironmentError, LogFormat, SystemClock, handler, service, start_logs};
use crate::trace::Trace;
use crate::trace::subsegment::Recorder;

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
    let state = state(App::from_environment(&environment)?, &environment)?;
    // The connection is opened at once, when the function has the most CPU, but in parallel with the first event: a request that needs no
    // database does not wait for one that does not answer. A request that needs the database waits for this connection; if it failed or was
    // cut off by a freeze, the request opens another and reports the error of that one.
    let reads = App::from_ref(&state).reads;
    tokio::spawn(async move { reads.warm_up().await });
    run(router, state, &environment).await
}

/// Serves a function that needs neither the database nor the caller's identity.
///
/// `router` creates the routes; it may read which of them are switched on from the environment.
pub async fn serve_without_database(
    router: impl FnOnce(&Environment) -> Result<OpenApiRouter<App>, EnvironmentError>,
) -> Result<(), lambda_http::Error> {
    let environment = start();
    let app = App::without_database(&environment)?;
    run(router(&environment)?, app, &environment).await
}

fn start() -> Environment {
    let environment = Environment::of_process();
    start_logs(&environment, LogFormat::Json, "info");
    environment
}

async fn run<S>(router: OpenApiRouter<S>, state: S, environment: &Environment) -> Result<(), lambda_http::Error>
where
    S: Clone + Send + Sync + 'static,
    App: FromRef<S>,
{
    let recorder = Recorder::from_environment(environment);
    lambda_runtime::run(handler(service(router, state).layer(from_fn_with_state(recorder, record)))).await
}

/// Records the calls of a request in its trace.
async fn record(State(recorder): State<Recorder>, request: Request, next: Next) -> Response {
    let invocation = recorder.invocation(Trace::of_request(request.headers()));
    invocation.record(next.run(request)).await
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
    let recorder = &Recorder::from_environment(&environment);
    let (job, work) = (&job(&environment)?, &work);
    let handler = move |event: LambdaEvent<E>| async move {
        let cold_start = cold.take_first();
        if cold_start {
            metrics.count(Metric::ColdStarts, SystemClock.now());
        }
        // Without the box, the nested futures would exceed the compiler's depth limit.
        let work = recorder.invocation(trace_of(&event.context)).record(Box::pin(work(job, event.payload)));
        let done = logged(&event.context, cold_start, work).await;
        done.map_err(|error| lambda_runtime::Error::from(format!("{error:#}")))
    };
    lambda_runtime::run(service_fn(handler)).await
}

fn trace_of(context: &Context) -> Option<Trace<'_>> {
    context.xray_trace_id.as_deref().and_then(Trace::read)
}

/// Logs one line for each event, as for each request. The runtime logs the error.
async fn logged<A>(
    context: &Context,
    cold_start: bool,
    work: impl Future<Output = anyhow::Result<A>>,
) -> anyhow::Result<A> {
    let started = Instant::now();
    let trace_id = trace_of(context).map(Trace::id);
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

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::routing::get;
    use http::StatusCode;
    use tower::ServiceExt as _;

    use super::*;
    use crate::testing::{RecordedLogs, XRayDaemon};
    use crate::trace::subsegment::{Downstream, recorded};

    fn context(request_id: &str) -> Context {
        let mut context = Context::default();
        request_id.clone_into(&mut context.request_id);
        context.xray_trace_id = Some("Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1".to_owned());
        context
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
    #[tokio::test]
    async fn the_calls_of_a_request_are_in_its_trace() {
        let daemon = XRayDaemon::start();
        let reads =
            async || recorded(Downstream::S3, "GetObject", std::future::ready(Ok::<_, StatusCode>("read"))).await;
        let service = Router::new().route("/", get(reads)).layer(from_fn_with_state(daemon.recorder(), record));

        let request = Request::get("/").header("x-amzn-trace-id", XRayDaemon::SAMPLED).body(Body::empty());
        service.oneshot(request.unwrap()).await.unwrap();

        let document = daemon.receive();
        assert_eq!(document["trace_id"], "1-5759e988-bd862e3fe1be46a994272793");
        assert_eq!((&document["name"], &document["parent_id"]), (&"S3".into(), &"53995c3f42cd8ad8".into()));
    }
}
