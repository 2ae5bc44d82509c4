//! `wardkey token`: take hardware tokens in from a file, and give one to somebody.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use wardkey_domain::directory::{AccountAddress, OdsCode, RowError};
use wardkey_usecases::App;
use wardkey_usecases::directory::{ImportMode, ImportProgress, account_at, assign_token, import_tokens, remove_token};

use super::error::CliError;
use super::import_bar::{ImportBar, conclude};
use super::operator;

/// Takes hardware tokens in, and gives one to somebody.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Takes tokens in from a file of their maker. The same file twice changes nothing.
    Import(ImportArgs),
    /// Gives a token in stock to somebody, who activates it by a code.
    Assign(AssignArgs),
    /// Takes a token out of stock: it was entered wrongly, or is broken.
    Remove(RemoveArgs),
}

#[derive(Debug, clap::Args)]
struct ImportArgs {
    /// The file: columns `upn`, `serial number`, `secret key`, `time interval`, `manufacturer`, `model`, and if there is one
    /// `hash function`, named in the first line. A row without a `upn` is a token in stock.
    file: PathBuf,
    /// The ODS code of the organisation whose tokens they are.
    #[arg(long, value_name = "ODS")]
    organisation: String,
    /// Writes the rows that were refused to this file, which must be new: line, column and what is wrong; never a key.
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
    /// Says what would be done, and does nothing.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, clap::Args)]
struct AssignArgs {
    /// The number on the token.
    serial: String,
    /// The account's address.
    address: AccountAddress,
}

#[derive(Debug, clap::Args)]
struct RemoveArgs {
    /// The number on the token.
    serial: String,
    /// The ODS code of the organisation whose it is.
    #[arg(long, value_name = "ODS")]
    organisation: String,
}

/// Carries out the verb.
pub async fn run(args: Args, app: &App) -> Result<(), CliError> {
    match args.command {
        Command::Import(args) => import(&args, app).await,
        Command::Assign(args) => {
            let op = operator::op(app);
            let account = account_at(app, &op, &args.address).await?;
            assign_token(app, &op, account.id, &args.serial).await?;
            println!("{} has token {}, and activates it by a code", account.address, args.serial.trim());
            Ok(())
        }
        Command::Remove(args) => {
            remove_token(app, &operator::op(app), &ods_code(&args.organisation)?, &args.serial).await?;
            println!("token {} is not in stock any more", args.serial.trim());
            Ok(())
        }
    }
}

fn ods_code(text: &str) -> Result<OdsCode, CliError> {
    text.parse().map_err(|_| CliError::usage(format!("`{text}` is no ODS code")))
}

async fn import(args: &ImportArgs, app: &App) -> Result<(), CliError> {
    let code = ods_code(&args.organisation)?;
    let mode = if args.dry_run { ImportMode::DryRun } else { ImportMode::Write };
    let file = File::open(&args.file).map_err(|error| CliError::fault("open the file", &error))?;
    let mut refused = args.errors.as_ref().map(Refused::new).transpose()?;
    let mut bar = ImportBar::new(&file);
    let rows = wardkey_protocols::file::tokens(bar.watch(file));
    let op = operator::op(app);
    let report = import_tokens(app, &op, &code, rows, mode, &mut |news| {
        if let (Some(refused), ImportProgress::Refused { line, errors }) = (&mut refused, &news) {
            refused.note(*line, errors);
        }
        bar.tell(&news);
    })
    .await;
    bar.finish();
    if let Some(refused) = refused {
        refused.finish()?;
    }
    conclude(&report?, mode)
}

/// The file of the rows that were refused.
struct Refused {
    file: csv::Writer<File>,
    fault: Option<csv::Error>,
}

impl Refused {
    fn new(path: &PathBuf) -> Result<Self, CliError> {
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let file = file.map_err(|error| CliError::fault("make the file for what is refused", &error))?;
        let mut file = csv::Writer::from_writer(file);
        let fault = file.write_record(["line", "column", "error"]).err();
        Ok(Self { file, fault })
    }

    fn note(&mut self, line: u64, errors: &[RowError]) {
        for error in errors {
            let record = [line.to_string(), error.field.as_str().to_owned(), error.message.clone()];
            self.fault = self.fault.take().or(self.file.write_record(record).err());
        }
    }

    fn finish(mut self) -> Result<(), CliError> {
        if let Some(fault) = self.fault {
            return Err(CliError::fault("write what is refused", &fault));
        }
        self.file.flush().map_err(|error| CliError::fault("write what is refused", &error))?;
        let mut file = self.file.into_inner().map_err(|error| CliError::fault("write what is refused", &error))?;
        file.flush().map_err(|error| CliError::fault("write what is refused", &error))
    }
}
