//! A daemon of X-Ray that keeps what it receives.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::app::{SystemClock, SystemRng};
use crate::trace::Trace;
use crate::trace::subsegment::{Invocation, Recorder};

/// A daemon that listens on a free port.
#[derive(Debug)]
pub struct XRayDaemon(UdpSocket);

impl XRayDaemon {
    /// Header of a trace that X-Ray samples.
    pub const SAMPLED: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

    /// Starts to listen.
    pub fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        Self(socket)
    }

    /// Returns its address.
    pub fn address(&self) -> SocketAddr {
        self.0.local_addr().unwrap()
    }

    /// Returns a recorder that sends to it.
    pub fn recorder(&self) -> Recorder {
        Recorder::new(Some(self.address()), Arc::new(SystemClock), Arc::new(SystemRng))
    }

    /// Returns an invocation whose calls are sent to it.
    pub fn invocation(&self) -> Invocation {
        self.recorder().invocation(Trace::read(Self::SAMPLED))
    }

    /// Receives the next document.
    pub fn receive(&self) -> Value {
        let mut datagram = [0; 65_536];
        let length = self.0.recv(&mut datagram).unwrap();
        let text = std::str::from_utf8(&datagram[..length]).unwrap();
        let (header, document) = text.split_once('\n').unwrap();
        assert_eq!(header, r#"{"format":"json","version":1}"#);
        serde_json::from_str(document).unwrap()
    }
}
