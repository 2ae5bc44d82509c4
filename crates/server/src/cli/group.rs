//! `wardkey group`: make groups of accounts, for policies and baselines.

use std::path::PathBuf;

use wardkey_usecases::App;
use wardkey_usecases::access::{ChangedGroup, Membership, change_members, group_members, list_groups, make_group};

use super::error::CliError;
use super::operator;

/// Makes groups of accounts, fills and empties them.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Makes a group.
    Make {
        /// Its name: small letters, digits and hyphens.
        name: String,
        /// The ODS code of the organisation that it belongs to.
        #[arg(long)]
        organisation: String,
    },
    /// Puts accounts into a group.
    Add(Members),
    /// Takes accounts out of a group.
    Remove(Members),
    /// Lists groups, or the accounts of one.
    List {
        /// The group.
        name: Option<String>,
    },
}

#[derive(Debug, clap::Args)]
struct Members {
    /// The group.
    name: String,
    /// Email addresses.
    #[arg(required_unless_present = "file")]
    addresses: Vec<String>,
    /// A file with an address on each line.
    #[arg(long)]
    file: Option<PathBuf>,
}

/// Carries out the verb.
pub async fn run(args: Args, app: &App) -> Result<(), CliError> {
    let op = operator::op(app);
    match args.command {
        Command::Make { name, organisation } => {
            make_group(app, &op, &organisation, &name).await?;
            println!("made the group `{name}`");
        }
        Command::Add(members) => change(app, members, Membership::Inside).await?,
        Command::Remove(members) => change(app, members, Membership::Outside).await?,
        Command::List { name: None } => {
            for group in list_groups(app, &op).await? {
                println!("{}: {}", group.name, group.members);
            }
        }
        Command::List { name: Some(name) } => {
            for address in group_members(app, &op, &name).await?.1 {
                println!("{address}");
            }
        }
    }
    Ok(())
}

async fn change(app: &App, members: Members, wanted: Membership) -> Result<(), CliError> {
    let mut addresses = members.addresses;
    if let Some(file) = members.file {
        let text = std::fs::read_to_string(&file)
            .map_err(|error| CliError::refused(format!("failed to read `{}`: {error}", file.display())))?;
        addresses.extend(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned));
    }
    let done = change_members(app, &operator::op(app), &members.name, &addresses, wanted).await?;
    let ChangedGroup { changed, unchanged, unknown } = done;
    println!("changed {changed}, unchanged {unchanged}");
    if unknown.is_empty() {
        return Ok(());
    }
    Err(CliError::refused(format!("nobody has these addresses:\n{}", unknown.join("\n"))))
}
