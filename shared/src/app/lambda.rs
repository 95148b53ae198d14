//! Lambda around a function.

use axum::extract::{FromRef, Request};
use lambda_http::RequestExt as _;
use lambda_runtime::{LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tower::ServiceExt as _;
use utoipa_axum::router::OpenApiRouter;

use super::{App, Environment, LogFormat, RequestId, service, write_logs};

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
    // Here, because the first moments of a sandbox have the most processor; a failure is the first request's to report.
    app.db.warm_up().await;
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
    lambda_http::run(service(router, state).map_request(named_by_lambda)).await
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
    let (job, work) = (&job(&environment)?, &work);
    let invoked = move |event: LambdaEvent<E>| async move {
        work(job, event.payload).await.map_err(|error| lambda_runtime::Error::from(format!("{error:#}")))
    };
    lambda_runtime::run(service_fn(invoked)).await
}

/// The id by which CloudWatch knows the request.
fn named_by_lambda(mut request: Request<lambda_http::Body>) -> Request<lambda_http::Body> {
    if let Some(context) = request.lambda_context_ref() {
        let id = RequestId(context.request_id.as_str().into());
        request.extensions_mut().insert(id);
    }
    request
}
