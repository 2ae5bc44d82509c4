//! Recovery codes: making them, removing them, and the end of them [STD-3].

use std::time::Duration;

use wardkey_domain::access::Unusable;
use wardkey_domain::audit::Event;
use wardkey_domain::credential::Credentials;
use wardkey_domain::factor::recovery_code::{FEW_LEFT, HashedCode, RecoveryCode, RecoveryCodes, SET_SIZE};
use wardkey_domain::factor::{FactorKind, definition};
use wardkey_domain::id::{AccountId, CredentialId, OrganisationId, SessionId};
use wardkey_domain::message::{Channel, MessageKind};
use wardkey_domain::op::Op;
use wardkey_domain::secret::Secret;
use wardkey_domain::session::{EndedWhy, ProofRecord, Session};
use wardkey_domain::time::Timestamp;
use wardkey_store::{self as store, Tx};

use super::own;
use crate::message::{Notice, notify};
use crate::signin::{barred_factors, roles_of};
use crate::{App, Error, Result};

/// So soon after they were made nobody makes others.
const MAKE_AGAIN_AFTER: Duration = Duration::from_secs(30);

/// What a person sees of their own recovery codes: never a code again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnRecoveryCodes {
    /// When they were made; nothing if there are none.
    pub made_at: Option<Timestamp>,
    /// How many were made.
    pub made: usize,
    /// How many were not used.
    pub left: usize,
    /// Whether it is time to make new ones.
    pub are_few: bool,
}

/// What is to be shown of the recovery codes of an account for which these factors are `barred`; nothing where it may have none.
pub(super) async fn own_codes(
    tx: &mut Tx,
    account: AccountId,
    barred: &[(FactorKind, Unusable)],
    credentials: &Credentials,
) -> Result<Option<OwnRecoveryCodes>> {
    if !may_have(barred, credentials) {
        return Ok(None);
    }
    let facts = store::credential::find_recovery_facts(tx, account).await?;
    let (made, left) = facts.map_or((0, 0), |facts| (facts.made, facts.left));
    let made_at = facts.map(|facts| facts.made_at);
    Ok(Some(OwnRecoveryCodes { made_at, made, left, are_few: made > 0 && left <= FEW_LEFT }))
}

/// Whether an account may have recovery codes: beside something else, where they are not switched off or not enough.
fn may_have(barred: &[(FactorKind, Unusable)], credentials: &Credentials) -> bool {
    let is_own = |kind: FactorKind| definition(kind).is_second_factor() && !definition(kind).is_bootstrap;
    barred.iter().all(|(kind, _)| *kind != FactorKind::RecoveryCode)
        && credentials.as_slice().iter().any(|own| own.is_active() && is_own(own.kind))
}

/// Makes recovery codes in place of those before, and gives them back to be shown once.
///
/// Whoever has them can add a factor by them, so that they are made by whoever could add one now [ENR-19].
///
/// # Errors
/// When the account may have none, or a fresh second factor is needed first.
pub async fn make_recovery_codes(app: &App, op: &Op) -> Result<Vec<Secret<String>>> {
    // SECURITY: one at a time, and asked only then: who asks many times at once has one sheet hashed.
    let turn = app.hashing().turn().await;
    let mut tx = app.store().begin().await?;
    let (_, _, before) = may_make(app, &mut tx, op).await?;
    drop(tx);
    // Hashed while no transaction is open, with one salt: see `HashedCode`.
    let new: Vec<RecoveryCode> = (0..SET_SIZE).map(|_| RecoveryCode::new(app.random())).collect();
    let bare = new.iter().map(|code| code.bare().clone()).collect();
    let id = || CredentialId::new(op.now, app.id_entropy());
    let hashes = turn.hash_all(app.random(), bare).await?;
    let left = hashes.into_iter().map(|hash| HashedCode { id: id(), hash }).collect();
    let mut tx = app.store().begin().await?;
    let (account, organisation, now) = may_make(app, &mut tx, op).await?;
    if now != before {
        return Err(own::changed_elsewhere());
    }
    store::signin::stop_account_flows(&mut tx, account, None).await?;
    end_sessions_by_code(&mut tx, op, account, Some(own::actor(op)?.session)).await?;
    let codes = RecoveryCodes { id: id(), left };
    store::credential::insert_recovery_codes(&mut tx, (account, organisation), &codes, op.now).await?;
    let event = Event::RecoveryCodesMade { account, count: u32::try_from(SET_SIZE).unwrap_or(u32::MAX) };
    store::audit::append(&mut tx, op, Some(organisation), event).await?;
    notify(app, &mut tx, op, Notice::new(MessageKind::RecoveryCodesMade, account)).await?;
    tx.commit().await?;
    app.wake().ring(Channel::Mail);
    Ok(new.iter().map(RecoveryCode::text).collect())
}

/// Whose codes the actor may make now, and those that there are.
async fn may_make(app: &App, tx: &mut Tx, op: &Op) -> Result<(AccountId, OrganisationId, Option<CredentialId>)> {
    let (account, credentials) = own::locked_strongest(app, tx, op).await?;
    // SECURITY: in a session that goes on, and with what the person has themself: nobody makes a new sheet by the old one, or by
    // a pass that ends.
    require_own(app, tx, op).await?;
    let roles = roles_of(tx, op, account.id).await?;
    let barred = barred_factors(app, tx, account.organisation, &roles).await?;
    if !may_have(&barred, &credentials) {
        return Err(Error::Conflict("Your account cannot have recovery codes.".to_owned()));
    }
    let facts = store::credential::find_recovery_facts(tx, account.id).await?;
    // SECURITY: ten hashes at a time, so that nobody keeps others from signing in by asking for more and more.
    if facts.is_some_and(|facts| op.now.since(facts.made_at) < MAKE_AGAIN_AFTER) {
        return Err(Error::Conflict(
            "You have made codes just now. If you did not see them, wait half a minute and make others.".to_owned(),
        ));
    }
    Ok((account.id, account.organisation, facts.map(|facts| facts.id)))
}

/// Insists on a session that goes on, in which a second factor of the person's own was verified a short while ago.
async fn require_own(app: &App, tx: &mut Tx, op: &Op) -> Result<()> {
    let session = store::session::session(tx, own::actor(op)?.session).await?.ok_or(Error::NotFound("session"))?;
    if has_fresh_own_factor(app, op, &session) { Ok(()) } else { Err(Error::FreshFactorNeeded) }
}

/// Whether whoever has just signed in is asked for new codes before they go on: once for each that was used since few are left,
/// and when they could make them now [STD-3].
pub(crate) async fn asks_for_new_codes(app: &App, op: &Op, tx: &mut Tx, session: &Session) -> Result<bool> {
    let account = session.account();
    if !has_fresh_own_factor(app, op, session)
        || !store::credential::claim_renewal(tx, account, FEW_LEFT, op.now).await?
    {
        return Ok(false);
    }
    let roles = roles_of(tx, op, account).await?;
    let barred = barred_factors(app, tx, session.facts().organisation, &roles).await?;
    let credentials = Credentials::new(store::credential::list_credentials(tx, account).await?);
    Ok(may_have(&barred, &credentials))
}

/// Whether a second factor of the person's own was verified in a session a short while ago.
fn has_fresh_own_factor(app: &App, op: &Op, session: &Session) -> bool {
    let fresh = app.settings().session.fresh_factor;
    let is_own = |proof: &ProofRecord| {
        let shown = definition(proof.factor);
        op.now.since(proof.at) <= fresh && shown.is_second_factor() && !shown.is_bootstrap
    };
    session.facts().proofs.iter().any(is_own)
}

/// Removes the actor's own recovery codes: a sheet that was lost must not wait for a printer.
///
/// # Errors
/// When a fresh second factor is needed first.
pub async fn remove_recovery_codes(app: &App, op: &Op) -> Result<()> {
    let mut tx = app.store().begin().await?;
    let (account, _) = own::locked_fresh(app, &mut tx, op).await?;
    // SECURITY: or whoever is in by a code would end everything but themself.
    require_own(app, &mut tx, op).await?;
    end_recovery_codes(&mut tx, op, (account.id, account.organisation), "removed").await?;
    let notice =
        Notice { factor: Some(FactorKind::RecoveryCode), ..Notice::new(MessageKind::FactorRemoved, account.id) };
    notify(app, &mut tx, op, notice).await?;
    tx.commit().await?;
    app.wake().ring(Channel::Mail);
    Ok(())
}

/// Ends the recovery codes of an account, with the sign-ins and sessions that they have opened; `why` is the word for it in the
/// audit.
pub(crate) async fn end_recovery_codes(
    tx: &mut Tx,
    op: &Op,
    (account, organisation): (AccountId, OrganisationId),
    why: &'static str,
) -> Result<()> {
    // SECURITY: codes that are being made are there before this, or see that their session has ended.
    store::credential::lock_credentials(tx, account, organisation).await?;
    let except = op.account().filter(|actor| actor.id == account).map(|actor| actor.session);
    end_sessions_by_code(tx, op, account, except).await?;
    if !store::credential::delete_recovery_codes(tx, account).await? {
        return Ok(());
    }
    store::signin::stop_account_flows(tx, account, None).await?;
    let event = Event::RecoveryCodesEnded { account, why: why.into() };
    store::audit::append(tx, op, Some(organisation), event).await?;
    Ok(())
}

/// Ends the sessions of an account that a recovery code has opened and in which nothing was enrolled, but for one.
async fn end_sessions_by_code(tx: &mut Tx, op: &Op, account: AccountId, except: Option<SessionId>) -> Result<()> {
    for session in store::session::list_sessions(tx, account, op.now).await? {
        let by_code = session.facts().proofs.iter().any(|proof| proof.factor == FactorKind::RecoveryCode);
        if by_code && Some(session.id()) != except {
            crate::session::end_in(tx, op, &session, EndedWhy::CredentialRemoved).await?;
        }
    }
    Ok(())
}
