//! Which trace something belongs to: X-Ray's header, which Lambda hands to a function and SQS carries with a message.
//!
//! Lambda draws the segments itself and links a consumer's to its producer's by this header. What is left to us is to hand it on, and
//! to name the trace in the log, so that one search finds the request, its message and its mail.

use http::HeaderMap;

/// Where Lambda puts it: `lambda_http` writes the invocation's own header over whatever a client sent.
const HEADER: &str = "x-amzn-trace-id";
/// Longer than any that AWS writes.
const LONGEST: usize = 500;

/// A header such as `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trace<'a> {
    header: &'a str,
    id: &'a str,
}

impl<'a> Trace<'a> {
    /// Reads one. `None` for what is none: SQS refuses a message whose header it cannot read, and no mail is to be lost for that.
    pub fn read(header: &'a str) -> Option<Self> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"=;:-_.|+/@".contains(&byte);
        if header.len() > LONGEST || !header.bytes().all(is_plain) {
            return None;
        }
        let id = header.split(';').find_map(|part| part.strip_prefix("Root="))?;
        is_id(id).then_some(Self { header, id })
    }

    /// The one that a request belongs to.
    pub fn of_request(headers: &'a HeaderMap) -> Option<Self> {
        headers.get(HEADER)?.to_str().ok().and_then(Self::read)
    }

    /// What one searches for: `1-5759e988-bd862e3fe1be46a994272793`.
    pub const fn id(self) -> &'a str {
        self.id
    }

    /// All of it, to be handed on.
    pub const fn header(self) -> &'a str {
        self.header
    }
}

/// A version, the time and 96 random bits.
fn is_id(id: &str) -> bool {
    let is_hex = |part: Option<&str>, length| {
        part.is_some_and(|part| part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    let mut parts = id.split('-');
    parts.next() == Some("1") && is_hex(parts.next(), 8) && is_hex(parts.next(), 24) && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_whatever_else_stands_in_it() {
        for header in [
            "Root=1-5759e988-bd862e3fe1be46a994272793",
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
            "Self=1-67891234-12456789abcdef012345678a;Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0;Lineage=1:a87bd80c:0",
        ] {
            let trace = Trace::read(header).unwrap();
            assert_eq!((trace.id(), trace.header()), ("1-5759e988-bd862e3fe1be46a994272793", header));
        }
    }

    #[test]
    fn what_sqs_would_refuse_is_no_trace() {
        let long = format!("Root=1-5759e988-bd862e3fe1be46a994272793;x={}", "a".repeat(LONGEST));
        for header in [
            "",
            "1-5759e988-bd862e3fe1be46a994272793",
            "Root=",
            "Root=1-5759e988-bd862e3fe1be46a99427279",
            "Root=2-5759e988-bd862e3fe1be46a994272793",
            "Root=1-5759e988-bd862e3fe1be46a99427279z",
            "Root=1-5759e988-bd862e3fe1be46a994272793-1",
            "Root=1-5759e988-bd862e3fe1be46a994272793;x=\"\n",
            &long,
        ] {
            assert_eq!(Trace::read(header), None, "{header}");
        }
    }
}
