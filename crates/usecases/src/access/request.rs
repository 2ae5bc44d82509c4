//! Asking for long exceptions, for one account or for many [EXC-22].

use std::collections::BTreeMap;

use wardkey_domain::access::exception::{Ground, LongReason, UserException, Wanted};
use wardkey_domain::audit::{Event, Reason};
use wardkey_domain::directory::AccountAddress;
use wardkey_domain::id::{ExceptionRequestId, UserExceptionId};
use wardkey_domain::op::Op;
use wardkey_domain::permission::{Action, Extent};
use wardkey_store::{self as store, Tx};

use super::candidate::Facts;
use super::exception_refused::{RefusedLine, sentence};
use super::short::insert;
use crate::audit::reason;
use crate::directory::{load_to_change, require_fresh_factor};
use crate::{App, Error, Result};

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct NewRequest<'a> {
    /// The addresses of the accounts, one in each line.
    pub addresses: &'a str,
    /// The word of the reason.
    pub why: &'a str,
    /// What explains it.
    pub text: &'a str,
}

/// What came of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedFor {
    /// The request, if anything could be asked for.
    pub request: Option<ExceptionRequestId>,
    /// For how many accounts.
    pub accounts: usize,
    /// The lines for which nothing was, in the order in which they were typed.
    pub refused: Vec<RefusedLine>,
}

/// Whether the actor may ask for long exceptions: what a page asks before it asks for addresses.
///
/// # Errors
/// When the actor may not; a fresh second factor may be needed first [SES-8].
pub fn may_request_exceptions(app: &App, op: &Op) -> Result<()> {
    if op.extent(Action::RequestLongException) == Extent::Nothing {
        return Err(Error::NotFound("page"));
    }
    require_fresh_factor(app, op)
}

/// Asks for exceptions of 180 days. Each account is judged by itself, and one for which it cannot be asked does not stop the
/// others. Nobody's prompts are suspended before somebody else has approved.
///
/// # Errors
/// When the actor may not ask for anybody; `Invalid` for no reason, no address, or too many of them.
pub async fn request_long_exceptions(app: &App, op: &Op, new: NewRequest<'_>) -> Result<AskedFor> {
    may_request_exceptions(app, op)?;
    let (why, text) = (long_reason(new.why)?, reason(new.text)?);
    let lines = lines(new.addresses, app.settings().access.exception.most_accounts)?;
    let request = ExceptionRequestId::new(op.now, app.id_entropy());
    let ground = Ground::Long { reason: why, text: text.clone(), request };
    let mut tx = app.store().begin().await?;
    let mut refused: Vec<(usize, RefusedLine)> = Vec::new();
    let mut accounts = 0;
    // In the order of the addresses: two requests for the same people never wait for each other.
    for (address, places) in lines {
        let mut places = places.into_iter();
        let first = places.next().unwrap_or(0);
        refused.extend(places.map(|place| {
            let why = "This address stands in another line already.".to_owned();
            (place, RefusedLine { address: address.clone(), why })
        }));
        match ask(app, &mut tx, op, &address, &ground, (request, &text)).await? {
            Ok(()) => accounts += 1,
            Err(why) => refused.push((first, RefusedLine { address, why })),
        }
    }
    if accounts > 0 {
        tx.commit().await?;
    }
    refused.sort_by_key(|(place, _)| *place);
    let refused = refused.into_iter().map(|(_, line)| line).collect();
    Ok(AskedFor { request: (accounts > 0).then_some(request), accounts, refused })
}

/// Asks for one account; why not, if not.
async fn ask(
    app: &App,
    tx: &mut Tx,
    op: &Op,
    address: &str,
    ground: &Ground,
    (request, text): (ExceptionRequestId, &Reason),
) -> Result<std::result::Result<(), String>> {
    const NOBODY: &str = "No account that you look after has this address.";
    let Ok(parsed) = AccountAddress::parse(address) else {
        return Ok(Err("This is not an email address.".to_owned()));
    };
    let Some(found) = store::directory::find_account_by_address(tx, &parsed).await? else {
        return Ok(Err(NOBODY.to_owned()));
    };
    let loaded = match load_to_change(app, tx, op, Action::RequestLongException, found.id).await {
        Ok(loaded) => loaded,
        Err(Error::NotFound(_)) => return Ok(Err(NOBODY.to_owned())),
        Err(Error::Forbidden(why)) => return Ok(Err(capitalised(&why))),
        Err(other) => return Err(other),
    };
    let facts = Facts::locked(app, tx, op, &loaded).await?;
    let by = op.account().map(|actor| actor.id);
    let judged = app.settings().access.exception.judge(&facts.candidate(), Wanted::Request, by, op.now);
    let cleared = match judged {
        Ok(cleared) => cleared,
        Err(broken) => return Ok(Err(sentence(broken))),
    };
    let id = UserExceptionId::new(op.now, app.id_entropy());
    let exception = UserException::request(id, &cleared, ground.clone());
    insert(tx, &exception).await?;
    let (account, exception, reason) = (found.id, exception.id, text.clone());
    let event = Event::ExceptionRequested { account, exception, request, why: ground.word().into(), reason };
    store::audit::append(tx, op, Some(found.organisation), event).await?;
    Ok(Ok(()))
}

/// A denial, written to stand in a log line, as a sentence.
pub(crate) fn capitalised(why: &str) -> String {
    let mut rest = why.chars();
    let first: String = rest.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", rest.as_str())
}

/// The addresses that were typed, each with the lines that it stands in.
fn lines(typed: &str, most: usize) -> Result<BTreeMap<String, Vec<usize>>> {
    let mut lines: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let typed = typed.lines().map(str::trim).filter(|line| !line.is_empty());
    for (place, line) in typed.enumerate() {
        lines.entry(line.to_lowercase()).or_default().push(place);
    }
    match lines.len() {
        0 => Err(Error::invalid("addresses", "Enter the email address of whoever needs it")),
        some if some > most => {
            Err(Error::invalid("addresses", format!("Enter at most {most} addresses. Ask for the others after that")))
        }
        _some => Ok(lines),
    }
}

fn long_reason(why: &str) -> Result<LongReason> {
    why.parse().map_err(|_| Error::invalid("why", "Select why they need it"))
}
