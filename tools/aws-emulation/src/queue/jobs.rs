//! Jobs on files, from the API to the worker in the same process. Jobs that are lost when the process ends are sent again by the scheduler.

use async_trait::async_trait;
use shared::transfers::{Job, JobQueue};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Sends jobs to the worker.
#[derive(Clone, Debug)]
pub struct JobChannel(UnboundedSender<Job>);

impl JobChannel {
    /// Opens a channel; returns its sender and its receiver.
    pub fn open() -> (Self, UnboundedReceiver<Job>) {
        let (sender, receiver) = unbounded_channel();
        (Self(sender), receiver)
    }
}

#[async_trait]
impl JobQueue for JobChannel {
    async fn send(&self, job: Job) -> anyhow::Result<()> {
        Ok(self.0.send(job)?)
    }
}
