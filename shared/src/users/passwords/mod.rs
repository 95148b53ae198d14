//! Passwords: which are taken, and how they are kept.
//!
//! Kept as argon2id with the parameters that OWASP asks for (19 MiB, two passes, one lane), in a PHC string, which names its own
//! parameters: those of tomorrow need no new column. A hash takes some 20 ms of a processor, so it runs beside the requests
//! and never inside a transaction.
//!
//! Passwords that Django kept fit too, and are kept anew once their owner has shown them.

mod django;

use anyhow::Context as _;
use argon2::password_hash::{Error as HashError, PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

/// How long a new password may be, in characters.
pub const MAX: usize = 128;
/// How long one may be that is only compared: it may have been chosen where other rules held.
pub const MAX_COMPARED: usize = 4096;
/// How long it must be.
const MIN: usize = 8;

/// How everything begins that [`hash`] makes.
const TODAYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$";

/// How many hashes are worked out at once: each takes 19 MiB, and a crowd that logs in must not take all there is.
static SLOTS: Semaphore = Semaphore::const_new(4);

/// The passwords that people take most often, most often first: the list by Royce Williams that Django comes with, without
/// what was garbled in it.
static COMMON: &str = include_str!("common_passwords.txt");

/// What is wrong with a new password, in the words and the order of Django's validators. Empty: nothing.
pub fn problems(password: &str, username: &str, email: &str) -> Vec<String> {
    let lower = password.to_lowercase();
    let mut problems = Vec::new();
    if let Some((name, _)) = [("username", username), ("email", email)].iter().find(|(_, of)| similar(&lower, of)) {
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

/// Whether a password (in small letters) has 7 of 10 characters in common with this, or with a word of it.
fn similar(password: &str, of: &str) -> bool {
    let of = of.to_lowercase();
    let words = of.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.chain([of.as_str()]).any(|word| has_seven_tenths_in_common(password, word))
}

/// `quick_ratio` of Python's SequenceMatcher, at least 0.7: characters in common, in any order, twice, of all characters.
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

/// A password as it is kept. The salt is random: two equal passwords are kept as different texts.
pub async fn hash(password: String, salt: [u8; 16]) -> anyhow::Result<String> {
    aside(move || Ok(argon2id()?.hash_password_with_salt(password.as_bytes(), &salt)?.to_string())).await
}

/// Whether this is the password that is kept so. `None`, nobody's, takes as long as somebody's, and so does a text that is no
/// hash: how long a log-in takes tells no one which addresses are known. What Django kept takes longer, as it did there.
pub async fn verify(password: String, kept: Option<String>) -> anyhow::Result<bool> {
    aside(move || {
        let (password, kept) = (password.as_bytes(), kept.as_deref().unwrap_or_default());
        if let Some(fits) = django::pbkdf2_fits(password, kept) {
            return Ok(fits);
        }
        let argon2 = argon2id()?;
        match argon2.verify_password(password, django::without_hasher(kept)) {
            Ok(()) => Ok(true),
            Err(HashError::PasswordInvalid) => Ok(false),
            Err(_) => argon2.hash_password_with_salt(password, &[0; 16]).map(|_| false),
        }
    })
    .await
}

/// Whether a password that is kept so is kept as [`hash`] would keep it today.
pub fn is_current(kept: &str) -> bool {
    kept.starts_with(TODAYS)
}

fn argon2id() -> Result<Argon2<'static>, HashError> {
    let params = Params::new(19_456, 2, 1, None).map_err(|_| HashError::ParamsInvalid)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Away from the thread that serves requests, a few at a time.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> Result<T, HashError> + Send + 'static) -> anyhow::Result<T> {
    let slot = SLOTS.acquire().await?;
    let done = tokio::task::spawn_blocking(move || {
        // Held until the work is done, also where nobody waits for it any more.
        let _slot = slot;
        work()
    });
    done.await?.context("argon2")
}

#[cfg(test)]
mod tests;
