//! Ctrl-C, and the signals that mean the same.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// What a shell answers for a program that Ctrl-C ended.
const ENDED_BY_CTRL_C: i32 = 130;

/// How often we were asked to stop. Once: in order. Twice: at once, but without leaving anything behind. A third time ends the
/// process where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Stop(watch::Receiver<u8>);

impl Stop {
    /// Listens from now on: the signals do not end the process by themselves any more.
    pub(crate) fn on_signals() -> std::io::Result<Self> {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        // The terminal was closed.
        let mut hang_up = signal(SignalKind::hangup())?;
        let (asked, stop) = watch::channel(0);
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                    _ = hang_up.recv() => {}
                }
                asked.send_modify(|times| *times += 1);
                if *asked.borrow() > 2 {
                    std::process::exit(ENDED_BY_CTRL_C);
                }
            }
        });
        Ok(Self(stop))
    }

    /// One that a test asks: how often, it sends.
    #[cfg(test)]
    pub(crate) fn by_hand() -> (watch::Sender<u8>, Self) {
        let (asked, stop) = watch::channel(0);
        (asked, Self(stop))
    }

    /// Waits until we were asked so many times.
    pub(crate) async fn asked(&mut self, times: u8) {
        if self.0.wait_for(|asked| *asked >= times).await.is_err() {
            // Nobody listens any more, so nobody will ask.
            std::future::pending().await
        }
    }
}
