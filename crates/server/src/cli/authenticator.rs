//! `wardkey authenticator`.

use std::fs::OpenOptions;
use std::io::{BufRead, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use data_encoding::BASE32_NOPAD;
use serde::{Deserialize, Serialize};
use wardkey_domain::factor::Code;
use wardkey_domain::factor::push::FraudReason;
use wardkey_domain::factor::totp::Step;
use wardkey_gateway::authenticator::{Account, Joining, Link, call};
use wardkey_wire::authenticator::{Context, Hellos, Outcome, Registered, Request, Requests};

use super::error::CliError;
use crate::clock;

/// An authenticator app for a terminal: the reference client of the authenticator protocol.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where its accounts are kept, with their keys. Nobody but you may read it.
    #[arg(long, default_value = "wardkey-authenticator.json", value_name = "FILE")]
    file: PathBuf,
    /// Certificate authorities to trust beside the system's, in PEM.
    #[arg(long, value_name = "FILE")]
    roots: Option<PathBuf>,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Adds an account by the link of a set-up page.
    Enrol {
        /// What the QR code says; without it, it is read from standard input.
        link: Option<String>,
        /// What this app is called.
        #[arg(long, default_value = "Terminal")]
        name: String,
    },
    /// Shows accounts and open requests.
    List,
    /// Answers the open request with the number on the page, or reports it.
    Approve {
        /// The number on the page; without it, it is asked for.
        #[arg(long, conflicts_with = "not_me")]
        number: Option<String>,
        /// It is not you: reports it. `not_started`, `asked_by_somebody` or `wrong_details`.
        #[arg(long, value_name = "REASON")]
        not_me: Option<String>,
        /// Which request, where several are open: the beginning of its identifier, as `list` shows it.
        #[arg(long)]
        request: Option<String>,
    },
    /// Shows the codes of all accounts.
    Code,
}

#[derive(Default, Serialize, Deserialize)]
struct Kept {
    accounts: Vec<Account>,
}

/// Carries the verb out.
///
/// # Errors
/// Says what did not work.
pub async fn run(args: Args) -> Result<(), CliError> {
    let mut kept = read(&args.file)?;
    let roots = args.roots.as_deref().map(std::fs::read).transpose()?;
    let roots = roots.as_deref();
    match args.verb {
        Verb::Enrol { link, name } => {
            let link = match link {
                Some(link) => link,
                None => ask("Link of the set-up page: ")?,
            };
            let link = Link::parse(&link).map_err(|error| CliError::usage(error.to_string()))?;
            let (joining, registration) = Joining::begin(&link, &name).map_err(|error| refused(&error))?;
            let registered: Registered =
                call(&link.origin, "registrations", &registration, roots).await.map_err(|error| refused(&error))?;
            let account = joining.bound(registered).map_err(|error| refused(&error))?;
            println!("Added {} at {}.", account.name, account.organisation);
            println!("One step is left: `wardkey authenticator approve` with the number that the page shows now.");
            kept.accounts.retain(|other| other.account != account.account);
            kept.accounts.push(account);
            write(&args.file, &kept)
        }
        Verb::List => {
            for account in &kept.accounts {
                println!("{}  {}, {}", account.account, account.name, account.organisation);
            }
            for (account, request) in open(&kept, roots).await? {
                show(&account, &request);
            }
            Ok(())
        }
        Verb::Approve { number, not_me, request } => {
            let chosen = choose(open(&kept, roots).await?, request.as_deref())?;
            answer(&chosen, number, not_me, roots).await
        }
        Verb::Code => {
            let now = clock::system()();
            for account in &kept.accounts {
                let seed = BASE32_NOPAD.decode(account.secret.as_bytes());
                let seed = seed.map_err(|_| CliError::refused("a kept key for codes cannot be read"))?;
                println!("{}  {}, {}", Code::at(&seed, Step::of(now)).text(), account.name, account.organisation);
            }
            Ok(())
        }
    }
}

/// The open requests of every account.
async fn open(kept: &Kept, roots: Option<&[u8]>) -> Result<Vec<(Account, Request)>, CliError> {
    let mut open = Vec::new();
    for account in &kept.accounts {
        let hello = account.hello(clock::system()()).map_err(|error| refused(&error))?;
        let hellos = Hellos { hellos: vec![hello] };
        let told: Requests =
            call(&account.origin, "requests", &hellos, roots).await.map_err(|error| refused(&error))?;
        for gone in told.gone {
            eprintln!("wardkey: {gone} ({}) is not bound to this app any more", account.name);
        }
        open.extend(told.requests.into_iter().map(|request| (account.clone(), request)));
    }
    Ok(open)
}

fn choose(mut open: Vec<(Account, Request)>, named: Option<&str>) -> Result<(Account, Request), CliError> {
    if let Some(named) = named {
        open.retain(|(_, request)| request.request.starts_with(named));
    }
    match (open.pop(), open.is_empty()) {
        (Some(one), true) => Ok(one),
        (Some(_), false) => Err(CliError::refused("several requests are open: name one with --request")),
        (None, _) => Err(CliError::refused("no request is open")),
    }
}

async fn answer(
    (account, request): &(Account, Request),
    number: Option<String>,
    not_me: Option<String>,
    roots: Option<&[u8]>,
) -> Result<(), CliError> {
    show(account, request);
    let answer = match not_me {
        Some(reason) => {
            let reason: FraudReason = reason.parse().map_err(|_| CliError::usage("there is no such reason"))?;
            account.refuse(request, reason)
        }
        None => {
            let number = match number {
                Some(number) => number,
                None => ask("Number on the page: ")?,
            };
            account.approve(request, number.trim())
        }
    };
    let answer = answer.map_err(|error| CliError::usage(error.to_string()))?;
    let outcome: Outcome = call(&account.origin, "answers", &answer, roots).await.map_err(|error| refused(&error))?;
    println!("{}", outcome.outcome);
    match outcome.outcome.as_str() {
        "approved" | "refused" => Ok(()),
        "wrong_number" => Err(CliError::refused("that was not the number on the page")),
        _ => Err(CliError::refused("the request was over")),
    }
}

/// Says what a request is about.
fn show(account: &Account, request: &Request) {
    println!("Request {} for {} at {}", request.request, account.name, account.organisation);
    let Ok(context) = serde_json::from_str::<Context>(&request.context) else { return };
    let or = |text: Option<String>, otherwise: &str| text.unwrap_or_else(|| otherwise.to_owned());
    println!("  application: {}", or(context.application, "the portal"));
    println!("  place:       {}", or(context.place, "not known"));
    println!("  address:     {}", or(context.address, "not known"));
    println!("  browser:     {}", or(context.browser, "not known"));
    if !context.known {
        println!("  WARNING: this browser has not signed in to the account before");
    }
}

fn ask(question: &str) -> Result<String, CliError> {
    eprint!("{question}");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim().to_owned())
}

fn read(file: &Path) -> Result<Kept, CliError> {
    match std::fs::read(file) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map_err(|_| CliError::refused(format!("`{}` holds no accounts", file.display()))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Kept::default()),
        Err(error) => Err(error.into()),
    }
}

/// Writes a new file beside the old one and puts it in its place, so that a crash loses no key.
fn write(file: &Path, kept: &Kept) -> Result<(), CliError> {
    let bytes = serde_json::to_vec_pretty(kept).map_err(|error| CliError::fault("write the accounts", &error))?;
    let new = file.with_extension("new");
    let mut open = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    open.write_all(&bytes)?;
    open.sync_all()?;
    Ok(std::fs::rename(&new, file)?)
}

fn refused(error: &dyn std::error::Error) -> CliError {
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    CliError::refused(format!("{error}{cause}"))
}
