//! The faults, and which of them are active.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::ValueEnum;
use tokio::time::sleep;

/// A fault of the database, of SQS, of SES or of the consumer of mails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Fault {
    /// The connection breaks before a commit reaches the database
    CutBeforeCommit,
    /// The connection breaks after a commit has reached the database and before its answer
    CutAfterCommit,
    /// Everything between the functions and the database arrives late
    Latency,
    /// Connections to the database stay open and nothing arrives; later everything does
    BlackHole,
    /// PostgreSQL is stopped at once, as by a crash, and started again
    Restart,
    /// PostgreSQL crashes and stays away for a while
    DatabaseAway,
    /// Connections to the database are closed at once, or get an error for an answer
    LineRefuses,
    /// A function is frozen in the middle of a request, for longer than its transaction may be idle
    FunctionFrozen,
    /// Backends of the database are terminated
    Terminate,
    /// Another transaction locks stock rows in the wrong order and holds them
    Locks,
    /// SQS accepts events late
    QueueLate,
    /// SQS delivers each event twice
    QueueTwice,
    /// SQS refuses events because there are too many
    QueueThrottled,
    /// SQS does not answer
    QueueAway,
    /// SES accepts mails and answers late
    MailLate,
    /// SES accepts mails and its answer is lost
    MailAnswerLost,
    /// SES refuses mails because there are too many
    MailThrottled,
    /// SES does not answer and accepts nothing
    MailAway,
    /// A consumer is frozen between its claim and the mail, for longer than its claim lasts
    ConsumerFrozen,
    /// A consumer is killed between its claim and the mail
    ConsumerKilled,
    /// A consumer is killed after SES has accepted its mail
    ConsumerKilledAfterSend,
}

impl Fault {
    /// Returns the name on the command line.
    pub fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// Returns true for a fault that happens once and then is over, rather than for a while.
    pub const fn strikes_once(self) -> bool {
        matches!(
            self,
            Self::FunctionFrozen | Self::ConsumerFrozen | Self::ConsumerKilled | Self::ConsumerKilledAfterSend
        )
    }
}

/// The active faults, and how often each one struck.
#[derive(Debug)]
pub struct Weather {
    started: Instant,
    /// For each fault, the time in milliseconds since the start at which it ends.
    ends: Vec<AtomicU64>,
    /// For each fault that strikes once, how often it still has to.
    pending: Vec<AtomicU64>,
    struck: Vec<AtomicU64>,
}

impl Default for Weather {
    fn default() -> Self {
        let each = || Fault::value_variants().iter().map(|_| AtomicU64::new(0)).collect();
        Self { started: Instant::now(), ends: each(), pending: each(), struck: each() }
    }
}

impl Weather {
    /// Makes a fault active for this time, or lets it strike once.
    pub fn begin(&self, fault: Fault, lasting: Duration) {
        if fault.strikes_once() {
            // Not more than one waits: a consumer that finds several would suffer from nothing else.
            of(&self.pending, fault, |pending| pending.store(1, Ordering::SeqCst));
        } else {
            let ends = self.now() + millis(lasting);
            of(&self.ends, fault, |end| end.store(ends, Ordering::SeqCst));
        }
    }

    /// Ends all faults.
    pub fn clear(&self) {
        for counter in self.ends.iter().chain(&self.pending) {
            counter.store(0, Ordering::SeqCst);
        }
    }

    /// Returns true if the fault is active.
    pub fn is(&self, fault: Fault) -> bool {
        of(&self.ends, fault, |end| end.load(Ordering::SeqCst)).unwrap_or_default() > self.now()
    }

    /// Counts a fault that strikes now, if it is active; returns whether it is.
    pub fn strikes(&self, fault: Fault) -> bool {
        let is_active = self.is(fault);
        if is_active {
            self.count(fault);
        }
        is_active
    }

    /// Takes a fault that strikes once; returns false if none is pending.
    pub fn take(&self, fault: Fault) -> bool {
        let taken = of(&self.pending, fault, |pending| pending.swap(0, Ordering::SeqCst)) > Some(0);
        if taken {
            self.count(fault);
        }
        taken
    }

    /// Returns true if a fault that strikes once is pending.
    pub fn is_pending(&self, fault: Fault) -> bool {
        of(&self.pending, fault, |pending| pending.load(Ordering::SeqCst)) > Some(0)
    }

    /// Counts a fault that has struck.
    pub fn count(&self, fault: Fault) {
        of(&self.struck, fault, |struck| struck.fetch_add(1, Ordering::SeqCst));
    }

    /// Waits until the fault has ended; returns at once if it is not active.
    pub async fn passes(&self, fault: Fault) {
        while self.is(fault) {
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Returns how often the fault struck.
    pub fn struck(&self, fault: Fault) -> u64 {
        of(&self.struck, fault, |struck| struck.load(Ordering::SeqCst)).unwrap_or_default()
    }

    fn now(&self) -> u64 {
        millis(self.started.elapsed())
    }
}

fn of<T>(counters: &[AtomicU64], fault: Fault, work: impl FnOnce(&AtomicU64) -> T) -> Option<T> {
    counters.get(fault as usize).map(work)
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
