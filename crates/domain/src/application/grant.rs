//! Grants: what an application was given once, and the code, the refresh token and the access tokens that hang from it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::application::claim::ClaimName;
use crate::application::pkce::CodeChallenge;
use crate::application::scope::Scopes;
use crate::application::token::RefreshToken;
use crate::factor::FactorKind;
use crate::id::{AccountId, ApplicationId, GrantId, OrganisationId, SessionId};
use crate::secret::{TokenHash, constant_time_equal};
use crate::session::Strength;
use crate::time::Timestamp;

/// What an application was given for one person.
///
/// An application that acts for itself has no grant: its access tokens stand alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Its identifier.
    pub id: GrantId,
    /// The organisation of the person.
    pub organisation: OrganisationId,
    /// Who was given it.
    pub application: ApplicationId,
    /// For whom.
    pub account: AccountId,
    /// The session in which the person said so.
    pub session: SessionId,
    /// What was given.
    pub scope: Scopes,
    /// The rest, which only tokens need.
    pub details: GrantDetails,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// What tokens say besides who and what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantDetails {
    /// The request's nonce, for the first ID token; those that a refresh brings have none [OpenID Connect Core §12.2].
    pub nonce: Option<String>,
    /// When the person was authenticated.
    pub authenticated_at: Timestamp,
    /// The strength to claim.
    pub strength: Strength,
    /// The factors that were verified.
    pub factors: Vec<FactorKind>,
    /// Claims for the ID token.
    pub id_token_claims: Vec<ClaimName>,
    /// Claims for the userinfo endpoint.
    pub userinfo_claims: Vec<ClaimName>,
}

/// How long things live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// An authorization code [RFC 6749 §4.1.2: ten minutes at most].
    pub code: Duration,
    /// An access token, unless the application has its own setting.
    pub access_token: Duration,
    /// An ID token.
    pub id_token: Duration,
    /// A refresh token that nobody uses.
    pub refresh_idle: Duration,
    /// A refresh token, however busy.
    pub refresh_absolute: Duration,
    /// A request that waits for somebody to sign in.
    pub authorization_request: Duration,
    /// A pushed authorization request.
    pub pushed_request: Duration,
    /// A device code.
    pub device_code: Duration,
    /// A request to sign out that waits for a confirmation.
    pub logout_request: Duration,
}

impl Default for Lifetimes {
    fn default() -> Self {
        const MINUTE: u64 = 60;
        const DAY: u64 = 24 * 60 * MINUTE;
        Self {
            code: Duration::from_secs(MINUTE),
            access_token: Duration::from_secs(10 * MINUTE),
            id_token: Duration::from_secs(10 * MINUTE),
            refresh_idle: Duration::from_secs(14 * DAY),
            refresh_absolute: Duration::from_secs(90 * DAY),
            authorization_request: Duration::from_secs(30 * MINUTE),
            pushed_request: Duration::from_secs(MINUTE),
            device_code: Duration::from_secs(10 * MINUTE),
            logout_request: Duration::from_secs(10 * MINUTE),
        }
    }
}

/// The code of a grant, as kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCode {
    /// The hash of its secret part.
    pub hash: TokenHash,
    /// Where it was sent.
    pub redirect_uri: String,
    /// Whose verifier must come with it.
    pub challenge: Option<CodeChallenge>,
    /// When it stops being good.
    pub expires_at: Timestamp,
    /// When it was spent.
    pub spent_at: Option<Timestamp>,
}

/// A code as a client presents it.
#[derive(Clone, Copy, Debug)]
pub struct PresentedCode<'a> {
    /// The client.
    pub application: ApplicationId,
    /// The hash of the code's secret part.
    pub hash: TokenHash,
    /// The `redirect_uri` of the token request.
    pub redirect_uri: Option<&'a str>,
    /// The `code_verifier`.
    pub verifier: Option<&'a str>,
}

/// What a presented code amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeVerdict {
    /// Spend it and issue.
    Spend,
    /// Refuse and spend it: whoever holds it is not the client's browser.
    Burn(CodeRefusal),
    /// It was spent before: revoke all that it gave [RFC 6749 §4.1.2].
    Replayed,
    /// Refuse and change nothing.
    Refuse(CodeRefusal),
}

/// Why a code is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeRefusal {
    /// There is none like it.
    Unknown,
    /// It has expired.
    Expired,
    /// It was spent before.
    Replayed,
    /// What it gave was revoked.
    Revoked,
    /// It was given to another application.
    OtherClient,
    /// It was sent to another address.
    OtherRedirectUri,
    /// The verifier is wrong, missing, or one too many.
    Verifier,
}

impl CodeRefusal {
    /// The word for it in events and metrics.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unknown => "code_unknown",
            Self::Expired => "code_expired",
            Self::Replayed => "code_replayed",
            Self::Revoked => "code_revoked",
            Self::OtherClient => "code_of_other_client",
            Self::OtherRedirectUri => "code_for_other_redirect_uri",
            Self::Verifier => "code_verifier",
        }
    }
}

impl Grant {
    /// Judges a presented code against the kept one.
    pub fn judge_code(&self, stored: &StoredCode, presented: &PresentedCode<'_>, now: Timestamp) -> CodeVerdict {
        if !constant_time_equal(stored.hash.as_bytes(), presented.hash.as_bytes()) {
            return CodeVerdict::Refuse(CodeRefusal::Unknown);
        }
        // SECURITY: another client can neither spend the code nor have the grant revoked by presenting it.
        if presented.application != self.application {
            return CodeVerdict::Refuse(CodeRefusal::OtherClient);
        }
        if stored.spent_at.is_some() {
            return CodeVerdict::Replayed;
        }
        if self.revoked_at.is_some() {
            return CodeVerdict::Refuse(CodeRefusal::Revoked);
        }
        if now >= stored.expires_at {
            return CodeVerdict::Refuse(CodeRefusal::Expired);
        }
        if presented.redirect_uri != Some(stored.redirect_uri.as_str()) {
            return CodeVerdict::Burn(CodeRefusal::OtherRedirectUri);
        }
        let verified = match (&stored.challenge, presented.verifier) {
            (Some(challenge), Some(verifier)) => challenge.is_met_by(verifier),
            (None, None) => true,
            // [RFC 9700 §2.1.1]: a verifier without a challenge is a downgrade.
            (Some(_), None) | (None, Some(_)) => false,
        };
        if verified { CodeVerdict::Spend } else { CodeVerdict::Burn(CodeRefusal::Verifier) }
    }
}

/// The refresh token of a grant, as kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredRefresh {
    /// The hash of the part that stays.
    pub family: TokenHash,
    /// The hash of the part that is good now.
    pub turn: TokenHash,
    /// When it stops being good if nobody uses it.
    pub expires_at: Timestamp,
}

/// What a presented refresh token amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshVerdict {
    /// Rotate it and issue.
    Rotate,
    /// It was used before: somebody else may hold its successor, so the family is revoked [RFC 9700 §4.14.2].
    ///
    /// There is no grace for a client that lost our answer: it could not be told from a thief, and two nodes could both
    /// say yes. Such a client's person signs in again.
    Reused,
    /// Refuse and change nothing.
    Refuse(RefreshRefusal),
}

/// Why a refresh token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshRefusal {
    /// There is none like it.
    Unknown,
    /// It has expired.
    Expired,
    /// It was used before.
    Reused,
    /// What it belongs to was revoked.
    Revoked,
    /// It was given to another application.
    OtherClient,
    /// The person may no longer sign in.
    AccountRefused,
}

impl RefreshRefusal {
    /// The word for it in events and metrics.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unknown => "refresh_unknown",
            Self::Expired => "refresh_expired",
            Self::Reused => "refresh_reused",
            Self::Revoked => "refresh_revoked",
            Self::OtherClient => "refresh_of_other_client",
            Self::AccountRefused => "account_refused",
        }
    }
}

impl Grant {
    /// Judges a presented refresh token against the kept one.
    pub fn judge_refresh(
        &self,
        stored: &StoredRefresh,
        application: ApplicationId,
        presented: &RefreshToken,
        now: Timestamp,
    ) -> RefreshVerdict {
        if !constant_time_equal(stored.family.as_bytes(), presented.family().as_bytes()) {
            return RefreshVerdict::Refuse(RefreshRefusal::Unknown);
        }
        if application != self.application {
            return RefreshVerdict::Refuse(RefreshRefusal::OtherClient);
        }
        if self.revoked_at.is_some() {
            return RefreshVerdict::Refuse(RefreshRefusal::Revoked);
        }
        if !constant_time_equal(stored.turn.as_bytes(), presented.turn.as_bytes()) {
            return RefreshVerdict::Reused;
        }
        if now >= stored.expires_at {
            return RefreshVerdict::Refuse(RefreshRefusal::Expired);
        }
        RefreshVerdict::Rotate
    }

    /// When a refresh token of this grant that is issued at `now` expires, if it may be issued at all.
    pub fn refresh_expires_at(&self, lifetimes: &Lifetimes, now: Timestamp) -> Timestamp {
        now.plus(lifetimes.refresh_idle).min(self.created_at.plus(lifetimes.refresh_absolute))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::application::token;

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    const CALLBACK: &str = "https://app.example/cb";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn application(byte: u8) -> ApplicationId {
        ApplicationId::new(at(1), [byte; 10])
    }

    fn grant() -> Grant {
        Grant {
            id: GrantId::new(at(1), [1; 10]),
            organisation: OrganisationId::new(at(1), [2; 10]),
            application: application(3),
            account: AccountId::new(at(1), [4; 10]),
            session: SessionId::new(at(1), [5; 10]),
            scope: "openid".parse().unwrap(),
            details: GrantDetails {
                nonce: None,
                authenticated_at: at(1),
                strength: Strength::MultiFactor,
                factors: vec![FactorKind::Password, FactorKind::Totp],
                id_token_claims: Vec::new(),
                userinfo_claims: Vec::new(),
            },
            created_at: at(1_000),
            revoked_at: None,
        }
    }

    fn stored() -> StoredCode {
        StoredCode {
            hash: token::hash(&[9; 32]),
            redirect_uri: CALLBACK.into(),
            challenge: Some(CodeChallenge::parse(CHALLENGE).unwrap()),
            expires_at: at(1_060),
            spent_at: None,
        }
    }

    fn presented() -> PresentedCode<'static> {
        PresentedCode {
            application: application(3),
            hash: token::hash(&[9; 32]),
            redirect_uri: Some(CALLBACK),
            verifier: Some(VERIFIER),
        }
    }

    fn check(
        change: impl FnOnce(&mut Grant, &mut StoredCode, &mut PresentedCode<'_>),
        now: i64,
        expected: CodeVerdict,
    ) {
        let (mut grant, mut stored, mut presented) = (grant(), stored(), presented());
        change(&mut grant, &mut stored, &mut presented);
        assert_eq!(grant.judge_code(&stored, &presented, at(now)), expected);
    }

    #[test]
    fn a_code_is_spent_once_by_its_client_with_its_verifier() {
        check(|_, _, _| (), 1_059, CodeVerdict::Spend);
        check(|_, _, _| (), 1_060, CodeVerdict::Refuse(CodeRefusal::Expired));
        check(|_, code, _| code.spent_at = Some(at(1_001)), 1_002, CodeVerdict::Replayed);
        check(|_, code, _| code.spent_at = Some(at(1_001)), 9_999, CodeVerdict::Replayed);
        check(|grant, _, _| grant.revoked_at = Some(at(1_001)), 1_002, CodeVerdict::Refuse(CodeRefusal::Revoked));
        check(|_, _, by| by.application = application(8), 1_002, CodeVerdict::Refuse(CodeRefusal::OtherClient));
        check(|_, _, by| by.hash = token::hash(&[8; 32]), 1_002, CodeVerdict::Refuse(CodeRefusal::Unknown));
    }

    #[test]
    fn another_client_cannot_have_a_grant_revoked() {
        let spent = |_: &mut Grant, code: &mut StoredCode, by: &mut PresentedCode<'_>| {
            code.spent_at = Some(at(1_001));
            by.application = application(8);
        };
        check(spent, 1_002, CodeVerdict::Refuse(CodeRefusal::OtherClient));
    }

    #[test]
    fn a_code_in_the_wrong_hands_is_burnt() {
        check(|_, _, by| by.verifier = None, 1_002, CodeVerdict::Burn(CodeRefusal::Verifier));
        check(|_, _, by| by.verifier = Some(CHALLENGE), 1_002, CodeVerdict::Burn(CodeRefusal::Verifier));
        check(|_, code, _| code.challenge = None, 1_002, CodeVerdict::Burn(CodeRefusal::Verifier));
        check(
            |_, _, by| by.redirect_uri = Some("https://app.example/cb/"),
            1_002,
            CodeVerdict::Burn(CodeRefusal::OtherRedirectUri),
        );
        check(|_, _, by| by.redirect_uri = None, 1_002, CodeVerdict::Burn(CodeRefusal::OtherRedirectUri));
    }

    fn check_refresh(
        change: impl FnOnce(&mut Grant),
        by: u8,
        family: u8,
        turn: u8,
        now: i64,
        expected: RefreshVerdict,
    ) {
        let mut grant = grant();
        change(&mut grant);
        let stored =
            StoredRefresh { family: token::hash(&[6; 32]), turn: token::hash(&[7; 32]), expires_at: at(2_000) };
        let text = RefreshToken::first(grant.id, [family; 32], [turn; 32]);
        let presented = RefreshToken::parse(text.expose()).unwrap();
        assert_eq!(grant.judge_refresh(&stored, application(by), &presented, at(now)), expected);
    }

    #[test]
    fn a_refresh_token_is_good_for_one_turn() {
        let refuse = RefreshVerdict::Refuse;
        check_refresh(|_| (), 3, 6, 7, 1_999, RefreshVerdict::Rotate);
        check_refresh(|_| (), 3, 6, 8, 1_999, RefreshVerdict::Reused);
        check_refresh(|_| (), 3, 6, 8, 9_999, RefreshVerdict::Reused);
        check_refresh(|_| (), 3, 6, 7, 2_000, refuse(RefreshRefusal::Expired));
        check_refresh(|_| (), 3, 5, 7, 1_999, refuse(RefreshRefusal::Unknown));
        check_refresh(|_| (), 8, 6, 7, 1_999, refuse(RefreshRefusal::OtherClient));
        check_refresh(|_| (), 8, 6, 8, 1_999, refuse(RefreshRefusal::OtherClient));
        check_refresh(|grant| grant.revoked_at = Some(at(1_500)), 3, 6, 7, 1_999, refuse(RefreshRefusal::Revoked));
    }

    #[test]
    fn a_refresh_token_has_an_absolute_end() {
        let lifetimes = Lifetimes {
            refresh_idle: Duration::from_secs(100),
            refresh_absolute: Duration::from_secs(250),
            ..Lifetimes::default()
        };
        for (now, expected) in [(1_000, 1_100), (1_100, 1_200), (1_200, 1_250)] {
            assert_eq!(grant().refresh_expires_at(&lifetimes, at(now)), at(expected));
        }
    }
}
