//! `wardkey account`: take accounts in from a file, and look after one.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

use wardkey_domain::directory::{AccountAddress, AccountFields};
use wardkey_domain::factor::temporary_access_pass::PassTerms;
use wardkey_domain::time::Timestamp;
use wardkey_usecases::App;
use wardkey_usecases::access::{Marking, mark_compromised, next_marking};
use wardkey_usecases::directory::{
    self, ImportMode, IncomingAccount, IncomingRow, account_at, end_sessions, import_accounts, re_enrol,
    set_temporary_password,
};
use wardkey_wire::table::{AccountRecord, Accounts};

use super::audit::moment;
use super::error::CliError;
use super::import_bar::{ImportBar, conclude};
use super::operator;
use super::organisation::broken;

/// Takes accounts in, and looks after one.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Adds and changes accounts from a file. The same file twice changes nothing.
    Import(ImportArgs),
    /// Switches an account off and ends what it has open.
    Disable(Deed),
    /// Switches an account on again.
    Enable(Deed),
    /// Sets a temporary password, prints it once, and ends what the account has open.
    ResetPassword(Deed),
    /// Removes the account's second factors, so that the person enrols again, and ends what it has open.
    ReEnrol(Deed),
    /// Gives the person a temporary access pass, printed once, in place of any before it.
    Pass(PassArgs),
    /// Withdraws the account's temporary access pass.
    WithdrawPass(Deed),
    /// Ends the account's sessions and withdraws what its applications hold.
    EndSessions(Deed),
    /// Marks the account as compromised: nobody gets in with it any more, before its case is worked through on the pages.
    Compromise(CompromiseArgs),
}

#[derive(Debug, clap::Args)]
struct ImportArgs {
    /// The file: columns `ods_code`, `address`, `name`, `given_name`, `family_name`, `kind`, `password_hash`, named in the
    /// first line; the first two are needed. A password hash is a ready Argon2 string in PHC form.
    file: PathBuf,
    /// Says what would be done, and does nothing.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, clap::Args)]
struct Deed {
    /// The account's address.
    address: AccountAddress,
    /// Why, for the audit.
    #[arg(long)]
    reason: String,
}

#[derive(Debug, clap::Args)]
struct PassArgs {
    #[command(flatten)]
    deed: Deed,
    /// For how many minutes it is good; as `temporary_access_pass.lifetime` says without this.
    #[arg(long)]
    minutes: Option<u64>,
    /// Whether it can be used several times.
    #[arg(long)]
    multi_use: bool,
}

#[derive(Debug, clap::Args)]
struct CompromiseArgs {
    #[command(flatten)]
    deed: Deed,
    /// From when on it may have been in the wrong hands, such as `2026-11-20` or `2026-11-20T14:00:00Z`; 7 days ago without this.
    /// What was enrolled since then is quarantined.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<Timestamp>,
}

/// Carries out the verb.
pub async fn run(args: Args, app: &App) -> Result<(), CliError> {
    let op = operator::op(app);
    let deed = match &args.command {
        Command::Import(args) => return import(args, app).await,
        Command::Disable(deed)
        | Command::Enable(deed)
        | Command::ResetPassword(deed)
        | Command::ReEnrol(deed)
        | Command::WithdrawPass(deed)
        | Command::Pass(PassArgs { deed, .. })
        | Command::Compromise(CompromiseArgs { deed, .. })
        | Command::EndSessions(deed) => deed,
    };
    let account = account_at(app, &op, &deed.address).await?;
    let (id, reason) = (account.id, deed.reason.as_str());
    match &args.command {
        Command::Import(_) => {}
        Command::Disable(_) => {
            let account = directory::disable(app, &op, id, reason).await?;
            println!("{} is {}", account.address, account.status.name().words().to_lowercase());
        }
        Command::Enable(_) => {
            let account = directory::enable(app, &op, id, reason).await?;
            println!("{} is {}", account.address, account.status.name().words().to_lowercase());
        }
        Command::ResetPassword(_) => {
            let password = set_temporary_password(app, &op, id, reason).await?;
            println!("temporary password of {}: {}", account.address, password.expose());
            println!("it must be changed at the next sign-in, and is not shown again");
        }
        Command::ReEnrol(_) => {
            let done = re_enrol(app, &op, id, reason).await?;
            println!("{} second factors of {} removed", done.removed, account.address);
            if let Some(code) = done.activation {
                println!("activation code, needed before enrolling again and not shown again: {}", code.expose());
            }
        }
        Command::Pass(args) => {
            let lifetime = args.minutes.map(|minutes| Duration::from_secs(minutes.saturating_mul(60)));
            let terms = PassTerms { starts_at: None, lifetime, multi_use: args.multi_use };
            let pass = directory::next_pass(app, &op);
            let issued = directory::issue_pass(app, &op, id, pass, &terms, reason).await?;
            println!("temporary access pass of {}: {}", account.address, issued.code.expose());
            println!("it is good until {}, and is not shown again", wardkey_usecases::moment(issued.expires_at));
        }
        Command::WithdrawPass(_) => {
            directory::withdraw_pass(app, &op, id, reason).await?;
            println!("the temporary access pass of {} is withdrawn", account.address);
        }
        Command::EndSessions(_) => {
            let ended = end_sessions(app, &op, id, reason).await?;
            println!("{ended} sessions of {} ended", account.address);
        }
        Command::Compromise(args) => {
            let marking = Marking { id: next_marking(app, &op), since: args.since, why: reason };
            let marked = mark_compromised(app, &op, id, marking).await?;
            let case = if marked.again { "added to case" } else { "case" };
            println!("{} is marked as compromised: {case} {}", account.address, marked.number);
            println!("{} of its factors are quarantined; work through the case on the pages", marked.quarantined);
        }
    }
    Ok(())
}

async fn import(args: &ImportArgs, app: &App) -> Result<(), CliError> {
    let mode = if args.dry_run { ImportMode::DryRun } else { ImportMode::Write };
    let file = File::open(&args.file).map_err(|error| CliError::fault("open the file", &error))?;
    let mut bar = ImportBar::new(&file);
    let rows = rows(bar.watch(file));
    let op = operator::op(app);
    let report = import_accounts(app, &op, rows, mode, &mut |news| bar.tell(&news)).await;
    bar.finish();
    conclude(&report?, mode)
}

fn rows<R: Read>(input: R) -> impl Iterator<Item = IncomingRow<IncomingAccount>> {
    Accounts::new(input).map(|record| record.map_or_else(broken, |record| check(&record)))
}

fn check(record: &AccountRecord) -> IncomingRow<IncomingAccount> {
    let fields = AccountFields {
        ods_code: &record.ods_code,
        address: &record.address,
        name: &record.name,
        given_name: &record.given_name,
        family_name: &record.family_name,
        kind: &record.kind,
        password_hash: record.password_hash.expose(),
    };
    IncomingRow { line: record.line, row: IncomingAccount::check(&fields) }
}
