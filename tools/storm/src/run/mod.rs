//! One storm: the shop opens, the faults come, everything settles, and the checks look.

mod aftermath;
mod report;
mod schedule;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use command_line::terminal::say;
use dev::database::{APP_ROLE, prepare_app_role};
use local_postgres::{Cluster, Durability};
use outbox_relay::{Relay, drain};
use scheduler::Scheduler;
use shared::app::db::Connector;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

use crate::actors::buyer::{Buyer, Unknown};
use crate::actors::staff::Staff;
use crate::checks::Check;
use crate::consumer::{Consumers, Surroundings};
use crate::faults::{Fault, Weather};
use crate::line;
use crate::record::{Record, Recorder};
use crate::seeded::Seeded;
use crate::stage::{Ground, Stage};
use schedule::Schedule;

const DATABASE: &str = "shop";
/// Time between two lines of progress.
const PROGRESS: Duration = Duration::from_secs(5);
/// Name of the file with what was asked and answered.
const RECORD: &str = "record.json";

/// The storm that is wanted.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Duration of the faults.
    pub duration: Duration,
    /// Maximum time for events and mails to go out after the faults.
    pub aftermath: Duration,
    /// Number from which the random decisions follow.
    pub seed: u64,
    /// Faults that may strike.
    pub faults: Vec<Fault>,
    /// Number of buyers at a time.
    pub buyers: u64,
    /// Number of members of staff at a time.
    pub staff: u64,
    /// Number of consumers of mails.
    pub consumers: u64,
}

impl Plan {
    /// Returns true if the storm is long enough for each fault to strike.
    const fn all_strike(&self) -> bool {
        self.duration.as_secs() >= 60
    }
}

/// A running storm.
struct Storm {
    plan: Plan,
    cluster: Arc<Cluster>,
    owner: PgConnectOptions,
    weather: Arc<Weather>,
    recorder: Arc<Recorder>,
    /// True when actors have to stop.
    stop: Arc<AtomicBool>,
    /// True while the worker has a file.
    working: Arc<AtomicBool>,
}

/// Raises a storm with its own PostgreSQL in this folder, and reports it; returns true if every check passed. Then the data is deleted; otherwise
/// it stays for a look.
pub async fn run(dir: &Path, plan: Plan) -> anyhow::Result<bool> {
    local_postgres::remove(dir)?;
    let files = dir.join("files");
    if files.exists() {
        std::fs::remove_dir_all(&files)?;
    }
    let cluster = Arc::new(start_postgres(dir.to_owned()).await?);
    let owner: PgConnectOptions = cluster.url(DATABASE).parse()?;
    migrate::apply(&Connector::to(owner.clone())).await?;
    prepare_app_role(&Connector::to(owner.clone())).await?;
    let weather = Arc::new(Weather::default());
    let server = SocketAddr::from(([127, 0, 0, 1], cluster.port()));
    let line = line::open(server, weather.clone(), plan.seed).await?;
    let app_directly = owner.clone().username(APP_ROLE);
    let app = app_directly.clone().port(line.port());
    let ground = Ground { owner: owner.clone(), app, app_directly, files, weather: weather.clone(), seed: plan.seed };
    let stage = Stage::open(ground).await?;
    let storm = Storm {
        plan,
        cluster: cluster.clone(),
        owner,
        weather,
        recorder: stage.recorder.clone(),
        stop: Arc::default(),
        working: Arc::default(),
    };
    let passed = storm.pass(stage, dir).await?;
    let place = cluster.dir().to_owned();
    drop(storm);
    stop_postgres(cluster).await?;
    if passed {
        local_postgres::remove(dir)?;
    } else {
        report::say_where_to_look(&place, dir, RECORD);
    }
    Ok(passed)
}

async fn start_postgres(dir: PathBuf) -> anyhow::Result<Cluster> {
    let started = tokio::task::spawn_blocking(move || {
        // What was committed survives a crash.
        let cluster = local_postgres::open(&dir, Durability::Durable)?;
        cluster.create_database(DATABASE)?;
        anyhow::Ok(cluster)
    });
    started.await?
}

async fn stop_postgres(cluster: Arc<Cluster>) -> anyhow::Result<()> {
    let cluster = Arc::into_inner(cluster).context("PostgreSQL is still in use")?;
    tokio::task::spawn_blocking(move || cluster.stop()).await?
}

impl Storm {
    async fn pass(&self, stage: Stage, dir: &Path) -> anyhow::Result<bool> {
        let buyers = self.buyers(&stage).await?;
        let staff = self.staff(&stage).await?;
        let Stage { surroundings, relay, scheduler, worker, mut jobs, .. } = stage;
        let consumers = Consumers::start(self.plan.consumers, &surroundings, self.plan.seed);
        let mut background = JoinSet::new();
        background.spawn(relay_events(relay));
        let timed_jobs = tokio::spawn(run_timed_jobs(scheduler, self.stop.clone()));
        let working = self.working.clone();
        background.spawn(async move {
            while let Some(job) = jobs.recv().await {
                working.store(true, Ordering::SeqCst);
                // The scheduler sends the job again.
                let _ = transfer_worker::work(&worker, job).await;
                working.store(false, Ordering::SeqCst);
            }
        });
        let (mut buying, mut working_staff) = (JoinSet::new(), JoinSet::new());
        for buyer in buyers {
            buying.spawn(buyer.buy(self.stop.clone()));
        }
        for member in staff {
            working_staff.spawn(member.work(self.stop.clone()));
        }

        self.blow(&surroundings).await?;
        self.weather.clear();
        self.stop.store(true, Ordering::SeqCst);
        say("the faults have ended; everything settles");
        let returned: Vec<(Buyer, Vec<Unknown>)> = buying.join_all().await;
        working_staff.join_all().await;
        timed_jobs.await?;
        aftermath::resolve(returned).await;
        self.wait_for_quiet(&surroundings, &consumers).await?;
        tokio::task::spawn_blocking(move || consumers.stop()).await??;
        background.shutdown().await;

        let mut record = self.recorder.snapshot();
        record.mails = surroundings.mailbox.accepted();
        std::fs::write(dir.join(RECORD), serde_json::to_vec(&record)?)?;
        report::say_figures(&record, &self.weather, &self.plan);
        let struck = report::say_what_did_not_strike(&self.weather, &self.plan);
        Ok(check_all(&mut Connector::to(self.owner.clone()).connect().await?, &record).await? && struck)
    }

    async fn buyers(&self, stage: &Stage) -> anyhow::Result<Vec<Buyer>> {
        let registered = Arc::new(AtomicU64::new(0));
        let customers = stage.create_customers(self.plan.buyers).await?;
        let buyers = customers.into_iter().zip(1..).map(|(account, number)| Buyer {
            client: stage.client(number),
            seeded: Seeded::new(self.plan.seed, "buyer", number),
            shelf: stage.shelf.clone(),
            account,
            directly: stage.directly.clone(),
            registered: registered.clone(),
        });
        Ok(buyers.collect())
    }

    async fn staff(&self, stage: &Stage) -> anyhow::Result<Vec<Staff>> {
        let client = stage.staff(1_000_000).await?;
        stage.create_products(&client).await?;
        let members = (0..self.plan.staff).map(|number| Staff {
            client: client.clone(),
            seeded: Seeded::new(self.plan.seed, "staff", number),
            shelf: stage.shelf.clone(),
        });
        Ok(members.collect())
    }

    /// Lets the faults come for as long as the storm lasts.
    async fn blow(&self, surroundings: &Surroundings) -> anyhow::Result<()> {
        let ends = Instant::now() + self.plan.duration;
        let (weather, cluster, owner) = (self.weather.clone(), self.cluster.clone(), self.owner.clone());
        let seeded = Seeded::new(self.plan.seed, "schedule", 0);
        let schedule =
            Schedule { weather, cluster, owner, seeded, all_strike: self.plan.all_strike(), stopping: Arc::default() };
        let faults = schedule.run(self.plan.faults.clone(), ends);
        let progress = async {
            while Instant::now() < ends {
                sleep_until(ends.min(Instant::now() + PROGRESS)).await;
                let left = ends.saturating_duration_since(Instant::now()).as_secs();
                report::say_progress(&self.recorder.lock(), surroundings, &format!("{left} s left"));
            }
        };
        tokio::join!(faults, progress).0
    }
}

/// Runs each check and says its result; returns true if all passed.
async fn check_all(db: &mut PgConnection, record: &Record) -> anyhow::Result<bool> {
    let mut passed = true;
    for check in Check::ALL {
        let violations = check.violations(db, record).await.with_context(|| format!("the check {}", check.name()))?;
        report::say_check(*check, &violations);
        passed &= violations.is_empty();
    }
    Ok(passed)
}

/// Runs the relay every second, as it runs every minute in the cloud.
async fn relay_events(relay: Relay) {
    loop {
        // A run that fails leaves its events to the next.
        let _ = drain(&relay).await;
        sleep(Duration::from_secs(1)).await;
    }
}

async fn run_timed_jobs(scheduler: Scheduler, stop: Arc<AtomicBool>) {
    while !stop.load(Ordering::SeqCst) {
        // It logs each job that fails.
        scheduler::run(&scheduler).await;
        sleep(Duration::from_secs(3)).await;
    }
}
