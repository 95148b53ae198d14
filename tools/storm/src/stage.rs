//! The stage: the whole shop with its queue, its mailbox and its jobs, a member of staff, customers and products.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, ensure};
use auth::{Keys, TotpKeys};
use aws_emulation::queue::jobs::JobChannel;
use aws_emulation::stack::SigningKey;
use aws_emulation::storage::{Files, PUBLIC};
use axum::Router;
use dev::shop::{Parts, shop};
use migrate::{NewSuperuser, create_superuser};
use outbox_relay::Relay;
use scheduler::Scheduler;
use serde_json::{Value, json};
use shared::app::db::{Connector, Db, PoolSettings};
use shared::app::metrics::Metrics;
use shared::app::{App, Clock, Environment, Rng as _, SystemClock, SystemRng};
use shared::aws::Sqs;
use shared::ids::UserId;
use shared::locale::Locale;
use shared::money::Currency;
use shared::shop::ShopOptions;
use shared::storage::Storage;
use shared::transfers::Job;
use shared::transfers::parts::PartsAsFiles;
use shared::users::store::{NewUser, insert, proven};
use shared::users::tokens::TokenVerifier;
use shared::users::{AuthOptions, passwords};
use sqlx::postgres::PgConnectOptions;
use tokio::net::TcpListener;
use tokio::sync::mpsc::UnboundedReceiver;
use transfer_worker::Worker;
use uploads::Images;

use crate::client::{Asked, Client};
use crate::consumer::Surroundings;
use crate::faults::Weather;
use crate::mailbox::Mailbox;
use crate::queue::Queue;
use crate::record::Recorder;

/// Password of every account of the storm, which exists on this machine only.
pub const PASSWORD: &str = "seven grey herons in a storm";
/// Address of the member of staff.
pub const STAFF: &str = "staff@storm.example.com";
/// Size of the connection pool of the requests, as of `cargo dev`.
const CONNECTIONS: usize = 8;
/// Number of the products at the beginning.
const PRODUCTS: u32 = 12;
/// Limits that hold and that no buyer reaches, so that checkouts take the locks that limits need.
const FAR: Option<i32> = Some(1_000_000);

/// The databases and folders of a stage.
pub struct Ground {
    /// Login as the owner of the tables, directly.
    pub owner: PgConnectOptions,
    /// Login of the functions, over the line.
    pub app: PgConnectOptions,
    /// Login of the functions, directly.
    pub app_directly: PgConnectOptions,
    /// Folder of uploaded files.
    pub files: PathBuf,
    /// Faults that strike.
    pub weather: Arc<Weather>,
    /// Number from which the random decisions follow.
    pub seed: u64,
}

/// A customer with an account.
#[derive(Clone, Debug)]
pub struct Account {
    /// Id of the account.
    pub id: i64,
    /// Address to log in with.
    pub email: String,
}

/// A product that is for sale, or was.
#[derive(Clone, Debug)]
pub struct ShelfProduct {
    /// Number of the product, which its slug and its SKUs contain.
    pub number: u32,
    /// Id of the product.
    pub id: i64,
    /// Ids of its variants.
    pub variants: Vec<i64>,
}

/// The products that buyers know.
#[derive(Debug, Default)]
pub struct Shelf(Mutex<(u32, Vec<ShelfProduct>)>);

impl Shelf {
    /// Returns the products.
    pub fn products(&self) -> Vec<ShelfProduct> {
        self.lock().1.clone()
    }

    /// Returns the number of the next product.
    pub fn next_number(&self) -> u32 {
        let mut shelf = self.lock();
        shelf.0 += 1;
        shelf.0
    }

    /// Puts a product on the shelf.
    pub fn add(&self, product: ShelfProduct) {
        self.lock().1.push(product);
    }

    /// Takes a product from the shelf.
    pub fn remove(&self, id: i64) {
        self.lock().1.retain(|product| product.id != id);
    }

    fn lock(&self) -> MutexGuard<'_, (u32, Vec<ShelfProduct>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Everything that a storm passes over.
pub struct Stage {
    /// All HTTP functions.
    pub shop: Router,
    /// Surroundings of the consumers.
    pub surroundings: Surroundings,
    /// The outbox relay.
    pub relay: Relay,
    /// The timed jobs.
    pub scheduler: Scheduler,
    /// Worker on files of products.
    pub worker: Worker,
    /// Jobs of the worker.
    pub jobs: UnboundedReceiver<Job>,
    /// Record of what is asked and answered.
    pub recorder: Arc<Recorder>,
    /// Products that are for sale.
    pub shelf: Arc<Shelf>,
    /// Connections that no fault touches.
    pub directly: Db,
}

impl Stage {
    /// Opens a shop with an empty, migrated database.
    pub async fn open(ground: Ground) -> anyhow::Result<Self> {
        let Ground { owner, app, app_directly, files, weather, seed } = ground;
        let (queue, mailbox) = (Queue::new(weather.clone(), seed), Mailbox::new(weather.clone(), seed));
        let environment = aws_environment(&serve(queue.router()).await?, &serve(mailbox.router()).await?);
        let new = NewSuperuser { email: STAFF.to_owned(), username: "staff".to_owned(), password: PASSWORD.to_owned() };
        create_superuser(&Connector::to(owner), &SystemRng, SystemClock.now(), new).await?;
        let connector = Connector::to(app);
        let db = |max_connections| Db::new(connector.clone(), PoolSettings { max_connections });
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let files = Files::open(&files, &clock)?;
        let (job_queue, jobs) = JobChannel::open();
        let job_queue = Arc::new(job_queue);
        let SigningKey { signer, private } = SigningKey::generate()?;
        let shop_app = an_app(&clock, signer.public_key()).with_db(db(CONNECTIONS));
        let totp = TotpKeys::single(private.as_bytes()).context("the key is too short")?;
        let shop = shop(Parts {
            app: shop_app,
            keys: Keys { signer: Arc::new(signer), totp: Arc::new(totp) },
            queue: Arc::new(Sqs::from_environment(&environment)?),
            storage: files.private.clone(),
            images: Images { storage: files.public.clone(), url: PUBLIC.to_owned() },
            jobs: job_queue.clone(),
        });
        let storage: Arc<dyn Storage> = files.private.clone();
        Ok(Self {
            shop: files.router().fallback_service(shop),
            relay: Relay {
                db: db(1),
                clock: clock.clone(),
                queue: Arc::new(Sqs::from_environment(&environment)?),
                limits: outbox_relay::Limits::default(),
                metrics: Metrics::off(),
            },
            scheduler: Scheduler {
                db: db(1),
                clock: clock.clone(),
                rng: Arc::new(SystemRng),
                transfers: job_queue.clone(),
                limits: scheduler::Limits::default(),
            },
            worker: Worker {
                db: db(1),
                clock,
                rng: Arc::new(SystemRng),
                storage: storage.clone(),
                parts: Arc::new(PartsAsFiles(storage)),
                jobs: job_queue,
                limits: transfer_worker::Limits::default(),
            },
            jobs,
            surroundings: Surroundings { connector: connector.clone(), environment, queue, mailbox, weather },
            recorder: Arc::default(),
            shelf: Arc::default(),
            directly: Db::new(Connector::to(app_directly), PoolSettings { max_connections: 1 }),
        })
    }

    /// Returns a client at an address that no other has.
    pub fn client(&self, number: u64) -> Client {
        let [.., a, b, c] = number.to_be_bytes();
        Client::new(self.shop.clone(), self.recorder.clone(), self.surroundings.weather.clone(), [10, a, b, c].into())
    }

    /// Returns a client with the token of the member of staff.
    pub async fn staff(&self, number: u64) -> anyhow::Result<Client> {
        let mut client = self.client(number);
        ensure!(client.log_in(STAFF).await, "staff could not log in");
        Ok(client)
    }

    /// Creates this many accounts whose addresses are proven.
    pub async fn create_customers(&self, count: u64) -> anyhow::Result<Vec<Account>> {
        let mut salt = [0; 16];
        SystemRng.fill_random(&mut salt);
        let password_hash = passwords::hash(PASSWORD.to_owned(), salt).await?;
        let mut customers = Vec::new();
        for number in 0..count {
            let new = NewUser {
                email: format!("customer-{number}@storm.example.com"),
                username: format!("customer-{number}"),
                password_hash: password_hash.clone(),
                is_staff: false,
                is_superuser: false,
                locale: Locale::DEFAULT,
            };
            let email = new.email.clone();
            let mut tx = self.directly.begin().await?;
            let id = insert(&mut tx, new, SystemClock.now()).await?;
            tx.commit().await?;
            let account = Account { id: id.0, email };
            prove(&self.directly, &account).await?;
            customers.push(account);
        }
        Ok(customers)
    }

    /// Puts the first products on the shelf: some scarce, some with backorders, one whose stock is not tracked.
    pub async fn create_products(&self, staff: &Client) -> anyhow::Result<()> {
        for _ in 0..PRODUCTS {
            ensure!(create_product(staff, &self.shelf).await, "a product could not be created");
        }
        Ok(())
    }
}

/// Creates a product with two variants; returns true if it is on the shelf then.
pub async fn create_product(staff: &Client, shelf: &Shelf) -> bool {
    let number = shelf.next_number();
    let asked = Asked::post("create a product", "/api/v1/catalogue/products/", product(number))
        .with_key(Some(SystemRng.random_uuid()));
    let Some(answer) = staff.insist(&asked).await.filter(|answer| [200, 201].contains(&answer.status)) else {
        return false;
    };
    let variants = answer.body["variants"].as_array().into_iter().flatten();
    let variants = variants.filter_map(|variant| variant["id"].as_i64()).collect();
    let Some(id) = answer.body["id"].as_i64() else { return false };
    shelf.add(ShelfProduct { number, id, variants });
    true
}

/// Returns the product with this number. Every sixth is untracked, and every third has backorders.
fn product(number: u32) -> Value {
    let variant = |size: &str, stock: u32| {
        json!({
            "sku": sku(number, size),
            "inventory_count": stock,
            "options": [{"attribute": "Size", "value": size}],
            "track_inventory": number % 6 != 5,
            "allow_backorder": number.is_multiple_of(3),
            "backorder_limit": 40,
        })
    };
    json!({
        "name": format!("Storm lamp {number}"),
        "slug": format!("storm-lamp-{number}"),
        "base_price": format!("{}.50", 5 + number % 20),
        "variants": [variant("A", 20 * (number % 4)), variant("B", 300)],
    })
}

/// Returns the SKU of a variant.
pub fn sku(number: u32, size: &str) -> String {
    format!("STORM-{number}-{size}")
}

/// Records that the owner of this account has read mail to its address.
pub async fn prove(db: &Db, account: &Account) -> sqlx::Result<()> {
    let mut tx = db.begin().await?;
    proven::prove(&mut tx, UserId(account.id), &account.email, SystemClock.now()).await?;
    tx.commit().await
}

fn an_app(clock: &Arc<dyn Clock>, public_key: &[u8]) -> App {
    App {
        db: Db::nowhere(),
        reads: Db::nowhere(),
        clock: clock.clone(),
        rng: Arc::new(SystemRng),
        verifier: Arc::new(TokenVerifier::new([public_key.to_vec()])),
        public_url: None,
        edge: None,
        currency: Currency::DEFAULT,
        options: ShopOptions {
            checkouts_per_account: FAR,
            checkouts_per_network: FAR,
            quantity_limit_per_customer: FAR,
            checkout_needs_proven_address: false,
            carts_per_hour: FAR,
        },
        auth_options: AuthOptions::default(),
        metrics: Metrics::off(),
    }
}

/// Returns the variables with which the functions find SQS and SES.
fn aws_environment(sqs: &str, ses: &str) -> Environment {
    Environment::from_iter([
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "storm"),
        ("AWS_SECRET_ACCESS_KEY", "storm"),
        ("AWS_ENDPOINT_URL_SQS", sqs),
        ("AWS_ENDPOINT_URL_SESV2", ses),
        ("ORDER_EVENTS_QUEUE_URL", "https://sqs.eu-central-1.amazonaws.com/123456789012/order-events"),
        ("MAIL_FROM", "storm@example.com"),
        ("SHOP_NAME", "Storm"),
    ])
}

/// Serves a router on a free port of this machine for as long as the runtime lives; returns its URL.
async fn serve(router: Router) -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.context("no free port")?;
    let url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(url)
}
