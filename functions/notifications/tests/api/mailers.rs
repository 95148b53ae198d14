//! Mailers for tests: recording, failing, silent, or interfering.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use shared::mail::{Mail, Mailer, SendError};
use tokio::sync::Notify;

/// Records the mails that it accepts. It first returns the given errors, then accepts everything.
#[derive(Default)]
pub(crate) struct RecordingMailer {
    answers: Mutex<VecDeque<SendError>>,
    sent: Mutex<Vec<Mail>>,
}

impl RecordingMailer {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Creates a mailer that first returns these errors.
    pub(crate) fn answering(errors: impl IntoIterator<Item = SendError>) -> Arc<Self> {
        Arc::new(Self { answers: Mutex::new(errors.into_iter().collect()), ..Self::default() })
    }

    /// Returns the accepted mails, in order.
    pub(crate) fn sent(&self) -> Vec<Mail> {
        self.sent.lock().unwrap().clone()
    }
}

#[async_trait]
impl Mailer for RecordingMailer {
    async fn send(&self, mail: &Mail) -> Result<String, SendError> {
        if let Some(error) = self.answers.lock().unwrap().pop_front() {
            return Err(error);
        }
        let mut sent = self.sent.lock().unwrap();
        sent.push(mail.clone());
        Ok(format!("ses-{}", sent.len()))
    }
}

/// Accepts the mail, signals that, and never returns.
#[derive(Default)]
pub(crate) struct SilentMailer {
    pub(crate) has_it: Notify,
}

#[async_trait]
impl Mailer for SilentMailer {
    async fn send(&self, _: &Mail) -> Result<String, SendError> {
        self.has_it.notify_one();
        std::future::pending().await
    }
}

/// Does something else before it accepts the mail.
pub(crate) struct Interfering<F>(pub(crate) F, pub(crate) Arc<RecordingMailer>);

#[async_trait]
impl<F: AsyncMeddler> Mailer for Interfering<F> {
    async fn send(&self, mail: &Mail) -> Result<String, SendError> {
        self.0.meddle().await;
        self.1.send(mail).await
    }
}

/// Something to do while a mail is being sent.
#[async_trait]
pub(crate) trait AsyncMeddler: Send + Sync {
    async fn meddle(&self);
}
