//! Queues that record, fail, or never answer.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use crate::outbox::{Event, Queue};

/// Keeps what it is sent.
#[derive(Debug, Default)]
pub struct RecordingQueue(Mutex<Vec<Event>>);

impl RecordingQueue {
    /// What came, in order.
    pub fn sent(&self) -> Vec<Event> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Queue for RecordingQueue {
    async fn send(&self, event: &Event) -> anyhow::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(event.clone());
        Ok(())
    }
}

/// Fails every time.
#[derive(Clone, Copy, Debug)]
pub struct BrokenQueue;

#[async_trait]
impl Queue for BrokenQueue {
    async fn send(&self, _: &Event) -> anyhow::Result<()> {
        anyhow::bail!("the queue is down")
    }
}

/// Never answers.
#[derive(Clone, Copy, Debug)]
pub struct SilentQueue;

#[async_trait]
impl Queue for SilentQueue {
    async fn send(&self, _: &Event) -> anyhow::Result<()> {
        std::future::pending().await
    }
}
