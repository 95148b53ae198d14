//! Starts and stops the shop of `cargo dev serve`.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use aws_emulation::mailbox::{self, Mailbox};
use aws_emulation::queue::Spool;
use aws_emulation::queue::jobs::JobChannel;
use aws_emulation::storage::{self, Files};
use axum::Router;
use command_line::Stop;
use import_export::sample;
use notifications::{Limits, Notifications, Shop};
use outbox_relay::Relay;
use scheduler::Scheduler;
use shared::app::db::Db;
use shared::app::metrics::Metrics;
use shared::app::{App, Clock, Environment, SystemClock, SystemRng};
use shared::shop::ShopOptions;
use shared::storage::Storage;
use shared::transfers::parts::PartsAsFiles;
use shared::users::AuthOptions;
use shared::users::tokens::TokenVerifier;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;
use transfer_worker::Worker;
use uploads::Images;

use super::accounts::{self, ACCOUNTS};
use super::http::Port;
use super::start_page::{self, PLACES};
use super::{Options, fresh, images, jobs, signing_key};
use crate::database::{Database, delete_replica, may_have_replica};
use crate::home::{Home, HomeLock};
use crate::shop::{Parts, shop};

/// Size of the connection pool of the requests.
const CONNECTIONS: usize = 8;
/// Size of the connection pool of the jobs: one connection each, as in the cloud. If they shared those of the requests, mail would fall behind on a
/// busy shop.
const JOB_CONNECTIONS: usize = 4;
/// Maximum time for requests and jobs to finish after Ctrl-C: one second more than the timeout of a request.
const STOP_TIMEOUT: Duration = Duration::from_secs(9);

/// A running shop.
pub(super) struct RunningShop {
    /// Text for the terminal: addresses and accounts.
    pub(super) greeting: String,
    stop: watch::Sender<bool>,
    servers: JoinSet<std::io::Result<()>>,
    jobs: JoinSet<()>,
    database: Database,
    /// Last, so that it is released when everything has stopped.
    _lock: HomeLock,
}

/// Starts everything in dependency order.
pub(super) async fn start(home: &Home, environment: &Environment, options: &Options) -> anyhow::Result<RunningShop> {
    let mut lock = home.lock()?;
    // Before anything is deleted or started, so that a port in use is reported at once.
    let port = Port::bind(options.port).await?;
    if options.replica {
        may_have_replica(environment)?;
    }
    if options.fresh {
        fresh::delete_data(home, environment, options.yes).await?;
    }
    let mut database = Database::open_in(home, environment, options.currency).await?;
    let db = database.app(CONNECTIONS);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    sample::load(&db, clock.now()).await.context("the sample catalogue could not be loaded")?;
    accounts::create(&db, clock.now()).await?;
    if options.replica {
        database.start_replica(home).await?;
    } else {
        delete_replica(home).await?;
    }

    let url = port.url();
    let spool = Arc::new(Spool::open(home.queue(), clock.clone())?);
    let files = Files::open(&home.files(), &clock)?;
    let mailbox = Arc::new(Mailbox::open(home.mail(), clock.clone(), url.clone())?);
    let (job_queue, queued_jobs) = JobChannel::open();
    let job_queue = Arc::new(job_queue);
    let keys = signing_key::load(&home.signing_key())?;
    let verifier = Arc::new(TokenVerifier::new([keys.signer.public_key().to_vec()]));
    let app = App {
        db: db.clone(),
        reads: database.reads(&db, CONNECTIONS)?,
        clock: clock.clone(),
        rng: Arc::new(SystemRng),
        verifier,
        public_url: None,
        edge: None,
        currency: database.currency(),
        options: ShopOptions::from_environment(environment)?,
        auth_options: AuthOptions::from_environment(environment)?,
        metrics: Metrics::off(),
    };
    let router = Router::new()
        .merge(start_page::router(&url))
        .merge(mailbox::router(mailbox.clone()))
        .merge(images::router())
        .merge(files.router())
        .fallback_service(shop(Parts {
            app,
            keys,
            queue: spool.clone(),
            storage: files.private.clone(),
            images: Images { storage: files.public.clone(), url: storage::PUBLIC.to_owned() },
            jobs: job_queue.clone(),
        }));

    let (stop, stopped) = watch::channel(false);
    let jobs = if options.without_jobs {
        JoinSet::new()
    } else {
        let db = database.app(JOB_CONNECTIONS);
        let relay = relay(&db, &clock, &spool);
        let scheduler = scheduler(&db, &clock, job_queue.clone());
        let worker = worker(&db, &clock, &files, job_queue);
        let shop = Shop::from_environment(environment, Some(&url))?;
        let mut jobs = jobs::start(relay, scheduler, notifications(shop, db, clock, mailbox), spool, &stopped);
        jobs.spawn(jobs::work_on_files(Arc::new(worker), queued_jobs, stopped.clone()));
        jobs
    };
    lock.set_url(&url)?;
    let servers = port.serve(&router, &options.hosts, &stopped);
    Ok(RunningShop { greeting: greeting(&url), stop, servers, jobs, database, _lock: lock })
}

impl RunningShop {
    /// Accepts no new requests, waits for running requests and jobs for at most `STOP_TIMEOUT`, then stops the PostgreSQL that this process
    /// owns. A second Ctrl-C ends the wait.
    pub(super) async fn stop(mut self, mut stop: Stop) -> anyhow::Result<()> {
        self.stop.send_replace(true);
        let finished = async {
            while self.servers.join_next().await.is_some() {}
            while self.jobs.join_next().await.is_some() {}
        };
        tokio::select! {
            _ = timeout(STOP_TIMEOUT, finished) => {}
            () = stop.requested(2) => {}
        }
        self.servers.shutdown().await;
        self.jobs.shutdown().await;
        self.database.stop().await
    }
}

fn relay(db: &Db, clock: &Arc<dyn Clock>, spool: &Arc<Spool>) -> Relay {
    let limits = outbox_relay::Limits::default();
    Relay { db: db.clone(), clock: clock.clone(), queue: spool.clone(), limits, metrics: Metrics::off() }
}

fn scheduler(db: &Db, clock: &Arc<dyn Clock>, transfers: Arc<JobChannel>) -> Scheduler {
    Scheduler {
        db: db.clone(),
        clock: clock.clone(),
        rng: Arc::new(SystemRng),
        transfers,
        limits: scheduler::Limits::default(),
    }
}

fn worker(db: &Db, clock: &Arc<dyn Clock>, files: &Files, jobs: Arc<JobChannel>) -> Worker {
    let storage: Arc<dyn Storage> = files.private.clone();
    let parts = Arc::new(PartsAsFiles(storage.clone()));
    // Shorter than in the cloud: the terminal shows progress after each run, and Ctrl-C waits for one run at most.
    let limits = transfer_worker::Limits { run_time: Duration::from_secs(3), ..Default::default() };
    Worker { db: db.clone(), clock: clock.clone(), rng: Arc::new(SystemRng), storage, parts, jobs, limits }
}

fn notifications(shop: Shop, db: Db, clock: Arc<dyn Clock>, mailer: Arc<Mailbox>) -> Notifications {
    Notifications {
        db,
        clock,
        rng: Arc::new(SystemRng),
        mailer,
        shop,
        limits: Limits::default(),
        metrics: Metrics::off(),
    }
}

fn greeting(url: &str) -> String {
    let mut text = String::from("The shop is up.\n\n");
    for (name, path) in PLACES {
        let _ = writeln!(text, "  {name:<9} {url}{path}");
    }
    text.push('\n');
    for account in ACCOUNTS {
        let _ = writeln!(text, "  {:<9} {}  password {}", account.title, account.email, account.password);
    }
    text.push_str(
        "\nCtrl-C stops it and keeps the data; --fresh deletes the data and starts over with the sample catalogue.\n",
    );
    text
}
