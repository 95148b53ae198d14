//! The port and what listens on it.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use anyhow::{Context as _, bail};
use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::serve::ListenerExt as _;
use shared::app::ClientAddress;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Bound, and not yet answering.
#[derive(Debug)]
pub(super) struct Port {
    listeners: Vec<TcpListener>,
    number: u16,
}

impl Port {
    /// Takes the port on this machine's own addresses, both that `localhost` can mean; 0 takes a free one.
    pub(super) async fn take(wanted: u16) -> anyhow::Result<Self> {
        let first = bind(SocketAddr::from((Ipv4Addr::LOCALHOST, wanted))).await?;
        let number = first.local_addr()?.port();
        let second = TcpListener::bind((Ipv6Addr::LOCALHOST, number)).await;
        match second {
            Ok(second) => Ok(Self { listeners: vec![first, second], number }),
            // A browser would ask the other program.
            Err(error) if error.kind() == ErrorKind::AddrInUse && wanted != 0 => bail!(taken(wanted)),
            // No IPv6 here.
            Err(_) => Ok(Self { listeners: vec![first], number }),
        }
    }

    /// `http://localhost:8000`
    pub(super) fn url(&self) -> String {
        format!("http://localhost:{}", self.number)
    }

    /// Answers from now on. When `stop` changes, no connection is taken any more and the requests that run are finished.
    pub(super) fn serve(self, router: &Router, stop: &watch::Receiver<bool>) -> JoinSet<std::io::Result<()>> {
        let mut servers = JoinSet::new();
        for listener in self.listeners {
            // Nagle's algorithm would hold an answer back for 40 ms.
            let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
            let (router, mut stop) = (router.clone(), stop.clone());
            let stopped = async move { drop(stop.wait_for(|stop| *stop).await) };
            let service = router.layer(from_fn(seen_here)).into_make_service_with_connect_info::<SocketAddr>();
            servers.spawn(async move { axum::serve(listener, service).with_graceful_shutdown(stopped).await });
        }
        servers
    }
}

/// What API Gateway does in the cloud: says from where a request came. Everybody here is on this machine, so whoever wants to be
/// from elsewhere may say so in `X-Forwarded-For`; in the cloud no header can.
async fn seen_here(ConnectInfo(peer): ConnectInfo<SocketAddr>, mut request: Request, next: Next) -> Response {
    let said = request.headers().get("x-forwarded-for").and_then(|value| value.to_str().ok()?.trim().parse().ok());
    request.extensions_mut().insert(ClientAddress(said.unwrap_or_else(|| peer.ip())));
    next.run(request).await
}

async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    match TcpListener::bind(address).await {
        Err(error) if error.kind() == ErrorKind::AddrInUse => bail!(taken(address.port())),
        bound => bound.with_context(|| format!("port {} cannot be used", address.port())),
    }
}

fn taken(port: u16) -> String {
    let other = port.checked_add(1).unwrap_or(8000);
    format!("port {port} is taken by another program: stop that one, or choose another port: cargo dev --port {other}")
}
