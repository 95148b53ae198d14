//! Mail: its content, its sender and the ways in which sending fails.

pub mod address;
pub mod staff;
pub mod store;

use async_trait::async_trait;

/// Address that replaces the one of an erased account. No mail goes there, because the domain `invalid` is reserved and never exists.
pub const ERASED: &str = "erased@invalid";

/// A mail that is ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Address of the recipient.
    pub to: String,
    /// Subject, in one line.
    pub subject: String,
    /// Text for readers without HTML.
    pub text: String,
    /// The same text as a complete HTML document.
    pub html: String,
    /// Names and values by which the mail is found in the sender's statistics: letters, digits, `_` and `-`.
    pub tags: Vec<(&'static str, String)>,
}

impl Mail {
    /// Returns the recipient's address as SES accepts it. An address that it does not accept is an error for good.
    pub fn recipient(&self) -> Result<String, SendError> {
        let refused = || SendError::Permanent("mail cannot be sent to the recipient's address".to_owned());
        address::to_ascii(&self.to).ok_or_else(refused)
    }
}

/// The ways in which sending a mail can fail.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The mail will never be accepted: a wrong address, a rejected text. There is no use in sending it again.
    #[error("the mail was refused: {0}")]
    Permanent(String),
    /// The mail was certainly not sent, and the next try may succeed: throttled, paused, not allowed yet.
    #[error("the mail was not sent: {0}")]
    Temporary(String),
    /// The mail may have been sent: there was no answer, or one that does not say.
    #[error("the mail may or may not have been sent: {0}")]
    Unknown(String),
}

/// A sender of mails.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Sends one mail. Returns the id that the sender gave the mail when it accepted it.
    async fn send(&self, mail: &Mail) -> Result<String, SendError>;
}
