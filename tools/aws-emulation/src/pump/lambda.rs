//! Invokes functions through Lambda's Invoke API.

use anyhow::{Context as _, bail};
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// The program that runs the functions.
pub(super) struct Lambda {
    /// Address as `host:port`.
    authority: String,
    /// Command that starts it, for error messages.
    command: &'static str,
}

/// The outcome of an invocation.
#[derive(Debug, PartialEq)]
pub(super) enum Answer {
    /// The function's response.
    Done(Value),
    /// The error of the function or of the program that runs it.
    Failed(String),
}

impl Lambda {
    pub(super) fn at(url: &str, command: &'static str) -> anyhow::Result<Self> {
        let uri: Uri = url.parse().ok().with_context(|| format!("{url} is not a URL"))?;
        match (uri.scheme_str(), uri.authority()) {
            (Some("http"), Some(authority)) if authority.port().is_some() => {
                Ok(Self { authority: authority.to_string(), command })
            }
            _ => bail!("{url} is not a URL such as http://127.0.0.1:3001"),
        }
    }

    /// Invokes a function and waits for its response. Fails if the function does not exist or nothing runs it.
    pub(super) async fn invoke(&self, function: &str, event: &Value) -> anyhow::Result<Answer> {
        let (status, failed, body) = self.send(function, event).await.with_context(|| {
            format!(
                "http://{} does not respond. Run `{}`, wait until it listens, and try again",
                self.authority, self.command
            )
        })?;
        if status == StatusCode::NOT_FOUND {
            bail!("`{}` at http://{} has no function {function}", self.command, self.authority);
        }
        let text = || String::from_utf8_lossy(&body).into_owned();
        if failed || !status.is_success() {
            return Ok(Answer::Failed(text()));
        }
        // An empty response is a response.
        if body.is_empty() {
            return Ok(Answer::Done(Value::Null));
        }
        Ok(serde_json::from_slice(&body).map_or_else(|_| Answer::Failed(text()), Answer::Done))
    }

    /// Returns the status, whether the function itself failed, and the body.
    async fn send(&self, function: &str, event: &Value) -> anyhow::Result<(StatusCode, bool, Bytes)> {
        let stream = TcpStream::connect(&self.authority).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let request = Request::post(format!("/2015-03-31/functions/{function}/invocations"))
            .header("host", &self.authority)
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(event.to_string())))?;
        let round_trip = async {
            let response = sender.send_request(request).await?;
            let (head, body) = response.into_parts();
            let failed = head.headers.contains_key("x-amz-function-error");
            anyhow::Ok((head.status, failed, body.collect().await?.to_bytes()))
        };
        tokio::pin!(round_trip);
        tokio::select! {
            answer = &mut round_trip => answer,
            // It ends when the server closes the connection; the response may have arrived nevertheless.
            _ = connection => round_trip.await,
        }
    }
}
