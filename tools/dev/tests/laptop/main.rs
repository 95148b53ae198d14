//! `cargo dev serve`: one process with the whole shop, and what runs in it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod examples;
mod headers;
mod mailed_link;
mod process;
mod replica;
mod sale;
mod sent_back;
mod serve;
mod storefront;
mod unknown_fields;
mod upload;

use std::path::PathBuf;

use shared::app::{Rng as _, SystemRng};

/// Creates an empty folder in the target folder; nothing deletes it.
fn a_directory() -> PathBuf {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(SystemRng.random_uuid().simple().to_string());
    std::fs::create_dir_all(&dir).unwrap();
    dir
}
