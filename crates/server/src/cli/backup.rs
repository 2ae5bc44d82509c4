//! `wardkey backup`: a copy of the database, made while it is in use and restored once to prove it.

use std::path::PathBuf;

use wardkey_store::MasterKeys;
use wardkey_usecases::App;
use wardkey_usecases::job::{BackupReport, back_up};

use super::error::CliError;
use super::operator;

/// Makes a backup and proves it by restoring it into a temporary store.
///
/// The copy holds everything but the master key, which must be kept apart from it.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The file to write, which must not exist; beside it there must be room for a second copy.
    file: PathBuf,
}

/// Makes the backup.
pub async fn run(args: Args, app: &App, keys: MasterKeys) -> Result<(), CliError> {
    let report = back_up(app, &operator::op(app), &args.file, keys).await?;
    summarise(&report);
    match &report.audit.problem {
        None => {
            println!("wrote {} and restored it once: all rows are there and the audit verifies", args.file.display());
            Ok(())
        }
        Some(problem) => Err(CliError::refused(format!(
            "wrote {}, but the audit in it is not as it was sealed: {problem}",
            args.file.display()
        ))),
    }
}

/// Prints what a backup holds.
pub fn summarise(report: &BackupReport) {
    for (table, rows) in &report.tables {
        println!("{rows:>12} {table}");
    }
    println!("{:>12} rows, {} audit blocks", report.rows(), report.audit.blocks);
}
