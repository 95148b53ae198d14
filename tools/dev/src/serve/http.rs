//! The port and its listeners.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::serve::ListenerExt as _;
use http::header::HOST;
use shared::app::ClientAddress;
use shared::http::ApiError;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Names of this machine, the addresses of the listeners included.
const LOCAL_HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

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
    pub(super) fn serve(
        self,
        router: &Router,
        hosts: &[String],
        stop: &watch::Receiver<bool>,
    ) -> JoinSet<std::io::Result<()>> {
        let hosts: Arc<[String]> = LOCAL_HOSTS.into_iter().map(str::to_owned).chain(hosts.iter().cloned()).collect();
        let router = router.clone().layer(from_fn_with_state(hosts, refuse_other_hosts));
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

/// Refuses a request that was sent to another host. A page on the internet can make a browser resolve the page's own name to this machine, and
/// would then read the mails here and everything else, because to the browser it is still the same site.
async fn refuse_other_hosts(State(hosts): State<Arc<[String]>>, request: Request, next: Next) -> Response {
    if is_for(&request, &hosts) {
        return next.run(request).await;
    }
    let detail = "The shop does not answer to this host. Use localhost, or start the shop with --host and the name.";
    ApiError::ForbiddenBecause(detail, "host_not_allowed").into_response()
}

/// Returns true if the request names a host, and no other than these.
fn is_for(request: &Request, hosts: &[String]) -> bool {
    let of_header = request.headers().get(HOST).map(|host| host.to_str().unwrap_or_default());
    let of_uri = request.uri().authority().map(|authority| authority.as_str());
    let asked: Vec<&str> = of_header.into_iter().chain(of_uri).collect();
    !asked.is_empty() && asked.iter().all(|host| hosts.iter().any(|allowed| is_host(host, allowed)))
}

/// Returns true if `host`, with or without a port, is this name.
fn is_host(host: &str, name: &str) -> bool {
    let port =
        host.get(name.len()..).filter(|_| host.get(..name.len()).is_some_and(|host| host.eq_ignore_ascii_case(name)));
    port.is_some_and(|port| port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_compared_without_its_port() {
        for (host, expected) in [
            ("localhost", true),
            ("LocalHost:8000", true),
            ("localhost:", false),
            ("localhost:x", false),
            ("localhost.evil.example", false),
            ("localhost:8000.evil.example", false),
            ("evil.example", false),
            ("", false),
        ] {
            assert_eq!(is_host(host, "localhost"), expected, "{host}");
        }
        assert!(is_host("[::1]:8000", "[::1]") && !is_host("[::1", "[::1]"));
    }
}
