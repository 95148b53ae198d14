//! The X-Ray trace header, which Lambda passes to a function and SQS carries with a message.
//!
//! Lambda writes the segments itself and links those of a consumer to its producer by this header. The functions pass it on and put the
//! trace's id into the log, so that one search finds a request, its message and its mail. Their calls are [subsegments](subsegment).

pub mod subsegment;

use http::HeaderMap;

/// Name of the header. `lambda_http` replaces a client's header by that of the invocation.
const HEADER: &str = "x-amzn-trace-id";
/// Maximum length of a header in bytes; those of AWS are shorter.
const MAX_HEADER: usize = 500;

/// A header such as `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trace<'a> {
    header: &'a str,
    id: &'a str,
}

impl<'a> Trace<'a> {
    /// Parses a header; `None` if its id is invalid, or if SQS might refuse the header and with it the message.
    pub fn read(header: &'a str) -> Option<Self> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"=;:-_.|+/@".contains(&byte);
        if header.len() > MAX_HEADER || !header.bytes().all(is_plain) {
            return None;
        }
        let id = field(header, "Root=")?;
        is_id(id).then_some(Self { header, id })
    }

    /// Returns the trace of a request.
    pub fn of_request(headers: &'a HeaderMap) -> Option<Self> {
        headers.get(HEADER)?.to_str().ok().and_then(Self::read)
    }

    /// Returns the id to search for: `1-5759e988-bd862e3fe1be46a994272793`.
    pub const fn id(self) -> &'a str {
        self.id
    }

    /// Returns the whole header, to pass it on.
    pub const fn header(self) -> &'a str {
        self.header
    }

    /// Returns the id of the segment that Lambda writes for this invocation; `None` if X-Ray does not sample the trace.
    fn sampled_segment(self) -> Option<&'a str> {
        let segment = field(self.header, "Parent=").filter(|id| is_hex(id, 16));
        segment.filter(|_| field(self.header, "Sampled=") == Some("1"))
    }
}

fn field<'h>(header: &'h str, name: &str) -> Option<&'h str> {
    header.split(';').find_map(|part| part.strip_prefix(name))
}

/// Returns true if the id has the form of a version, a time and 96 random bits.
fn is_id(id: &str) -> bool {
    let mut parts = id.split('-');
    parts.next() == Some("1")
        && parts.next().is_some_and(|time| is_hex(time, 8))
        && parts.next().is_some_and(|random| is_hex(random, 24))
        && parts.next().is_none()
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_parsed_with_any_further_fields() {
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
    fn a_segment_is_named_where_the_trace_is_sampled() {
        for (fields, segment) in [
            (";Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:a87bd80c:0", Some("53995c3f42cd8ad8")),
            (";Parent=53995c3f42cd8ad8;Sampled=0", None),
            (";Parent=53995c3f42cd8ad8", None),
            (";Sampled=1", None),
            (";Parent=53995c3f42cd8ad;Sampled=1", None),
        ] {
            let header = format!("Root=1-5759e988-bd862e3fe1be46a994272793{fields}");
            assert_eq!(Trace::read(&header).unwrap().sampled_segment(), segment, "{fields}");
        }
    }

    #[test]
    fn a_header_that_sqs_would_refuse_is_ignored() {
        let long = format!("Root=1-5759e988-bd862e3fe1be46a994272793;x={}", "a".repeat(MAX_HEADER));
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
