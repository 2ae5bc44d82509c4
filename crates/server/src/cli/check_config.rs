//! `wardkey check-config`.

use std::time::Duration;

use wardkey_gateway::breached_password::BreachedPasswords;
use wardkey_gateway::outbound::Outbound;

use super::error::CliError;
use crate::config::Config;
use crate::listen::Clients;
use crate::wiring;

/// A database that does not answer within this long is out of reach.
const PATIENCE: Duration = Duration::from_secs(10);

/// Checks the configuration, the files it names, the database and the state of its migrations.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Check the configuration and its files only.
    #[arg(long)]
    offline: bool,
}

/// Checks, and prints one line for each thing that is in order.
pub async fn run(args: &Args, config: &Config) -> Result<(), CliError> {
    println!("configuration: in order, issuer {}", config.issuer.as_str());
    if let Some((_, files)) = &config.listen.https {
        files.load(&Clients::Nobody).map_err(|error| CliError::fault("use the certificate", &error))?;
        println!("certificate: in order");
    }
    if let Some((_, files)) = &config.smartcard.tls {
        let loaded = files.load(&Clients::Nobody);
        loaded.map_err(|error| CliError::fault("use the certificate for smartcards", &error))?;
        println!("certificate for smartcards: in order");
    }
    if wiring::care_identity(config)?.is_some() {
        println!("NHS Care Identity: in order");
    }
    for stream in wiring::streams(config)? {
        println!("stream {}: in order", stream.name);
    }
    if let Some(path) = &config.password.breached {
        BreachedPasswords::open(path).map_err(|error| CliError::fault("use the breached passwords", &error))?;
        println!("breached passwords: in order");
    }
    Outbound::new(&config.outbound).map_err(|error| CliError::fault("set up outgoing requests", &error))?;
    if args.offline {
        return Ok(());
    }
    tokio::time::timeout(PATIENCE, check_database(config))
        .await
        .unwrap_or_else(|_| Err(CliError::refused("database: no answer")))
}

async fn check_database(config: &Config) -> Result<(), CliError> {
    let store = wiring::open_store(config).await?;
    let pending = store.pending_migrations().await?;
    if !pending.is_empty() {
        let list = pending.join(", ");
        return Err(CliError::refused(format!("database: {} to apply ({list}); run `wardkey migrate`", pending.len())));
    }
    // Beginning a transaction opens the data keys, so a wrong master key shows here.
    drop(store.read().await?);
    println!("database: reachable, up to date, and opened by the master key");
    Ok(())
}
