//! Security info: what a person sees of their own credentials.

use wardkey_domain::access::Hold;
use wardkey_domain::credential::{Credential, Credentials, PasswordStanding};
use wardkey_domain::factor::{FactorKind, definition};
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_domain::time::Timestamp;
use wardkey_store as store;
use wardkey_store::credential::StoredToken;

use super::held::{HeldCredential, held};
use super::own;
use super::recovery_codes::{OwnRecoveryCodes, own_codes};
use crate::signin::{barred_factors, roles_of};
use crate::{App, Result};

/// What a person sees of their own credentials. Nobody is shown a secret again [ENR-12].
#[derive(Clone, Debug)]
pub struct SecurityInfo {
    /// The credentials, oldest first.
    pub credentials: Vec<HeldCredential>,
    /// The kinds of telephone that may be added.
    pub phones: Vec<FactorKind>,
    /// Whether there is room for another authenticator app.
    pub can_add_app: bool,
    /// Whether one that is asked may be added.
    pub can_bind_app: bool,
    /// Whether a security key may be added.
    pub can_add_key: bool,
    /// Whether a smartcard may be linked.
    pub can_add_card: bool,
    /// Whether one may be removed: never the last.
    pub can_remove: bool,
    /// Whether the account is pinned: it was given back after somebody else had it [CMP-2].
    pub pinned: bool,
    /// Hardware tokens that were assigned and are not in use.
    pub tokens: Vec<StoredToken>,
    /// The recovery codes; nothing where the person may have none.
    pub recovery: Option<OwnRecoveryCodes>,
    /// The password, if there is one.
    pub password: Option<OwnPassword>,
}

/// What a person sees of their own password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnPassword {
    /// When it was set.
    pub set_at: Timestamp,
    /// How it stands.
    pub standing: PasswordStanding,
    /// In how many days it expires, from the day on which reminders begin.
    pub expires_in_days: Option<u64>,
}

/// Shows the actor's own credentials.
pub async fn security_info(app: &App, op: &Op) -> Result<SecurityInfo> {
    let mut tx = app.store().read().await?;
    let account = own::account(&mut tx, op, Action::ManageOwnCredentials).await?;
    let credentials = Credentials::new(store::credential::list_credentials(&mut tx, account.id).await?);
    let stored = store::credential::password(&mut tx, account.id).await?;
    let core = &app.settings().signin.core;
    let can_remove = |credential: &Credential| credentials.remove(credential.id, core, op.now).is_ok();
    let roles = roles_of(&mut tx, op, account.id).await?;
    let barred = barred_factors(app, &mut tx, account.organisation, &roles).await?;
    let held = held(app, &mut tx, credentials.as_slice(), &barred).await?;
    let is_allowed = |kind: FactorKind| barred.iter().all(|(barred, _)| *barred != kind);
    let has_room = |kind: FactorKind| own::room(app, &credentials, kind).is_ok();
    let has_room_beside = |kind: FactorKind| own::room_beside_core(app, &credentials, kind).is_ok();
    let may_add = |kind: &FactorKind| definition(*kind).telephone.is_some() && is_allowed(*kind) && has_room(*kind);
    let mut tokens = store::credential::list_tokens(&mut tx, account.id).await?;
    tokens.retain(|token| token.credential.is_none());
    let recovery = own_codes(&mut tx, account.id, &barred, &credentials).await?;
    Ok(SecurityInfo {
        recovery,
        tokens,
        phones: FactorKind::ALL.into_iter().filter(may_add).collect(),
        can_add_app: has_room(FactorKind::Totp),
        can_bind_app: has_room(FactorKind::Push) && is_allowed(FactorKind::Push),
        can_add_key: has_room_beside(FactorKind::WebAuthn) && is_allowed(FactorKind::WebAuthn),
        can_add_card: has_room_beside(FactorKind::Smartcard) && is_allowed(FactorKind::Smartcard),
        pinned: store::access::hold_of(&mut tx, account.id).await? == Hold::Pinned,
        can_remove: credentials.as_slice().iter().any(can_remove),
        credentials: held,
        password: stored.map(|stored| {
            let standing = PasswordStanding::of(&app.settings().password, stored.set_at, stored.must_change, op.now);
            OwnPassword { set_at: stored.set_at, standing, expires_in_days: days_left(app, standing, op.now) }
        }),
    })
}

/// Days, rounded up so that nobody is told "in 0 days", once the first reminder is due.
fn days_left(app: &App, standing: PasswordStanding, now: Timestamp) -> Option<u64> {
    const DAY: u64 = 24 * 60 * 60;
    let PasswordStanding::Good { until: Some(until) } = standing else { return None };
    let days = until.since(now).as_secs().div_ceil(DAY);
    let first_reminder = app.settings().password.remind_days.iter().max().copied()?;
    (days <= u64::from(first_reminder)).then_some(days)
}
