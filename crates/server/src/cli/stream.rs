//! `wardkey stream`: how far the audit was handed over to whoever watches it elsewhere.

use wardkey_domain::audit::StreamName;
use wardkey_usecases::App;
use wardkey_usecases::audit::{self, StreamReport, instant};

use super::error::CliError;
use super::operator;

/// Lists the streams of the audit, and forgets one.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Prints each stream, how many events wait for it, and why it is not taken.
    List,
    /// Forgets how far a stream had come that is no longer configured; configured again, it begins anew.
    Forget {
        /// The name of its section.
        name: StreamName,
    },
}

/// Carries out the verb.
pub async fn run(args: Args, app: &App) -> Result<(), CliError> {
    let op = operator::op(app);
    match args.command {
        Command::List => {
            let reports = audit::list_streams(app, &op).await?;
            if reports.is_empty() {
                println!("no stream is configured");
            }
            for report in &reports {
                println!("{}", told(report));
            }
        }
        Command::Forget { name } => {
            let standing = audit::forget_stream(app, &op, &name).await?;
            println!("forgot that {name} had come to block {}", standing.position.block);
        }
    }
    Ok(())
}

/// One line: its name, what waits, when something was last taken, and what is wrong.
fn told(report: &StreamReport) -> String {
    let StreamReport { name, is_configured, behind, standing } = report;
    let Some(standing) = standing else { return format!("{name}: has not begun; a server that runs begins it") };
    let taken = standing.handed_over_at.map_or_else(|| "never".to_owned(), instant);
    let mut line = format!("{name}: {behind} events behind, last taken {taken}");
    if let Some(failing) = &standing.failing {
        let (since, next) = (instant(failing.since), instant(failing.next_try_at));
        line.push_str(&format!(", fails since {since}: {}, {} tries, next at {next}", failing.error, failing.tries));
    }
    if !is_configured {
        line.push_str(", not configured");
    }
    line
}
