//! `cargo dev pump`: what AWS does between the queues, the clock and the functions, for functions that run in Lambda's container or under
//! `cargo lambda watch`. Events go from one local queue to `notifications`, files of products from another to `transfer-worker`, and
//! `outbox-relay` and `scheduler` are woken every minute.

mod batch;
mod lambda;
mod queue;

#[cfg(test)]
mod tests;

use std::time::Duration;

use serde_json::json;
use tokio::time::{MissedTickBehavior, interval};

use crate::stop::Stop;
use crate::terminal::{say, warn};
use lambda::{Answer, Lambda};
use queue::{Named, Queue};

/// What happened, for those who hear of it.
const EVENTS: Named = Named { name: "order-events", batch: 10 };
/// Files to go on with.
const FILES: Named = Named { name: "catalogue-jobs", batch: 1 };

/// Where from and where to.
#[derive(Clone, Debug, clap::Args)]
pub struct PumpArgs {
    /// What runs the functions
    #[arg(long, value_enum, default_value_t = Emulator::Sam)]
    functions: Emulator,
    /// Where it listens [default: http://127.0.0.1:3001 for sam, http://127.0.0.1:9000 for watch]
    #[arg(long, value_name = "URL")]
    lambda: Option<String>,
    /// Where SQS's stand-in listens
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:5001")]
    sqs: String,
    /// How often to wake outbox-relay and scheduler, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    wake_every: u64,
}

/// What runs the functions, and so what they are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Emulator {
    /// `sam local start-lambda`
    Sam,
    /// `cargo lambda watch`
    Watch,
}

/// Moves messages and wakes the functions with a schedule until it is asked to stop. An error says what to do next.
pub async fn run(args: PumpArgs) -> anyhow::Result<()> {
    let mut stop = Stop::on_signals()?;
    let pump = Pump::open(&args).await?;
    for Feed { queue, function } in [&pump.events, &pump.files] {
        say(format_args!("Messages go from {} to {function}.", queue.url()));
    }
    let [relay, scheduler] = pump.scheduled;
    say(format_args!("{relay} and {scheduler} are woken every {} s. Ctrl-C ends it.", pump.wake_every.as_secs()));
    let at_leisure = stop.clone();
    tokio::select! {
        ended = pump.work(&at_leisure) => ended,
        () = stop.asked(2) => Ok(()),
    }
}

/// What the functions are called.
struct Names {
    consumer: &'static str,
    worker: &'static str,
    /// The functions that a schedule wakes.
    scheduled: [&'static str; 2],
}

/// A queue, and the function that gets its messages.
struct Feed {
    queue: Queue,
    function: &'static str,
}

struct Pump {
    events: Feed,
    files: Feed,
    lambda: Lambda,
    scheduled: [&'static str; 2],
    wake_every: Duration,
}

impl Emulator {
    fn names(self) -> Names {
        match self {
            // As template.yaml has them.
            Self::Sam => {
                Names { consumer: "Notifications", worker: "TransferWorker", scheduled: ["OutboxRelay", "Scheduler"] }
            }
            Self::Watch => {
                Names { consumer: "notifications", worker: "transfer-worker", scheduled: ["outbox-relay", "scheduler"] }
            }
        }
    }

    fn url(self) -> &'static str {
        match self {
            Self::Sam => "http://127.0.0.1:3001",
            Self::Watch => "http://127.0.0.1:9000",
        }
    }

    fn command(self) -> &'static str {
        match self {
            Self::Sam => "sam local start-lambda",
            Self::Watch => "cargo lambda watch",
        }
    }
}

impl Pump {
    async fn open(args: &PumpArgs) -> anyhow::Result<Self> {
        let emulator = args.functions;
        let names = emulator.names();
        Ok(Self {
            lambda: Lambda::at(args.lambda.as_deref().unwrap_or(emulator.url()), emulator.command())?,
            events: Feed { queue: Queue::open(&args.sqs, EVENTS).await?, function: names.consumer },
            files: Feed { queue: Queue::open(&args.sqs, FILES).await?, function: names.worker },
            scheduled: names.scheduled,
            wake_every: Duration::from_secs(args.wake_every),
        })
    }

    /// Asked to stop, it finishes what it has in hand.
    async fn work(&self, stop: &Stop) -> anyhow::Result<()> {
        let feeds = (self.feed(&self.events, stop.clone()), self.feed(&self.files, stop.clone()));
        tokio::try_join!(feeds.0, feeds.1, self.wake(stop.clone()))?;
        Ok(())
    }

    async fn feed(&self, feed: &Feed, mut stop: Stop) -> anyhow::Result<()> {
        loop {
            let messages = tokio::select! {
                messages = feed.queue.receive() => messages?,
                () = stop.asked(1) => return Ok(()),
            };
            if !messages.is_empty() {
                self.deliver(feed, &messages).await?;
            }
        }
    }

    /// One batch. What the function did not report as failed is deleted; the rest comes again when its time is over.
    async fn deliver(&self, feed: &Feed, messages: &[aws_sdk_sqs::types::Message]) -> anyhow::Result<()> {
        let Feed { queue, function } = feed;
        let done = match self.lambda.invoke(function, &batch::event(queue.name(), messages)).await? {
            Answer::Done(answer) => batch::done(messages, &answer),
            Answer::Failed(why) => {
                warn(format_args!("queue  {function} failed: {why}"));
                Vec::new()
            }
        };
        queue.delete(&done).await?;
        let (all, failed) = (messages.len(), messages.len() - done.len());
        match failed {
            0 => say(format_args!("queue  {function} took {all}")),
            _ => warn(format_args!("queue  {function} took {} of {all}; the rest comes again", done.len())),
        }
        Ok(())
    }

    async fn wake(&self, mut stop: Stop) -> anyhow::Result<()> {
        let mut clock = interval(self.wake_every);
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = clock.tick() => {}
                () = stop.asked(1) => return Ok(()),
            }
            let scheduled = json!({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}});
            for function in self.scheduled {
                match self.lambda.invoke(function, &scheduled).await? {
                    Answer::Done(answer) => say(format_args!("clock  {function} answered {answer}")),
                    Answer::Failed(why) => warn(format_args!("clock  {function} failed: {why}")),
                }
            }
        }
    }
}
