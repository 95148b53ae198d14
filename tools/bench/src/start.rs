//! `cargo dev bench start`: from exec to the first response.

use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use aws_emulation::runtime_api::{Function, FunctionSettings, gateway_event};
use aws_emulation::stack::{FUNCTIONS, SigningKey, Stack, totp_keys};
use local_postgres::{Cluster, Durability};
use serde::Serialize;
use serde_json::{Value, json};
use shared::app::{Clock as _, Rng as _, SystemClock, SystemRng};
use shared::ids::{SignInId, UserId};
use shared::users::tokens::{Claims, TokenType};

use super::figures::median;
use super::release;

/// Options of the benchmark.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct StartArgs {
    /// Folder of the binaries, as <name>/bootstrap or <name>; without it they are built
    #[arg(long, value_name = "DIR")]
    binaries: Option<PathBuf>,
    /// Number of starts of each; the table shows medians
    #[arg(long, default_value_t = 11)]
    starts: usize,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

/// Result of one binary.
#[derive(Debug, Serialize)]
struct Row {
    function: &'static str,
    size_mb: f64,
    /// Until a response that needs no database, while the database does not respond. Null if every response needs it.
    without_database: Option<Figures>,
    /// Until a response from the database. Null if there is none.
    with_database: Option<Figures>,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Figures {
    milliseconds: f64,
    peak_memory_mb: f64,
}

pub(super) async fn run(home: &Path, args: StartArgs) -> anyhow::Result<()> {
    let binaries = match &args.binaries {
        Some(folder) => folder.clone(),
        None => {
            release::build(&FUNCTIONS)?;
            command_line::target_dir()?.join("release")
        }
    };
    let dir = home.join("bench-start");
    local_postgres::remove(&dir)?;
    let measured = measure(&dir, &binaries, args.starts).await;
    local_postgres::remove(&dir)?;
    let rows = measured?;
    let mut stdout = std::io::stdout();
    if args.json {
        return Ok(writeln!(stdout, "{}", serde_json::to_string_pretty(&rows)?)?);
    }
    writeln!(
        stdout,
        "start: from exec to the first response, medians of {} starts; no database: it does not respond",
        args.starts
    )?;
    writeln!(stdout)?;
    writeln!(stdout, "                  on disk    no database            with database")?;
    writeln!(stdout, "                       MB      ms    peak MB         ms    peak MB")?;
    for row in rows {
        let (without, with) = (cells(row.without_database), cells(row.with_database));
        writeln!(stdout, "{:<16}{:>9.1}{without}   {with}", row.function, row.size_mb)?;
    }
    Ok(writeln!(stdout, "aim                    10      25")?)
}

fn cells(figures: Option<Figures>) -> String {
    match figures {
        Some(Figures { milliseconds, peak_memory_mb }) => format!("{milliseconds:>8.1}{peak_memory_mb:>11.1}"),
        None => format!("{:>8}{:>11}", "-", "-"),
    }
}

async fn measure(dir: &Path, binaries: &Path, starts: usize) -> anyhow::Result<Vec<Row>> {
    // Accepts connections and never responds: the worst case for a client of a database.
    let silent = TcpListener::bind("127.0.0.1:0")?;
    let nowhere = format!("postgres://postgres@{}/shop", silent.local_addr()?);
    let cluster = local_postgres::open(dir, Durability::Temporary)?;
    let key = SigningKey::generate()?;
    let secrets_manager = secrets_manager(&key).await?;
    let stack = Stack::new(binaries, &key)?
        .with("AUTH_SECRET_ARN", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/auth-AbCdEf")
        .with("AWS_ENDPOINT_URL_SECRETS_MANAGER", &secrets_manager)
        .with("ORDER_EVENTS_QUEUE_URL", "http://127.0.0.1:9/000000000000/order-events")
        .with("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:9")
        .with("AWS_ENDPOINT_URL_SESV2", "http://127.0.0.1:9");
    let (without, with) = (stack.clone().with_database(&nowhere), stack.with_database(&cluster.url("shop")));
    let token = token(&cluster, &key, &with).await?;
    let mut rows = Vec::new();
    for function in FUNCTIONS {
        eprintln!("{function}");
        let settings = with.function(function)?;
        let size_mb = std::fs::metadata(&settings.binary)?.len() as f64 / 1e6;
        let without_database = match needs_no_database(function)? {
            Some(event) => Some(first_answers(&without.function(function)?, &event, starts).await?),
            None => None,
        };
        let with_database = match needs_the_database(function, &token)? {
            Some(event) => Some(first_answers(&settings, &event, starts).await?),
            None => None,
        };
        rows.push(Row { function, size_mb, without_database, with_database });
    }
    Ok(rows)
}

/// Starts a server that answers as Secrets Manager does, so that `auth` reads its keys as in the cloud; returns its URL.
async fn secrets_manager(key: &SigningKey) -> anyhow::Result<String> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let secret = json!({"TOKEN_SIGNING_KEY": key.private, "TOTP_KEYS": totp_keys()});
    let answer = json!({"SecretString": secret.to_string()}).to_string();
    let router = axum::Router::new().fallback(async move || answer.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(url)
}

/// Creates the schema through `migrate` and a user; returns the user's access token.
async fn token(cluster: &Cluster, key: &SigningKey, stack: &Stack) -> anyhow::Result<String> {
    cluster.create_database("shop")?;
    let mut migrate = Function::start(&stack.function("migrate")?).await?;
    migrate.invoke(&json!({"action": "apply"})).await?;
    migrate.stop().await?;
    let sign_in = SignInId(SystemRng.random_uuid());
    let insert = format!(
        "with ana as (insert into users (email, username, username_key, password_hash, created_at)
                      values ('ana@example.com', 'ana', 'ana', '!', now()) returning id)
         insert into sign_ins (id, user_id, created_at, last_used_at, expires_at)
         select '{sign_in}', id, now(), now(), now() + interval '1 day' from ana returning user_id"
    );
    let user = cluster.psql("shop", &insert)?;
    let user = UserId(user.lines().next().and_then(|id| id.parse().ok()).context("an id")?);
    let claims = Claims::new(TokenType::Access, user, SystemRng.random_uuid(), SystemClock.now(), 3600);
    key.signer.sign(&claims.of_sign_in(sign_in))
}

/// Returns an event that the function answers without the database.
fn needs_no_database(function: &str) -> anyhow::Result<Option<Value>> {
    Ok(match function {
        "outbox-relay" | "scheduler" | "migrate" => None,
        "notifications" | "transfer-worker" => Some(json!({"Records": []})),
        _ => Some(get("/nowhere/", "")?),
    })
}

/// Returns an event that the function answers from the database.
fn needs_the_database(function: &str, token: &str) -> anyhow::Result<Option<Value>> {
    Ok(Some(match function {
        "auth" => get("/auth/users/me/", token)?,
        "catalogue" => get("/api/v1/catalogue/products/", token)?,
        "cart" => get("/api/v1/cart/5f0c9d7e-2b7a-4f7e-9a55-3d1f6c2f8b10/", token)?,
        "orders" => get("/api/v1/orders/", token)?,
        "admin" => get("/admin/", token)?,
        "uploads" => get("/api/v1/catalogue/uploads/5f0c9d7e-2b7a-4f7e-9a55-3d1f6c2f8b10/", token)?,
        "notifications" => {
            let event = json!({"v": 1, "event_id": SystemRng.random_uuid(), "kind": "order_placed",
                               "order_id": SystemRng.random_uuid()});
            json!({"Records": [{"messageId": "1", "body": event.to_string(), "eventSource": "aws:sqs"}]})
        }
        "outbox-relay" | "scheduler" => json!({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}),
        "migrate" => json!({"action": "apply"}),
        _ => return Ok(None),
    }))
}

fn get(path: &str, token: &str) -> anyhow::Result<Value> {
    let request = http::Request::get(path);
    let request = if token.is_empty() { request } else { request.header("authorization", format!("Bearer {token}")) };
    gateway_event(&request.body(String::new())?)
}

async fn first_answers(settings: &FunctionSettings, event: &Value, starts: usize) -> anyhow::Result<Figures> {
    let (mut took, mut memory) = (Vec::new(), Vec::new());
    // The first start reads the binary from disk; it is not counted.
    for start in 0..=starts {
        let (milliseconds, peak) = first_answer(settings, event).await.with_context(|| settings.name.clone())?;
        if start > 0 {
            took.push(milliseconds.as_secs_f64() * 1000.0);
            memory.push(peak.map_or(f64::NAN, |bytes| bytes as f64 / 1e6));
        }
    }
    Ok(Figures { milliseconds: median(took), peak_memory_mb: median(memory) })
}

async fn first_answer(settings: &FunctionSettings, event: &Value) -> anyhow::Result<(Duration, Option<u64>)> {
    let began = Instant::now();
    let mut function = Function::start(settings).await?;
    let answer = function.invoke(event).await?;
    let took = began.elapsed();
    let status = answer.get("statusCode").and_then(Value::as_u64);
    ensure!(status.is_none_or(|status| status < 500), "it answered {answer}");
    let memory = function.peak_memory();
    function.stop().await?;
    Ok((took, memory))
}
