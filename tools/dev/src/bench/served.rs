//! The server that is measured: the real `orders`, `auth` or `catalogue` service in a process of its own, so that the system shares the processors
//! between it, its clients and PostgreSQL as it would anywhere.

use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, bail};
use async_trait::async_trait;
use auth::{AuthState, Lifetimes, Options};
use axum::Router;
use axum::extract::Request;
use axum::middleware::map_request;
use axum::serve::ListenerExt as _;
use orders::OrdersState;
use shared::app::db::{Connector, Db, PoolSettings};
use shared::app::{App, ClientAddress, Environment, LogFormat, service, write_logs};
use shared::outbox::{Event, Queue};
use shared::trace::Trace;
use shared::users::tokens::TokenSigner;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::client::Client;
use super::figures::Actor;
use super::stage::Checkout;

/// What the server is told.
#[derive(Debug, clap::Args)]
pub struct ServedArgs {
    #[arg(long)]
    database_url: String,
    #[arg(long)]
    connections: usize,
    #[arg(long)]
    public_keys: String,
    /// Serves `auth` with this key, and not `orders`.
    #[arg(long)]
    signing_key: Option<String>,
    /// Serves `catalogue`, and not `orders`.
    #[arg(long)]
    catalogue: bool,
}

/// What a client says its address is. Only here a header can say so: everybody comes from this machine.
pub(super) const CLIENT_ADDRESS: &str = "x-client-address";

/// Serves until its standard input ends, then says how many events it was given to send.
pub(super) async fn run(args: ServedArgs) -> anyhow::Result<()> {
    let environment =
        Environment::from_iter([("DATABASE_URL", args.database_url), ("TOKEN_PUBLIC_KEYS", args.public_keys)]);
    write_logs(&environment, LogFormat::Json, "info");
    let queue = Arc::new(CountingQueue::default());
    let settings = PoolSettings { max_connections: args.connections };
    let db = Db::new(Connector::from_environment(&environment)?, settings);
    let app = App { db, ..App::from_environment(&environment)? };
    let service = match args.signing_key {
        None if args.catalogue => service(catalogue::router(), app),
        None => service(orders::router(), OrdersState { app, queue: queue.clone() }),
        Some(key) => auth_service(app, key, queue.clone())?,
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    writeln!(std::io::stdout(), "{}", listener.local_addr()?)?;
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let told_to_end = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    tokio::select! {
        served = async { axum::serve(listener, service).await } => served?,
        ended = told_to_end => ended?.map(drop)?,
    }
    Ok(writeln!(std::io::stdout(), "{}", queue.taken.load(Ordering::SeqCst))?)
}

fn auth_service(app: App, key: String, queue: Arc<CountingQueue>) -> anyhow::Result<Router> {
    let signer = Arc::new(TokenSigner::from_environment(&Environment::from_iter([("TOKEN_SIGNING_KEY", key)]))?);
    let (lifetimes, options) = (Lifetimes::default(), Options::default());
    let service = service(auth::router(), AuthState { app, signer, lifetimes, options, queue });
    Ok(service.layer(map_request(at_its_address)))
}

async fn at_its_address(mut request: Request) -> Request {
    let address = request.headers().get(CLIENT_ADDRESS).and_then(|address| address.to_str().ok()?.parse().ok());
    if let Some(address) = address {
        request.extensions_mut().insert(ClientAddress(address));
    }
    request
}

/// Takes every event at once, so that it is not the queue that is measured.
#[derive(Default)]
struct CountingQueue {
    taken: AtomicU64,
}

#[async_trait]
impl Queue for CountingQueue {
    async fn send(&self, _: &Event, _: Option<Trace<'_>>) -> anyhow::Result<()> {
        self.taken.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

/// The server's process, seen from outside. Dropped, it is killed.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    child: Child,
    said: Lines<BufReader<ChildStdout>>,
}

impl Server {
    /// Of `orders`.
    pub(super) async fn start(database_url: &str, connections: usize, public_keys: &str) -> anyhow::Result<Self> {
        Self::spawn(database_url, connections, &["--public-keys", public_keys]).await
    }

    /// Of `auth`.
    pub(super) async fn start_auth(
        database_url: &str,
        connections: usize,
        public_keys: &str,
        signing_key: &str,
    ) -> anyhow::Result<Self> {
        let keys = ["--public-keys", public_keys, "--signing-key", signing_key];
        Self::spawn(database_url, connections, &keys).await
    }

    /// Of `catalogue`.
    pub(super) async fn start_catalogue(
        database_url: &str,
        connections: usize,
        public_keys: &str,
    ) -> anyhow::Result<Self> {
        Self::spawn(database_url, connections, &["--public-keys", public_keys, "--catalogue"]).await
    }

    async fn spawn(database_url: &str, connections: usize, keys: &[&str]) -> anyhow::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["bench", "served", "--database-url", database_url])
            .args(["--connections", &connections.to_string()])
            .args(keys)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // It logs as it does in the cloud; nobody reads it here.
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let mut said = BufReader::new(child.stdout.take().context("its output is a pipe")?).lines();
        let address = said.next_line().await?.context("the server ended before it listened")?.parse()?;
        Ok(Self { address, child, said })
    }

    /// Ends it; how many events it was given to send.
    pub(super) async fn stop(mut self) -> anyhow::Result<u64> {
        drop(self.child.stdin.take());
        Ok(self.said.next_line().await?.context("the server ended without a word")?.parse()?)
    }
}

/// A buyer with a connection that is kept alive.
pub(super) struct HttpBuyer {
    client: Client,
    /// Of each buyer, in the order of their ids.
    tokens: Arc<[String]>,
    first_user: i64,
    expected: u16,
}

impl HttpBuyer {
    pub(super) async fn connect(
        server: SocketAddr,
        tokens: Arc<[String]>,
        first_user: i64,
        expected: u16,
    ) -> anyhow::Result<Self> {
        Ok(Self { client: Client::connect(server).await?, tokens, first_user, expected })
    }
}

impl Actor for HttpBuyer {
    type Deed = Checkout;

    async fn act(&mut self, checkout: Checkout) -> anyhow::Result<()> {
        let position = usize::try_from(checkout.user.0 - self.first_user)?;
        let token = self.tokens.get(position).context("a buyer without a token")?;
        let body = format!(r#"{{"cart_id":"{}"}}"#, checkout.cart);
        let request = format!(
            "POST /api/v1/orders/ HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let answer = self.client.send(request.as_bytes()).await?;
        if answer.status != self.expected {
            bail!("checkout answered {}: {}", answer.status, String::from_utf8_lossy(answer.body));
        }
        Ok(())
    }
}
