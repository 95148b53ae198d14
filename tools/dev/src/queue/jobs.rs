//! Work on files, from the API to the worker within one process. What is left in it when the process ends, the scheduler sends again.

use async_trait::async_trait;
use shared::transfers::{Job, JobQueue};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Where jobs are told.
#[derive(Clone, Debug)]
pub struct JobChannel(UnboundedSender<Job>);

impl JobChannel {
    /// A channel, and where its jobs come out.
    pub fn open() -> (Self, UnboundedReceiver<Job>) {
        let (told, to_do) = unbounded_channel();
        (Self(told), to_do)
    }
}

#[async_trait]
impl JobQueue for JobChannel {
    async fn send(&self, job: Job) -> anyhow::Result<()> {
        Ok(self.0.send(job)?)
    }
}
