//! The mailbox: keeps the mail that SES would send, refuses the addresses that SES would refuse, and shows the mail at `/dev/mail/`.

mod pages;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use async_trait::async_trait;
use command_line::terminal::say;
use serde::{Deserialize, Serialize};
use shared::app::{Clock, Rng as _, SystemRng};
use shared::mail::{Mail, Mailer, SendError};
use shared::time::Timestamp;
use uuid::Uuid;

pub use pages::router;

/// A folder of mails, one file for each.
pub struct Mailbox {
    dir: PathBuf,
    clock: Arc<dyn Clock>,
    /// Base URL of its pages: `http://localhost:8000`.
    url: String,
}

/// A stored mail.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StoredMail {
    /// Id; ids sort by time.
    pub id: Uuid,
    /// Time of sending.
    pub sent_at: Timestamp,
    /// Address of the recipient.
    pub to: String,
    /// Subject of the mail.
    pub subject: String,
    /// Body in plain text.
    pub text: String,
    /// HTML body, a whole document.
    pub html: String,
}

impl Mailbox {
    /// Opens the mailbox in `dir`; creates the folder if it does not exist.
    pub fn open(dir: PathBuf, clock: Arc<dyn Clock>, url: String) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&dir).with_context(|| format!("{} could not be created", dir.display()))?;
        Ok(Self { dir, clock, url })
    }

    /// Returns the ids of all mails, newest first.
    pub fn ids(&self) -> anyhow::Result<Vec<Uuid>> {
        let entries =
            std::fs::read_dir(&self.dir).with_context(|| format!("{} could not be read", self.dir.display()))?;
        let id = |entry: std::fs::DirEntry| entry.file_name().to_str()?.strip_suffix(".json")?.parse().ok();
        let mut ids: Vec<Uuid> = entries.flatten().filter_map(id).collect();
        ids.sort_unstable_by(|a, b| b.cmp(a));
        Ok(ids)
    }

    /// Returns a mail; `None` if no mail has this id.
    pub fn read(&self, id: Uuid) -> anyhow::Result<Option<StoredMail>> {
        match std::fs::read(self.path(id)) {
            Ok(json) => Ok(Some(serde_json::from_slice(&json)?)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn path(&self, id: Uuid) -> PathBuf {
        self.dir.join(format!("{}.json", id.simple()))
    }

    fn store(&self, mail: &Mail) -> anyhow::Result<Uuid> {
        let id = SystemRng.ordered_uuid(self.clock.now());
        let Mail { to, subject, text, html, .. } = mail.clone();
        let stored = StoredMail { id, sent_at: self.clock.now(), to, subject, text, html };
        // Written under another name and renamed: a killed process leaves no incomplete mail.
        let (unfinished, path) = (self.path(id).with_extension("new"), self.path(id));
        std::fs::write(&unfinished, serde_json::to_vec_pretty(&stored)?)?;
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
        mail.recipient()?;
        // A full disk is not the mail's fault: it is delivered again.
        let id = self.store(mail).map_err(|error| SendError::Temporary(format!("{error:#}")))?;
        Ok(id.simple().to_string())
    }
}

/// Replaces control characters, which could move the cursor or ring the bell: anyone can choose an address.
fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
