//! `wardkey organisation`: take organisations in from a file, and switch factors off for one.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use wardkey_domain::directory::{Field, HelpFields, OdsCode, OrganisationFields, OrganisationRow, RowError};
use wardkey_domain::factor::{FactorKind, definition};
use wardkey_usecases::App;
use wardkey_usecases::directory::{ImportMode, IncomingRow, UnknownParents, import_organisations, switch_factors};
use wardkey_wire::table::{Epraccur, EpraccurRow, OrganisationRecord, Organisations, TableError};

use super::error::CliError;
use super::import_bar::ImportBar;
use super::operator;

/// Takes organisations in, or switches factors off for one.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Adds and changes organisations from a file. The same file twice changes nothing.
    Import(ImportArgs),
    /// Switches text messages, calls or recovery codes off for the people of an organisation and of those below it, or on again.
    Factors(FactorsArgs),
}

#[derive(Debug, clap::Args)]
struct FactorsArgs {
    /// The organisation's ODS code.
    ods_code: String,
    /// A factor to be off: `sms`, `voice_call` or `recovery_code`; may be given several times. One that is not given is on.
    #[arg(long, required_unless_present = "all_on")]
    off: Vec<String>,
    /// Switches all of them on again.
    #[arg(long, conflicts_with = "off")]
    all_on: bool,
}

#[derive(Debug, clap::Args)]
struct ImportArgs {
    /// The file.
    file: PathBuf,
    /// `own`: columns `ods_code`, `name`, `kind`, `parent`, `status`, `help_name` and so on, named in the first line. `epraccur`: the report of
    /// the Organisation Data Service, 27 columns without names.
    #[arg(long, value_enum, default_value_t = Format::Own)]
    format: Format,
    /// Says what would be done, and does nothing.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    Own,
    Epraccur,
}

/// Carries out the verb.
pub async fn run(args: Args, app: &App) -> Result<(), CliError> {
    match args.command {
        Command::Import(args) => import(args, app).await,
        Command::Factors(args) => factors(&args, app).await,
    }
}

async fn factors(args: &FactorsArgs, app: &App) -> Result<(), CliError> {
    let code: OdsCode =
        args.ods_code.parse().map_err(|_| CliError::usage(format!("`{}` is no ODS code", args.ods_code)))?;
    let kind =
        |word: &String| word.parse::<FactorKind>().map_err(|_| CliError::usage(format!("`{word}` is no factor")));
    let off: Vec<FactorKind> = args.off.iter().map(kind).collect::<Result<_, _>>()?;
    let organisation = switch_factors(app, &operator::op(app), &code, &off).await?;
    let names: Vec<&str> = off.iter().map(|kind| definition(*kind).name).collect();
    let state = if names.is_empty() { "all factors are on".to_owned() } else { format!("off: {}", names.join(", ")) };
    println!("{}: {state}", organisation.name);
    Ok(())
}

async fn import(args: ImportArgs, app: &App) -> Result<(), CliError> {
    let mode = if args.dry_run { ImportMode::DryRun } else { ImportMode::Write };
    let file = File::open(&args.file).map_err(|error| CliError::fault("open the file", &error))?;
    let mut bar = ImportBar::new(&file);
    let input = bar.watch(file);
    let op = operator::op(app);
    let mut left_out = 0_u64;
    let report = match args.format {
        Format::Own => {
            let rows = own_rows(input);
            import_organisations(app, &op, rows, UnknownParents::Refuse, mode, &mut |news| bar.tell(&news)).await
        }
        Format::Epraccur => {
            let rows = epraccur_rows(input, &mut left_out);
            import_organisations(app, &op, rows, UnknownParents::Ignore, mode, &mut |news| bar.tell(&news)).await
        }
    };
    bar.finish();
    if left_out > 0 {
        println!("{left_out} rows left out: they are not open general practices or former ones");
    }
    super::import_bar::conclude(&report?, mode)
}

fn own_rows<R: Read>(input: R) -> impl Iterator<Item = IncomingRow<OrganisationRow>> {
    Organisations::new(input).map(|record| record.map_or_else(broken, |record| check(&record)))
}

fn epraccur_rows<R: Read>(input: R, left_out: &mut u64) -> impl Iterator<Item = IncomingRow<OrganisationRow>> {
    Epraccur::new(input).filter_map(|row| match row {
        Ok(EpraccurRow::Practice(record)) => Some(check(&record)),
        Ok(EpraccurRow::LeftOut { .. }) => {
            *left_out += 1;
            None
        }
        Err(error) => Some(broken(error)),
    })
}

fn check(record: &OrganisationRecord) -> IncomingRow<OrganisationRow> {
    let fields = OrganisationFields {
        ods_code: &record.ods_code,
        name: &record.name,
        kind: &record.kind,
        parent: &record.parent,
        status: &record.status,
        help: HelpFields {
            name: &record.help_name,
            telephone: &record.help_telephone,
            address: &record.help_address,
            hours: &record.help_hours,
        },
    };
    IncomingRow { line: record.line, row: OrganisationRow::check(&fields) }
}

/// A row that could not even be read.
pub(super) fn broken<T>(error: TableError) -> IncomingRow<T> {
    IncomingRow { line: error.line, row: Err(vec![RowError::new(Field::Row, error.fault)]) }
}
