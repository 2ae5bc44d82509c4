//! Recent sign-ins: what a person sees of their own account's audit, and who looks after them sees of theirs.

use wardkey_domain::audit::{Event, NumberedEntry, Word};
use wardkey_domain::id::{AccountId, ApplicationId};
use wardkey_domain::op::Op;
use wardkey_domain::permission::{Action, Target};
use wardkey_domain::time::Timestamp;
use wardkey_store::{audit, directory};

use crate::{App, Error, Result};

/// How many sign-ins a page shows.
const PAGE: u32 = 20;

/// A sign-in, or one that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInRecord {
    /// Its place; the next page begins below the last one's.
    pub number: i64,
    /// When it happened.
    pub at: Timestamp,
    /// The application that was signed in to; nothing for the portal.
    pub application: Option<ApplicationId>,
    /// The network address that it came from.
    pub address: Option<String>,
    /// The browser that it came from, in few words.
    pub browser: Option<String>,
    /// How it ended.
    pub outcome: SignInOutcome,
}

/// How a sign-in ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInOutcome {
    /// With a session, after these factors.
    SignedIn(Vec<Word>),
    /// With this refusal, so many times.
    Refused(Word, u32),
}

/// The acting person's own sign-ins with numbers below `before`, newest first.
///
/// # Errors
/// When nobody is signed in, or the store fails.
pub async fn recent_sign_ins(app: &App, op: &Op, before: Option<i64>) -> Result<Vec<SignInRecord>> {
    let own = op.account().ok_or(Error::NotFound("account"))?.id;
    sign_ins_of(app, own, before).await
}

/// The sign-ins of somebody else's account, newest first, for whoever looks after it.
///
/// # Errors
/// When the actor may not see the account, or the store fails.
pub async fn account_sign_ins(app: &App, op: &Op, id: AccountId, before: Option<i64>) -> Result<Vec<SignInRecord>> {
    let mut tx = app.store().read().await?;
    let account = directory::find_account(&mut tx, id).await?.ok_or(Error::NotFound("account"))?;
    let roles = directory::list_account_roles(&mut tx, id, op.now).await?;
    op.require(Action::SeeAccount, &Target::account(&account, &roles))?;
    drop(tx);
    sign_ins_of(app, id, before).await
}

/// The sign-ins of `account`, newest first. The caller has asked whether the actor may see them.
async fn sign_ins_of(app: &App, account: AccountId, before: Option<i64>) -> Result<Vec<SignInRecord>> {
    let events = audit::list_account_sign_ins(&mut app.store().read().await?, account, before, PAGE).await?;
    Ok(events.into_iter().filter_map(record).collect())
}

/// An event that cannot be read (a later version wrote it) is left out.
fn record(event: NumberedEntry) -> Option<SignInRecord> {
    let outcome = match event.entry.read().ok()?.event {
        Event::SignedIn { factors, .. } => SignInOutcome::SignedIn(factors),
        Event::SignInRefused { refusal, count, .. } => SignInOutcome::Refused(refusal, count),
        _ => return None,
    };
    Some(SignInRecord {
        number: event.number,
        at: event.entry.at,
        application: event.entry.application,
        address: event.entry.address,
        browser: event.entry.browser,
        outcome,
    })
}
