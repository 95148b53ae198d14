//! The local queue. Like SQS it keeps accepted messages, delivers a message again unless it is deleted, and moves a message to the
//! dead-letter folder after too many deliveries. Each message is a file, so a killed process loses none.

pub mod consumer;
pub mod jobs;

mod backlog;
mod delivery;
mod name;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use shared::app::{Clock, Rng as _, SystemRng};
use shared::outbox::{Event, Queue};
use shared::trace::Trace;
use tokio::sync::Notify;
use tokio::time::timeout;

use backlog::Backlog;
pub use delivery::Delivery;
use name::Name;

/// Visibility timeout of a received message. Minutes in the cloud (template.yaml); shorter here, where a person waits.
pub const VISIBILITY: Duration = Duration::from_secs(20);
/// Deliveries before a message is moved to the dead-letter folder. Hundreds in the cloud (`maxReceiveCount` in template.yaml); fewer here.
pub const MAX_RECEIVES: u32 = 20;
/// Interval at which messages are looked for that have become visible again.
const POLL: Duration = Duration::from_millis(500);

/// A directory of messages.
pub struct Spool {
    dir: PathBuf,
    dead: PathBuf,
    clock: Arc<dyn Clock>,
    /// The messages that are known. The folder is read only when none of them is visible.
    backlog: Mutex<Backlog>,
    arrived: Notify,
}

/// The messages that [`Spool::receive`] found.
#[derive(Debug, Default)]
pub struct Received {
    /// Messages for the consumer, the oldest first.
    pub deliveries: Vec<Delivery>,
    /// Files of messages that were moved to the dead-letter folder.
    pub dead: Vec<PathBuf>,
}

impl Spool {
    /// Opens the queue in `dir`; creates the folder if it does not exist.
    pub fn open(dir: PathBuf, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let dead = dir.join("dead");
        std::fs::create_dir_all(&dead).with_context(|| format!("{} could not be created", dead.display()))?;
        remove_unfinished(&dir)?;
        Ok(Self { dir, dead, clock, backlog: Mutex::default(), arrived: Notify::new() })
    }

    /// Receives up to `limit` visible messages; they become invisible until their visibility timeout ends.
    pub fn receive(&self, limit: usize) -> anyhow::Result<Received> {
        let now = self.now_millis();
        let mut backlog = self.backlog();
        if !backlog.has_visible(now) {
            *backlog = self.names()?.into_iter().collect();
        }
        let mut received = Received::default();
        while received.deliveries.len() < limit
            && let Some(name) = backlog.take_visible(now)
        {
            if name.receives >= MAX_RECEIVES {
                received.dead.extend(self.move_to_dead(&name)?);
            } else if let Some(delivery) = self.deliver(&name, now)? {
                backlog.insert(delivery.name);
                received.deliveries.push(delivery);
            }
        }
        Ok(received)
    }

    /// Deletes a message that the consumer has processed. A message that was received again since has another name and stays.
    pub fn delete(&self, delivery: &Delivery) -> anyhow::Result<()> {
        self.backlog().remove(&delivery.name);
        if_there(std::fs::remove_file(self.dir.join(delivery.name.to_string()))).map(drop)
    }

    /// Returns the number of messages, visible or not.
    pub fn len(&self) -> anyhow::Result<usize> {
        Ok(self.names()?.len())
    }

    /// Returns whether the queue has no messages, visible or not.
    pub fn is_empty(&self) -> anyhow::Result<bool> {
        Ok(self.len()? == 0)
    }

    /// Waits until a message arrives, for half a second at most.
    pub async fn arrival(&self) {
        let _ = timeout(POLL, self.arrived.notified()).await;
    }

    /// Makes a message invisible and reads it; `None` if its file was deleted.
    fn deliver(&self, name: &Name, now: i64) -> anyhow::Result<Option<Delivery>> {
        let visible_at = now + i64::try_from(VISIBILITY.as_millis())?;
        let taken = Name { receives: name.receives + 1, visible_at, ..*name };
        let path = self.dir.join(taken.to_string());
        let renamed = if_there(std::fs::rename(self.dir.join(name.to_string()), &path))?;
        renamed.map(|()| Ok(Delivery::read(taken, &std::fs::read_to_string(&path)?))).transpose()
    }

    /// Moves a message to the dead-letter folder; returns its file there, or `None` if it was deleted.
    fn move_to_dead(&self, name: &Name) -> anyhow::Result<Option<PathBuf>> {
        let path = self.dead.join(format!("{}.json", name.id.simple()));
        let moved = if_there(std::fs::rename(self.dir.join(name.to_string()), &path))?;
        Ok(moved.map(|()| path))
    }

    fn names(&self) -> anyhow::Result<Vec<Name>> {
        let entries =
            std::fs::read_dir(&self.dir).with_context(|| format!("{} could not be read", self.dir.display()))?;
        Ok(entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect())
    }

    /// Locks the messages that are known. A panic of another holder may leave out a message, which is found when the folder is read again.
    fn backlog(&self) -> MutexGuard<'_, Backlog> {
        self.backlog.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now_millis(&self) -> i64 {
        self.clock.now().micros() / 1000
    }
}

#[async_trait]
impl Queue for Spool {
    async fn send(&self, event: &Event, trace: Option<Trace<'_>>) -> anyhow::Result<()> {
        let message = delivery::file(&serde_json::to_string(event)?, trace);
        let name = Name { id: SystemRng.ordered_uuid(self.clock.now()), receives: 0, visible_at: 0 };
        let (unfinished, path) = (self.dir.join(format!("{}.new", name.id.simple())), self.dir.join(name.to_string()));
        // Written under another name and renamed, so that the consumer never reads half a message.
        tokio::task::spawn_blocking(move || {
            std::fs::write(&unfinished, message).and_then(|()| std::fs::rename(&unfinished, &path))
        })
        .await??;
        self.backlog().insert(name);
        self.arrived.notify_one();
        Ok(())
    }
}

/// Returns `None` if the file does not exist.
fn if_there<T>(done: std::io::Result<T>) -> anyhow::Result<Option<T>> {
    match done {
        Ok(done) => Ok(Some(done)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Deletes files that a killed process did not finish: those messages were not accepted, and their senders got an error.
fn remove_unfinished(dir: &Path) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(dir)?.flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "new") {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
