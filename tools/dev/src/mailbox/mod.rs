//! The mail that SES would send: kept in files and shown at `/dev/mail/`.

mod pages;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use shared::app::{Clock, Rng as _, SystemRng};
use shared::mail::{Mail, Mailer, SendError};
use shared::time::Timestamp;
use uuid::Uuid;

use crate::terminal::say;

pub use pages::router;

/// A directory of mails, one file each.
pub struct Mailbox {
    dir: PathBuf,
    clock: Arc<dyn Clock>,
    /// Where its pages are: `http://localhost:8000`.
    url: String,
}

/// A mail as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kept {
    /// Ids sort by time.
    pub id: Uuid,
    /// When it came.
    pub sent_at: Timestamp,
    /// Whom it is for.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// For those who read no HTML.
    pub text: String,
    /// A whole document.
    pub html: String,
}

impl Mailbox {
    /// The mails in `dir`, which may be new.
    pub fn open(dir: PathBuf, clock: Arc<dyn Clock>, url: String) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&dir).with_context(|| format!("{} could not be made", dir.display()))?;
        Ok(Self { dir, clock, url })
    }

    /// The ids of all mails, the newest first.
    pub fn ids(&self) -> anyhow::Result<Vec<Uuid>> {
        let entries = std::fs::read_dir(&self.dir).with_context(|| format!("{} cannot be read", self.dir.display()))?;
        let id = |entry: std::fs::DirEntry| entry.file_name().to_str()?.strip_suffix(".json")?.parse().ok();
        let mut ids: Vec<Uuid> = entries.flatten().filter_map(id).collect();
        ids.sort_unstable_by(|a, b| b.cmp(a));
        Ok(ids)
    }

    /// One mail; `None` where there is none of this id.
    pub fn read(&self, id: Uuid) -> anyhow::Result<Option<Kept>> {
        match std::fs::read(self.path(id)) {
            Ok(json) => Ok(Some(serde_json::from_slice(&json)?)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn path(&self, id: Uuid) -> PathBuf {
        self.dir.join(format!("{}.json", id.simple()))
    }

    fn keep(&self, mail: &Mail) -> anyhow::Result<Uuid> {
        let id = SystemRng.ordered_uuid(self.clock.now());
        let Mail { to, subject, text, html, .. } = mail.clone();
        let kept = Kept { id, sent_at: self.clock.now(), to, subject, text, html };
        // Written aside and then renamed: a process that is killed leaves no half mail.
        let (unfinished, path) = (self.path(id).with_extension("new"), self.path(id));
        std::fs::write(&unfinished, serde_json::to_vec_pretty(&kept)?)?;
        std::fs::rename(unfinished, path)?;
        say(format_args!("mail   {}  {}  {}", one_line(&mail.to), one_line(&mail.subject), self.url_of(id)));
        Ok(id)
    }

    fn url_of(&self, id: Uuid) -> String {
        format!("{}/dev/mail/{}/", self.url, id.simple())
    }
}

#[async_trait]
impl Mailer for Mailbox {
    async fn send(&self, mail: &Mail) -> Result<String, SendError> {
        // A disk that is full is no answer of the mail's own: it comes again.
        let id = self.keep(mail).map_err(|error| SendError::Temporary(format!("{error:#}")))?;
        Ok(id.simple().to_string())
    }
}

/// Without what could move the cursor or ring the bell: addresses come from strangers.
fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
