//! Passwords: which are accepted, and how they are stored.
//!
//! They are stored as argon2id hashes with the parameters that OWASP recommends (19 MiB, two passes, one lane), as PHC strings. These name their
//! parameters, so that future parameters need no new column. A hash takes about 20 ms of processor time, so it runs outside the thread that
//! serves requests, and never inside a transaction.
//!
//! Hashes of Django are accepted as well, and replaced at the next log-in.

mod argon2id;
mod django;

use anyhow::Context as _;
use argon2::password_hash::Error as HashError;
use tokio::sync::Semaphore;

/// Maximum number of characters of a new password.
pub const MAX: usize = 128;
/// Maximum number of characters of a password that is only compared: it may have been chosen under other rules.
pub const MAX_COMPARED: usize = 4096;
/// Minimum number of characters of a new password.
const MIN: usize = 8;

/// Beginning of all hashes that [`hash`] makes.
const CURRENT_PREFIX: &str = "$argon2id$v=19$m=19456,t=2,p=1$";

/// Maximum number of concurrent hashes: each takes 19 MiB, and many log-ins at once must not use up all memory.
static SLOTS: Semaphore = Semaphore::const_new(4);

/// The most common passwords, most common first: the list by Royce Williams that Django includes, without its garbled lines.
static COMMON: &str = include_str!("common_passwords.txt");

/// Returns the problems of a new password, with the texts and in the order of Django's validators.
pub fn problems(password: &str, username: &str, email: &str) -> Vec<String> {
    let lower = password.to_lowercase();
    let mut problems = Vec::new();
    if let Some((name, _)) =
        [("username", username), ("email", email)].iter().find(|(_, text)| is_similar(&lower, text))
    {
        problems.push(format!("The password is too similar to the {name}."));
    }
    if password.chars().count() < MIN {
        problems.push(format!("This password is too short. It must contain at least {MIN} characters."));
    }
    if COMMON.lines().any(|common| common == lower.trim()) {
        problems.push("This password is too common.".to_owned());
    }
    if password.chars().all(char::is_numeric) {
        problems.push("This password is entirely numeric.".to_owned());
    }
    problems
}

/// Returns true if a password (in lower case) has 7 of 10 characters in common with this text or with one of its words.
fn is_similar(password: &str, text: &str) -> bool {
    let text = text.to_lowercase();
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.chain([text.as_str()]).any(|word| has_seven_tenths_in_common(password, word))
}

/// Returns true if `quick_ratio` of Python's SequenceMatcher is at least 0.7: twice the number of common characters, in any order, divided by
/// the number of all characters.
fn has_seven_tenths_in_common(a: &str, b: &str) -> bool {
    let mut left: Vec<char> = b.chars().collect();
    let all = a.chars().count() + left.len();
    let mut common = 0;
    for c in a.chars() {
        if let Some(at) = left.iter().position(|other| *other == c) {
            left.swap_remove(at);
            common += 1;
        }
    }
    common > 0 && 2 * common * 10 >= 7 * all
}

/// Returns the hash of a password. The salt is random, so equal passwords have different hashes.
pub async fn hash(password: String, salt: [u8; 16]) -> anyhow::Result<String> {
    in_background(move || argon2id::hash(password.as_bytes(), &salt)).await
}

/// Returns true if the password matches the stored hash. For `None` and for a text that is not a hash it takes as long as for a hash, so that the
/// duration of a log-in does not tell which addresses have accounts. Hashes of Django take longer, as they do in Django.
pub async fn verify(password: String, stored: Option<String>) -> anyhow::Result<bool> {
    in_background(move || {
        let (password, stored) = (password.as_bytes(), stored.as_deref().unwrap_or_default());
        if let Some(is_match) = django::pbkdf2_matches(password, stored) {
            return Ok(is_match);
        }
        match argon2id::matches(password, django::without_hasher(stored)) {
            Some(is_match) => Ok(is_match),
            None => argon2id::hash(password, &[0; 16]).map(|_| false),
        }
    })
    .await
}

/// Returns true if a stored hash has the form that [`hash`] makes now.
pub fn is_current(stored: &str) -> bool {
    stored.starts_with(CURRENT_PREFIX)
}

/// Runs the work outside the thread that serves requests, at most four at a time.
async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, HashError> + Send + 'static,
) -> anyhow::Result<T> {
    let slot = SLOTS.acquire().await?;
    let done = tokio::task::spawn_blocking(move || {
        // Held until the work is done, even if nobody waits for it any more.
        let _slot = slot;
        work()
    });
    done.await?.context("argon2")
}

#[cfg(test)]
mod tests;
