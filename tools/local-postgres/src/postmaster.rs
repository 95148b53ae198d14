//! `postmaster.pid`: the file in which a running server describes itself.

use std::path::Path;

use crate::process;

/// The server that the file describes.
pub(crate) struct Postmaster {
    pub(crate) pid: u32,
    /// `None` until the server has written the whole file.
    pub(crate) port: Option<u16>,
    status: String,
}

impl Postmaster {
    /// Reads the file; `None` if there is none, because a server that stops in order deletes it.
    pub(crate) fn read(data: &Path) -> Option<Self> {
        Self::parse(&std::fs::read_to_string(data.join("postmaster.pid")).ok()?)
    }

    /// Lines: pid, data directory, start time, port, socket directory, listen address, shared memory, status.
    fn parse(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let line = |number: usize| lines.get(number - 1).copied().unwrap_or_default();
        Some(Self { pid: line(1).parse().ok()?, port: line(4).parse().ok(), status: line(8).to_owned() })
    }

    /// Returns true if the server lives: after kill -9 or a reboot the file still exists, and another process may have its id.
    pub(crate) fn is_alive(&self, data: &Path) -> bool {
        process::names(self.pid, data)
    }

    /// Returns true if the server is neither starting nor stopping.
    pub(crate) fn is_ready(&self) -> bool {
        self.status == "ready"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ready_server_differs_from_a_starting_one() {
        let ready = "4711\n/x/data\n1763804938\n20123\n\n127.0.0.1\n  5642281    65536\nready   \n";
        let ready = Postmaster::parse(ready).expect("a server");
        assert_eq!((ready.pid, ready.port, ready.is_ready()), (4711, Some(20123), true));
        let partial = Postmaster::parse("4711\n/x/data\n").expect("a server");
        assert_eq!((partial.port, partial.is_ready()), (None, false));
        assert!(Postmaster::parse("").is_none());
    }
}
