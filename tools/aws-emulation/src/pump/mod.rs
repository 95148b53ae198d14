//! `cargo dev pump`: does the work of AWS between the queues, the clock and the functions, for functions that run in Lambda's container or
//! under `cargo lambda watch`. Events go from one local queue to `notifications`, files of products from another to `transfer-worker`, and
//! `outbox-relay` and `scheduler` are invoked every minute.

mod batch;
mod lambda;
mod queue;

#[cfg(test)]
mod tests;

use std::time::Duration;

use command_line::Stop;
use command_line::terminal::{say, warn};
use serde_json::json;
use tokio::time::{MissedTickBehavior, interval};

use lambda::{Answer, Lambda};
use queue::{Named, Queue};

/// Queue of events.
const EVENTS: Named = Named { name: "order-events", batch: 10 };
/// Queue of jobs on files.
const FILES: Named = Named { name: "catalogue-jobs", batch: 1 };

/// The queues to read and the functions to wake.
#[derive(Clone, Debug, clap::Args)]
pub struct PumpArgs {
    /// Program that runs the functions
    #[arg(long, value_enum, default_value_t = Emulator::Sam)]
    functions: Emulator,
    /// URL of that program [default: http://127.0.0.1:3001 for sam, http://127.0.0.1:9000 for watch]
    #[arg(long, value_name = "URL")]
    lambda: Option<String>,
    /// URL of the SQS emulator
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:5001")]
    sqs: String,
    /// Seconds between two invocations of outbox-relay and scheduler
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    invoke_every: u64,
}

/// The program that runs the functions; it determines their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Emulator {
    /// `sam local start-lambda`
    Sam,
    /// `cargo lambda watch`
    Watch,
}

/// Delivers messages and invokes the scheduled functions until it is requested to stop. An error says what to do next.
pub async fn run(args: PumpArgs) -> anyhow::Result<()> {
    let mut stop = Stop::on_signals()?;
    let pump = Pump::open(&args).await?;
    for Feed { queue, function } in [&pump.events, &pump.files] {
        say(format_args!("Messages go from {} to {function}.", queue.url()));
    }
    let [relay, scheduler] = pump.scheduled;
    say(format_args!(
        "{relay} and {scheduler} are invoked every {} s. Ctrl-C stops this.",
        pump.invoke_every.as_secs()
    ));
    let graceful = stop.clone();
    tokio::select! {
        ended = pump.work(&graceful) => ended,
        () = stop.requested(2) => Ok(()),
    }
}

/// Names of the functions.
struct Names {
    consumer: &'static str,
    worker: &'static str,
    /// Functions with a schedule.
    scheduled: [&'static str; 2],
}

/// A queue and the function that receives its messages.
struct Feed {
    queue: Queue,
    function: &'static str,
}

struct Pump {
    events: Feed,
    files: Feed,
    lambda: Lambda,
    scheduled: [&'static str; 2],
    invoke_every: Duration,
}

impl Emulator {
    fn names(self) -> Names {
        match self {
            // Names in template.yaml.
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
            invoke_every: Duration::from_secs(args.invoke_every),
        })
    }

    /// When requested to stop, it finishes the current batches.
    async fn work(&self, stop: &Stop) -> anyhow::Result<()> {
        let feeds = (self.feed(&self.events, stop.clone()), self.feed(&self.files, stop.clone()));
        tokio::try_join!(feeds.0, feeds.1, self.invoke_scheduled(stop.clone()))?;
        Ok(())
    }

    async fn feed(&self, feed: &Feed, mut stop: Stop) -> anyhow::Result<()> {
        loop {
            let messages = tokio::select! {
                messages = feed.queue.receive() => messages?,
                () = stop.requested(1) => return Ok(()),
            };
            if !messages.is_empty() {
                self.deliver(feed, &messages).await?;
            }
        }
    }

    /// Delivers one batch. Messages that the function did not report as failed are deleted; the others are delivered again after their
    /// visibility timeout.
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
            0 => say(format_args!("queue  {function} processed {all}")),
            _ => warn(format_args!(
                "queue  {function} processed {} of {all}; the others will be delivered again",
                done.len()
            )),
        }
        Ok(())
    }

    async fn invoke_scheduled(&self, mut stop: Stop) -> anyhow::Result<()> {
        let mut clock = interval(self.invoke_every);
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = clock.tick() => {}
                () = stop.requested(1) => return Ok(()),
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
