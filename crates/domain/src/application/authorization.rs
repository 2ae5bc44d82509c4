//! An authorization request that was checked, and what to answer it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::access::{ClientKind, SignInRequest};
use crate::application::RedirectUri;
use crate::application::acr::{self, AcrRequest};
use crate::application::claim::{ClaimsRequest, RequestedSubject};
use crate::application::pkce::CodeChallenge;
use crate::application::scope::{OPENID, Scopes};
use crate::id::ApplicationId;
use crate::session::{Session, Strength};
use crate::time::Timestamp;

/// An authorization request whose every parameter was checked against the application's registration.
///
/// It can wait in the store while a person signs in, or after it was pushed [RFC 9126].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    /// Who asks.
    pub application: ApplicationId,
    /// Where the answer goes: registered, and exactly as presented.
    pub redirect_uri: String,
    /// How the answer travels.
    pub response_mode: ResponseMode,
    /// Given back unchanged.
    pub state: Option<String>,
    /// What is asked for, limited to what the application may have.
    pub scope: Scopes,
    /// Put into the ID token unchanged.
    pub nonce: Option<String>,
    /// Whose verifier must come with the code.
    pub challenge: Option<CodeChallenge>,
    /// What the person must be shown.
    pub prompt: Prompts,
    /// The greatest age of the sign-in.
    pub max_age: Option<u32>,
    /// The strength wanted by `acr_values`.
    pub acr: AcrRequest,
    /// The `claims` parameter.
    pub claims: ClaimsRequest,
    /// The account that the application expects; fills in a form, never trusted.
    pub login_hint: Option<String>,
    /// The account that an ID token of ours named.
    pub hinted: Option<RequestedSubject>,
    /// When it was asked.
    pub asked_at: Timestamp,
}

/// How an answer travels to the application.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// In the address's query.
    #[default]
    Query,
    /// In a form that the browser posts (OAuth 2.0 Form Post Response Mode).
    FormPost,
}

impl ResponseMode {
    /// Every mode.
    pub const ALL: &'static [Self] = &[Self::Query, Self::FormPost];

    /// The `response_mode` on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::FormPost => "form_post",
        }
    }

    /// Reads a `response_mode`.
    pub fn of(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|mode| mode.as_str() == text)
    }
}

/// What a person must be shown [OpenID Connect Core §3.1.2.1].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompts {
    /// Nothing at all: answer at once, or refuse.
    pub none: bool,
    /// The sign-in pages, even with a session: for `login`, and for `select_account`, whose choice they offer.
    pub login: bool,
    /// Consent. Applications are approved by the organisation, so its approval answers for every person's.
    pub consent: bool,
}

/// What to answer an authorization request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The session is enough: grant.
    Grant,
    /// Somebody must sign in first.
    SignIn,
    /// Refuse; the application is told why.
    Refuse(AuthorizationRefusal),
}

/// Why an authorization request is refused after it was found well-formed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorizationRefusal {
    /// Nobody is signed in, not recently enough, or not the person asked for, and nothing may be shown.
    LoginRequired,
    /// The sign-in is not strong enough, and nothing may be shown.
    InteractionRequired,
    /// No sign-in here can be as strong as demanded [OpenID Connect Core Unmet Authentication Requirements §2].
    UnmetRequirements,
    /// The person may not use the application, or turned back.
    AccessDenied,
}

impl AuthorizationRefusal {
    /// The registered error code.
    pub const fn error(self) -> &'static str {
        match self {
            Self::LoginRequired => "login_required",
            Self::InteractionRequired => "interaction_required",
            Self::UnmetRequirements => "unmet_authentication_requirements",
            Self::AccessDenied => "access_denied",
        }
    }

    /// A sentence for the application's developers.
    pub const fn description(self) -> &'static str {
        match self {
            Self::LoginRequired => "the person must sign in, and the request allows no page",
            Self::InteractionRequired => "the person must verify another factor, and the request allows no page",
            Self::UnmetRequirements => "no sign-in can meet the requested acr",
            Self::AccessDenied => "the person may not use this application or turned back",
        }
    }
}

impl AuthorizationRequest {
    /// Whether an ID token is asked for.
    pub fn is_openid(&self) -> bool {
        self.scope.contains(OPENID)
    }

    /// The strength that it asks for, besides what the policies do; `None` when no sign-in can meet a demand.
    pub fn strength(&self) -> Option<Strength> {
        let asked = self.claims.acr.as_ref().unwrap_or(&self.acr);
        asked.strength(acr::reachable())
    }

    /// What kind of program asks: one to which only a native application can answer is one.
    pub fn client_kind(&self) -> ClientKind {
        match RedirectUri::parse(&self.redirect_uri) {
            Ok(address) if address.is_native() => ClientKind::Native,
            Ok(_) | Err(_) => ClientKind::Browser,
        }
    }

    /// The strength to claim in tokens for a sign-in that reached `reached`.
    ///
    /// An essential `acr` must be answered with one of the values asked for; a weaker one of them is as true. The value
    /// that only we know is claimed only to whom asked for it: others compare with a published one.
    pub fn claimed(&self, reached: Strength) -> Strength {
        let asked = self.claims.acr.as_ref().unwrap_or(&self.acr);
        let unasked =
            reached == Strength::MultiFactorUnrestricted && !asked.wanted.contains(&Strength::MultiFactorUnrestricted);
        let reached = if unasked { Strength::MultiFactor } else { reached };
        match self.claims.acr.as_ref() {
            Some(asked) if asked.essential && !asked.wanted.contains(&reached) => {
                asked.wanted.iter().copied().find(|wanted| *wanted < reached).unwrap_or(reached)
            }
            Some(_) | None => reached,
        }
    }

    /// Proofs older than this do not count.
    pub fn fresh_since(&self) -> Option<Timestamp> {
        if self.prompt.login {
            return Some(self.asked_at);
        }
        self.max_age.map(|seconds| self.asked_at.minus(Duration::from_secs(u64::from(seconds))))
    }

    /// What it asks of a sign-in.
    pub fn sign_in_request(&self) -> SignInRequest {
        SignInRequest {
            application: Some(self.application),
            client: self.client_kind(),
            login_hint: self.login_hint.clone(),
            fresh_since: self.fresh_since(),
            strength: self.strength().unwrap_or(Strength::PhishingResistant),
            moving: None,
        }
    }

    /// What to answer, given who is signed in. `has_signed_in` says that somebody just came from the sign-in pages.
    pub fn answer(&self, session: Option<&Session>, has_signed_in: SignedInFor) -> Answer {
        let Some(strength) = self.strength() else { return Answer::Refuse(AuthorizationRefusal::UnmetRequirements) };
        let ask = |refusal| if self.prompt.none { Answer::Refuse(refusal) } else { Answer::SignIn };
        let Some(session) = session else { return ask(AuthorizationRefusal::LoginRequired) };
        let is_wanted =
            |wanted: &Option<RequestedSubject>| wanted.as_ref().is_none_or(|subject| subject.is(session.account()));
        if !is_wanted(&self.hinted) || !is_wanted(&self.claims.subject) {
            // [OpenID Connect Core §3.1.2.2]: never an answer for somebody else than was asked for.
            return match has_signed_in {
                SignedInFor::ThisRequest => Answer::Refuse(AuthorizationRefusal::LoginRequired),
                SignedInFor::Nothing => ask(AuthorizationRefusal::LoginRequired),
            };
        }
        if self.fresh_since().is_some_and(|since| session.authenticated_at() < since) {
            return ask(AuthorizationRefusal::LoginRequired);
        }
        if session.strength() < strength {
            return ask(AuthorizationRefusal::InteractionRequired);
        }
        Answer::Grant
    }
}

/// What the person in front of an authorization request has just done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedInFor {
    /// Nothing: the request came straight from the application.
    Nothing,
    /// They came from the sign-in pages, where this request had sent them.
    ThisRequest,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::factor::FactorKind;
    use crate::id::{AccountId, DeviceId, OrganisationId, SessionId};
    use crate::session::{ProofRecord, SavedSession};

    const ASKED: i64 = 10_000;

    fn person(byte: u8) -> AccountId {
        AccountId::new(Timestamp::from_seconds(1), [byte; 10])
    }

    fn request() -> AuthorizationRequest {
        AuthorizationRequest {
            application: ApplicationId::new(Timestamp::from_seconds(1), [9; 10]),
            redirect_uri: "https://app.example/cb".into(),
            response_mode: ResponseMode::Query,
            state: None,
            scope: "openid".parse().unwrap(),
            nonce: None,
            challenge: None,
            prompt: Prompts::default(),
            max_age: None,
            acr: AcrRequest::default(),
            claims: ClaimsRequest::default(),
            login_hint: None,
            hinted: None,
            asked_at: Timestamp::from_seconds(ASKED),
        }
    }

    fn session(at: i64) -> Session {
        let started_at = Timestamp::from_seconds(at);
        let proof = |factor| ProofRecord { factor, credential: None, at: started_at, is_enrolment: false };
        Session::restore(SavedSession {
            id: SessionId::new(started_at, [0; 10]),
            account: person(1),
            organisation: OrganisationId::new(started_at, [0; 10]),
            device: DeviceId::new(started_at, [0; 10]),
            proofs: vec![proof(FactorKind::Password), proof(FactorKind::Totp)],
            started_at,
            seen_at: started_at,
            expires_at: started_at.plus(Duration::from_secs(86_400)),
            idle: None,
            browser: None,
            address: None,
        })
    }

    fn check(change: impl FnOnce(&mut AuthorizationRequest), signed_in_at: Option<i64>, expected: Answer) {
        let mut asked = request();
        change(&mut asked);
        assert_eq!(asked.answer(signed_in_at.map(session).as_ref(), SignedInFor::Nothing), expected, "{asked:?}");
    }

    #[test]
    fn a_session_answers_and_nobody_signs_in() {
        check(|_| (), Some(ASKED - 1), Answer::Grant);
        check(|_| (), None, Answer::SignIn);
    }

    #[test]
    fn prompt_none_never_shows_a_page() {
        let none = |r: &mut AuthorizationRequest| r.prompt.none = true;
        check(none, Some(ASKED - 1), Answer::Grant);
        check(none, None, Answer::Refuse(AuthorizationRefusal::LoginRequired));
        let old = |r: &mut AuthorizationRequest| {
            r.prompt.none = true;
            r.max_age = Some(10);
        };
        check(old, Some(ASKED - 11), Answer::Refuse(AuthorizationRefusal::LoginRequired));
    }

    #[test]
    fn prompt_login_wants_a_new_sign_in() {
        let login = |r: &mut AuthorizationRequest| r.prompt.login = true;
        check(login, Some(ASKED - 1), Answer::SignIn);
        check(login, Some(ASKED), Answer::Grant);
    }

    #[test]
    fn max_age_counts_from_the_request() {
        let aged = |seconds| move |r: &mut AuthorizationRequest| r.max_age = Some(seconds);
        check(aged(10), Some(ASKED - 10), Answer::Grant);
        check(aged(10), Some(ASKED - 11), Answer::SignIn);
        check(aged(0), Some(ASKED - 1), Answer::SignIn);
        check(aged(10_000), Some(ASKED - 9_000), Answer::Grant);
    }

    #[test]
    fn a_named_person_is_the_only_one_who_will_do() {
        let hinted =
            |byte| move |r: &mut AuthorizationRequest| r.hinted = Some(RequestedSubject::Account(person(byte)));
        check(hinted(1), Some(ASKED - 1), Answer::Grant);
        check(hinted(2), Some(ASKED - 1), Answer::SignIn);
        let claimed = |r: &mut AuthorizationRequest| r.claims.subject = Some(RequestedSubject::Nobody);
        check(claimed, Some(ASKED - 1), Answer::SignIn);
        let mut asked = request();
        asked.hinted = Some(RequestedSubject::Account(person(2)));
        assert_eq!(
            asked.answer(Some(&session(ASKED)), SignedInFor::ThisRequest),
            Answer::Refuse(AuthorizationRefusal::LoginRequired)
        );
    }

    #[test]
    fn a_demand_for_strength_is_met_or_refused() {
        let essential = |value: &'static str| {
            move |r: &mut AuthorizationRequest| r.claims.acr = Some(AcrRequest::of([value], true))
        };
        check(essential("https://refeds.org/profile/mfa"), Some(ASKED - 1), Answer::Grant);
        check(essential("https://refeds.org/profile/sfa"), Some(ASKED - 1), Answer::Grant);
        check(essential("urn:unheard:of"), Some(ASKED - 1), Answer::Refuse(AuthorizationRefusal::UnmetRequirements));
        let voluntary = |r: &mut AuthorizationRequest| r.acr = AcrRequest::of(["1", "2"], false);
        check(voluntary, Some(ASKED - 1), Answer::Grant);
    }

    #[test]
    fn an_essential_acr_is_answered_with_a_value_asked_for() {
        let mut asked = request();
        assert_eq!(asked.claimed(Strength::MultiFactor), Strength::MultiFactor);
        asked.claims.acr = Some(AcrRequest::of(["https://refeds.org/profile/sfa"], true));
        assert_eq!(asked.claimed(Strength::MultiFactor), Strength::OneFactor);
    }

    #[test]
    fn a_value_of_ours_is_claimed_to_whom_asks_for_it() {
        let mut asked = request();
        assert_eq!(asked.claimed(Strength::MultiFactorUnrestricted), Strength::MultiFactor);
        asked.acr = AcrRequest::of(["urn:wardkey:acr:mfa-unrestricted"], false);
        assert_eq!(asked.claimed(Strength::MultiFactorUnrestricted), Strength::MultiFactorUnrestricted);
        assert_eq!(asked.sign_in_request().strength, Strength::MultiFactorUnrestricted);
    }

    #[test]
    fn an_application_that_asks_for_nothing_leaves_it_to_the_policies() {
        let mut asked = request();
        assert_eq!(asked.sign_in_request().strength, Strength::OneFactor);
        asked.acr = AcrRequest::of(["https://refeds.org/profile/mfa"], false);
        assert_eq!(asked.sign_in_request().strength, Strength::MultiFactor);
    }

    #[test]
    fn what_only_a_native_application_can_answer_comes_from_one() {
        for (address, expected) in [
            ("https://app.example/cb", ClientKind::Browser),
            ("uk.nhs.rota:/cb", ClientKind::Native),
            ("http://127.0.0.1:7777/cb", ClientKind::Native),
        ] {
            let asked = AuthorizationRequest { redirect_uri: address.to_owned(), ..request() };
            assert_eq!(asked.sign_in_request().client, expected, "{address}");
        }
    }
}
