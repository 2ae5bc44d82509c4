//! Deciding on long exceptions that somebody else has asked for [EXC-22].

use wardkey_domain::access::exception::{Broken, Standing, UserException, Wanted};
use wardkey_domain::audit::Event;
use wardkey_domain::id::{AccountId, ExceptionRequestId};
use wardkey_domain::message::{Channel, MessageKind};
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_store::access::Listed;
use wardkey_store::{self as store, Tx};

use super::candidate::Facts;
use super::exception_refused::{RefusedLine, cannot_settle, conflict, sentence};
use super::request::capitalised;
use super::short::given;
use super::withdraw::settled;
use crate::audit::reason;
use crate::directory::{Loaded, changed_meanwhile, load_to_change};
use crate::message::{Notice, notify};
use crate::{App, Error, Result};

/// What came of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// For how many accounts it was carried out.
    pub accounts: usize,
    /// The accounts for which it was not: they wait on.
    pub refused: Vec<RefusedLine>,
}

/// Approves what waits of a request: prompts are suspended for 180 days from now on. Each account is judged again, and one that
/// can not be excepted any more does not stop the others. Accounts that the actor does not look after wait for somebody else.
///
/// # Errors
/// Not found for a request of which the actor sees nothing; when they may decide nothing; `Conflict` with a sentence when it can be
/// approved for nobody.
pub async fn approve_long_exceptions(app: &App, op: &Op, request: ExceptionRequestId) -> Result<Decided> {
    let mut tx = app.store().begin().await?;
    let Waiting { lines, among } = waiting(app, &mut tx, op, request).await?;
    let mut decided = Decided { accounts: 0, refused: Vec::new() };
    for Line { listed, loaded } in lines {
        let loaded = match loaded {
            Ok(loaded) => loaded,
            Err(why) => {
                decided.refused.push(RefusedLine { address: listed.address, why });
                continue;
            }
        };
        let (exception, address) = (listed.of, listed.address);
        match approve(app, &mut tx, op, exception, &loaded, &among).await? {
            Ok(()) => decided.accounts += 1,
            Err(broken) => decided.refused.push(RefusedLine { address, why: sentence(broken) }),
        }
    }
    if decided.accounts == 0 {
        return Err(Error::Conflict(reasons(&decided.refused)));
    }
    tx.commit().await?;
    app.wake().ring(Channel::Mail);
    Ok(decided)
}

async fn approve(
    app: &App,
    tx: &mut Tx,
    op: &Op,
    exception: UserException,
    loaded: &Loaded,
    among: &[AccountId],
) -> Result<std::result::Result<(), Broken>> {
    let facts = Facts::locked(app, tx, op, loaded).await?;
    let wanted = Wanted::Approval { asked_by: exception.asked_by, among };
    let by = op.account().map(|actor| actor.id);
    let cleared = match app.settings().access.exception.judge(&facts.candidate(), wanted, by, op.now) {
        Ok(cleared) => cleared,
        Err(broken) => return Ok(Err(broken)),
    };
    let (before, until) = (exception.standing.clone(), cleared.ends_at());
    let exception = exception.approve(&cleared).map_err(cannot_settle)?;
    if !store::access::save_exception(tx, &before, &exception).await? {
        return Err(changed_meanwhile());
    }
    store::audit::append(tx, op, Some(loaded.account.organisation), given(&exception, until, false)).await?;
    let notice = Notice { until: Some(until), ..Notice::new(MessageKind::ExceptionGiven, exception.account) };
    notify(app, tx, op, notice).await?;
    Ok(Ok(()))
}

/// Rejects what waits of a request, and tells whoever asked, and nobody else.
///
/// # Errors
/// Not found for a request of which the actor sees nothing; when they may decide nothing; `Invalid` without a reason; `Conflict` for
/// somebody who asked for it, or is in it.
pub async fn reject_long_exceptions(app: &App, op: &Op, request: ExceptionRequestId, why: &str) -> Result<Decided> {
    let reason = reason(why)?;
    let mut tx = app.store().begin().await?;
    let Waiting { lines, among } = waiting(app, &mut tx, op, request).await?;
    if op.account().is_some_and(|actor| among.contains(&actor.id)) {
        return Err(conflict(Broken::Oneself));
    }
    let mut decided = Decided { accounts: 0, refused: Vec::new() };
    let mut asked_by = None;
    for Line { listed, loaded } in lines {
        let loaded = match loaded {
            Ok(loaded) => loaded,
            Err(why) => {
                decided.refused.push(RefusedLine { address: listed.address, why });
                continue;
            }
        };
        let before = listed.of;
        asked_by = before.asked_by;
        let after = before.clone().reject(settled(op, &reason)).map_err(cannot_settle)?;
        if !store::access::save_exception(&mut tx, &before.standing, &after).await? {
            return Err(changed_meanwhile());
        }
        let (account, exception) = (after.account, after.id);
        let event = Event::ExceptionRejected { account, exception, reason: reason.clone() };
        store::audit::append(&mut tx, op, Some(loaded.account.organisation), event).await?;
        decided.accounts += 1;
    }
    if decided.accounts == 0 {
        return Err(Error::Conflict(reasons(&decided.refused)));
    }
    if let Some(asked_by) = asked_by {
        let accounts = u32::try_from(decided.accounts).ok();
        let notice = Notice { accounts, ..Notice::new(MessageKind::ExceptionRejected, asked_by) };
        notify(app, &mut tx, op, notice).await?;
    }
    tx.commit().await?;
    app.wake().ring(Channel::Mail);
    Ok(decided)
}

/// What waits of a request, as far as the actor may know of it.
struct Waiting {
    lines: Vec<Line>,
    /// Every account that the request is about.
    among: Vec<AccountId>,
}

/// An account of it, with why the actor may not decide about it, if they may not.
struct Line {
    listed: Listed<UserException>,
    loaded: std::result::Result<Loaded, String>,
}

async fn waiting(app: &App, tx: &mut Tx, op: &Op, request: ExceptionRequestId) -> Result<Waiting> {
    let all = store::access::list_request(tx, request).await?;
    let among = all.iter().map(|listed| listed.of.account).collect();
    let mut lines = Vec::new();
    let (mut seen, mut forbidden) = (false, None);
    for listed in all {
        let loaded = match load_to_change(app, tx, op, Action::ApproveLongException, listed.of.account).await {
            Ok(loaded) => Ok(loaded),
            Err(Error::NotFound(_)) => continue,
            Err(Error::Forbidden(why)) => {
                let sentence = capitalised(&why);
                forbidden = Some(why);
                Err(sentence)
            }
            Err(other) => return Err(other),
        };
        seen = true;
        if matches!(listed.of.standing, Standing::Requested) {
            lines.push(Line { listed, loaded });
        }
    }
    if !seen {
        return Err(Error::NotFound("request"));
    }
    // About none of them: their role does not include it.
    if let Some(why) = forbidden.filter(|_| lines.iter().all(|line: &Line| line.loaded.is_err())) {
        return Err(Error::Forbidden(why));
    }
    if lines.is_empty() {
        return Err(Error::Conflict("Somebody has decided on this request already.".to_owned()));
    }
    Ok(Waiting { lines, among })
}

/// Why it was carried out for nobody: each reason once.
fn reasons(refused: &[RefusedLine]) -> String {
    let mut texts: Vec<&str> = refused.iter().map(|line| line.why.as_str()).collect();
    texts.dedup();
    texts.join(" ")
}
