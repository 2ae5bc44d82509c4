//! Giving somebody a temporary access pass, and withdrawing it [ADM-14].

use wardkey_domain::audit::Event;
use wardkey_domain::credential::Who;
use wardkey_domain::factor::FactorKind;
use wardkey_domain::factor::temporary_access_pass::{BadPassTerms, PassCode, PassState, PassTerms};
use wardkey_domain::id::{AccountId, CredentialId};
use wardkey_domain::message::{Channel, MessageKind};
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;
use wardkey_store as store;
use wardkey_store::credential::NewPass;

use super::target::load_to_change;
use crate::access::refuse_compromised;
use crate::audit::reason;
use crate::credential::{PassEnd, end_pass};
use crate::message::{Notice, notify};
use crate::{App, Error, Result};

/// A pass that was given. The code is shown once.
#[derive(Debug)]
pub struct IssuedPass {
    /// What the person types, in groups of four.
    pub code: Secret<String>,
    /// From when on it is good.
    pub starts_at: Timestamp,
    /// From when on it is not.
    pub expires_at: Timestamp,
    /// Whether it can be used several times.
    pub multi_use: bool,
}

/// What the next pass will be called: drawn for the page that asks for its terms.
pub fn next_pass(app: &App, op: &Op) -> CredentialId {
    CredentialId::new(op.now, app.id_entropy())
}

/// Gives an account the pass that [`next_pass`] named, in place of any that it had; guesses at that one are forgotten.
///
/// A page that is sent twice gives one pass: a reload must not void what the person was told a moment ago.
///
/// # Errors
/// When the actor may not, it is their own account, or there is no reason; `Invalid` for terms beyond the bounds; `Conflict`
/// for an account that cannot use one: nobody signs in with it, or it is privileged; and when one was given since.
pub async fn issue_pass(
    app: &App,
    op: &Op,
    id: AccountId,
    pass: CredentialId,
    terms: &PassTerms,
    why: &str,
) -> Result<IssuedPass> {
    let reason = reason(why)?;
    let rules = &app.settings().signin.pass;
    let (starts_at, expires_at) = rules.window(terms, op.now).map_err(|why| {
        let field = match why {
            BadPassTerms::Lifetime { .. } => "lifetime",
            BadPassTerms::Start => "date",
        };
        Error::invalid(field, why.to_string())
    })?;
    let mut tx = app.store().begin().await?;
    let loaded = load_to_change(app, &mut tx, op, Action::IssuePass, id).await?;
    let account = &loaded.account;
    if !account.kind.may_sign_in() {
        let kind = account.kind.words();
        return Err(Error::Conflict(format!("nobody signs in with a {kind}, so it gets no pass")));
    }
    // SECURITY: whoever gives passes to people with rights would have those rights.
    if loaded.is_privileged() {
        let why = "A privileged account gets no pass. Make it enrol again, and pass on the activation code.";
        return Err(Error::Conflict(why.to_owned()));
    }
    let code = PassCode::new(app.random(), rules.length);
    let shown = code.text();
    let multi_use = terms.multi_use;
    let state = PassState { id: pass, code, starts_at, expires_at, multi_use };
    let issued_by = op.account().map(|actor| actor.id);
    let new = NewPass { state: &state, account: id, organisation: account.organisation, issued_by };
    store::credential::lock_credentials(&mut tx, id, account.organisation).await?;
    refuse_compromised(&mut tx, account).await?;
    if !store::credential::insert_pass(&mut tx, &new, op.now).await? {
        let why = "A pass was given to this person after this page was opened, and is not shown again. Open the page anew \
                   if they need another one.";
        return Err(Error::Conflict(why.to_owned()));
    }
    store::signin::stop_pass_flows(&mut tx, id, None, op.now).await?;
    store::credential::reset_throttle(&mut tx, &Who::Account(id), FactorKind::TemporaryAccessPass).await?;
    let event = Event::PassIssued { account: id, until: expires_at, multi_use, reason };
    store::audit::append(&mut tx, op, Some(account.organisation), event).await?;
    notify(app, &mut tx, op, Notice::new(MessageKind::PassIssued, id)).await?;
    tx.commit().await?;
    app.wake().ring(Channel::Mail);
    Ok(IssuedPass { code: shown, starts_at, expires_at, multi_use })
}

/// Ends the pass of an account, and what somebody has begun with it and not finished.
///
/// # Errors
/// When the actor may not, there is no reason; `Conflict` when there is no pass to end.
pub async fn withdraw_pass(app: &App, op: &Op, id: AccountId, why: &str) -> Result<()> {
    let reason = reason(why)?;
    let mut tx = app.store().begin().await?;
    let loaded = load_to_change(app, &mut tx, op, Action::IssuePass, id).await?;
    let end = PassEnd { why: "withdrawn", reason: Some(reason), flow: None };
    if !end_pass(&mut tx, op, (id, loaded.account.organisation), end).await? {
        return Err(Error::Conflict("There is no pass that could be withdrawn.".to_owned()));
    }
    tx.commit().await?;
    Ok(())
}
