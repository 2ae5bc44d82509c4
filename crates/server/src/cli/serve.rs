//! `wardkey serve`.

use std::net::SocketAddr;

use super::error::CliError;
use crate::config::Config;
use crate::networks;
use crate::serving;
use crate::telemetry::start_log;
use crate::wiring::{self, DemoMode};

/// Serves sign-in, the portal and the protocols until it is told to stop.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Serves.
pub async fn run(config: Config) -> Result<(), CliError> {
    start_log(config.log.format, config.log.level);
    let store = wiring::open_store(&config).await?;
    if config.database.migrate {
        let report = store.migrate().await?;
        for name in report.applied {
            tracing::info!(migration = name, "applied a migration");
        }
    } else if !store.pending_migrations().await?.is_empty() {
        return Err(CliError::refused("the database is not up to date; run `wardkey migrate` first"));
    }
    let app = wiring::build(&config, store, DemoMode::Off, networks::start(&config.networks)?)?;
    serving::serve(app, &config, None, |addresses| announce(&config, addresses)).await
}

fn announce(config: &Config, addresses: &[SocketAddr]) {
    for address in addresses {
        tracing::info!(%address, "listening");
    }
    tracing::info!(issuer = config.issuer.as_str(), "ready");
}
