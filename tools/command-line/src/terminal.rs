//! Lines that a tool prints, and questions that it asks.

use std::fmt::Display;
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::process::{Command, Stdio};

use anyhow::Context as _;

/// Prints a line on standard output. A closed output is ignored.
pub fn say(line: impl Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Prints a line on standard error. A closed output is ignored.
pub fn warn(line: impl Display) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Returns whether a person can answer questions.
pub fn is_interactive() -> bool {
    std::io::stdin().is_terminal()
}

/// Asks a question and returns the answer, trimmed.
pub fn ask(question: &str) -> anyhow::Result<String> {
    let _ = write!(std::io::stderr(), "{question} ");
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer)?;
    anyhow::ensure!(read > 0, "there was no answer to \"{question}\"");
    Ok(answer.trim().to_owned())
}

/// Asks a question and does not show the answer. The shell turns the echo on again even when Ctrl-C ends the question.
pub fn ask_secretly(question: &str) -> anyhow::Result<String> {
    const READ: &str =
        "trap 'stty echo' EXIT; trap 'exit 130' INT TERM; stty -echo; IFS= read -r answer; printf %s \"$answer\"";
    if !is_interactive() {
        return ask(question);
    }
    let _ = write!(std::io::stderr(), "{question} ");
    let answer = Command::new("sh").args(["-c", READ]).stderr(Stdio::inherit()).stdin(Stdio::inherit()).output()?;
    let _ = writeln!(std::io::stderr());
    anyhow::ensure!(answer.status.success(), "there was no answer to \"{question}\"");
    String::from_utf8(answer.stdout).context("the answer is not UTF-8")
}
