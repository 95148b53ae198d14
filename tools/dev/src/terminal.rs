//! What `cargo dev` says to a person, and what it asks.

use std::fmt::Display;
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::process::{Command, Stdio};

use anyhow::Context as _;

/// One line on standard output. Where nobody reads it any more, nothing is said.
pub(crate) fn say(line: impl Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// One line on standard error.
pub(crate) fn warn(line: impl Display) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Whether there is somebody to ask.
pub(crate) fn is_attended() -> bool {
    std::io::stdin().is_terminal()
}

/// The answer to a question, without the blanks around it.
pub(crate) fn ask(question: &str) -> anyhow::Result<String> {
    let _ = write!(std::io::stderr(), "{question} ");
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer)?;
    anyhow::ensure!(read > 0, "no answer came");
    Ok(answer.trim().to_owned())
}

/// An answer that the terminal does not show. The shell puts the echo back even when Ctrl-C ends the question.
pub(crate) fn ask_secretly(question: &str) -> anyhow::Result<String> {
    const READ: &str =
        "trap 'stty echo' EXIT; trap 'exit 130' INT TERM; stty -echo; IFS= read -r answer; printf %s \"$answer\"";
    if !is_attended() {
        return ask(question);
    }
    let _ = write!(std::io::stderr(), "{question} ");
    let answer = Command::new("sh").args(["-c", READ]).stderr(Stdio::inherit()).stdin(Stdio::inherit()).output()?;
    let _ = writeln!(std::io::stderr());
    anyhow::ensure!(answer.status.success(), "no answer came");
    String::from_utf8(answer.stdout).context("the answer is not UTF-8")
}
