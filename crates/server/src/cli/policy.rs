//! `wardkey policy`: see, check, publish and take back policies where nobody can sign in.

use std::fs;
use std::io::Read as _;
use std::path::PathBuf;

use wardkey_domain::access::history::Changes;
use wardkey_domain::access::{ClientKind, Device, DiffLine, Risk};
use wardkey_domain::session::Strength;
use wardkey_usecases::access::{
    Draft, Publication, Supposed, check_policies, confirm_policies, experience, policy_history, policy_text,
    publish_policies, replay_now, roll_back_policies, what_if,
};
use wardkey_usecases::{App, moment};

use super::error::CliError;
use super::operator;

/// Shows, checks and publishes policies. It needs no session, and what it does is audited.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Writes the policies in force, or an older set, as a file that can be changed and imported.
    Export {
        /// The number of an older set.
        #[arg(long)]
        version: Option<i64>,
    },
    /// Says what publishing a file would change, and whom it would strand. Changes nothing.
    Check {
        /// The file; `-` for standard input.
        file: PathBuf,
    },
    /// Publishes a file. It is in force at once, and is not taken back by itself.
    Import {
        /// The file; `-` for standard input.
        file: PathBuf,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Publishes an older set again.
    Restore {
        /// Its number; `0` for no policies at all.
        version: i64,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Replays the sign-ins of the last 30 days under a file, and says who would have met more than they did. Changes nothing.
    Replay {
        /// The file; `-` for standard input.
        file: PathBuf,
    },
    /// Lists the sets that were published, the newest first.
    History,
    /// Confirms a set that waits for it.
    Confirm {
        /// Its number.
        version: i64,
    },
    /// Takes back a set that waits to be confirmed.
    RollBack {
        /// Its number.
        version: i64,
    },
    /// Says what a sign-in would come to, and why.
    WhatIf(WhatIfArgs),
}

#[derive(Debug, clap::Args)]
struct WhatIfArgs {
    /// Whose: an email address.
    account: String,
    /// The client identifier of an application; our own pages, unless given.
    #[arg(long, default_value = "")]
    application: String,
    /// The network address.
    #[arg(long, default_value = "")]
    address: String,
    /// The country, by its two letters.
    #[arg(long, default_value = "")]
    country: String,
    /// The kind of program.
    #[arg(long, value_enum, default_value_t = Client::Browser)]
    client: Client,
    /// As if on a device that has completed a sign-in before.
    #[arg(long)]
    known_device: bool,
    /// As if in a browser that its owner has had remembered just before.
    #[arg(long)]
    remembered_device: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Client {
    Browser,
    Native,
    Radius,
}

/// Carries out the verb.
pub async fn run(args: Args, app: &App) -> Result<(), CliError> {
    let op = operator::op(app);
    match args.command {
        Command::Export { version } => print!("{}", policy_text(app, &op, version).await?),
        Command::Check { file } => {
            let draft = check_policies(app, &op, &read(&file)?).await?;
            show(&draft);
            if !draft.problems.is_empty() {
                return Err(refused(&draft.problems));
            }
        }
        Command::Replay { file } => replay(app, &read(&file)?).await?,
        Command::Import { file, reason } => publish(app, &read(&file)?, &reason).await?,
        Command::Restore { version: 0, reason } => publish(app, "", &reason).await?,
        Command::Restore { version, reason } => {
            let text = policy_text(app, &op, Some(version)).await?;
            publish(app, &text, &reason).await?;
        }
        Command::History => history(app).await?,
        Command::Confirm { version } => confirm_policies(app, &op, version).await?,
        Command::RollBack { version } => roll_back_policies(app, &op, version).await?,
        Command::WhatIf(args) => explain(app, args).await?,
    }
    Ok(())
}

async fn publish(app: &App, text: &str, reason: &str) -> Result<(), CliError> {
    let op = operator::op(app);
    let draft = check_policies(app, &op, text).await?;
    show(&draft);
    match publish_policies(app, &op, text, draft.base, reason).await? {
        Publication::Published(set) => println!("version {} is in force", set.version),
        Publication::Refused(problems) => return Err(refused(&problems)),
    }
    Ok(())
}

async fn replay(app: &App, text: &str) -> Result<(), CliError> {
    let done = |sign_ins: u64| eprintln!("{sign_ins} sign-ins are done");
    let found = match replay_now(app, &operator::op(app), text, done).await? {
        Ok(found) => found,
        Err(problems) => return Err(CliError::refused(format!("nothing was replayed:\n{}", problems.join("\n")))),
    };
    let words = |changes: &Changes| {
        format!(
            "{} not let in, {} stranded, {} had to set up, {} asked to set up, {} prompted, {} milder",
            changes.blocked,
            changes.stranded,
            changes.must_register,
            changes.may_register,
            changes.prompted,
            changes.milder
        )
    };
    println!("{} sign-ins, {} people: {}", found.sign_ins, found.people, words(&found.totals));
    for (name, people, changes) in &found.organisations {
        println!("  {name}, {people} people: {}", words(changes));
    }
    for (name, people, changes) in &found.applications {
        println!("  to {}, {people} people: {}", name.as_deref().unwrap_or("Wardkey"), words(changes));
    }
    for person in &found.affected {
        let towards = person.application.as_deref().unwrap_or("Wardkey");
        let times = person.of.sign_ins;
        let met = experience(person.of.worst);
        println!("  {} ({}), to {towards}: {met}, {times} times", person.display_name, person.organisation);
    }
    Ok(())
}

async fn history(app: &App) -> Result<(), CliError> {
    let history = policy_history(app, &operator::op(app)).await?;
    let in_force = history.in_force.set.as_ref().map(|set| set.version);
    if in_force.is_none() {
        println!("no policies are in force but the built-in ones");
    }
    for set in &history.sets {
        let by = set.published_by.and_then(|id| history.people.get(&id)).map_or("an operator", String::as_str);
        let state = match (set.rolled_back_at, set.confirmed_at, set.confirm_by) {
            (Some(at), _, _) => format!("taken back on {}", moment(at)),
            (None, Some(_), _) if in_force == Some(set.version) => "in force".to_owned(),
            (None, Some(_), _) => "replaced".to_owned(),
            (None, None, Some(by)) if in_force == Some(set.version) => {
                format!("in force, to be confirmed by {}", moment(by))
            }
            (None, None, _) => "was not confirmed".to_owned(),
        };
        println!("{}: {} by {by}: {}; {state}", set.version, moment(set.published_at), set.reason);
    }
    Ok(())
}

async fn explain(app: &App, args: WhatIfArgs) -> Result<(), CliError> {
    let supposed = Supposed {
        account: args.account,
        application: args.application,
        address: args.address,
        country: args.country,
        client: match args.client {
            Client::Browser => ClientKind::Browser,
            Client::Native => ClientKind::Native,
            Client::Radius => ClientKind::Radius,
        },
        device: if args.known_device || args.remembered_device { Device::Known } else { Device::New },
        is_remembered: args.remembered_device,
        risk: Some(Risk::None),
        asked: Strength::OneFactor,
        at: None,
    };
    let found = what_if(app, &operator::op(app), &supposed).await?;
    println!("{}: {}", found.account.address.as_str(), found.explained.outcome);
    for reason in &found.explained.reasons {
        println!("  because {reason}");
    }
    for step in &found.explained.steps {
        println!("  the person {step}");
    }
    for policy in &found.explained.policies {
        println!("  policy “{}”: {}", policy.name, policy.words);
    }
    Ok(())
}

fn show(draft: &Draft) {
    for line in &draft.diff {
        match line {
            DiffLine::Same(_) => {}
            DiffLine::Added(text) => println!("+ {text}"),
            DiffLine::Removed(text) => println!("- {text}"),
        }
    }
}

fn refused(problems: &[String]) -> CliError {
    CliError::refused(format!("nothing was published:\n{}", problems.join("\n")))
}

fn read(file: &PathBuf) -> Result<String, CliError> {
    if file.as_os_str() == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(|error| CliError::fault("read standard input", &error))?;
        return Ok(text);
    }
    fs::read_to_string(file).map_err(|error| CliError::refused(format!("failed to read `{}`: {error}", file.display())))
}
