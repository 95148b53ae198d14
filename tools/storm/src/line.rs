//! The line between the functions and PostgreSQL: a TCP proxy that delays, holds and cuts.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use crate::faults::{Fault, Weather};
use crate::seeded::Seeded;

/// Time in which the server can still read and answer what was sent before the line was cut.
const SERVER_FINISHES: Duration = Duration::from_secs(2);

/// Listens on a free port of this machine for as long as the runtime lives, and carries each connection to the server.
pub async fn open(server: SocketAddr, weather: Arc<Weather>, seed: u64) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let number = AtomicU64::new(0);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let seeded = Seeded::new(seed, "connection", number.fetch_add(1, Ordering::SeqCst));
            let connection = Connection { weather: weather.clone(), seeded };
            // The two ends of a broken connection notice it themselves.
            tokio::spawn(async move { drop(connection.carry(client, server).await) });
        }
    });
    Ok(address)
}

struct Connection {
    weather: Arc<Weather>,
    seeded: Seeded,
}

/// The fate of what a client sent.
enum Fate {
    Arrives,
    LostBefore,
    LostAfter,
}

impl Connection {
    async fn carry(mut self, mut client: TcpStream, server: SocketAddr) -> std::io::Result<()> {
        self.weather.passes(Fault::BlackHole).await;
        if self.weather.strikes(Fault::LineRefuses) {
            // The client asks for TLS first; a server that is starting answers with an error.
            let answer: &[u8] = if self.seeded.chance(50) { b"E" } else { b"" };
            return client.write_all(answer).await;
        }
        let mut server = TcpStream::connect(server).await?;
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        let (mut asked, mut answered) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
        loop {
            tokio::select! {
                length = client.read(&mut asked) => {
                    let sent = asked.get(..length?).filter(|sent| !sent.is_empty());
                    let Some(sent) = sent else { return Ok(()) };
                    self.delay().await;
                    match self.fate(sent) {
                        Fate::Arrives => server.write_all(sent).await?,
                        Fate::LostBefore => return Ok(()),
                        Fate::LostAfter => {
                            server.write_all(sent).await?;
                            drop(client);
                            // The server notices the end of the connection only when it has done what it was asked.
                            let _ = timeout(SERVER_FINISHES, server.read(&mut answered)).await;
                            return Ok(());
                        }
                    }
                }
                length = server.read(&mut answered) => {
                    let answer = answered.get(..length?).filter(|answer| !answer.is_empty());
                    let Some(answer) = answer else { return Ok(()) };
                    self.delay().await;
                    client.write_all(answer).await?;
                }
            }
        }
    }

    /// Waits for as long as the weather holds up what is on the line.
    async fn delay(&mut self) {
        if self.weather.strikes(Fault::BlackHole) {
            self.weather.passes(Fault::BlackHole).await;
        }
        if self.weather.strikes(Fault::Latency) {
            sleep(self.seeded.millis(5..120)).await;
        }
    }

    fn fate(&mut self, sent: &[u8]) -> Fate {
        if !commits(sent) {
            return Fate::Arrives;
        }
        for (fault, fate) in [(Fault::CutBeforeCommit, Fate::LostBefore), (Fault::CutAfterCommit, Fate::LostAfter)] {
            if self.weather.is(fault) && self.seeded.chance(40) {
                self.weather.count(fault);
                return fate;
            }
        }
        Fate::Arrives
    }
}

/// Returns true if the database commits something when it gets this: a COMMIT, or a call of a function that is a transaction.
fn commits(sent: &[u8]) -> bool {
    [
        &b"commit"[..],
        b"select check_out(",
        b"select flush_order(",
        b"select mark_event_sent(",
        b"select begin_log_in(",
        b"select finish_log_in(",
    ]
    .iter()
    .any(|text| sent.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text)))
}
