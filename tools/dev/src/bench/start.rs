//! x
/// x
#[derive(Debug, clap::Args)]
pub struct StartArgs {}
pub(super) async fn run(_: StartArgs) -> anyhow::Result<()> {
    Ok(())
}
