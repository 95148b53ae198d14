//! `cargo dev storm`: runs the `storm` crate, a separate program for the reasons of [`crate::bench`].

use std::os::unix::process::CommandExt as _;
use std::process::Stdio;

use command_line::cargo;

use crate::home::Home;

/// The storm to raise. `cargo dev storm --help` lists its options.
#[derive(Clone, Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub struct StormArgs {
    /// Options, such as `--seconds 60 --seed 7`; --help lists them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTIONS")]
    arguments: Vec<String>,
}

/// Replaces this process with the storm.
pub fn run(home: &Home, args: &StormArgs) -> anyhow::Result<()> {
    let mut command = cargo();
    command.args(["run", "--quiet", "--package", "storm", "--", "--home"]).arg(home.path()).args(&args.arguments);
    Err(command.stdin(Stdio::inherit()).exec().into())
}
