//! The part of Lambda between SQS and a function: receives a batch, invokes the function, deletes the messages that did not fail.

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use command_line::terminal::say;

use super::{MAX_RECEIVES, Spool, VISIBILITY, delivery};

/// `BatchSize` in template.yaml.
const BATCH: usize = 10;

/// Delivers one batch, if there is one; returns the number of its messages.
pub async fn take_batch<F, A>(spool: &Spool, function: &F) -> anyhow::Result<usize>
where
    F: Fn(SqsEvent) -> A,
    A: Future<Output = anyhow::Result<SqsBatchResponse>>,
{
    let received = spool.receive(BATCH)?;
    for path in &received.dead {
        say(format_args!("queue  a message failed {MAX_RECEIVES} times and was moved to {}", path.display()));
    }
    let deliveries = received.deliveries;
    if deliveries.is_empty() {
        return Ok(0);
    }
    let answer = function(delivery::event(&deliveries)?).await;
    let failed: Vec<String> = match answer {
        Ok(answer) => answer.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect(),
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "the consumer failed");
            deliveries.iter().map(delivery::Delivery::id).collect()
        }
    };
    for delivery in deliveries.iter().filter(|delivery| !failed.contains(&delivery.id())) {
        spool.delete(delivery)?;
    }
    if !failed.is_empty() {
        tracing::warn!(
            "{} of {} messages failed; they will be delivered again in {VISIBILITY:?}",
            failed.len(),
            deliveries.len()
        );
    }
    Ok(deliveries.len())
}
