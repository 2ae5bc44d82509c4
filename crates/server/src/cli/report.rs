//! `wardkey report`: take a report, and verify one that was signed.

use std::path::PathBuf;

use wardkey_domain::directory::OdsCode;
use wardkey_domain::report::ReportKind;
use wardkey_usecases::App;
use wardkey_usecases::report::{read_snapshot, take_report, take_snapshot};

use super::error::CliError;
use super::operator;

/// Takes a report, or verifies one that was signed.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Prints a report as CSV, or signed.
    Take(TakeArgs),
    /// Prints the table of a signed report, if nobody has changed it since this server signed it.
    Verify {
        /// The file.
        file: PathBuf,
    },
}

#[derive(Debug, clap::Args)]
struct TakeArgs {
    /// `mfa-status`, `no-second-factor`, `excepted`, `privileged-without-key` or `never-signed-in`.
    report: ReportKind,
    /// The ODS code of the organisation, with everything below it; without it, everybody.
    #[arg(long, value_name = "CODE")]
    organisation: Option<OdsCode>,
    /// Signs it with the key that signs the audit.
    #[arg(long)]
    signed: bool,
}

/// Carries out the verb.
pub async fn run(args: Args, app: &App) -> Result<(), CliError> {
    let op = operator::op(app);
    match args.command {
        Command::Take(TakeArgs { report, organisation, signed }) => {
            let text = if signed {
                take_snapshot(app, &op, report, organisation.as_ref()).await?
            } else {
                take_report(app, &op, report, organisation.as_ref()).await?
            };
            print!("{text}");
        }
        Command::Verify { file } => {
            let text = std::fs::read_to_string(&file).map_err(CliError::from)?;
            let verified = read_snapshot(app, &op, &text).await?;
            let whose = if verified.organisation.is_empty() { "everybody" } else { &verified.organisation };
            eprintln!("{} of {whose}, taken on {}: nobody has changed it", verified.report, verified.at);
            print!("{}", verified.table);
        }
    }
    Ok(())
}
