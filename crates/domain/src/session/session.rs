//! A signed-in session.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::factor::{FactorKind, SavedProof, definition};
use crate::id::{AccountId, CredentialId, DeviceId, OrganisationId, SessionId};
use crate::session::{SessionLimits, Strength};
use crate::time::Timestamp;

/// One factor that was verified for this session, and when: each factor has its own age.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofRecord {
    /// The factor.
    pub factor: FactorKind,
    /// The credential that was used, where the factor has several.
    pub credential: Option<CredentialId>,
    /// When it was verified.
    pub at: Timestamp,
    /// Whether it was enrolled by that, on the strength of a password alone.
    #[serde(default)]
    pub is_enrolment: bool,
}

impl From<SavedProof> for ProofRecord {
    fn from(saved: SavedProof) -> Self {
        let SavedProof { factor, credential, at, is_enrolment } = saved;
        Self { factor, credential, at, is_enrolment }
    }
}

/// A person's signed-in session in one browser or on one device [SES-1].
///
/// INVARIANT: a new one is made only from a completed sign-in (`SignedIn::start_session`); [`Session::restore`] rebuilds a
/// saved one and only the store calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    saved: SavedSession,
}

/// The facts of a session as the store keeps them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedSession {
    /// Names the session in lists and events; it is no secret and no credential.
    pub id: SessionId,
    /// Whose session it is.
    pub account: AccountId,
    /// The organisation of the account.
    pub organisation: OrganisationId,
    /// The device it runs on.
    pub device: DeviceId,
    /// What was verified.
    pub proofs: Vec<ProofRecord>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// When it ends, however busy.
    pub expires_at: Timestamp,
    /// After how long without a request it ends, where a policy says something stricter than the settings [SES-4].
    pub idle: Option<Duration>,
    /// A short description of the browser.
    pub browser: Option<String>,
    /// The network address at sign-in.
    pub address: Option<std::net::IpAddr>,
}

/// Whether a session is still good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is.
    Current,
    /// It was not used for too long.
    Idle,
    /// It reached its absolute limit.
    Expired,
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndedWhy {
    /// The person signed out.
    SignedOut,
    /// The person ended it from the list of sessions.
    EndedByPerson,
    /// An administrator ended it.
    EndedByAdministrator,
    /// The password was reset or changed.
    PasswordChanged,
    /// A credential was removed or all were.
    CredentialRemoved,
    /// The account was disabled.
    AccountDisabled,
    /// Another sign-in in the same browser took its place.
    Replaced,
    /// The person said that somebody else was signing in [CMP-6].
    Reported,
    /// The account was marked as compromised [CMP-1].
    Compromised,
    /// A backup was restored, which cannot know whether it was ended after the backup.
    Restored,
}

impl EndedWhy {
    /// The word for it in stores and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::EndedByPerson => "ended_by_person",
            Self::EndedByAdministrator => "ended_by_administrator",
            Self::PasswordChanged => "password_changed",
            Self::CredentialRemoved => "credential_removed",
            Self::AccountDisabled => "account_disabled",
            Self::Replaced => "replaced",
            Self::Reported => "reported",
            Self::Compromised => "compromised",
            Self::Restored => "restored",
        }
    }
}

impl Session {
    /// A new session. Only the sign-in engine's `SignedIn` calls it.
    pub(crate) const fn new(saved: SavedSession) -> Self {
        Self { saved }
    }

    /// Rebuilds a session from its saved row. Only the store calls it (tidy checks that).
    pub const fn restore(saved: SavedSession) -> Self {
        Self { saved }
    }

    /// The facts, for saving and showing.
    pub const fn facts(&self) -> &SavedSession {
        &self.saved
    }

    /// The session's identifier.
    pub const fn id(&self) -> SessionId {
        self.saved.id
    }

    /// Whose session it is.
    pub const fn account(&self) -> AccountId {
        self.saved.account
    }

    /// The strength that its proofs reach together.
    pub fn strength(&self) -> Strength {
        let proofs = self.saved.proofs.iter().map(|proof| (proof.factor, proof.is_enrolment));
        Strength::of_proofs(proofs).unwrap_or(Strength::OneFactor)
    }

    /// When the person was last actively authenticated: the `auth_time` of a token [OpenID Connect Core §2].
    ///
    /// It is the *oldest* of the proofs, so that it never promises more than is true of every factor.
    pub fn authenticated_at(&self) -> Timestamp {
        self.saved.proofs.iter().map(|proof| proof.at).min().unwrap_or(self.saved.started_at)
    }

    /// When a factor other than the password was last verified [SES-8].
    pub fn second_factor_at(&self) -> Option<Timestamp> {
        self.saved.proofs.iter().filter(|proof| proof.factor != FactorKind::Password).map(|proof| proof.at).max()
    }

    /// When a second factor of its owner's was last verified: a pass and a recovery code are none.
    pub fn own_factor_at(&self) -> Option<Timestamp> {
        let own = |factor: FactorKind| definition(factor).is_second_factor() && !definition(factor).is_bootstrap;
        self.saved.proofs.iter().filter(|proof| own(proof.factor)).map(|proof| proof.at).max()
    }

    /// When a second factor that is not restricted was last verified [AUT-8].
    pub fn unrestricted_factor_at(&self) -> Option<Timestamp> {
        let unrestricted = |factor: FactorKind| definition(factor).is_second_factor() && !definition(factor).restricted;
        self.saved.proofs.iter().filter(|proof| unrestricted(proof.factor)).map(|proof| proof.at).max()
    }

    /// Whether a second factor was verified recently enough for a sensitive change [SES-8].
    pub fn has_fresh_factor(&self, limits: &SessionLimits, now: Timestamp) -> bool {
        self.second_factor_at().is_some_and(|at| now.since(at) <= limits.fresh_factor)
    }

    /// Whether it is still good at `now`, having last been seen at `seen`.
    pub fn standing(&self, limits: &SessionLimits, seen: Timestamp, now: Timestamp) -> Standing {
        if now >= self.saved.expires_at {
            return Standing::Expired;
        }
        if now.since(seen) > self.saved.idle.map_or(limits.idle, |idle| idle.min(limits.idle)) {
            return Standing::Idle;
        }
        Standing::Current
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::IdEntropy;

    const NOTHING: IdEntropy = [0; 10];

    fn session(proofs: &[(FactorKind, i64)]) -> Session {
        let now = Timestamp::from_seconds(1_000);
        Session::new(SavedSession {
            id: SessionId::new(now, NOTHING),
            account: AccountId::new(now, NOTHING),
            organisation: OrganisationId::new(now, NOTHING),
            device: DeviceId::new(now, NOTHING),
            proofs: proofs
                .iter()
                .map(|(factor, at)| ProofRecord {
                    factor: *factor,
                    credential: None,
                    at: Timestamp::from_seconds(*at),
                    is_enrolment: false,
                })
                .collect(),
            started_at: now,
            seen_at: now,
            expires_at: now.plus(Duration::from_secs(86_400)),
            idle: None,
            browser: None,
            address: None,
        })
    }

    #[test]
    fn a_session_ends_when_idle_and_at_its_limit() {
        let session = session(&[(FactorKind::Password, 1_000), (FactorKind::Totp, 1_010)]);
        let limits = SessionLimits::default();
        let at = Timestamp::from_seconds;
        for (seen, now, expected) in [
            (1_000, 1_000 + 3_600, Standing::Current),
            (1_000, 1_000 + 3_601, Standing::Idle),
            (80_000, 80_001, Standing::Current),
            (87_399, 87_400, Standing::Expired),
        ] {
            assert_eq!(session.standing(&limits, at(seen), at(now)), expected, "seen {seen} now {now}");
        }
    }

    #[test]
    fn a_policy_ends_an_idle_session_sooner_and_never_later() {
        let limits = SessionLimits::default();
        let at = Timestamp::from_seconds;
        for (idle, after, expected) in
            [(600, 600, Standing::Current), (600, 601, Standing::Idle), (7_200, 3_601, Standing::Idle)]
        {
            let saved = SavedSession { idle: Some(Duration::from_secs(idle)), ..session(&[]).facts().clone() };
            assert_eq!(Session::new(saved).standing(&limits, at(1_000), at(1_000 + after)), expected, "{idle} {after}");
        }
    }

    #[test]
    fn authentication_time_is_that_of_the_oldest_proof() {
        let session = session(&[(FactorKind::Password, 1_000), (FactorKind::Totp, 5_000)]);
        assert_eq!(session.authenticated_at(), Timestamp::from_seconds(1_000));
        assert_eq!(session.second_factor_at(), Some(Timestamp::from_seconds(5_000)));
    }

    #[test]
    fn what_leads_to_enrolling_is_no_factor_of_its_owners() {
        let lent = session(&[(FactorKind::Password, 1_000), (FactorKind::TemporaryAccessPass, 1_000)]);
        assert_eq!(lent.own_factor_at(), None);
        let own = session(&[(FactorKind::RecoveryCode, 6_000), (FactorKind::Totp, 5_000)]);
        assert_eq!(own.own_factor_at(), Some(Timestamp::from_seconds(5_000)));
    }

    #[test]
    fn a_second_factor_is_fresh_for_ten_minutes() {
        let session = session(&[(FactorKind::Password, 1_000), (FactorKind::Totp, 5_000)]);
        let limits = SessionLimits::default();
        assert!(session.has_fresh_factor(&limits, Timestamp::from_seconds(5_600)));
        assert!(!session.has_fresh_factor(&limits, Timestamp::from_seconds(5_601)));
    }
}
