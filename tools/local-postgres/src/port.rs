//! A free TCP port on 127.0.0.1.

use std::net::TcpListener;
use std::path::Path;

use anyhow::Context;

/// Below the ports that Linux (32768–60999) and macOS (49152–65535) give to outgoing connections: there, a client that
/// keeps connecting while the server is down can get the server's own port, connect to itself and hold the port.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

/// The same port every time for the same directory, as long as it is free, so that a database client's bookmark holds.
pub(crate) fn free(dir: &Path) -> anyhow::Result<u16> {
    let preferred = (hash(dir) % u64::from(COUNT)) as u16;
    (0..COUNT)
        .map(|step| FIRST + (preferred + step) % COUNT)
        .find(|&port| TcpListener::bind(("127.0.0.1", port)).is_ok())
        .context("every port from 20000 to 31999 on 127.0.0.1 is in use")
}

/// FNV-1a: a name made from it must be found again by the next compiler's build, which the standard hasher does not
/// promise.
pub(crate) fn hash(dir: &Path) -> u64 {
    dir.as_os_str()
        .as_encoded_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_is_skipped_and_found_again_when_free() {
        let dir = Path::new("/some/where");
        let first = free(dir).expect("a port");
        let taken = TcpListener::bind(("127.0.0.1", first)).expect("it was free");
        assert_ne!(free(dir).expect("another port"), first);
        drop(taken);
        assert_eq!(free(dir).expect("a port"), first);
    }
}
