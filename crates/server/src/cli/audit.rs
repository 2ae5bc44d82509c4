//! `wardkey audit`: verify the audit, export it, and print the keys that sign it.

use std::fs::OpenOptions;
use std::io::{BufWriter, Write, stdout};
use std::path::PathBuf;

use wardkey_domain::time::Timestamp;
use wardkey_usecases::App;
use wardkey_usecases::audit::{self, ExportFormat, Period, Verification};

use super::error::CliError;
use super::operator;

/// Verifies or exports the audit.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Reads the whole audit and its anchor file, and names the first thing that is not as it was sealed.
    Verify(VerifyArgs),
    /// Writes the events of a time, as lines of JSON or as CSV.
    Export(ExportArgs),
    /// Prints the public keys that sign the audit, in PEM, with their fingerprints.
    Keys,
    /// Makes a new key that signs the audit from now on.
    RotateKey,
}

#[derive(Debug, clap::Args)]
struct VerifyArgs {
    /// Fails unless the newest key has this fingerprint; spaces and case do not matter.
    #[arg(long, value_name = "HEX")]
    fingerprint: Option<String>,
}

#[derive(Debug, clap::Args)]
struct ExportArgs {
    /// `jsonl` or `csv`.
    #[arg(long)]
    format: ExportFormat,
    /// From this moment on, such as `2026-04-01` or `2026-04-01T09:30:00Z`.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<Timestamp>,
    /// Before this moment.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<Timestamp>,
    /// The file to write, which must not exist; without it, the terminal.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Carries out the verb.
pub async fn run(args: Args, app: &App) -> Result<(), CliError> {
    let op = operator::op(app);
    match args.command {
        Command::Verify(args) => report(&audit::verify(app, &op).await?, args.fingerprint.as_deref()),
        Command::Export(args) => export(app, args).await,
        Command::Keys => {
            for key in audit::public_keys(app, &op).await? {
                print!("# {} fingerprint {}\n{}", key.id(), key.fingerprint(), key.to_pem());
            }
            Ok(())
        }
        Command::RotateKey => {
            let key = audit::rotate_audit_key(app, &op).await?;
            println!("made {} with fingerprint {}", key.id(), key.fingerprint());
            Ok(())
        }
    }
}

/// Prints what was found; a problem is the verb's failure.
fn report(found: &Verification, fingerprint: Option<&str>) -> Result<(), CliError> {
    println!("{} blocks and {} sealed events are sound", found.blocks, found.events);
    if found.waiting > 0 {
        println!("{} events are not sealed yet", found.waiting);
    }
    if let Some((hash, sealed_at)) = found.head {
        println!("last block {} of {}: {hash}", found.blocks, audit::instant(sealed_at));
    }
    for key in &found.keys {
        println!("key {} fingerprint {}", key.id(), key.fingerprint());
    }
    match &found.anchor {
        Some(anchor) => {
            let last = anchor.last.map_or_else(|| "no block".to_owned(), |last| format!("block {last}"));
            println!("anchor file: {} lines, up to {last}", anchor.lines);
            if anchor.restorations > 0 {
                println!(
                    "anchor file: a backup was restored {} times, and later blocks were given up",
                    anchor.restorations
                );
            }
        }
        None => println!("anchor file: none, so a cut-off end would not show"),
    }
    if let Some(problem) = &found.problem {
        return Err(CliError::refused(format!("the audit is not as it was sealed: {problem}")));
    }
    let plain = |text: &str| text.replace(' ', "").to_ascii_lowercase();
    if let (Some(expected), newest) = (fingerprint, found.keys.last())
        && newest.is_none_or(|key| plain(&key.fingerprint()) != plain(expected))
    {
        return Err(CliError::refused("the newest key has another fingerprint"));
    }
    Ok(())
}

async fn export(app: &App, args: ExportArgs) -> Result<(), CliError> {
    let op = operator::op(app);
    let period = Period { since: args.since, until: args.until };
    let mut out: Box<dyn Write + Send> = match &args.output {
        Some(path) => {
            let file = OpenOptions::new().write(true).create_new(true).open(path);
            let file =
                file.map_err(|error| CliError::refused(format!("cannot write `{}`: {error}", path.display())))?;
            Box::new(BufWriter::new(file))
        }
        None => Box::new(BufWriter::new(stdout())),
    };
    let written = audit::export(app, &op, args.format, period, &mut *out).await?;
    // The events themselves may be on standard output.
    eprintln!("{written} events written");
    Ok(())
}

/// Reads a moment.
pub(super) fn moment(text: &str) -> Result<Timestamp, String> {
    audit::parse_instant(text).ok_or_else(|| "write a time as 2026-04-01 or 2026-04-01T09:30:00Z".to_owned())
}
