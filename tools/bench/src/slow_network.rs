//! A slower network to the database: everything that the client sends arrives later, as between a function and a proxy in another rack.
//!
//! Threads instead of tasks, because the runtime's timers have a resolution of one millisecond, which is the delay itself.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Listens on a free port until the process ends, and forwards each connection to `server`.
pub(super) fn start(server: SocketAddr, delay: Duration) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            // The two ends of a failed connection notice the failure themselves.
            thread::spawn(move || drop(forward(client, server, delay)));
        }
    });
    Ok(address)
}

fn forward(client: TcpStream, server: SocketAddr, delay: Duration) -> std::io::Result<()> {
    let server = TcpStream::connect(server)?;
    for stream in [&client, &server] {
        stream.set_nodelay(true)?;
    }
    let (sender, late) = channel();
    let to_server = server.try_clone()?;
    thread::spawn(move || deliver(late, to_server));
    let (answers, to_client) = (server.try_clone()?, client.try_clone()?);
    thread::spawn(move || copy(answers, to_client));
    let mut client = client;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match client.read(&mut buffer)? {
            0 => return Ok(()),
            length => {
                // Keep reading: the next burst has the same delay, not the sum of both.
                let burst = buffer.get(..length).unwrap_or_default().to_vec();
                if sender.send((Instant::now() + delay, burst)).is_err() {
                    return Ok(());
                }
            }
        }
    }
}

/// Delivers bursts in order.
fn deliver(late: Receiver<(Instant, Vec<u8>)>, mut server: TcpStream) {
    for (due, burst) in late {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        if server.write_all(&burst).is_err() {
            break;
        }
    }
    let _ = server.shutdown(Shutdown::Write);
}

fn copy(mut from: TcpStream, mut to: TcpStream) {
    let _ = std::io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Both);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_bursts_arrive_in_order_and_each_has_one_delay() {
        let echo = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = echo.local_addr().unwrap();
        thread::spawn(move || {
            let (stream, _) = echo.accept().unwrap();
            copy(stream.try_clone().unwrap(), stream);
        });
        let delay = Duration::from_millis(60);
        let mut client = TcpStream::connect(start(address, delay).unwrap()).unwrap();
        client.set_nodelay(true).unwrap();
        let began = Instant::now();
        client.write_all(b"first ").unwrap();
        thread::sleep(Duration::from_millis(20));
        client.write_all(b"second").unwrap();
        let mut answer = [0; 12];
        client.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"first second");
        assert!(began.elapsed() >= Duration::from_millis(80));
    }
}
