//! What runs next to the requests: the relay and the scheduler, as EventBridge wakes them, and the mail consumer and the worker on files, as
//! SQS does.

use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::sqs::SqsEvent;
use notifications::Notifications;
use outbox_relay::Relay;
use scheduler::Scheduler;
use shared::transfers::Job;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;
use transfer_worker::Worker;

use crate::queue::{Spool, consumer};
use crate::terminal::say;

/// In the cloud it is a minute; a developer waits for their mail.
const WAKE_EVERY: Duration = Duration::from_secs(3);

/// Starts all but the worker. They end when `stop` changes, at a point where nothing is in hand.
pub(super) fn start(
    relay: Relay,
    scheduler: Scheduler,
    notifications: Notifications,
    spool: Arc<Spool>,
    stop: &watch::Receiver<bool>,
) -> JoinSet<()> {
    let mut jobs = JoinSet::new();
    jobs.spawn(relay_events(relay, stop.clone()));
    jobs.spawn(run_timed_jobs(scheduler, stop.clone()));
    jobs.spawn(send_mail(Arc::new(notifications), spool, stop.clone()));
    jobs
}

async fn relay_events(relay: Relay, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = outbox_relay::drain(&relay).await {
            tracing::warn!(error = format!("{error:#}"), "the relay failed; it tries again");
        }
        until_next_wake(&mut stop).await;
    }
}

async fn run_timed_jobs(scheduler: Scheduler, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        // It logs each job that fails.
        scheduler::run(&scheduler).await;
        until_next_wake(&mut stop).await;
    }
}

async fn until_next_wake(stop: &mut watch::Receiver<bool>) {
    tokio::select! {
        () = sleep(WAKE_EVERY) => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}

async fn send_mail(notifications: Arc<Notifications>, spool: Arc<Spool>, mut stop: watch::Receiver<bool>) {
    // A task of its own for each batch: a panic costs the batch, as it does in Lambda.
    let function = |batch: SqsEvent| {
        let notifications = notifications.clone();
        async move { Ok(tokio::spawn(async move { notifications::handle(&notifications, batch).await }).await?) }
    };
    while !*stop.borrow() {
        match consumer::take_batch(&spool, &function).await {
            Ok(1..) => continue,
            Ok(0) => {}
            Err(error) => tracing::error!(error = format!("{error:#}"), "the queue cannot be read"),
        }
        tokio::select! {
            () = spool.arrival() => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }
}

/// Goes on with one file after another, and says how far it is.
pub(super) async fn work_on_files(
    worker: Arc<Worker>,
    mut to_do: UnboundedReceiver<Job>,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        let job = tokio::select! {
            job = to_do.recv() => job,
            _ = stop.wait_for(|stop| *stop) => None,
        };
        let Some(job) = job else { break };
        let working = worker.clone();
        // A task of its own: a panic costs the run, as it does in Lambda.
        let done = tokio::spawn(async move { transfer_worker::work(&working, job).await }).await;
        if let Err(error) = done.map_err(anyhow::Error::from).flatten() {
            tracing::warn!(?job, error = format!("{error:#}"), "a file was not gone on with; it is tried again");
        }
        match transfer_worker::progress(&worker, job).await {
            Ok(Some(progress)) => say(progress),
            Ok(None) => {}
            Err(error) => tracing::warn!(error = format!("{error:#}"), "how far a file is cannot be read"),
        }
    }
}
