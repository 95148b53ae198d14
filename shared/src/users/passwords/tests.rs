//! What Django's validators say, and what argon2 keeps.

use std::time::{Duration, Instant};

use super::*;

const SHORT: &str = "This password is too short. It must contain at least 8 characters.";
const COMMON: &str = "This password is too common.";
const NUMERIC: &str = "This password is entirely numeric.";
const LIKE_USERNAME: &str = "The password is too similar to the username.";
const LIKE_EMAIL: &str = "The password is too similar to the email.";

#[test]
fn a_password_is_judged_as_django_judges_it() {
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
        // Five of ten letters are not seven.
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
async fn a_password_is_kept_as_argon2id_with_the_parameters_of_owasp() {
    let kept = hash("correct horse".to_owned(), [7; 16]).await.unwrap();
    assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
    assert_ne!(kept, hash("correct horse".to_owned(), [8; 16]).await.unwrap());
    assert!(verify("correct horse".to_owned(), Some(kept.clone())).await.unwrap());
    assert!(!verify("correct hors".to_owned(), Some(kept)).await.unwrap());
}

/// Made by Python: `base64.b64encode(hashlib.pbkdf2_hmac("sha256", b"correct horse", b"seasalt", 1000))`.
const PBKDF2: &str = "pbkdf2_sha256$1000$seasalt$mQnueSakb748zqBAC1tmWVZsZbi2zPGZarEzTGdfmso=";
/// Of Django 5.2's Argon2PasswordHasher.
const ARGON2: &str =
    "argon2$argon2id$v=19$m=102400,t=2,p=8$c2Vhc2FsdHNlYXNhbHQ$24X5StCI0X7nx5XDsLrP4f4PvCl9FN9AHQw4KjbBoo8";

#[tokio::test]
async fn what_django_kept_fits_and_is_not_as_we_keep_it() {
    for kept in [PBKDF2, ARGON2] {
        assert!(verify("correct horse".to_owned(), Some(kept.to_owned())).await.unwrap(), "{kept}");
        assert!(!verify("correct hors".to_owned(), Some(kept.to_owned())).await.unwrap(), "{kept}");
        assert!(!is_current(kept), "{kept}");
    }
    assert!(is_current(&hash("correct horse".to_owned(), [7; 16]).await.unwrap()));
}

#[tokio::test]
async fn what_is_no_hash_fits_no_password() {
    let (prefix, hash) = PBKDF2.rsplit_once('$').unwrap();
    let without_work = format!("pbkdf2_sha256$0$seasalt${hash}");
    let too_much_work = format!("pbkdf2_sha256$5000001$seasalt${hash}");
    let (empty, longer, sha1) = (format!("{prefix}$"), format!("{PBKDF2}$"), PBKDF2.replace("sha256", "sha1"));
    let unusable = "!w8kOYXNW5NTxV2Ei4N0ofHy1WOUhRXr3Wz4CXfJT";
    for kept in [
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
        assert!(!verify("correct horse".to_owned(), kept.map(str::to_owned)).await.unwrap(), "{kept:?}");
    }
}

#[tokio::test]
async fn nobodys_password_takes_as_long_as_somebodys() {
    let kept = hash("correct horse".to_owned(), [7; 16]).await.unwrap();
    let (mut somebodys, mut nobodys, mut unusable) = (Duration::MAX, Duration::MAX, Duration::MAX);
    for _ in 0..5 {
        somebodys = somebodys.min(time_of(Some(kept.clone())).await);
        nobodys = nobodys.min(time_of(None).await);
        unusable = unusable.min(time_of(Some("!".to_owned())).await);
    }
    // The quickest of five each; without the work it would be a hundredth.
    assert!(nobodys > somebodys / 4 && unusable > somebodys / 4, "{somebodys:?}, {nobodys:?}, {unusable:?}");
}

async fn time_of(kept: Option<String>) -> Duration {
    let started = Instant::now();
    assert!(!verify("wrong horse".to_owned(), kept).await.unwrap());
    started.elapsed()
}
