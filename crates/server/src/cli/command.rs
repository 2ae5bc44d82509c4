//! The verbs, and which file answers each.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use tokio::runtime::{Builder, Runtime};

use super::error::CliError;
use super::{
    account, application, audit, authenticator, backup, check_config, create_admin, demo, group, keys, migrate,
    organisation, policy, reference, report, restore, serve, stream, token,
};
use crate::config::Config;
use crate::telemetry::{Format, Level, start_log};
use crate::wiring;

/// Unless configured, no more threads than this serve requests.
const MOST_THREADS: usize = 8;

/// Multi-factor sign-in for health and care.
#[derive(Debug, Parser)]
#[command(name = "wardkey", version, propagate_version = true)]
pub struct Cli {
    /// The configuration file; without it `WARDKEY_CONFIG` names it, or `wardkey.toml` here is read if there is one.
    #[arg(long, short, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Args),
    Demo(demo::Args),
    CheckConfig(check_config::Args),
    Migrate(migrate::Args),
    CreateAdmin(create_admin::Args),
    Organisation(organisation::Args),
    Account(account::Args),
    Token(token::Args),
    Application(application::Args),
    Group(group::Args),
    Policy(policy::Args),
    Report(report::Args),
    Audit(audit::Args),
    Stream(stream::Args),
    Keys(keys::Args),
    Authenticator(authenticator::Args),
    Backup(backup::Args),
    Restore(restore::Args),
    #[command(hide = true)]
    Reference(reference::Args),
}

impl Cli {
    /// Carries out the verb.
    ///
    /// # Errors
    /// Says what to tell the operator.
    pub fn run(self) -> Result<(), CliError> {
        let load = || Config::load(self.config.as_deref());
        match self.command {
            Command::Reference(args) => reference::run(&args),
            Command::Demo(args) => server_runtime(None)?.block_on(demo::run(args)),
            Command::Serve(serve::Args {}) => {
                let config = load()?;
                server_runtime(config.server.threads)?.block_on(serve::run(config))
            }
            Command::Authenticator(args) => verb(authenticator::run(args)),
            Command::CheckConfig(args) => verb(async { check_config::run(&args, &load()?).await }),
            Command::Migrate(args) => verb(async { migrate::run(&args, &load()?).await }),
            Command::Audit(args) => verb(async { audit::run(args, &wiring::open(&load()?).await?).await }),
            Command::Stream(args) => verb(async { stream::run(args, &wiring::open(&load()?).await?).await }),
            Command::Backup(args) => verb(async {
                let config = load()?;
                backup::run(args, &wiring::open(&config).await?, wiring::master_keys(&config)?).await
            }),
            Command::Restore(args) => verb(async { restore::run(args, &wiring::open_empty(&load()?).await?).await }),
            Command::Organisation(args) => {
                verb(async { organisation::run(args, &wiring::open(&load()?).await?).await })
            }
            Command::Account(args) => verb(async { account::run(args, &wiring::open(&load()?).await?).await }),
            Command::Token(args) => verb(async { token::run(args, &wiring::open(&load()?).await?).await }),
            Command::Application(args) => verb(async { application::run(args, &wiring::open(&load()?).await?).await }),
            Command::Group(args) => verb(async { group::run(args, &wiring::open(&load()?).await?).await }),
            Command::Policy(args) => verb(async { policy::run(args, &wiring::open(&load()?).await?).await }),
            Command::Report(args) => verb(async { report::run(args, &wiring::open(&load()?).await?).await }),
            Command::Keys(args) => verb(async { keys::run(args, &wiring::open(&load()?).await?).await }),
            Command::CreateAdmin(args) => verb(async { create_admin::run(args, &wiring::open(&load()?).await?).await }),
        }
    }
}

/// Carries out a verb that ends by itself, and tells about trouble in words rather than JSON.
fn verb(work: impl Future<Output = Result<(), CliError>>) -> Result<(), CliError> {
    start_log(Format::Text, Level::Warn);
    Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(work)
}

fn server_runtime(threads: Option<usize>) -> Result<Runtime, CliError> {
    let processors = std::thread::available_parallelism().map_or(2, usize::from);
    let threads = threads.unwrap_or(processors.min(MOST_THREADS)).max(1);
    Ok(Builder::new_multi_thread().worker_threads(threads).enable_all().thread_name("wardkey-serve").build()?)
}
