//! What every use case on one's own credentials begins with.

use wardkey_domain::audit::{Event, Reason};
use wardkey_domain::credential::{Credential, Credentials, Label};
use wardkey_domain::directory::Account;
use wardkey_domain::factor::{FactorKind, definition};
use wardkey_domain::id::{AccountId, CredentialId, FlowId, OrganisationId, SessionId};
use wardkey_domain::message::MessageKind;
use wardkey_domain::op::{ActingAccount, Op};
use wardkey_domain::permission::{Action, Target};
use wardkey_domain::session::ProofRecord;
use wardkey_domain::signin::Refusal;
use wardkey_store::{self as store, Tx};

use crate::message::{Notice, notify};
use crate::signin::person_of;
use crate::{App, Error, Result};

/// The person who acts.
pub(super) fn actor(op: &Op) -> Result<&ActingAccount> {
    op.account().ok_or(Error::NotFound("session"))
}

/// Insists on a second factor that was verified a short while ago [SES-8].
pub(super) fn require_fresh(app: &App, op: &Op) -> Result<()> {
    let fresh = app.settings().session.fresh_factor;
    match op.account() {
        Some(actor) if op.now.since(actor.second_factor_at) > fresh => Err(Error::FreshFactorNeeded),
        Some(_) | None => Ok(()),
    }
}

/// The actor's own account, if it may do `action` to itself.
pub(super) async fn account(tx: &mut Tx, op: &Op, action: Action) -> Result<Account> {
    let actor = actor(op)?;
    let account = store::directory::find_account(tx, actor.id).await?.ok_or(Error::NotFound("account"))?;
    op.require(action, &Target::account(&account, &[]))?;
    Ok(account)
}

/// The actor's own account and credentials, which nobody else changes until the transaction ends.
pub(super) async fn locked(tx: &mut Tx, op: &Op) -> Result<(Account, Credentials)> {
    let account = account(tx, op, Action::ManageOwnCredentials).await?;
    store::credential::lock_credentials(tx, account.id, account.organisation).await?;
    let credentials = store::credential::list_credentials(tx, account.id).await?;
    Ok((account, Credentials::new(credentials)))
}

/// As [`locked`], for what changes how strong an account is: insists on a fresh second factor [SES-8], which is not a
/// restricted one if the account has another, and no code of an app that is asked.
///
/// SECURITY: or a telephone number that was taken over would be enough to add an authenticator app, and with it to open what
/// a telephone does not open [AUT-8]; and a stolen backup, which has the codes, would be enough to add an app, and with that
/// to move or remove the owner's.
pub(super) async fn locked_fresh(app: &App, tx: &mut Tx, op: &Op) -> Result<(Account, Credentials)> {
    let (account, credentials) = locked(tx, op).await?;
    require_best(app, tx, op, &account, &credentials).await?;
    Ok((account, credentials))
}

/// As [`locked_fresh`], for what adds a factor: who has one that cannot be phished shows that [ENR-19], or the pass that they
/// were given because they have lost it.
///
/// SECURITY: or a page that looks like ours, which got a password and a code, would be enough to add a key of its own, and with
/// it to reach what asks for a key. Removing is left to any factor: a lost key must go at once, and its owner is told.
pub(super) async fn locked_strongest(app: &App, tx: &mut Tx, op: &Op) -> Result<(Account, Credentials)> {
    let (account, credentials) = locked_fresh(app, tx, op).await?;
    require_strongest(app, tx, op, &account).await?;
    Ok((account, credentials))
}

/// Insists on the factor that adding another wants: see [`locked_strongest`].
pub(super) async fn require_strongest(app: &App, tx: &mut Tx, op: &Op, account: &Account) -> Result<()> {
    let person = person_of(app, tx, op, account.id).await?;
    if !person.is_some_and(|person| person.has_phishing_resistant_factor()) {
        return Ok(());
    }
    let session = store::session::session(tx, actor(op)?.session).await?.ok_or(Error::NotFound("session"))?;
    let fresh = app.settings().session.fresh_factor;
    let counts = |proof: &ProofRecord| {
        let shown = definition(proof.factor);
        // SECURITY: a recovery code is no proof that somebody else has seen who it is.
        let was_given = shown.is_bootstrap && !shown.restricted;
        op.now.since(proof.at) <= fresh && (shown.phishing_resistant || was_given)
    };
    if session.facts().proofs.iter().any(counts) { Ok(()) } else { Err(Error::FreshFactorNeeded) }
}

/// Insists on a fresh second factor of those that count for a change [SES-8]: see [`locked_fresh`].
pub(super) async fn require_best(
    app: &App,
    tx: &mut Tx,
    op: &Op,
    account: &Account,
    credentials: &Credentials,
) -> Result<()> {
    require_fresh(app, op)?;
    let fresh = app.settings().session.fresh_factor;
    let shown = actor(op)?.unrestricted_factor_at.is_some_and(|at| op.now.since(at) <= fresh);
    if !shown {
        let person = person_of(app, tx, op, account.id).await?;
        if person.is_some_and(|person| person.has_unrestricted_factor()) {
            return Err(Error::FreshFactorNeeded);
        }
    }
    if credentials.has(FactorKind::Push) {
        let session = store::session::session(tx, actor(op)?.session).await?.ok_or(Error::NotFound("session"))?;
        let counts = |proof: &ProofRecord| {
            let shown = definition(proof.factor);
            let is_fresh = op.now.since(proof.at) <= fresh;
            is_fresh && shown.is_second_factor() && !shown.restricted && !is_app_code(credentials, proof)
        };
        if !session.facts().proofs.iter().any(counts) {
            return Err(Error::FreshFactorNeeded);
        }
    }
    Ok(())
}

/// Whether it was a code of an app that is asked, and not an answer of that app.
fn is_app_code(credentials: &Credentials, proof: &ProofRecord) -> bool {
    let credential = proof.credential.and_then(|id| credentials.find(id));
    proof.factor != FactorKind::Push && credential.is_some_and(|credential| credential.kind == FactorKind::Push)
}

/// Notes that a factor was enrolled, in the sign-in `flow` if it was one. A pass has done its work then, unless a telephone
/// number is all that came of it [ADM-14].
pub(crate) async fn note_enrolment(tx: &mut Tx, op: &Op, enrolled: &Credential, flow: Option<FlowId>) -> Result<()> {
    let Credential { id: credential, account, organisation, kind, .. } = *enrolled;
    let event = Event::CredentialEnrolled { account, credential, factor: kind.as_str().into() };
    store::audit::append(tx, op, Some(organisation), event).await?;
    if !definition(kind).restricted {
        end_pass(tx, op, (account, organisation), PassEnd { why: "enrolled", reason: None, flow }).await?;
    }
    Ok(())
}

/// Notes that a factor that was to be added was refused, after the transaction that would have added it was given up.
pub(crate) async fn note_refusal(
    app: &App,
    op: &Op,
    account: &Account,
    kind: FactorKind,
    refusal: &Refusal,
) -> Result<()> {
    let mut tx = app.store().begin().await?;
    let (factor, refusal) = (kind.as_str().into(), refusal.as_str().into());
    let event = Event::EnrolmentRefused { account: account.id, factor, refusal };
    store::audit::append(&mut tx, op, Some(account.organisation), event).await?;
    tx.commit().await?;
    Ok(())
}

/// The name that another credential of a kind gets, if there is room for one.
pub(crate) fn room(app: &App, credentials: &Credentials, kind: FactorKind) -> Result<Label> {
    credentials.room_for(kind, limit(app, kind)).map_err(|why| Error::Conflict(format!("{why}.")))
}

/// The same for a factor that may not be enough by itself.
///
/// # Errors
/// Says why not: there are as many as are allowed, or there must be another factor first (S3).
pub(crate) fn room_beside_core(app: &App, credentials: &Credentials, kind: FactorKind) -> Result<Label> {
    let core = &app.settings().signin.core;
    if !core.contains(kind) && !credentials.as_slice().iter().any(|other| core.contains(other.kind)) {
        let name = definition(kind).name.to_lowercase();
        let why = format!("A {name} can only be added after another way to sign in, such as an authenticator app.");
        return Err(Error::Conflict(why));
    }
    room(app, credentials, kind)
}

/// How many of a kind an account may have; apps are counted together.
fn limit(app: &App, kind: FactorKind) -> usize {
    let (settings, definition) = (app.settings(), definition(kind));
    if definition.has_codes {
        settings.totp.max_apps
    } else if definition.telephone.is_some() {
        settings.max_telephones
    } else if kind == FactorKind::Smartcard {
        settings.signin.smartcard.max_cards
    } else {
        settings.signin.webauthn.max_keys
    }
}

/// Why a pass ends before its time.
pub(crate) struct PassEnd {
    /// The word for it in the audit.
    pub(crate) why: &'static str,
    /// What somebody gave as the reason.
    pub(crate) reason: Option<Reason>,
    /// The sign-in that goes on.
    pub(crate) flow: Option<FlowId>,
}

/// Ends the pass of an account with everything that it has opened and nothing was enrolled in yet; says whether there was
/// anything to end.
///
/// SECURITY: a pass that is good once has ended when it was used, and whoever used it may sit on the page that enrols.
pub(crate) async fn end_pass(
    tx: &mut Tx,
    op: &Op,
    (account, organisation): (AccountId, OrganisationId),
    end: PassEnd,
) -> Result<bool> {
    let PassEnd { why, reason, flow } = end;
    let ended = store::credential::end_pass(tx, account, op.now).await?;
    let stopped = store::signin::stop_pass_flows(tx, account, flow, op.now).await?;
    if ended || stopped > 0 {
        let event = Event::PassEnded { account, why: why.into(), reason };
        store::audit::append(tx, op, Some(organisation), event).await?;
    }
    Ok(ended || stopped > 0)
}

/// The enrolment of `account` that this very session has begun, if there is still time.
pub(crate) async fn pending(
    tx: &mut Tx,
    op: &Op,
    account: &Account,
    session: SessionId,
    (id, kind): (CredentialId, FactorKind),
) -> Result<Credential> {
    let found = store::credential::find_credential(tx, id).await?;
    let ours = |found: &Credential| {
        found.account == account.id && found.kind == kind && found.awaits_confirmation_by(session, op.now)
    };
    found.filter(ours).ok_or(Error::NotFound("enrolment"))
}

/// Tells the person by e-mail what became of one of their credentials [ENR-19].
pub(crate) async fn tell(app: &App, tx: &mut Tx, op: &Op, kind: MessageKind, credential: &Credential) -> Result<()> {
    let number = store::credential::find_number(tx, credential.id).await?;
    let notice = Notice {
        factor: Some(credential.kind),
        label: Some(credential.label.as_str().to_owned()),
        number: number.map(|number| number.masked()),
        ..Notice::new(kind, credential.account)
    };
    notify(app, tx, op, notice).await
}

/// The text for two changes at once, of which one was faster.
pub(super) fn changed_elsewhere() -> Error {
    Error::Conflict("This was changed in another window. Check it and try again.".to_owned())
}
