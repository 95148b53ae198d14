//! The clients that ask the questions: over HTTP, and directly on PostgreSQL.

use std::net::SocketAddr;

use anyhow::ensure;
use aws_emulation::http_client::Client;
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgConnection};

use super::cases::Questions;
use crate::figures::Actor;

/// Calls that warm up a connection: enough for each of the four statements that a case has at most.
const WARM_UP_CALLS: usize = 24;

/// An HTTP client with a kept-alive connection.
pub(super) struct HttpReader {
    client: Client,
    questions: Questions,
}

impl HttpReader {
    pub(super) async fn connect(server: SocketAddr, questions: Questions) -> anyhow::Result<Self> {
        Ok(Self { client: Client::connect(server).await?, questions })
    }
}

impl Actor for HttpReader {
    type Task = usize;

    async fn act(&mut self, task: usize) -> anyhow::Result<()> {
        let question = self.questions.of(task);
        let answer = self.client.send(&question.request).await?;
        ensure!(answer.status == 200, "{} answered {}", question.path, answer.status);
        ensure!(answer.body.len() == question.length, "the response to {} has changed", question.path);
        Ok(())
    }
}

/// A client with its own connection to PostgreSQL, on which its statements stay prepared.
pub(super) struct DirectReader {
    connection: PgConnection,
    questions: Questions,
}

impl DirectReader {
    pub(super) async fn connect(options: &PgConnectOptions, questions: Questions) -> anyhow::Result<Self> {
        Ok(Self { connection: options.clone().disable_statement_logging().connect().await?, questions })
    }

    /// Prepares the statements and lets PostgreSQL choose their plans, which takes a few calls of each.
    pub(super) async fn warm_up(&mut self) -> anyhow::Result<()> {
        for task in 0..WARM_UP_CALLS {
            self.act(task).await?;
        }
        Ok(())
    }
}

impl Actor for DirectReader {
    type Task = usize;

    async fn act(&mut self, task: usize) -> anyhow::Result<()> {
        let question = self.questions.of(task);
        let rows = question.baseline.rows(&mut self.connection).await?.len();
        ensure!(rows == question.rows, "{rows} rows instead of {}: {}", question.rows, question.path);
        Ok(())
    }
}
