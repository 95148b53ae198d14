//! Concurrent clients and their measurements.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::task::JoinSet;

/// A client that does one task after another.
pub(super) trait Actor: Send + 'static {
    /// A task that is measured.
    type Task: Copy + Send + Sync + 'static;

    /// Does the task; fails on an unexpected response.
    fn act(&mut self, task: Self::Task) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// Result of a measurement.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Figures {
    pub(super) per_second: f64,
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
}

/// Lets the actors do all tasks; each takes the next one as soon as it is free. Needs a runtime with one thread.
pub(super) async fn measure<A: Actor>(actors: Vec<A>, tasks: Arc<[A::Task]>) -> anyhow::Result<Figures> {
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let mut running = JoinSet::new();
    for mut actor in actors {
        let (next, tasks) = (next.clone(), tasks.clone());
        running.spawn(async move {
            let mut took = Vec::with_capacity(tasks.len());
            while let Some(&task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
                let began = Instant::now();
                actor.act(task).await?;
                took.push(began.elapsed());
            }
            anyhow::Ok(took)
        });
    }
    let mut took = Vec::with_capacity(tasks.len());
    while let Some(done) = running.join_next().await {
        took.append(&mut done??);
    }
    let seconds = started.elapsed().as_secs_f64();
    took.sort_unstable();
    let at = |share: f64| took.get((took.len() as f64 * share) as usize).map_or(0.0, milliseconds);
    Ok(Figures { per_second: took.len() as f64 / seconds, p50_ms: at(0.5), p99_ms: at(0.99) })
}

/// Runs clients on one separate thread, so that those of the server and of the baseline take the same share of the processors.
pub(super) async fn on_one_thread<F>(act: impl FnOnce() -> F + Send + 'static) -> anyhow::Result<Figures>
where
    F: Future<Output = anyhow::Result<Figures>>,
{
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio::task::spawn_blocking(move || runtime.block_on(act())).await?
}

/// Returns the median of each figure over all rounds.
pub(super) fn medians(rounds: &[Figures]) -> Figures {
    let of = |figure: fn(&Figures) -> f64| median(rounds.iter().map(figure).collect());
    Figures { per_second: of(|f| f.per_second), p50_ms: of(|f| f.p50_ms), p99_ms: of(|f| f.p99_ms) }
}

/// Returns the median; the upper one of an even number of values.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn milliseconds(duration: &Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_one_in_the_middle() {
        assert_eq!(median(vec![9.0, 1.0, 2.0]), 2.0);
        assert!(median(Vec::new()).is_nan());
    }
}
