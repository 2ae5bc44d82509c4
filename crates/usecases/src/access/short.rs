//! Suspending somebody's prompts for a day [EXC-20].

use wardkey_domain::access::exception::{ShortReason, UserException, Wanted};
use wardkey_domain::audit::Event;
use wardkey_domain::id::{AccountId, UserExceptionId};
use wardkey_domain::message::{Channel, MessageKind};
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_domain::time::Timestamp;
use wardkey_store::{self as store, Tx};

use super::candidate::Facts;
use super::exception_refused::conflict;
use crate::audit::reason;
use crate::directory::{changed_meanwhile, load_to_change};
use crate::message::{Notice, notify};
use crate::{App, Error, Result};

/// What was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GivenException {
    /// From when on prompts are back.
    pub until: Timestamp,
    /// Whether what is on the person's phone is removed then.
    pub re_enrol: bool,
    /// Whether it is the last that there may be within thirty days.
    pub repeated: bool,
}

/// Suspends the prompts of an account for 24 hours from now on; `why` is a word of the list, `text` explains the last of them.
///
/// # Errors
/// When the actor may not, or it is their own account; `Invalid` for no reason; `Conflict` with a sentence for the rule that stands
/// against it.
pub async fn give_short_exception(app: &App, op: &Op, id: AccountId, why: &str, text: &str) -> Result<GivenException> {
    let ground = short_reason(why, text)?;
    let mut tx = app.store().begin().await?;
    let loaded = load_to_change(app, &mut tx, op, Action::GrantShortException, id).await?;
    let facts = Facts::locked(app, &mut tx, op, &loaded).await?;
    let by = op.account().map(|actor| actor.id);
    let rules = app.settings().access.exception;
    let cleared = rules.judge(&facts.candidate(), Wanted::Short, by, op.now).map_err(conflict)?;
    let exception = UserException::give(UserExceptionId::new(op.now, app.id_entropy()), &cleared, ground);
    insert(&mut tx, &exception).await?;
    let (until, repeated) = (cleared.ends_at(), cleared.is_last_short());
    let re_enrol = exception.ground.means_re_enrolment();
    store::audit::append(&mut tx, op, Some(exception.organisation), given(&exception, until, repeated)).await?;
    let notice = Notice { until: Some(until), re_enrol, ..Notice::new(MessageKind::ExceptionGiven, id) };
    notify(app, &mut tx, op, notice).await?;
    tx.commit().await?;
    app.wake().ring(Channel::Mail);
    Ok(GivenException { until, re_enrol, repeated })
}

/// The event of an exception that was given.
pub(super) fn given(exception: &UserException, until: Timestamp, repeated: bool) -> Event {
    Event::ExceptionGiven {
        account: exception.account,
        exception: exception.id,
        span: exception.ground.kind().as_str().into(),
        why: exception.ground.word().into(),
        until,
        reason: exception.ground.text().cloned(),
        repeated,
    }
}

/// Saves a new exception. The database itself refuses a second one.
pub(super) async fn insert(tx: &mut Tx, exception: &UserException) -> Result<()> {
    match store::access::insert_exception(tx, exception).await {
        Err(error) if error.is_unique().is_some() => Err(changed_meanwhile()),
        other => Ok(other?),
    }
}

fn short_reason(why: &str, text: &str) -> Result<ShortReason> {
    let typed = (!text.trim().is_empty()).then(|| reason(text)).transpose()?;
    let is_typed = typed.is_some();
    ShortReason::parse(why, typed).map_err(|_| {
        // The one word that is right and yet no reason by itself.
        if ShortReason::WORDS.contains(&why) && !is_typed {
            Error::invalid("reason", "Say what the reason is")
        } else {
            Error::invalid("why", "Select why they need it")
        }
    })
}
