//! `cargo dev pump`: what AWS does between the queue, the clock and the functions, for functions that run in Lambda's container or under
//! `cargo lambda watch`. Messages go from the local queue to `notifications`, and `outbox-relay` is woken every minute.

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
use queue::Queue;

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
    /// How often to wake the relay, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    relay_every: u64,
}

/// What runs the functions, and so what they are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Emulator {
    /// `sam local start-lambda`
    Sam,
    /// `cargo lambda watch`
    Watch,
}

/// Moves messages and wakes the relay until it is asked to stop. An error says what to do next.
pub async fn run(args: PumpArgs) -> anyhow::Result<()> {
    let mut stop = Stop::on_signals()?;
    let pump = Pump::open(&args).await?;
    say(format_args!(
        "Messages go from {} to {}; {} is woken every {} s. Ctrl-C ends it.",
        pump.queue.url(),
        pump.names.consumer,
        pump.names.relay,
        pump.relay_every.as_secs()
    ));
    let at_leisure = stop.clone();
    tokio::select! {
        ended = pump.work(&at_leisure) => ended,
        () = stop.asked(2) => Ok(()),
    }
}

/// What the functions are called.
struct Names {
    consumer: &'static str,
    relay: &'static str,
}

struct Pump {
    queue: Queue,
    lambda: Lambda,
    names: Names,
    relay_every: Duration,
}

impl Emulator {
    fn names(self) -> Names {
        match self {
            // As template.yaml has them.
            Self::Sam => Names { consumer: "Notifications", relay: "OutboxRelay" },
            Self::Watch => Names { consumer: "notifications", relay: "outbox-relay" },
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
        Ok(Self {
            lambda: Lambda::at(args.lambda.as_deref().unwrap_or(emulator.url()), emulator.command())?,
            queue: Queue::open(&args.sqs).await?,
            names: emulator.names(),
            relay_every: Duration::from_secs(args.relay_every),
        })
    }

    /// Asked to stop, it finishes what it has in hand.
    async fn work(&self, stop: &Stop) -> anyhow::Result<()> {
        tokio::try_join!(self.consume(stop.clone()), self.wake_relay(stop.clone()))?;
        Ok(())
    }

    async fn consume(&self, mut stop: Stop) -> anyhow::Result<()> {
        loop {
            let messages = tokio::select! {
                messages = self.queue.receive() => messages?,
                () = stop.asked(1) => return Ok(()),
            };
            if !messages.is_empty() {
                self.deliver(&messages).await?;
            }
        }
    }

    /// One batch. What the function did not report as failed is deleted; the rest comes again when its time is over.
    async fn deliver(&self, messages: &[aws_sdk_sqs::types::Message]) -> anyhow::Result<()> {
        let done = match self.lambda.invoke(self.names.consumer, &batch::event(messages)).await? {
            Answer::Done(answer) => batch::done(messages, &answer),
            Answer::Failed(why) => {
                warn(format_args!("queue  {} failed: {why}", self.names.consumer));
                Vec::new()
            }
        };
        self.queue.delete(&done).await?;
        let (all, failed) = (messages.len(), messages.len() - done.len());
        match failed {
            0 => say(format_args!("queue  {} took {all}", self.names.consumer)),
            _ => {
                warn(format_args!("queue  {} took {} of {all}; the rest comes again", self.names.consumer, done.len()))
            }
        }
        Ok(())
    }

    async fn wake_relay(&self, mut stop: Stop) -> anyhow::Result<()> {
        let mut clock = interval(self.relay_every);
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = clock.tick() => {}
                () = stop.asked(1) => return Ok(()),
            }
            let scheduled = json!({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}});
            match self.lambda.invoke(self.names.relay, &scheduled).await? {
                Answer::Done(answer) => say(format_args!("clock  {} answered {answer}", self.names.relay)),
                Answer::Failed(why) => warn(format_args!("clock  {} failed: {why}", self.names.relay)),
            }
        }
    }
}
