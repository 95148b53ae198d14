//! The consumers of mails: the function `notifications`, each in its own thread with its own runtime, as in its own execution environment. One can
//! be frozen as a whole, and killed between any two steps.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use aws_lambda_events::sqs::SqsEvent;
use notifications::{Limits, Notifications, Ses, Shop, Site, handle};
use shared::app::db::{Connector, Db, PoolSettings};
use shared::app::metrics::Metrics;
use shared::app::{Clock, Environment, SystemClock, SystemRng};
use shared::mail::{Mail, Mailer, SendError};
use shared::time::Timestamp;
use tokio::sync::Notify;
use tokio::time::sleep;

use crate::faults::{Fault, Weather};
use crate::mailbox::Mailbox;
use crate::queue::{Queue, Receipt};
use crate::seeded::Seeded;

/// Duration of a freeze: longer than the minute of a claim.
const FREEZE: Duration = Duration::from_secs(63);
/// Readings of the clock between the beginning of a message and the last look before its mail is sent.
const READINGS_BEFORE_SENDING: u64 = 4;
/// `BatchSize` in template.yaml.
const BATCH: u64 = 10;

/// Everything that a consumer works with.
#[derive(Clone)]
pub struct Surroundings {
    /// Line to the database.
    pub connector: Connector,
    /// Environment variables of SES.
    pub environment: Environment,
    /// Queue of the events.
    pub queue: Arc<Queue>,
    /// Mailbox that stands in for SES.
    pub mailbox: Arc<Mailbox>,
    /// Faults that strike.
    pub weather: Arc<Weather>,
}

/// The running consumers.
pub struct Consumers {
    threads: Vec<JoinHandle<anyhow::Result<()>>>,
    stop: Arc<AtomicBool>,
    busy: Arc<AtomicUsize>,
}

impl Consumers {
    /// Starts this many consumers.
    pub fn start(count: u64, surroundings: &Surroundings, seed: u64) -> Self {
        let (stop, busy) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let threads = (0..count).map(|number| {
            let (stop, busy, surroundings) = (stop.clone(), busy.clone(), surroundings.clone());
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                let seeded = Seeded::new(seed, "consumer", number);
                runtime.block_on(Consumer { surroundings, stop, busy, seeded }.run())
            })
        });
        Self { threads: threads.collect(), stop, busy }
    }

    /// Returns true if no consumer has a batch.
    pub fn are_idle(&self) -> bool {
        self.busy.load(Ordering::SeqCst) == 0
    }

    /// Returns true if a consumer has ended by itself, which only an error makes it do.
    pub fn have_failed(&self) -> bool {
        self.threads.iter().any(JoinHandle::is_finished)
    }

    /// Waits until each consumer has ended its batch.
    pub fn stop(self) -> anyhow::Result<()> {
        self.stop.store(true, Ordering::SeqCst);
        for thread in self.threads {
            thread.join().map_err(|_| anyhow::anyhow!("a consumer panicked"))??;
        }
        Ok(())
    }
}

struct Consumer {
    surroundings: Surroundings,
    stop: Arc<AtomicBool>,
    busy: Arc<AtomicUsize>,
    seeded: Seeded,
}

impl Consumer {
    async fn run(mut self) -> anyhow::Result<()> {
        while !self.stop.load(Ordering::SeqCst) {
            self.one_life().await?;
        }
        Ok(())
    }

    /// Consumes batches until it is killed: then everything that it held is gone.
    async fn one_life(&mut self) -> anyhow::Result<()> {
        let (clock, killed) = (Arc::new(FreezableClock::default()), Arc::new(Notify::new()));
        let notifications = self.notifications(&clock, &killed)?;
        while !self.stop.load(Ordering::SeqCst) {
            let freezes = self.surroundings.weather.is_pending(Fault::ConsumerFrozen);
            // One message at a time while a freeze is pending, so that the readings of the clock are those of one mail.
            let limit = if freezes { 1 } else { self.seeded.within(1..BATCH + 1) };
            let (batch, receipts) = self.surroundings.queue.receive(usize::try_from(limit)?);
            if receipts.is_empty() {
                sleep(Duration::from_millis(50)).await;
                continue;
            }
            if freezes && self.surroundings.weather.take(Fault::ConsumerFrozen) {
                clock.freeze_after(self.seeded.within(1..READINGS_BEFORE_SENDING));
            }
            self.busy.fetch_add(1, Ordering::SeqCst);
            let lives = tokio::select! {
                () = self.consume(&notifications, batch, &receipts) => true,
                () = killed.notified() => false,
            };
            self.busy.fetch_sub(1, Ordering::SeqCst);
            clock.thaw();
            if !lives {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Does what Lambda does with a batch: invokes the function, and deletes the messages that did not fail.
    async fn consume(&self, notifications: &Notifications, batch: SqsEvent, receipts: &[Receipt]) {
        let answer = handle(notifications, batch).await;
        let failed: Vec<String> =
            answer.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect();
        for receipt in receipts.iter().filter(|receipt| !failed.contains(&receipt.id())) {
            self.surroundings.queue.delete(*receipt);
        }
    }

    fn notifications(&self, clock: &Arc<FreezableClock>, killed: &Arc<Notify>) -> anyhow::Result<Notifications> {
        let Surroundings { connector, environment, mailbox, weather, .. } = &self.surroundings;
        let mailer = MortalMailer {
            ses: Ses::from_environment(environment).context("the environment of SES")?,
            clock: clock.clone(),
            weather: weather.clone(),
            mailbox: mailbox.clone(),
            killed: killed.clone(),
        };
        Ok(Notifications {
            db: Db::new(connector.clone(), PoolSettings { max_connections: 1 }),
            clock: clock.clone(),
            rng: Arc::new(SystemRng),
            mailer: Arc::new(mailer),
            shop: Shop {
                name: "Storm".to_owned(),
                site: Site::Storefront("https://storm.example.com".to_owned()),
                reset_link_seconds: 86_400,
            },
            limits: Limits::default(),
            metrics: Metrics::off(),
        })
    }
}

/// The system's clock, whose reader can be frozen with its whole thread when it reads the time.
#[derive(Default)]
struct FreezableClock(Mutex<Option<u64>>);

impl FreezableClock {
    /// Freezes the thread at the reading after this many.
    fn freeze_after(&self, readings: u64) {
        self.set(Some(readings));
    }

    /// Forgets a freeze that has not begun.
    fn thaw(&self) {
        self.set(None);
    }

    fn set(&self, left: Option<u64>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = left;
    }

    fn freezes_now(&self) -> bool {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let freezes = *left == Some(0);
        *left = left.and_then(|left| left.checked_sub(1));
        freezes
    }
}

impl Clock for FreezableClock {
    fn now(&self) -> Timestamp {
        if self.freezes_now() {
            std::thread::sleep(FREEZE);
        }
        SystemClock.now()
    }
}

/// SES, and the death of its caller before or after a mail.
struct MortalMailer {
    ses: Ses,
    clock: Arc<FreezableClock>,
    weather: Arc<Weather>,
    mailbox: Arc<Mailbox>,
    killed: Arc<Notify>,
}

impl MortalMailer {
    async fn die(&self) -> ! {
        self.killed.notify_one();
        std::future::pending().await
    }
}

#[async_trait]
impl Mailer for MortalMailer {
    async fn send(&self, mail: &Mail) -> Result<String, SendError> {
        // From here on, a freeze is not detected any more (docs/mail.md).
        self.clock.thaw();
        if self.weather.take(Fault::ConsumerKilled) {
            self.die().await;
        }
        let sent = self.ses.send(mail).await;
        if let Ok(message_id) = &sent
            && self.weather.take(Fault::ConsumerKilledAfterSend)
        {
            self.mailbox.lose_answer(message_id);
            self.die().await;
        }
        sent
    }
}
