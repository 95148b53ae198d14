//! Many clients at once, and what they saw.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::task::JoinSet;

/// One client: does one thing after another.
pub(super) trait Actor: Send + 'static {
    /// What there is to do.
    type Deed: Copy + Send + Sync + 'static;

    /// Fails where it hears anything but what it should.
    fn act(&mut self, deed: Self::Deed) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// What a measurement says.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Figures {
    pub(super) per_second: f64,
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
}

/// Lets the actors do all of it, each taking the next deed as soon as it is free. To be run on a runtime of one thread.
pub(super) async fn measure<A: Actor>(actors: Vec<A>, deeds: Arc<[A::Deed]>) -> anyhow::Result<Figures> {
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let mut running = JoinSet::new();
    for mut actor in actors {
        let (next, deeds) = (next.clone(), deeds.clone());
        running.spawn(async move {
            let mut took = Vec::with_capacity(deeds.len());
            while let Some(&deed) = deeds.get(next.fetch_add(1, Ordering::Relaxed)) {
                let began = Instant::now();
                actor.act(deed).await?;
                took.push(began.elapsed());
            }
            anyhow::Ok(took)
        });
    }
    let mut took = Vec::with_capacity(deeds.len());
    while let Some(done) = running.join_next().await {
        took.append(&mut done??);
    }
    let seconds = started.elapsed().as_secs_f64();
    took.sort_unstable();
    let at = |share: f64| took.get((took.len() as f64 * share) as usize).map_or(0.0, milliseconds);
    Ok(Figures { per_second: took.len() as f64 / seconds, p50_ms: at(0.5), p99_ms: at(0.99) })
}

/// Clients run on a thread of their own, and on one alone: what they take of the processors is what a floor of clients takes too.
pub(super) async fn on_one_thread<F>(act: impl FnOnce() -> F + Send + 'static) -> anyhow::Result<Figures>
where
    F: Future<Output = anyhow::Result<Figures>>,
{
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio::task::spawn_blocking(move || runtime.block_on(act())).await?
}

/// Of each figure the median of all rounds.
pub(super) fn medians(rounds: &[Figures]) -> Figures {
    let of = |figure: fn(&Figures) -> f64| median(rounds.iter().map(figure).collect());
    Figures { per_second: of(|f| f.per_second), p50_ms: of(|f| f.p50_ms), p99_ms: of(|f| f.p99_ms) }
}

/// The one in the middle; of an even number the upper one.
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
