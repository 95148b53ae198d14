//! x
/// x
#[derive(Debug, clap::Args)]
pub struct WireArgs {}
/// x
pub async fn run(_: WireArgs) -> anyhow::Result<()> {
    Ok(())
}
