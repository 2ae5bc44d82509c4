//! `wardkey migrate`.

use super::error::CliError;
use crate::config::Config;
use crate::wiring;

/// Brings the database to the layout that this version needs.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only list what would be applied.
    #[arg(long)]
    dry_run: bool,
}

/// Migrates, and says what was done.
pub async fn run(args: &Args, config: &Config) -> Result<(), CliError> {
    let store = wiring::open_store(config).await?;
    if args.dry_run {
        let pending = store.pending_migrations().await?;
        pending.iter().for_each(|name| println!("would apply {name}"));
        println!("{} to apply", pending.len());
        return Ok(());
    }
    let report = store.migrate().await?;
    report.applied.iter().for_each(|name| println!("applied {name}"));
    println!("{} applied, {} there before", report.applied.len(), report.earlier);
    Ok(())
}
