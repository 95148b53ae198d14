//! An emulator of the Lambda Runtime API: runs a function's real binary, sends it events and receives its responses.
//!
//! As in Lambda, each process has its own endpoint, requests the next event itself and processes one at a time.
//! Source: "Using the Lambda runtime API for custom runtimes", AWS Lambda Developer Guide.

mod endpoint;
mod gateway;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use endpoint::Invocation;
pub use gateway::event as gateway_event;

/// Timeout of an invocation.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Settings for running a function.
#[derive(Clone, Debug)]
pub struct FunctionSettings {
    /// Name that the function receives.
    pub name: String,
    /// Program to run.
    pub binary: PathBuf,
    /// Environment variables in addition to Lambda's; this process's own are not passed on.
    pub environment: Vec<(String, String)>,
    /// Log file; `None` discards the log.
    pub log: Option<PathBuf>,
}

/// A running function. It is killed when this is dropped.
pub struct Function {
    name: String,
    child: Child,
    invocations: mpsc::Sender<Invocation>,
    endpoint: JoinHandle<()>,
}

/// An error of a function, or its end without a response.
#[derive(Clone, Debug)]
pub struct FunctionError {
    /// Kind of error, such as `Runtime.ExitError`.
    pub error_type: String,
    /// Message for people.
    pub message: String,
}

impl std::fmt::Display for FunctionError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.error_type, self.message)
    }
}

impl std::error::Error for FunctionError {}

impl Function {
    /// Starts the binary. It may still be starting when this returns: the first event waits for it.
    pub async fn start(settings: &FunctionSettings) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (invocations, waiting) = mpsc::channel(1);
        let endpoint = endpoint::serve(listener, settings.name.clone(), waiting);
        let mut command = Command::new(&settings.binary);
        command
            .env_clear()
            .envs(lambda_environment(&settings.name))
            .envs(settings.environment.iter().map(|(name, value)| (name, value)))
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .stdin(Stdio::null())
            .stdout(logs(settings.log.as_deref())?)
            .stderr(logs(settings.log.as_deref())?)
            .kill_on_drop(true);
        let child = command.spawn().with_context(|| format!("{} could not be run", settings.binary.display()))?;
        Ok(Self { name: settings.name.clone(), child, invocations, endpoint: tokio::spawn(endpoint) })
    }

    /// Sends one event and waits for the response.
    pub async fn invoke(&mut self, event: &Value) -> Result<Value, FunctionError> {
        let (answer, answered) = oneshot::channel();
        let invocation = Invocation { event: event.to_string(), deadline: TIMEOUT, answer };
        if self.invocations.send(invocation).await.is_err() {
            return Err(FunctionError::runtime("Runtime.EndpointError", "the emulator has ended".to_owned()));
        }
        let outcome = tokio::select! {
            answer = answered => answer.unwrap_or_else(|_| {
                Err(FunctionError::runtime("Runtime.NoResponse", "the function sent no response".to_owned()))
            }),
            ended = self.child.wait() => {
                let how = ended.map_or_else(|error| error.to_string(), |status| status.to_string());
                Err(FunctionError::runtime("Runtime.ExitError", format!("{} ended: {how}", self.name)))
            }
            () = tokio::time::sleep(TIMEOUT) => {
                Err(FunctionError::runtime("Sandbox.Timedout", format!("{} took more than {TIMEOUT:?}", self.name)))
            }
        };
        outcome.and_then(|body| {
            serde_json::from_slice(&body)
                .map_err(|error| FunctionError::runtime("Runtime.MalformedResponse", error.to_string()))
        })
    }

    /// Sends a request and reads the response as API Gateway does (payload format 2.0).
    pub async fn request(&mut self, request: &http::Request<String>) -> anyhow::Result<http::Response<Vec<u8>>> {
        let answer = self.invoke(&gateway::event(request)?).await?;
        gateway::response(answer)
            .with_context(|| format!("{} sent a response that API Gateway does not understand", self.name))
    }

    /// Returns its peak memory (`VmHWM`) in bytes; `None` if the system does not report it.
    pub fn peak_memory(&self) -> Option<u64> {
        peak_memory(&self.child)
    }

    /// Kills it, as Lambda ends an execution environment: without notice.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        Ok(self.child.kill().await?)
    }
}

/// Returns the peak memory (`VmHWM`) of a process in bytes; `None` if it has ended or the system does not report it.
pub fn peak_memory(process: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id()?)).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

impl Drop for Function {
    fn drop(&mut self) {
        self.endpoint.abort();
    }
}

impl FunctionError {
    fn runtime(error_type: &str, message: String) -> Self {
        Self { error_type: error_type.to_owned(), message }
    }
}

/// Returns the environment variables that Lambda sets.
fn lambda_environment(name: &str) -> [(&'static str, String); 12] {
    [
        ("AWS_LAMBDA_FUNCTION_NAME", name.to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512".to_owned()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}")),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/11/22/[$LATEST]0123456789abcdef".to_owned()),
        ("AWS_REGION", "eu-central-1".to_owned()),
        ("AWS_DEFAULT_REGION", "eu-central-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned()),
        ("TZ", ":UTC".to_owned()),
        ("_HANDLER", "bootstrap".to_owned()),
    ]
}

fn logs(path: Option<&Path>) -> anyhow::Result<Stdio> {
    let Some(path) = path else { return Ok(Stdio::null()) };
    let file = std::fs::File::options().create(true).append(true).open(path);
    Ok(file.with_context(|| format!("{} could not be written", path.display()))?.into())
}
