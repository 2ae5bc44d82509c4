//! Recovery codes: making them, removing them, and the end of them [STD-3].

use wardkey_domain::access::Unusable;
use wardkey_domain::audit::Event;
use wardkey_domain::credential::Credentials;
use wardkey_domain::factor::recovery_code::{FEW_LEFT, HashedCode, RecoveryCode, RecoveryCodes, SET_SIZE};
use wardkey_domain::factor::{FactorKind, definition};
use wardkey_domain::id::{AccountId, CredentialId, OrganisationId};
use wardkey_domain::message::{Channel, MessageKind};
use wardkey_domain::op::Op;
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;
use wardkey_store::{self as store, Tx};

use super::own;
use crate::message::{Notice, notify};
use crate::signin::{barred_factors, roles_of};
use crate::{App, Error, Result};

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
    let mut tx = app.store().begin().await?;
    may_make(app, &mut tx, op).await?;
    drop(tx);
    // Hashed while no transaction is open, with one salt: see `HashedCode`.
    let salt = app.random();
    let (mut texts, mut left) = (Vec::with_capacity(SET_SIZE), Vec::with_capacity(SET_SIZE));
    for _ in 0..SET_SIZE {
        let code = RecoveryCode::new(app.random());
        let hash = app.hashing().hash(salt, code.bare().clone()).await?;
        left.push(HashedCode { id: CredentialId::new(op.now, app.id_entropy()), hash });
        texts.push(code.text());
    }
    let codes = RecoveryCodes { id: CredentialId::new(op.now, app.id_entropy()), left };
    let mut tx = app.store().begin().await?;
    let (account, organisation) = may_make(app, &mut tx, op).await?;
    store::credential::insert_recovery_codes(&mut tx, (account, organisation), &codes, op.now).await?;
    // SECURITY: nor does a sign-in go on that a code of the sheet before has opened.
    store::signin::stop_pass_flows(&mut tx, account, None, op.now).await?;
    let event = Event::RecoveryCodesMade { account, count: u32::try_from(SET_SIZE).unwrap_or(u32::MAX) };
    store::audit::append(&mut tx, op, Some(organisation), event).await?;
    notify(app, &mut tx, op, Notice::new(MessageKind::RecoveryCodesMade, account)).await?;
    tx.commit().await?;
    app.wake().ring(Channel::Mail);
    Ok(texts)
}

async fn may_make(app: &App, tx: &mut Tx, op: &Op) -> Result<(AccountId, OrganisationId)> {
    let (account, credentials) = own::locked_strongest(app, tx, op).await?;
    let roles = roles_of(tx, op, account.id).await?;
    let barred = barred_factors(app, tx, account.organisation, &roles).await?;
    if !may_have(&barred, &credentials) {
        return Err(Error::Conflict("Your account cannot have recovery codes.".to_owned()));
    }
    Ok((account.id, account.organisation))
}

/// Removes the actor's own recovery codes: a sheet that was lost must not wait for a printer.
///
/// # Errors
/// When a fresh second factor is needed first.
pub async fn remove_recovery_codes(app: &App, op: &Op) -> Result<()> {
    let mut tx = app.store().begin().await?;
    let (account, _) = own::locked_fresh(app, &mut tx, op).await?;
    end_recovery_codes(&mut tx, op, (account.id, account.organisation), "removed").await?;
    tx.commit().await?;
    Ok(())
}

/// Ends the recovery codes of an account, with the sign-ins that they have opened; `why` is the word for it in the audit.
pub(crate) async fn end_recovery_codes(
    tx: &mut Tx,
    op: &Op,
    (account, organisation): (AccountId, OrganisationId),
    why: &'static str,
) -> Result<()> {
    if !store::credential::delete_recovery_codes(tx, account).await? {
        return Ok(());
    }
    store::signin::stop_pass_flows(tx, account, None, op.now).await?;
    let event = Event::RecoveryCodesEnded { account, why: why.into() };
    store::audit::append(tx, op, Some(organisation), event).await?;
    Ok(())
}
