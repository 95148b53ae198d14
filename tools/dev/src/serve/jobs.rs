//! Background jobs: the relay and the scheduler, which EventBridge starts in the cloud, and the mail consumer and the worker on files,
//! which SQS starts.

use std::sync::Arc;
use std::time::Duration;

use aws_emulation::queue::{Spool, consumer};
use aws_lambda_events::sqs::SqsEvent;
use command_line::terminal::say;
use notifications::Notifications;
use outbox_relay::Relay;
use scheduler::Scheduler;
use shared::transfers::Job;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;
use transfer_worker::Worker;

/// A minute in the cloud; shorter here, where a person waits for the mail.
const RUN_EVERY: Duration = Duration::from_secs(3);

/// Starts all jobs but the worker. They end when `stop` changes, between two batches.
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
            tracing::warn!(error = format!("{error:#}"), "the relay failed and will try again");
        }
        until_next_run(&mut stop).await;
    }
}

async fn run_timed_jobs(scheduler: Scheduler, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        // It logs each job that fails.
        scheduler::run(&scheduler).await;
        until_next_run(&mut stop).await;
    }
}

async fn until_next_run(stop: &mut watch::Receiver<bool>) {
    tokio::select! {
        () = sleep(RUN_EVERY) => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}

async fn send_mail(notifications: Arc<Notifications>, spool: Arc<Spool>, mut stop: watch::Receiver<bool>) {
    // A task for each batch: a panic loses only the batch, as in Lambda.
    let function = |batch: SqsEvent| {
        let notifications = notifications.clone();
        async move { Ok(tokio::spawn(async move { notifications::handle(&notifications, batch).await }).await?) }
    };
    while !*stop.borrow() {
        match consumer::take_batch(&spool, &function).await {
            Ok(1..) => continue,
            Ok(0) => {}
            Err(error) => tracing::error!(error = format!("{error:#}"), "failed to read the queue"),
        }
        tokio::select! {
            () = spool.arrival() => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }
}

/// Works on one file after another and prints the progress.
pub(super) async fn work_on_files(
    worker: Arc<Worker>,
    mut jobs: UnboundedReceiver<Job>,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        let job = tokio::select! {
            job = jobs.recv() => job,
            _ = stop.wait_for(|stop| *stop) => None,
        };
        let Some(job) = job else { break };
        let working = worker.clone();
        // A task for each run: a panic loses only the run, as in Lambda.
        let done = tokio::spawn(async move { transfer_worker::work(&working, job).await }).await;
        if let Err(error) = done.map_err(anyhow::Error::from).flatten() {
            tracing::warn!(?job, error = format!("{error:#}"), "failed to work on a file; the job will be retried");
        }
        match transfer_worker::progress(&worker, job).await {
            Ok(Some(progress)) => say(progress),
            Ok(None) => {}
            Err(error) => tracing::warn!(error = format!("{error:#}"), "failed to read the progress of a file"),
        }
    }
}
