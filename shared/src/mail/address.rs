//! Email addresses that mail can be sent to.

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};

/// Maximum number of characters before the @ (RFC 5321, 4.5.3.1.1).
const MAX_LOCAL: usize = 64;

/// Characters of an address before the @, in addition to ASCII letters, digits and dots (RFC 5322, atext).
const LOCAL_SIGNS: &str = "!#$%&'*+-/=?^_`{|}~";

/// Returns the address as SES accepts it, with the domain in Punycode; `None` if mail cannot be sent to it.
///
/// SES accepts only ASCII before the @ and has no SMTPUTF8, so other letters are refused there, as Django's `EmailValidator` does. Quoted
/// texts before the @ (`"ab"@example.com`), addresses of hosts (`a@[192.0.2.1]`), `localhost` and more than 64 characters before the @ are
/// refused too, which Django accepts. Whether there is a mailbox is not checked.
pub fn to_ascii(address: &str) -> Option<String> {
    let (local, domain) = address.rsplit_once('@')?;
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || LOCAL_SIGNS.contains(letter);
    let is_atom = |atom: &str| !atom.is_empty() && atom.chars().all(is_letter);
    if local.len() > MAX_LOCAL || !local.split('.').all(is_atom) {
        return None;
    }
    let domain = Uts46::new()
        .to_ascii(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify)
        .ok()?;
    let (_, top) = domain.rsplit_once('.')?;
    let is_name = top.len() > 1 && (top.starts_with("xn--") || top.bytes().all(|byte| byte.is_ascii_alphabetic()));
    is_name.then(|| format!("{local}@{domain}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_judged_as_django_does() {
        let long = format!("{}@example.com", "a".repeat(64));
        for (address, ascii) in [
            ("a@b.io", Some("a@b.io")),
            ("first.last+tag@sub.example.com", Some("first.last+tag@sub.example.com")),
            ("o'neil_{x}@example.museum", Some("o'neil_{x}@example.museum")),
            ("kunde@müller.example", Some("kunde@xn--mller-kva.example")),
            ("kunde@MÜLLER.example", Some("kunde@xn--mller-kva.example")),
            ("kunde@mu\u{308}ller.example", Some("kunde@xn--mller-kva.example")),
            ("a@例え.テスト", Some("a@xn--r8jz45g.xn--zckzah")),
            ("a@مثال.إختبار", Some("a@xn--mgbh0fb.xn--kgbechtv")),
            ("a@xn--mller-kva.example", Some("a@xn--mller-kva.example")),
            ("a@ab--cd.example.com", Some("a@ab--cd.example.com")),
            (&*long, Some(&*long)),
            ("", None),
            ("a", None),
            ("a@b", None),
            ("a@b.c", None),
            ("a@1.2.3.4", None),
            ("a@b.c0m", None),
            ("@b.io", None),
            ("a@", None),
            ("a b@c.io", None),
            ("a@b..io", None),
            ("a@b.io.", None),
            ("a@.io", None),
            ("a@-b.io", None),
            ("a@b-.io", None),
            ("a@b_c.io", None),
            ("a..b@c.io", None),
            (".a@c.io", None),
            ("a.@c.io", None),
            ("a@b@c.io", None),
            ("a@b.io\nBcc: x@y.z", None),
            ("a@b.io\n", None),
            ("a\0@b.io", None),
            ("ünï@example.com", None),
            ("اختبار@example.com", None),
            ("ＡＢＣ@example.com", None),
            ("a\u{200b}b@example.com", None),
        ] {
            assert_eq!(to_ascii(address).as_deref(), ascii, "{address}");
        }
    }

    #[test]
    fn what_django_accepts_and_ses_does_not_is_refused() {
        let too_long = format!("{}@example.com", "a".repeat(65));
        for refused in [&*too_long, "\"ab\"@example.com", "a@[192.0.2.1]", "a@localhost"] {
            assert_eq!(to_ascii(refused), None, "{refused}");
        }
    }
}
