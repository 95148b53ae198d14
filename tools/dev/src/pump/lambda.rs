//! The functions, by Lambda's Invoke API.

use anyhow::{Context as _, bail};
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// What runs the functions.
pub(super) struct Lambda {
    /// `host:port`
    authority: String,
    /// What starts it, for people.
    command: &'static str,
}

/// What came of an event.
#[derive(Debug, PartialEq)]
pub(super) enum Answer {
    /// The function's answer.
    Done(Value),
    /// What the function, or what runs it, said instead.
    Failed(String),
}

impl Lambda {
    pub(super) fn at(url: &str, command: &'static str) -> anyhow::Result<Self> {
        let uri: Uri = url.parse().ok().with_context(|| format!("{url} is no URL"))?;
        match (uri.scheme_str(), uri.authority()) {
            (Some("http"), Some(authority)) if authority.port().is_some() => {
                Ok(Self { authority: authority.to_string(), command })
            }
            _ => bail!("{url} is no URL such as http://127.0.0.1:3001"),
        }
    }

    /// Wakes a function and waits for its answer. An error: there is no such function, or nothing that runs one.
    pub(super) async fn invoke(&self, function: &str, event: &Value) -> anyhow::Result<Answer> {
        let (status, failed, body) = self.send(function, event).await.with_context(|| {
            format!(
                "http://{} does not answer. Run `{}`, wait until it listens, and start again",
                self.authority, self.command
            )
        })?;
        if status == StatusCode::NOT_FOUND {
            bail!("`{}` at http://{} knows no function {function}", self.command, self.authority);
        }
        let text = || String::from_utf8_lossy(&body).into_owned();
        if failed || !status.is_success() {
            return Ok(Answer::Failed(text()));
        }
        // An answer of nothing is an answer.
        if body.is_empty() {
            return Ok(Answer::Done(Value::Null));
        }
        Ok(serde_json::from_slice(&body).map_or_else(|_| Answer::Failed(text()), Answer::Done))
    }

    /// The status, whether it is a function's own error, and the body.
    async fn send(&self, function: &str, event: &Value) -> anyhow::Result<(StatusCode, bool, Bytes)> {
        let stream = TcpStream::connect(&self.authority).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let request = Request::post(format!("/2015-03-31/functions/{function}/invocations"))
            .header("host", &self.authority)
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(event.to_string())))?;
        let exchange = async {
            let response = sender.send_request(request).await?;
            let (head, body) = response.into_parts();
            let failed = head.headers.contains_key("x-amz-function-error");
            anyhow::Ok((head.status, failed, body.collect().await?.to_bytes()))
        };
        tokio::pin!(exchange);
        tokio::select! {
            answer = &mut exchange => answer,
            // It ends when the other side hangs up; the answer may be there all the same.
            _ = connection => exchange.await,
        }
    }
}
