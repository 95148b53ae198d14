//! `cargo dev bench`: runs the `bench` crate in a release build.
//!
//! The benchmarks are a separate program instead of a library: `cargo dev` builds without them, and their release build
//! leaves out what they do not measure.

use std::os::unix::process::CommandExt as _;
use std::process::Stdio;

use command_line::cargo;

use crate::home::Home;

/// The benchmark to run. `cargo dev bench --help` lists them.
#[derive(Clone, Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub struct BenchArgs {
    /// Benchmark and its options, such as `checkout --rounds 5`; --help lists them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "BENCHMARK")]
    arguments: Vec<String>,
}

/// Replaces this process with the benchmarks.
pub fn run(home: &Home, args: &BenchArgs) -> anyhow::Result<()> {
    let mut command = cargo();
    // Relative paths in the arguments refer to the directory of the caller.
    command.current_dir(std::env::current_dir()?);
    command.args(["run", "--release", "--package", "bench", "--", "--home"]).arg(home.path()).args(&args.arguments);
    Err(command.stdin(Stdio::inherit()).exec().into())
}
