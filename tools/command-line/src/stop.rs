//! Ctrl-C, and the signals that mean the same.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Exit code that a shell reports for a program that Ctrl-C ended.
pub const ENDED_BY_CTRL_C: u8 = 130;

/// Counts how often the process was asked to stop. The first request stops in order; the second stops at once, but leaves nothing
/// running; the third ends the process immediately.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<u8>);

impl Stop {
    /// Listens for the signals from now on; they no longer end the process by themselves.
    pub fn on_signals() -> std::io::Result<Self> {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        // The terminal was closed.
        let mut hang_up = signal(SignalKind::hangup())?;
        let (requests, stop) = watch::channel(0);
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                    _ = hang_up.recv() => {}
                }
                requests.send_modify(|times| *times += 1);
                if *requests.borrow() > 2 {
                    std::process::exit(i32::from(ENDED_BY_CTRL_C));
                }
            }
        });
        Ok(Self(stop))
    }

    /// For tests: returns a sender whose value is the number of requests.
    pub fn by_hand() -> (watch::Sender<u8>, Self) {
        let (requests, stop) = watch::channel(0);
        (requests, Self(stop))
    }

    /// Waits until the process was asked to stop this many times.
    pub async fn requested(&mut self, times: u8) {
        if self.0.wait_for(|requests| *requests >= times).await.is_err() {
            // The sender is gone, so no request can come.
            std::future::pending().await
        }
    }
}
