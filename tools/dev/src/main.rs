//! `cargo dev`: the whole shop on a laptop.

use std::process::ExitCode;

fn main() -> ExitCode {
    dev::cli::run()
}
