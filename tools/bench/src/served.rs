//! The measured server: the real `orders`, `auth` or `catalogue` service in its own process, so that the system shares the processors
//! between server, clients and PostgreSQL as it would anywhere.

use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, bail};
use async_trait::async_trait;
use auth::{AuthState, KeyRing, Keys, Lifetimes, TotpKeys};
use aws_emulation::http_client::Client;
use aws_emulation::runtime_api::peak_memory;
use aws_emulation::stack::SigningKey;
use axum::Router;
use axum::extract::Request;
use axum::middleware::map_request;
use axum::serve::ListenerExt as _;
use orders::OrdersState;
use shared::app::db::{Connector, Db, PoolSettings};
use shared::app::{App, ClientAddress, Environment, LogFormat, service, start_logs};
use shared::money::Currency;
use shared::outbox::{Event, Queue};
use shared::trace::Trace;
use shared::users::tokens::TokenSigner;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::checkout::fixture::Checkout;
use super::figures::Actor;

/// Arguments of the server.
#[derive(Debug, clap::Args)]
pub(super) struct ServedArgs {
    #[arg(long)]
    database_url: String,
    #[arg(long)]
    connections: usize,
    #[arg(long)]
    public_keys: String,
    /// Serve `auth` with this key instead of `orders`
    #[arg(long)]
    signing_key: Option<String>,
    /// Serve `catalogue` instead of `orders`
    #[arg(long)]
    catalogue: bool,
}

/// Header in which a client sets its address. Only this server accepts it, because all clients are on this machine.
pub(super) const CLIENT_ADDRESS: &str = "x-client-address";

/// Serves until standard input ends, then prints the number of events that it was given to send.
pub(super) async fn run(args: ServedArgs) -> anyhow::Result<()> {
    let environment = Environment::from_iter([
        ("DATABASE_URL", args.database_url),
        ("TOKEN_PUBLIC_KEYS", args.public_keys),
        ("SHOP_CURRENCY", Currency::DEFAULT.code().to_owned()),
        // Few buyers place very many orders here, from one address.
        ("SHOP_OPTIONS", "CHECKOUTS_PER_ACCOUNT=0,CHECKOUTS_PER_NETWORK=0,QUANTITY_LIMIT_PER_CUSTOMER=0".to_owned()),
    ]);
    start_logs(&environment, LogFormat::Json, "info");
    let queue = Arc::new(CountingQueue::default());
    let settings = PoolSettings { max_connections: args.connections };
    let db = Db::new(Connector::from_environment(&environment)?, settings);
    let app = App::from_environment(&environment)?.with_db(db);
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
    let input_ends = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    tokio::select! {
        served = async { axum::serve(listener, service).await } => served?,
        ended = input_ends => ended?.map(drop)?,
    }
    Ok(writeln!(std::io::stdout(), "{}", queue.accepted.load(Ordering::SeqCst))?)
}

fn auth_service(app: App, key: String, queue: Arc<CountingQueue>) -> anyhow::Result<Router> {
    let totp = TotpKeys::single(key.as_bytes()).context("the key is too short")?;
    let signer = TokenSigner::from_environment(&Environment::from_iter([("TOKEN_SIGNING_KEY", key)]))?;
    let keys = Arc::new(KeyRing::of(Keys { signer: Arc::new(signer), totp: Arc::new(totp) }));
    let service = service(auth::router(), AuthState { app, keys, lifetimes: Lifetimes::default(), queue });
    Ok(service.layer(map_request(set_client_address)))
}

async fn set_client_address(mut request: Request) -> Request {
    let address = request.headers().get(CLIENT_ADDRESS).and_then(|address| address.to_str().ok()?.parse().ok());
    if let Some(address) = address {
        request.extensions_mut().insert(ClientAddress(address));
    }
    request
}

/// Accepts every event at once, so that the queue is not measured.
#[derive(Default)]
struct CountingQueue {
    accepted: AtomicU64,
}

#[async_trait]
impl Queue for CountingQueue {
    async fn send(&self, _: &Event, _: Option<Trace<'_>>) -> anyhow::Result<()> {
        self.accepted.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

/// The server's process. It is killed when this is dropped.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    child: Child,
    output: Lines<BufReader<ChildStdout>>,
}

impl Server {
    /// Starts a server of `orders`.
    pub(super) async fn start(database_url: &str, connections: usize, public_keys: &str) -> anyhow::Result<Self> {
        Self::spawn(database_url, connections, &[&option("public-keys", public_keys)]).await
    }

    /// Starts a server of `auth`.
    pub(super) async fn start_auth(database_url: &str, connections: usize, key: &SigningKey) -> anyhow::Result<Self> {
        let public_keys = key.signer.public_key_text();
        let keys = [option("public-keys", &public_keys), option("signing-key", &key.private)];
        Self::spawn(database_url, connections, &keys.each_ref().map(String::as_str)).await
    }

    /// Starts a server of `catalogue`.
    pub(super) async fn start_catalogue(
        database_url: &str,
        connections: usize,
        public_keys: &str,
    ) -> anyhow::Result<Self> {
        Self::spawn(database_url, connections, &[&option("public-keys", public_keys), "--catalogue"]).await
    }

    async fn spawn(database_url: &str, connections: usize, options: &[&str]) -> anyhow::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["served", "--database-url", database_url])
            .args(["--connections", &connections.to_string()])
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // It logs as in the cloud; the log is discarded.
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let mut output = BufReader::new(child.stdout.take().context("its output is a pipe")?).lines();
        let address = output.next_line().await?.context("the server ended before it listened")?.parse()?;
        Ok(Self { address, child, output })
    }

    /// Returns the peak memory of the server in megabytes; NaN if the system does not report it.
    pub(super) fn peak_memory_mb(&self) -> f64 {
        peak_memory(&self.child).map_or(f64::NAN, |bytes| bytes as f64 / 1e6)
    }

    /// Ends the server; returns the number of events that it was given to send.
    pub(super) async fn stop(mut self) -> anyhow::Result<u64> {
        drop(self.child.stdin.take());
        Ok(self.output.next_line().await?.context("the server ended without printing its number of events")?.parse()?)
    }
}

/// Writes an option with its value in one argument, because a key in base64 may begin with a hyphen, which would be read as an option.
fn option(name: &str, value: &str) -> String {
    format!("--{name}={value}")
}

/// A buyer with a kept-alive connection.
pub(super) struct HttpBuyer {
    client: Client,
    /// Tokens of the buyers, in the order of their ids.
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
    type Task = Checkout;

    async fn act(&mut self, checkout: Checkout) -> anyhow::Result<()> {
        let position = usize::try_from(checkout.user.0 - self.first_user)?;
        let token = self.tokens.get(position).context("the buyer has no token")?;
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
