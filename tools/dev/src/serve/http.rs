//! The port and its listeners.

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

/// A bound port that does not serve yet.
#[derive(Debug)]
pub(super) struct Port {
    listeners: Vec<TcpListener>,
    number: u16,
}

impl Port {
    /// Binds the port on both addresses of `localhost`; 0 takes a free port.
    pub(super) async fn bind(port: u16) -> anyhow::Result<Self> {
        let first = bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
        let number = first.local_addr()?.port();
        let second = TcpListener::bind((Ipv6Addr::LOCALHOST, number)).await;
        match second {
            Ok(second) => Ok(Self { listeners: vec![first, second], number }),
            // A browser would reach the other program.
            Err(error) if error.kind() == ErrorKind::AddrInUse && port != 0 => bail!(in_use(port)),
            // This machine has no IPv6.
            Err(_) => Ok(Self { listeners: vec![first], number }),
        }
    }

    /// Returns the URL, such as `http://localhost:8000`.
    pub(super) fn url(&self) -> String {
        format!("http://localhost:{}", self.number)
    }

    /// Serves requests. When `stop` changes, it accepts no more connections and finishes running requests.
    pub(super) fn serve(self, router: &Router, stop: &watch::Receiver<bool>) -> JoinSet<std::io::Result<()>> {
        let mut servers = JoinSet::new();
        for listener in self.listeners {
            // Nagle's algorithm would delay a response by 40 ms.
            let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
            let (router, mut stop) = (router.clone(), stop.clone());
            let stopped = async move { drop(stop.wait_for(|stop| *stop).await) };
            let service = router.layer(from_fn(set_client_address)).into_make_service_with_connect_info::<SocketAddr>();
            servers.spawn(async move { axum::serve(listener, service).with_graceful_shutdown(stopped).await });
        }
        servers
    }
}

/// Sets the client's address, as API Gateway does in the cloud. All clients are on this machine, so a client may set another address in
/// `X-Forwarded-For`; in the cloud no header can.
async fn set_client_address(ConnectInfo(peer): ConnectInfo<SocketAddr>, mut request: Request, next: Next) -> Response {
    let forwarded = request.headers().get("x-forwarded-for").and_then(|value| value.to_str().ok()?.trim().parse().ok());
    request.extensions_mut().insert(ClientAddress(forwarded.unwrap_or_else(|| peer.ip())));
    next.run(request).await
}

async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    match TcpListener::bind(address).await {
        Err(error) if error.kind() == ErrorKind::AddrInUse => bail!(in_use(address.port())),
        bound => bound.with_context(|| format!("port {} could not be opened", address.port())),
    }
}

fn in_use(port: u16) -> String {
    let other = port.checked_add(1).unwrap_or(8000);
    format!(
        "port {port} is in use by another program: stop that program, or choose another port: cargo dev --port {other}"
    )
}
