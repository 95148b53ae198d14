//! Tests of the rules for passwords, with Django's texts, and of hashes.

use std::time::{Duration, Instant};

use super::*;

const SHORT: &str = "This password is too short. It must contain at least 8 characters.";
const COMMON: &str = "This password is too common.";
const NUMERIC: &str = "This password is entirely numeric.";
const LIKE_USERNAME: &str = "The password is too similar to the username.";
const LIKE_EMAIL: &str = "The password is too similar to the email.";

#[test]
fn a_password_is_checked_as_in_django() {
    for (password, expected) in [
        ("correct horse battery", &[][..]),
        ("Tr0ub4dor&3", &[]),
        ("q7#Zw", &[SHORT]),
        ("password", &[COMMON]),
        (" PassWord ", &[COMMON]),
        ("12345", &[SHORT, COMMON, NUMERIC]),
        ("8402938475610", &[NUMERIC]),
        ("anabelle", &[LIKE_USERNAME]),
        ("Ana-Belle-1", &[LIKE_USERNAME]),
        ("ellebana", &[LIKE_USERNAME]),
        ("lighthouse7", &[LIKE_EMAIL]),
        ("keeper@lighthouse.example", &[LIKE_EMAIL]),
        // Five of ten letters are fewer than 7 of 10.
        ("anabezzzzzz", &[]),
    ] {
        assert_eq!(problems(password, "anabelle", "keeper@lighthouse.example"), expected, "{password}");
    }
}

#[test]
fn the_ratio_is_pythons() {
    // SequenceMatcher(a, b).quick_ratio(): 0.7 exactly, and just below it.
    assert!(has_seven_tenths_in_common("abcdefgxyz", "abcdefguvw"));
    assert!(!has_seven_tenths_in_common("abcdefxyz", "abcdefuvw"));
    assert!(!has_seven_tenths_in_common("abcdefgh", ""));
}

#[tokio::test]
async fn a_password_is_stored_as_argon2id_with_the_parameters_of_owasp() {
    let stored = hash("correct horse".to_owned(), [7; 16]).await.unwrap();
    assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
    assert_ne!(stored, hash("correct horse".to_owned(), [8; 16]).await.unwrap());
    assert!(verify("correct horse".to_owned(), Some(stored.clone())).await.unwrap());
    assert!(!verify("correct hors".to_owned(), Some(stored)).await.unwrap());
}

/// A hash of Python: `base64.b64encode(hashlib.pbkdf2_hmac("sha256", b"correct horse", b"seasalt", 1000))`.
const PBKDF2: &str = "pbkdf2_sha256$1000$seasalt$mQnueSakb748zqBAC1tmWVZsZbi2zPGZarEzTGdfmso=";
/// A hash of Django 5.2's Argon2PasswordHasher.
const ARGON2: &str =
    "argon2$argon2id$v=19$m=102400,t=2,p=8$c2Vhc2FsdHNlYXNhbHQ$24X5StCI0X7nx5XDsLrP4f4PvCl9FN9AHQw4KjbBoo8";

#[tokio::test]
async fn a_hash_of_django_matches_and_is_not_current() {
    for stored in [PBKDF2, ARGON2] {
        assert!(verify("correct horse".to_owned(), Some(stored.to_owned())).await.unwrap(), "{stored}");
        assert!(!verify("correct hors".to_owned(), Some(stored.to_owned())).await.unwrap(), "{stored}");
        assert!(!is_current(stored), "{stored}");
    }
    assert!(is_current(&hash("correct horse".to_owned(), [7; 16]).await.unwrap()));
}

#[tokio::test]
async fn a_text_that_is_not_a_hash_matches_no_password() {
    let (prefix, hash) = PBKDF2.rsplit_once('$').unwrap();
    let without_work = format!("pbkdf2_sha256$0$seasalt${hash}");
    let too_much_work = format!("pbkdf2_sha256$5000001$seasalt${hash}");
    let (empty, longer, sha1) = (format!("{prefix}$"), format!("{PBKDF2}$"), PBKDF2.replace("sha256", "sha1"));
    let unusable = "!w8kOYXNW5NTxV2Ei4N0ofHy1WOUhRXr3Wz4CXfJT";
    for stored in [
        None,
        Some("!"),
        Some(unusable),
        Some(""),
        Some("correct horse"),
        Some("$argon2id$v=19$m=19456,t=2,p=1$"),
        Some("argon2"),
        Some(prefix),
        Some(&without_work),
        Some(&too_much_work),
        Some(&empty),
        Some(&longer),
        Some(&sha1),
    ] {
        assert!(!verify("correct horse".to_owned(), stored.map(str::to_owned)).await.unwrap(), "{stored:?}");
    }
}

#[tokio::test]
async fn an_unknown_account_takes_as_long_as_a_known_one() {
    let stored = hash("correct horse".to_owned(), [7; 16]).await.unwrap();
    let (mut known, mut unknown, mut unusable) = (Duration::MAX, Duration::MAX, Duration::MAX);
    for _ in 0..5 {
        known = known.min(time_of(Some(stored.clone())).await);
        unknown = unknown.min(time_of(None).await);
        unusable = unusable.min(time_of(Some("!".to_owned())).await);
    }
    // The fastest of five attempts each; without the work it would be a hundredth.
    assert!(unknown > known / 4 && unusable > known / 4, "{known:?}, {unknown:?}, {unusable:?}");
}

async fn time_of(stored: Option<String>) -> Duration {
    let started = Instant::now();
    assert!(!verify("wrong horse".to_owned(), stored).await.unwrap());
    started.elapsed()
}

/// Number of log-ins after which memory is measured. With memory that is not kept, 300 take as much as 1,000.
const LOG_INS: usize = 300;

/// As many threads as a busy process has. Each runs some of the log-ins.
const THREADS: usize = 32;

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn many_log_ins_leave_no_more_memory_than_those_at_once_need() {
    let stored = hash("correct horse".to_owned(), [7; 16]).await.unwrap();
    let barrier = std::sync::Arc::new(std::sync::Barrier::new(THREADS));
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let barrier = barrier.clone();
            tokio::task::spawn_blocking(move || barrier.wait())
        })
        .collect();
    for thread in threads {
        thread.await.unwrap();
    }
    let before = mebibytes();

    let mut log_ins = tokio::task::JoinSet::new();
    for _ in 0..LOG_INS {
        log_ins.spawn(verify("correct horse".to_owned(), Some(stored.clone())));
    }
    assert!(log_ins.join_all().await.into_iter().all(Result::unwrap));

    let grown = mebibytes().saturating_sub(before);
    assert!(grown <= 4 * 19 + 16, "{LOG_INS} log-ins left {grown} MiB, more than four buffers of 19 MiB");
}

/// Returns the memory of this process.
#[cfg(target_os = "linux")]
fn mebibytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() / 1024
}
