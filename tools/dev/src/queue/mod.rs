//! The queue on a laptop. Like SQS it keeps what it has accepted, hands a message out again when nobody says that it is done, and
//! puts aside what was handed out too often. One file for each message, so that a process that is killed loses none.

pub mod consumer;
pub mod jobs;

mod delivery;
mod name;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use shared::app::{Clock, Rng as _, SystemRng};
use shared::outbox::{Event, Queue};
use shared::trace::Trace;
use tokio::sync::Notify;
use tokio::time::timeout;

pub use delivery::Delivery;
use name::Name;

/// For how long a message that was handed out is nobody else's. In the cloud it is minutes (template.yaml); here somebody waits.
pub const VISIBILITY: Duration = Duration::from_secs(20);
/// How often a message is handed out before it is put aside, as in template.yaml.
pub const MAX_RECEIVES: u32 = 20;
/// How long to look away when nothing comes: a message becomes visible again without a sound.
const POLL: Duration = Duration::from_millis(500);

/// A directory of messages.
pub struct Spool {
    dir: PathBuf,
    dead: PathBuf,
    clock: Arc<dyn Clock>,
    arrived: Notify,
}

/// What came of asking for messages.
#[derive(Debug, Default)]
pub struct Received {
    /// Messages for the consumer, the oldest first.
    pub deliveries: Vec<Delivery>,
    /// Messages that were handed out too often, and where they lie now.
    pub put_aside: Vec<PathBuf>,
}

impl Spool {
    /// The messages in `dir`, which may be new.
    pub fn open(dir: PathBuf, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let dead = dir.join("dead");
        std::fs::create_dir_all(&dead).with_context(|| format!("{} could not be made", dead.display()))?;
        remove_unfinished(&dir)?;
        Ok(Self { dir, dead, clock, arrived: Notify::new() })
    }

    /// Up to `limit` messages that are visible, which others do not see from now on until their time is over.
    pub fn receive(&self, limit: usize) -> anyhow::Result<Received> {
        let now = self.now_millis();
        let mut names = self.names()?;
        names.retain(|name| name.visible_at <= now);
        names.sort();
        let mut received = Received::default();
        for name in names {
            if received.deliveries.len() == limit {
                break;
            }
            if name.receives >= MAX_RECEIVES {
                received.put_aside.push(self.put_aside(&name)?);
            } else {
                received.deliveries.push(self.hand_out(&name, now)?);
            }
        }
        Ok(received)
    }

    /// The consumer is done with a message. One that was handed out again in the meantime has another name and stays.
    pub fn delete(&self, delivery: &Delivery) -> anyhow::Result<()> {
        match std::fs::remove_file(self.dir.join(delivery.name.to_string())) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// How many messages there are, visible or not.
    pub fn len(&self) -> anyhow::Result<usize> {
        Ok(self.names()?.len())
    }

    /// Whether there is no message at all.
    pub fn is_empty(&self) -> anyhow::Result<bool> {
        Ok(self.len()? == 0)
    }

    /// Waits for a message to arrive, or a moment.
    pub async fn arrival(&self) {
        let _ = timeout(POLL, self.arrived.notified()).await;
    }

    fn hand_out(&self, name: &Name, now: i64) -> anyhow::Result<Delivery> {
        let visible_at = now + i64::try_from(VISIBILITY.as_millis())?;
        let taken = Name { receives: name.receives + 1, visible_at, ..*name };
        let path = self.dir.join(taken.to_string());
        std::fs::rename(self.dir.join(name.to_string()), &path)?;
        Ok(Delivery::read(taken, &std::fs::read_to_string(&path)?))
    }

    fn put_aside(&self, name: &Name) -> anyhow::Result<PathBuf> {
        let path = self.dead.join(format!("{}.json", name.id.simple()));
        std::fs::rename(self.dir.join(name.to_string()), &path)?;
        Ok(path)
    }

    fn names(&self) -> anyhow::Result<Vec<Name>> {
        let entries = std::fs::read_dir(&self.dir).with_context(|| format!("{} cannot be read", self.dir.display()))?;
        Ok(entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect())
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
        // Written aside and then renamed, so that the consumer never finds half a message.
        tokio::task::spawn_blocking(move || {
            std::fs::write(&unfinished, message).and_then(|()| std::fs::rename(&unfinished, &path))
        })
        .await??;
        self.arrived.notify_one();
        Ok(())
    }
}

/// What a process that was killed had begun to write: it was not accepted, and its sender knows.
fn remove_unfinished(dir: &Path) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(dir)?.flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "new") {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
