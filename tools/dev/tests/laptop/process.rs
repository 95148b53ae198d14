//! `cargo dev serve` as its own process, and a small HTTP client for it.

use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use serde_json::Value;

/// A running shop. Dropping it kills its process; PostgreSQL then runs on until the next shop stops it.
pub(crate) struct Serving {
    child: Child,
    address: String,
    output: BufReader<ChildStdout>,
}

/// Status, headers and body of a response.
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

pub(crate) fn command(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dev"));
    command.args(arguments).arg("--home").arg(home).env_remove("DATABASE_URL").stdin(Stdio::null());
    command
}

impl Serving {
    pub(crate) fn start(home: &Path) -> Self {
        Self::start_with(home, "")
    }

    /// Starts a shop with these options of accounts.
    pub(crate) fn start_with(home: &Path, auth_options: &str) -> Self {
        Self::run(command(home, &["serve", "--port", "0"]).env("AUTH_OPTIONS", auth_options))
    }

    /// Starts a shop in which one customer may buy everything.
    pub(crate) fn start_without_limits(home: &Path) -> Self {
        let options = "CHECKOUTS_PER_ACCOUNT=0,CHECKOUTS_PER_NETWORK=0,QUANTITY_LIMIT_PER_CUSTOMER=0,CARTS_PER_HOUR=0";
        Self::run(command(home, &["serve", "--port", "0"]).env("AUTH_OPTIONS", "").env("SHOP_OPTIONS", options))
    }

    /// Starts a shop that reads the catalogue from a replica.
    pub(crate) fn start_with_replica(home: &Path) -> Self {
        Self::run(command(home, &["serve", "--port", "0", "--replica"]).env("AUTH_OPTIONS", ""))
    }

    /// Starts a shop in this currency.
    pub(crate) fn start_in(home: &Path, currency: &str) -> Self {
        Self::run(command(home, &["serve", "--port", "0", "--currency", currency]).env("AUTH_OPTIONS", ""))
    }

    /// Starts a shop that answers to this host too.
    pub(crate) fn start_at(home: &Path, host: &str) -> Self {
        Self::run(command(home, &["serve", "--port", "0", "--host", host]).env("AUTH_OPTIONS", ""))
    }

    fn run(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut printed = String::new();
        let address = loop {
            let mut line = String::new();
            assert!(output.read_line(&mut line).unwrap() > 0, "it ended after this output: {printed}");
            printed.push_str(&line);
            if let Some(("API", url)) = line.trim().split_once(' ') {
                break url.trim().strip_prefix("http://").unwrap().to_owned();
            }
        };
        Self { child, address, output }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "", "")
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, "content-type: application/json\r\n", &body.to_string())
    }

    /// Sends a form as a browser does.
    pub(crate) fn post_form(&self, path: &str, form: &str) -> Answer {
        self.send("POST", path, "content-type: application/x-www-form-urlencoded\r\n", form)
    }

    /// Sends a text with this token.
    pub(crate) fn post_text(&self, path: &str, token: &str, text: &str) -> Answer {
        self.send("POST", path, &format!("authorization: Bearer {token}\r\ncontent-type: text/plain\r\n"), text)
    }

    /// Sends a file to the path of a presigned request.
    pub(crate) fn put(&self, path: &str, content_type: &str, body: &str) -> Answer {
        self.send("PUT", path, &format!("content-type: {content_type}\r\n"), body)
    }

    pub(crate) fn get_with_token(&self, path: &str, token: &str) -> Answer {
        self.send("GET", path, &format!("authorization: Bearer {token}\r\n"), "")
    }

    /// Sends JSON to a shop that may die before it has answered.
    pub(crate) fn try_post(&self, path: &str, token: &str, body: &Value) -> std::io::Result<Answer> {
        let headers = format!("authorization: Bearer {token}\r\ncontent-type: application/json\r\n");
        self.try_send("POST", path, &headers, &body.to_string())
    }

    pub(crate) fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        self.try_send(method, path, headers, body).unwrap()
    }

    /// Sends a GET request with this `Host`.
    pub(crate) fn get_at_host(&self, host: &str, path: &str) -> Answer {
        self.send_to(host, &format!("GET {path}"), "", "").unwrap()
    }

    fn try_send(&self, method: &str, path: &str, headers: &str, body: &str) -> std::io::Result<Answer> {
        self.send_to(&self.address, &format!("{method} {path}"), headers, body)
    }

    fn send_to(&self, host: &str, request: &str, headers: &str, body: &str) -> std::io::Result<Answer> {
        let mut connection = TcpStream::connect(&self.address)?;
        let length = body.len();
        write!(
            connection,
            "{request} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
        )?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").ok_or(ErrorKind::UnexpectedEof)?;
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Ok(Answer { status, head: head.to_owned(), body: body.to_owned() })
    }

    /// Kills the process as `kill -9` does, while other threads still use the shop.
    pub(crate) fn kill_9(&self) {
        let sent = Command::new("sh").args(["-c", &format!("kill -9 {}", self.child.id())]).status().unwrap();
        assert!(sent.success());
    }

    /// Stops the process as Ctrl-C does; returns the rest of its output and its exit status.
    pub(crate) fn interrupt(mut self) -> (String, ExitStatus) {
        let sent = Command::new("sh").args(["-c", &format!("kill -INT {}", self.child.id())]).status().unwrap();
        assert!(sent.success());
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        (rest, self.child.wait().unwrap())
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill().and_then(|()| self.child.wait());
    }
}

impl Answer {
    /// Returns every value of a header, whose name is in lower case.
    pub(crate) fn header(&self, name: &str) -> Vec<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.filter(|(of_line, _)| of_line.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}
