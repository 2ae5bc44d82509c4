//! `wardkey keys`: put new keys into use.

use wardkey_usecases::App;
use wardkey_usecases::application::rotate_signing_keys;
use wardkey_usecases::key::{RotateSettings, rotate_data_keys};

use super::error::CliError;
use super::operator;

/// Puts new keys into use.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Replaces keys while the server goes on serving.
    ///
    /// Without an option, both kinds are replaced. Signing keys also take turns by themselves.
    Rotate(RotateArgs),
}

#[derive(Debug, clap::Args)]
#[group(multiple = false)]
struct RotateArgs {
    /// Only the keys that seal secrets in the database: they are wrapped with the current master key, and every secret is
    /// sealed anew. Afterwards an earlier master key can be taken out of the key file.
    #[arg(long)]
    data: bool,
    /// Only the keys that sign tokens. What the old ones signed can still be verified.
    #[arg(long)]
    signing: bool,
}

/// Carries out the verb.
pub async fn run(args: Args, app: &App) -> Result<(), CliError> {
    let Command::Rotate(args) = args.command;
    let op = operator::op(app);
    if !args.signing {
        let report = rotate_data_keys(app, &op, RotateSettings::default()).await?;
        println!(
            "data key {} seals now; {} keys wrapped with the current master key, {} secrets sealed anew",
            report.data_key, report.rewrapped, report.resealed
        );
    }
    if !args.data {
        rotate_signing_keys(app, &op).await?;
        println!("new keys sign tokens now; the old ones stay published until what they signed has expired");
    }
    Ok(())
}
