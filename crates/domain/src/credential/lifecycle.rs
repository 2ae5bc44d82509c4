//! What may become of an account's credentials: enrolled, renamed, made the default, removed but never the last.

use super::credential::{Credential, CredentialState, Label};
use crate::factor::{CoreFactors, FactorKind, definition};
use crate::id::CredentialId;
use crate::time::Timestamp;

/// All the active credentials of one account, oldest first.
///
/// INVARIANT: when there are any, exactly one is the default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials(Vec<Credential>);

/// The account has no such credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such credential")]
pub struct UnknownCredential;

/// Why another credential cannot be enrolled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotEnrol {
    /// The account has as many as are allowed [ENR-12].
    #[error("You can have {max} of these. Remove one before you add another")]
    TooMany {
        /// How many are allowed.
        max: usize,
    },
}

/// Why a credential cannot be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotRemove {
    /// The account has no such credential.
    #[error("no such credential")]
    Unknown,
    /// It is the only second factor: nobody can switch their own MFA off (S3).
    #[error("You cannot remove your only way to prove it is you. Add another one first")]
    LastSecondFactor,
}

/// What an enrolment changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolled {
    /// The new credential.
    pub credential: Credential,
    /// The one in whose place it is asked for first, if it is; to be saved before it.
    pub former_default: Option<Credential>,
}

impl Enrolled {
    /// The same, without taking the place of the default.
    #[must_use]
    pub fn beside(self) -> Self {
        let credential =
            Credential { is_default: self.former_default.is_none() && self.credential.is_default, ..self.credential };
        Self { credential, former_default: None }
    }
}

/// What a removal changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// The credential that is no more.
    pub removed: Credential,
    /// The one that becomes the default in its place, if it was the default.
    pub promoted: Option<Credential>,
}

/// What the loss of a phone changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneRemoval {
    /// The credentials that are no more.
    pub removed: Vec<Credential>,
    /// The one that becomes the default in place of one of them.
    pub promoted: Option<Credential>,
}

impl Credentials {
    /// Takes an account's credentials as stored; pending and removed ones are left out.
    pub fn new(mut all: Vec<Credential>) -> Self {
        all.retain(Credential::is_active);
        all.sort_by_key(|credential| (credential.created_at, credential.id));
        Self(all)
    }

    /// The credentials, oldest first.
    pub fn as_slice(&self) -> &[Credential] {
        &self.0
    }

    /// The credentials, oldest first.
    pub fn into_vec(self) -> Vec<Credential> {
        self.0
    }

    /// Whether there is one of this kind.
    pub fn has(&self, kind: FactorKind) -> bool {
        self.0.iter().any(|credential| credential.kind == kind)
    }

    /// The credential of this identifier.
    pub fn find(&self, id: CredentialId) -> Option<&Credential> {
        self.0.iter().find(|credential| credential.id == id)
    }

    /// The one to ask for first.
    pub fn default_one(&self) -> Option<&Credential> {
        self.0.iter().find(|credential| credential.is_default).or_else(|| self.0.first())
    }

    /// Whether there is room for another of `kind`, of which there may be `max`; says its label. Apps that show codes are
    /// counted together, whichever they are [ENR-12].
    ///
    /// # Errors
    /// When there are as many as are allowed.
    pub fn room_for(&self, kind: FactorKind, max: usize) -> Result<Label, CannotEnrol> {
        let alike = |other: FactorKind| other == kind || definition(other).has_codes && definition(kind).has_codes;
        let count = self.0.iter().filter(|credential| alike(credential.kind)).count();
        if count >= max {
            return Err(CannotEnrol::TooMany { max });
        }
        let free = |label: &Label| self.0.iter().all(|credential| credential.label != *label);
        let label = (1..).map(|number| Label::numbered(definition(kind).name, number)).find(free);
        Ok(label.unwrap_or_else(|| Label::numbered(definition(kind).name, count + 1)))
    }

    /// Turns a pending credential into an active one. The first becomes the default, and so does one that is stronger than
    /// all the others, in place of the default until then [MET-11].
    #[must_use]
    pub fn enrol(&self, pending: Credential, label: Label, now: Timestamp) -> Enrolled {
        let is_default = self.0.iter().all(|other| pending.kind < other.kind);
        let former = self.default_one().filter(|former| is_default && former.is_default);
        Enrolled {
            credential: Credential {
                label,
                state: CredentialState::Active,
                is_default,
                last_used_at: Some(now),
                ..pending
            },
            former_default: former.map(|former| Credential { is_default: false, ..former.clone() }),
        }
    }

    /// Gives one another name.
    ///
    /// # Errors
    /// When the account has no such credential.
    pub fn rename(&self, id: CredentialId, label: Label) -> Result<Credential, UnknownCredential> {
        let credential = self.find(id).ok_or(UnknownCredential)?;
        Ok(Credential { label, ..credential.clone() })
    }

    /// Makes one the default; gives back the rows that change, first those that stop being it.
    ///
    /// # Errors
    /// When the account has no such credential.
    pub fn make_default(&self, id: CredentialId) -> Result<Vec<Credential>, UnknownCredential> {
        let chosen = self.find(id).ok_or(UnknownCredential)?;
        let others = self.0.iter().filter(|other| other.is_default && other.id != id);
        let mut changed: Vec<_> = others.map(|other| Credential { is_default: false, ..other.clone() }).collect();
        if !chosen.is_default {
            changed.push(Credential { is_default: true, ..chosen.clone() });
        }
        Ok(changed)
    }

    /// Removes one, but never the last second factor that is enough by itself.
    ///
    /// # Errors
    /// Says why not.
    pub fn remove(&self, id: CredentialId, core: &CoreFactors, now: Timestamp) -> Result<Removal, CannotRemove> {
        let credential = self.find(id).ok_or(CannotRemove::Unknown)?;
        // A supplementary factor alone is not enough (S3), so it does not count as the one that stays.
        let stays = |other: &&Credential| other.id != id && core.contains(other.kind);
        let Some(oldest_left) = self.0.iter().find(stays) else { return Err(CannotRemove::LastSecondFactor) };
        let promoted = credential.is_default.then(|| Credential { is_default: true, ..oldest_left.clone() });
        Ok(Removal { removed: removed(credential, now), promoted })
    }

    /// Removes one, be it the last: what becomes of one that somebody else has enrolled [CMP-3].
    ///
    /// # Errors
    /// When the account has no such credential.
    pub fn take_out(&self, id: CredentialId, now: Timestamp) -> Result<Removal, UnknownCredential> {
        let credential = self.find(id).ok_or(UnknownCredential)?;
        let oldest_left = self.0.iter().find(|other| other.id != id).filter(|_| credential.is_default);
        let promoted = oldest_left.map(|other| Credential { is_default: true, ..other.clone() });
        let removed =
            Credential { state: CredentialState::Removed { at: now }, is_default: false, ..credential.clone() };
        Ok(Removal { removed, promoted })
    }

    /// Removes all of them: what an administrator's re-enrolment does.
    pub fn remove_all(&self, now: Timestamp) -> Vec<Credential> {
        self.0.iter().map(|credential| removed(credential, now)).collect()
    }

    /// Removes those that are lost with a phone and were enrolled before `since` [EXC-21]. Of what stays the strongest becomes the
    /// default where the default goes; its row comes last.
    pub fn remove_on_phone(&self, since: Timestamp, now: Timestamp) -> PhoneRemoval {
        let goes = |credential: &&Credential| definition(credential.kind).on_phone && credential.created_at < since;
        let removed: Vec<_> = self.0.iter().filter(goes).map(|credential| removed(credential, now)).collect();
        let stay = self.0.iter().filter(|credential| !goes(credential));
        let has_default = stay.clone().any(|credential| credential.is_default);
        let strongest = stay.min_by_key(|credential| (credential.kind, credential.created_at, credential.id));
        let promoted = strongest.filter(|_| !has_default && !removed.is_empty());
        let promoted = promoted.map(|credential| Credential { is_default: true, ..credential.clone() });
        PhoneRemoval { removed, promoted }
    }
}

fn removed(credential: &Credential, now: Timestamp) -> Credential {
    Credential { state: CredentialState::Removed { at: now }, is_default: false, ..credential.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{AccountId, OrganisationId, SessionId};

    fn id(number: u8) -> CredentialId {
        CredentialId::new(Timestamp::from_seconds(i64::from(number)), [number; 10])
    }

    fn app(number: u8, is_default: bool) -> Credential {
        let at = Timestamp::from_seconds(i64::from(number));
        Credential {
            id: id(number),
            account: AccountId::new(at, [1; 10]),
            organisation: OrganisationId::new(at, [1; 10]),
            kind: FactorKind::Totp,
            label: Label::numbered("Authenticator app", usize::from(number)),
            state: CredentialState::Active,
            is_default,
            created_at: at,
            last_used_at: None,
            version: 1,
        }
    }

    fn apps(count: u8) -> Credentials {
        Credentials::new((1..=count).map(|number| app(number, number == 1)).collect())
    }

    const NOW: Timestamp = Timestamp::from_seconds(100);

    #[test]
    fn the_last_second_factor_is_never_removed() {
        assert_eq!(apps(1).remove(id(1), &CoreFactors::default(), NOW), Err(CannotRemove::LastSecondFactor));
        assert!(apps(2).remove(id(1), &CoreFactors::default(), NOW).is_ok());
    }

    #[test]
    fn removing_the_default_makes_the_oldest_one_left_the_default() {
        let removal = apps(3).remove(id(1), &CoreFactors::default(), NOW).unwrap();
        assert_eq!(removal.removed.state, CredentialState::Removed { at: NOW });
        assert_eq!(removal.promoted.map(|credential| credential.id), Some(id(2)));
        assert_eq!(apps(3).remove(id(3), &CoreFactors::default(), NOW).unwrap().promoted, None);
    }

    #[test]
    fn what_somebody_else_has_enrolled_goes_be_it_the_last() {
        let removal = apps(1).take_out(id(1), NOW).unwrap();
        assert_eq!((removal.removed.is_active(), removal.promoted), (false, None));
        let promoted = apps(2).take_out(id(1), NOW).unwrap().promoted.unwrap();
        assert_eq!((promoted.id, promoted.is_default), (id(2), true));
        assert_eq!(apps(2).take_out(id(2), NOW).unwrap().promoted, None);
        assert_eq!(apps(2).take_out(id(9), NOW), Err(UnknownCredential));
    }

    #[test]
    fn what_is_on_a_lost_phone_goes_and_keys_stay() {
        let of = |number: u8, kind| Credential { kind, ..app(number, number == 1) };
        let phone = [FactorKind::Totp, FactorKind::Push, FactorKind::Sms, FactorKind::VoiceCall];
        let keys = [FactorKind::HardwareToken, FactorKind::WebAuthn, FactorKind::Smartcard];
        let all = (1..).zip(phone.into_iter().chain(keys)).map(|(number, kind)| of(number, kind)).collect();
        let all = Credentials::new(all);
        let change = all.remove_on_phone(NOW, NOW);
        assert_eq!(change.removed.iter().map(|credential| credential.kind).collect::<Vec<_>>(), phone);
        assert_eq!(change.promoted.map(|credential| credential.kind), Some(FactorKind::WebAuthn));
        // What was enrolled since is on another phone, and no default goes.
        let change = all.remove_on_phone(Timestamp::from_seconds(2), NOW);
        assert_eq!(change.removed.len(), 1);
        let change = apps(2).remove_on_phone(Timestamp::from_seconds(1), NOW);
        assert_eq!((change.removed.len(), change.promoted), (0, None));
        assert_eq!(apps(2).remove_on_phone(NOW, NOW).promoted, None, "nothing is left");
    }

    #[test]
    fn somebody_elses_credential_is_unknown() {
        assert_eq!(apps(2).remove(id(9), &CoreFactors::default(), NOW), Err(CannotRemove::Unknown));
        assert_eq!(apps(2).make_default(id(9)), Err(UnknownCredential));
        assert_eq!(apps(2).rename(id(9), Label::numbered("x", 1)), Err(UnknownCredential));
    }

    #[test]
    fn a_sixth_app_is_refused() {
        assert_eq!(apps(5).room_for(FactorKind::Totp, 5), Err(CannotEnrol::TooMany { max: 5 }));
        assert_eq!(apps(4).room_for(FactorKind::Totp, 5).unwrap().as_str(), "Authenticator app 5");
        assert_eq!(apps(5).room_for(FactorKind::Push, 5), Err(CannotEnrol::TooMany { max: 5 }), "counted together");
        assert!(apps(5).room_for(FactorKind::Sms, 5).is_ok());
    }

    #[test]
    fn there_is_one_default() {
        let changed = apps(3).make_default(id(3)).unwrap();
        let flags: Vec<_> = changed.iter().map(|credential| (credential.id, credential.is_default)).collect();
        assert_eq!(flags, [(id(1), false), (id(3), true)]);
        assert_eq!(apps(3).make_default(id(1)), Ok(vec![]));
    }

    #[test]
    fn the_first_app_becomes_the_default() {
        let expires_at = NOW.plus(std::time::Duration::from_secs(600));
        let session = SessionId::new(NOW, [4; 10]);
        let pending = Credential { state: CredentialState::Pending { session, expires_at }, ..app(7, false) };
        assert!(pending.awaits_confirmation_by(session, NOW));
        assert!(!pending.awaits_confirmation_by(session, expires_at));
        assert!(!pending.awaits_confirmation_by(SessionId::new(NOW, [5; 10]), NOW));
        let phone = || Label::numbered("Phone", 1);
        assert!(apps(0).enrol(pending.clone(), phone(), NOW).credential.is_default);
        let second = apps(1).enrol(pending.clone(), phone(), NOW);
        assert!(!second.credential.is_default && second.former_default.is_none());
        let stronger = apps(2).enrol(Credential { kind: FactorKind::Push, ..pending }, phone(), NOW);
        assert!(stronger.credential.is_default, "the strongest is offered first");
        assert_eq!(stronger.former_default.map(|former| (former.id, former.is_default)), Some((id(1), false)));
    }
}
