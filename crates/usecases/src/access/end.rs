//! The end of an exception, and what goes with it: who did not know where their phone is enrols again [EXC-21].

use wardkey_domain::access::exception::UserException;
use wardkey_domain::audit::{Event, Reason};
use wardkey_domain::credential::{Credentials, Who};
use wardkey_domain::directory::Account;
use wardkey_domain::factor::{FactorKind, definition};
use wardkey_domain::message::{Channel, MessageKind};
use wardkey_domain::op::{Actor, Op};
use wardkey_domain::session::EndedWhy;
use wardkey_domain::time::Timestamp;
use wardkey_store::{self as store, Tx};

use crate::directory::{changed_meanwhile, end_everything};
use crate::message::{Notice, notify};
use crate::{App, Error, Result};

/// How many exceptions one round of the job ends.
const ROUND: u32 = 100;

/// Exceptions and settled requests are forgotten after this long; the audit remembers them.
const MEMORY: std::time::Duration = std::time::Duration::from_secs(400 * 86_400);

/// Who ends what is over.
const JOB: &str = "end_exceptions";

/// Notes the end of exceptions whose time is over, and removes what was on phones that count as lost; says whether there is more.
/// That it is late suspends nothing, and opens nothing. Two nodes at once do it once.
///
/// # Errors
/// When the store fails.
pub async fn end_exceptions(app: &App, op: &Op) -> Result<bool> {
    let due = store::access::list_due(&mut app.store().read().await?, op.now, ROUND).await?;
    let more = due.len() >= usize::try_from(ROUND).unwrap_or(usize::MAX);
    for exception in due {
        let mut tx = app.store().begin().await?;
        let account = store::directory::find_account(&mut tx, exception.account).await?;
        let account = account.ok_or_else(|| Error::fault("find the account of an exception"))?;
        store::credential::lock_credentials(&mut tx, account.id, account.organisation).await?;
        end_due(app, &mut tx, op, &account).await?;
        tx.commit().await?;
        app.wake().ring(Channel::Mail);
    }
    let mut tx = app.store().begin().await?;
    store::access::delete_exceptions_over(&mut tx, op.now.minus(MEMORY)).await?;
    tx.commit().await?;
    Ok(more)
}

/// Notes the end of an exception of this account, if its time is over. The account's credentials are locked.
pub(super) async fn end_due(app: &App, tx: &mut Tx, op: &Op, account: &Account) -> Result<()> {
    let open = store::access::list_account_exceptions(tx, account.id, op.now).await?;
    for exception in open {
        let Ok(over) = exception.clone().lapse(op.now) else { continue };
        // Whoever comes across it has not ended it.
        let op = op.acting_as(Actor::System(JOB));
        if end(tx, &op, account, (&exception, &over), None).await? == Ended::WithPhones {
            let notice = Notice { re_enrol: true, ..Notice::new(MessageKind::ExceptionEnded, account.id) };
            notify(app, tx, &op, notice).await?;
        }
    }
    Ok(())
}

/// What the end of an exception came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// The exception ended, and nothing else.
    Alone,
    /// What was on the person's phone was removed.
    WithPhones,
}

/// Saves that an exception has ended, in the way that the second of the two says. The account's credentials are locked.
pub(super) async fn end(
    tx: &mut Tx,
    op: &Op,
    account: &Account,
    (before, after): (&UserException, &UserException),
    reason: Option<Reason>,
) -> Result<Ended> {
    let owes = store::access::owes_re_enrolment(tx, before.id).await?;
    if !store::access::save_exception(tx, &before.standing, after).await? {
        return Err(changed_meanwhile());
    }
    let ended = match after.voids_phones_from().filter(|_| owes) {
        Some(since) => remove_phones(tx, op, account, since).await?,
        None => Ended::Alone,
    };
    let event = Event::ExceptionEnded {
        account: account.id,
        exception: after.id,
        how: after.standing.as_str().into(),
        reason,
        re_enrol: ended == Ended::WithPhones,
    };
    store::audit::append(tx, op, Some(account.organisation), event).await?;
    Ok(ended)
}

/// Removes every second factor that was on a phone before `since`, and ends what was signed in; keys and cards stay. A pass and
/// recovery codes stay, too: they are how the person sets up another phone.
async fn remove_phones(tx: &mut Tx, op: &Op, account: &Account, since: Timestamp) -> Result<Ended> {
    let credentials = Credentials::new(store::credential::list_credentials(tx, account.id).await?);
    let change = credentials.remove_on_phone(since, op.now);
    if change.removed.is_empty() {
        return Ok(Ended::Alone);
    }
    for credential in change.removed.iter().chain(&change.promoted) {
        if !store::credential::save_credential(tx, credential).await? {
            return Err(changed_meanwhile());
        }
    }
    for factor in FactorKind::ALL.iter().filter(|factor| definition(**factor).on_phone) {
        store::credential::reset_throttle(tx, &Who::Account(account.id), *factor).await?;
    }
    let reason = Reason::parse("the exception for a lost or misplaced phone has ended");
    let reason = reason.map_err(|error| Error::internal("give a reason", error))?;
    end_everything(tx, op, account, EndedWhy::CredentialRemoved, Some(reason.clone())).await?;
    let event = Event::ReEnrolled { account: account.id, reason };
    store::audit::append(tx, op, Some(account.organisation), event).await?;
    Ok(Ended::WithPhones)
}
