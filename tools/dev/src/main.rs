//! `cargo dev`, until the real one is merged: what this branch adds, and nothing else.

pub mod bench;
pub mod runtime_api;
pub mod wire;

use clap::Parser;

#[derive(Debug, Parser)]
enum Command {
    /// How fast it is.
    #[command(subcommand)]
    Bench(bench::Bench),
    /// The edges on the real wire.
    Wire(wire::WireArgs),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Command::parse() {
        Command::Bench(what) => bench::run(what).await,
        Command::Wire(args) => wire::run(args).await,
    }
}
