//! Queues that record, fail or never answer.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use crate::outbox::{Event, Queue};
use crate::trace::Trace;
use crate::transfers::{Job, JobQueue};

/// A queue that records the events that it receives.
#[derive(Debug, Default)]
pub struct RecordingQueue(Mutex<Vec<(Event, Option<String>)>>);

impl RecordingQueue {
    /// Returns the received events, in order.
    pub fn sent(&self) -> Vec<Event> {
        self.received().into_iter().map(|(event, _)| event).collect()
    }

    /// Returns the trace header of each received event, in order.
    pub fn traces(&self) -> Vec<Option<String>> {
        self.received().into_iter().map(|(_, trace)| trace).collect()
    }

    fn received(&self) -> Vec<(Event, Option<String>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Queue for RecordingQueue {
    async fn send(&self, event: &Event, trace: Option<Trace<'_>>) -> anyhow::Result<()> {
        let trace = trace.map(|trace| trace.header().to_owned());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((event.clone(), trace));
        Ok(())
    }
}

/// A queue that fails every time.
#[derive(Clone, Copy, Debug)]
pub struct BrokenQueue;

#[async_trait]
impl Queue for BrokenQueue {
    async fn send(&self, _: &Event, _: Option<Trace<'_>>) -> anyhow::Result<()> {
        anyhow::bail!("the queue is down")
    }
}

/// A queue that never answers.
#[derive(Clone, Copy, Debug)]
pub struct SilentQueue;

#[async_trait]
impl Queue for SilentQueue {
    async fn send(&self, _: &Event, _: Option<Trace<'_>>) -> anyhow::Result<()> {
        std::future::pending().await
    }
}

/// A queue that records the jobs that it receives.
#[derive(Debug, Default)]
pub struct RecordingJobs(Mutex<Vec<Job>>);

impl RecordingJobs {
    /// Returns the jobs since the last call, in order.
    pub fn take(&self) -> Vec<Job> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl JobQueue for RecordingJobs {
    async fn send(&self, job: Job) -> anyhow::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(job);
        Ok(())
    }
}

#[async_trait]
impl JobQueue for BrokenQueue {
    async fn send(&self, _: Job) -> anyhow::Result<()> {
        anyhow::bail!("the queue is down")
    }
}

#[async_trait]
impl JobQueue for SilentQueue {
    async fn send(&self, _: Job) -> anyhow::Result<()> {
        std::future::pending().await
    }
}
