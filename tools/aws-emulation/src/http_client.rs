//! A minimal HTTP client: one kept-alive connection, requests as bytes, responses read to their `Content-Length`. Benchmark clients share
//! the processors with what they measure, so they must cost as little as possible.

use std::net::SocketAddr;

use anyhow::{Context as _, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A connection to one server.
pub struct Client {
    stream: TcpStream,
    received: Vec<u8>,
}

/// A response, read completely.
pub struct Response<'a> {
    /// Status code of the response.
    pub status: u16,
    /// Body of the response.
    pub body: &'a [u8],
}

impl Client {
    /// Connects to a server.
    pub async fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, received: Vec::with_capacity(4096) })
    }

    /// Sends a request and waits for the whole response.
    pub async fn send(&mut self, request: &[u8]) -> anyhow::Result<Response<'_>> {
        self.stream.write_all(request).await?;
        self.received.clear();
        let (status, body) = loop {
            if self.stream.read_buf(&mut self.received).await? == 0 {
                bail!("the server closed the connection before the end of its response");
            }
            if let Some((status, start, end)) = head(&self.received)?
                && self.received.len() >= end
            {
                break (status, start..end);
            }
        };
        Ok(Response { status, body: self.received.get(body).unwrap_or_default() })
    }
}

/// Parses the status and the body's start and end; returns `None` until the head is complete.
fn head(received: &[u8]) -> anyhow::Result<Option<(u16, usize, usize)>> {
    const END: &[u8] = b"\r\n\r\n";
    let Some(length) = received.windows(END.len()).position(|window| window == END) else { return Ok(None) };
    let (head, _) = received.split_at(length);
    let head = std::str::from_utf8(head)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).context("the response has no status")?;
    let body = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, length)| length.trim().parse::<usize>().ok())
        .context("the response has no Content-Length")?;
    let start = length + END.len();
    Ok(Some((status, start, start + body)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_ends_where_its_content_length_says() {
        let whole = b"HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\n\r\n{}";
        assert_eq!(head(whole).unwrap(), Some((409, whole.len() - 2, whole.len())));
        assert_eq!(head(&whole[..30]).unwrap(), None);
        assert!(head(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}
