//! Hashes of argon2, computed in memory that is kept and used again. Memory that is allocated for each hash stays with the process: malloc keeps
//! freed blocks of this size in an arena of the thread, and in time each of many threads has some.

use std::sync::{Mutex, MutexGuard, PoisonError};

use argon2::password_hash::Error;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};

/// Memory that no hash uses now, in pieces of the size that the current parameters need: at most as many as hashes were ever computed at once.
static KEPT: Mutex<Vec<Vec<Block>>> = Mutex::new(Vec::new());

/// Returns the current parameters: 19 MiB, two passes, one lane, 32 bytes.
fn current() -> Result<Params, Error> {
    Params::new(19_456, 2, 1, Some(Params::DEFAULT_OUTPUT_LEN)).map_err(|_| Error::ParamsInvalid)
}

/// Returns the hash of a password with the current parameters, as a PHC string.
pub(super) fn hash(password: &[u8], salt: &[u8]) -> Result<String, Error> {
    let params = current()?;
    let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    compute(&argon2, password, salt, &mut output)?;
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params)?,
        salt: Some(Salt::new(salt)?),
        hash: Some(Output::new(&output)?),
    };
    Ok(hash.to_string())
}

/// Returns true if the password matches this PHC string, which may have other parameters; `None` if the text is not the hash of a password.
pub(super) fn matches(password: &[u8], stored: &str) -> Option<bool> {
    let (argon2, salt, expected) = read(stored)?;
    let mut output = [0; Output::MAX_LENGTH];
    let output = output.get_mut(..expected.len())?;
    compute(&argon2, password, &salt, output).ok()?;
    // Compares in constant time.
    Some(Output::new(output).ok()? == expected)
}

fn read(stored: &str) -> Option<(Argon2<'static>, Salt, Output)> {
    let phc = PasswordHash::new(stored).ok()?;
    let algorithm = Algorithm::try_from(phc.algorithm.as_str()).ok()?;
    let version = phc.version.map_or(Ok(Version::default()), Version::try_from).ok()?;
    let params = Params::try_from(&phc).ok()?;
    Some((Argon2::new(algorithm, version, params), phc.salt?, phc.hash?))
}

fn compute(argon2: &Argon2<'_>, password: &[u8], salt: &[u8], output: &mut [u8]) -> Result<(), Error> {
    let blocks = argon2.params().block_count();
    if blocks != current()?.block_count() {
        // The hash comes from another shop and is replaced at the next log-in, so its memory is not kept.
        return Ok(argon2.hash_password_into(password, salt, output)?);
    }
    let free = kept().pop();
    let mut memory = free.unwrap_or_else(|| vec![Block::new(); blocks]);
    let done = argon2.hash_password_into_with_memory(password, salt, output, &mut memory);
    kept().push(memory);
    Ok(done?)
}

/// Locks the list. A panic of another holder leaves it intact, because each holder does one push or one pop.
fn kept() -> MutexGuard<'static, Vec<Vec<Block>>> {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner)
}
