//! Codes of the second factor (RFC 6238: HMAC-SHA1, six digits, 30 seconds), which every authenticator app generates, and the recovery codes
//! that replace them.

use data_encoding::BASE32_NOPAD;
use ring::digest::{SHA256, digest};
use ring::hmac;

use crate::time::Timestamp;

/// Bytes of a secret: as many as SHA-1 has, as RFC 4226 recommends.
pub const SECRET_BYTES: usize = 20;

/// Random bytes of a recovery code: too many to guess, so that a plain digest is enough to store it.
pub const RECOVERY_CODE_BYTES: usize = 10;

/// Number of recovery codes of an account.
pub const RECOVERY_CODES: usize = 10;

/// Seconds for which a code is shown.
const STEP_SECONDS: i64 = 30;

/// Number of steps by which a clock may be wrong, in both directions.
const DRIFT: i64 = 1;

/// Returns the step of this code, if the code is valid now and the step is later than `last_step`.
pub fn step_of(secret: &[u8], typed: &str, now: Timestamp, last_step: i64) -> Option<i64> {
    let typed = compact(typed);
    let current = now.seconds() / STEP_SECONDS;
    (current - DRIFT..=current + DRIFT).find(|step| *step > last_step && code(secret, *step) == typed)
}

/// Returns the code of a step. A negative step, which is before 1970, counts as 0.
pub fn code(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.max(0).to_be_bytes());
    let tag = tag.as_ref();
    // RFC 4226, 5.3: the lower half of the last byte says where the four relevant bytes begin.
    let from = usize::from(tag.last().copied().unwrap_or_default() & 0xf);
    let four = tag.iter().skip(from).take(4).fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    format!("{:06}", (four & 0x7fff_ffff) % 1_000_000)
}

/// Encodes a secret in base32 without padding, for typing into an app.
pub fn base32(bytes: &[u8]) -> String {
    BASE32_NOPAD.encode(bytes)
}

/// Returns the URI that an app reads from a QR code. The app shows `shop` and `account`.
pub fn uri(secret: &[u8], shop: &str, account: &str) -> String {
    let (secret, shop, account) = (base32(secret), escaped(shop), escaped(account));
    format!("otpauth://totp/{shop}:{account}?secret={secret}&issuer={shop}&algorithm=SHA1&digits=6&period=30")
}

/// Formats a recovery code for its owner: `abcd-efgh-ijkl-mnop`.
pub fn recovery_code(random: [u8; RECOVERY_CODE_BYTES]) -> String {
    let letters: Vec<char> = base32(&random).to_lowercase().chars().collect();
    letters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join("-")
}

/// Returns the digest that is stored of a recovery code, whatever its case and separators are.
pub fn recovery_code_sha256(typed: &str) -> Vec<u8> {
    digest(&SHA256, compact(typed).to_lowercase().as_bytes()).as_ref().to_vec()
}

/// Removes the spaces and hyphens that apps and people put into codes.
fn compact(typed: &str) -> String {
    typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect()
}

fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |text, byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => text + &char::from(byte).to_string(),
        _ => text + &format!("%{byte:02X}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Secret of the examples in RFC 6238.
    const SECRET: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    #[test]
    fn the_codes_are_those_of_rfc_6238() {
        // Appendix B shows eight digits; six of them are the last six.
        for (seconds, eight) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert!(eight.ends_with(&code(SECRET, seconds / 30)), "{seconds}");
        }
    }

    #[test]
    fn the_codes_are_those_of_rfc_4226() {
        let ten = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"];
        for (step, expected) in (0..).zip(ten) {
            assert_eq!(code(SECRET, step), expected);
        }
    }

    #[test]
    fn a_clock_may_be_wrong_by_a_step_and_a_code_works_once() {
        let now = at(3000);
        for step in [99, 100, 101] {
            assert_eq!(step_of(SECRET, &code(SECRET, step), now, 0), Some(step));
            assert_eq!(step_of(SECRET, &code(SECRET, step), now, step), None);
        }
        for step in [98, 102] {
            assert_eq!(step_of(SECRET, &code(SECRET, step), now, 0), None);
        }
        // A code of an earlier step is refused after that of a later one.
        assert_eq!(step_of(SECRET, &code(SECRET, 99), now, 100), None);
    }

    #[test]
    fn spaces_in_a_code_are_ignored_and_nothing_else_is() {
        let good = code(SECRET, 100);
        let (one, other) = good.split_at(3);
        assert_eq!(step_of(SECRET, &format!(" {one} {other}"), at(3000), 0), Some(100));
        for bad in ["", "000000", one, &format!("{good}0"), &format!("0{good}")] {
            assert_eq!(step_of(SECRET, bad, at(3000), 0), None, "{bad}");
        }
    }

    #[test]
    fn base32_is_that_of_rfc_4648_without_padding() {
        for (plain, encoded) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(plain.as_bytes()), encoded);
        }
    }

    #[test]
    fn the_uri_escapes_the_account() {
        assert_eq!(
            uri(b"foobar", "shop.test:80", "ana+x@example.com"),
            "otpauth://totp/shop.test%3A80:ana%2Bx%40example.com?secret=MZXW6YTBOI&issuer=shop.test%3A80&algorithm=SHA1&digits=6&period=30"
        );
    }

    #[test]
    fn a_recovery_code_may_be_typed_with_spaces_or_capitals() {
        let code = recovery_code([0xab; RECOVERY_CODE_BYTES]);
        assert_eq!(code.len(), 19);
        for typed in [code.to_uppercase(), code.replace('-', ""), format!(" {} ", code.replace('-', " "))] {
            assert_eq!(recovery_code_sha256(&typed), recovery_code_sha256(&code));
        }
        assert_ne!(recovery_code_sha256(&code), recovery_code_sha256(&recovery_code([0xac; RECOVERY_CODE_BYTES])));
    }
}
