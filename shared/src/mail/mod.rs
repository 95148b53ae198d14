//! Mail: what is sent, who sends it, and what can become of it.

pub mod staff;
pub mod store;

use async_trait::async_trait;

/// Stands where the address of somebody was who has been erased. No mail goes there: `invalid` is no domain and never will be.
pub const ERASED: &str = "erased@invalid";

/// A mail, ready to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// One address.
    pub to: String,
    /// One line.
    pub subject: String,
    /// The mail for those who read no HTML.
    pub text: String,
    /// The same as a whole HTML document.
    pub html: String,
    /// Names and values by which the mail is found in the sender's statistics: letters, digits, `_` and `-`.
    pub tags: Vec<(&'static str, String)>,
}

/// Why a mail was not sent, or is not known to have been.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// It will never be taken: a wrong address, a rejected text. Sending it again is no use.
    #[error("the mail was refused: {0}")]
    Permanent(String),
    /// Certainly not sent, and the next try may do: throttled, paused, not allowed yet.
    #[error("the mail was not sent: {0}")]
    Temporary(String),
    /// It may have been sent: no answer came, or none that says so.
    #[error("the mail may or may not have been sent: {0}")]
    Unknown(String),
}

/// Who sends mail.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Sends one mail; on `Ok` it is on its way, under the id that the sender gave it.
    async fn send(&self, mail: &Mail) -> Result<String, SendError>;
}
