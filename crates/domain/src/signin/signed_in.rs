//! The end of a sign-in: the only thing that a new session can be made from.

use std::time::Duration;

use crate::access::history::KeptSignIn;
use crate::access::{Access, Controls, Decision};
use crate::factor::Proof;
use crate::id::{AccountId, DeviceId, OrganisationId, SessionId};
use crate::op::Op;
use crate::session::{ProofRecord, SavedSession, Session, SessionLimits, Strength};
use crate::signin::{Purpose, SignInRequest};

/// A completed sign-in: every proof that the policy asks for is there.
///
/// INVARIANT: only the engine's last step makes one, it cannot be copied, and starting a session consumes it.
#[derive(Debug)]
pub struct SignedIn {
    pub(super) account: AccountId,
    pub(super) organisation: OrganisationId,
    pub(super) proofs: Vec<Proof>,
    pub(super) strength: Strength,
    pub(super) decision: Box<Decision>,
    pub(super) kept: Box<KeptSignIn>,
    pub(super) purpose: Purpose,
    pub(super) request: SignInRequest,
}

impl SignedIn {
    /// Who signed in.
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// The account's organisation.
    pub const fn organisation(&self) -> OrganisationId {
        self.organisation
    }

    /// What was verified.
    pub fn proofs(&self) -> &[Proof] {
        &self.proofs
    }

    /// The strength that was reached.
    pub const fn strength(&self) -> Strength {
        self.strength
    }

    /// What was decided of it, and why.
    pub const fn decision(&self) -> &Decision {
        &self.decision
    }

    /// What was known when the person had shown what they did, and before anything that they set up by that: for the history.
    pub const fn kept(&self) -> &KeptSignIn {
        &self.kept
    }

    /// What holds for the session.
    pub fn controls(&self) -> Controls {
        match &self.decision.access {
            Access::Granted(grant) => grant.controls,
            Access::Blocked(_) => Controls::default(),
        }
    }

    /// Whether it begins a session or refreshes one.
    pub const fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// What was asked for.
    pub const fn request(&self) -> &SignInRequest {
        &self.request
    }

    /// Starts the session. A sign-in makes one session, never two; it always gets a new identifier [SES-7].
    pub fn start_session(self, op: &Op, limits: &SessionLimits, id: SessionId, device: DeviceId) -> Session {
        Session::new(SavedSession {
            id,
            account: self.account,
            organisation: self.organisation,
            device,
            proofs: self.proofs.iter().map(|proof| ProofRecord::from(proof.saved())).collect(),
            started_at: op.now,
            seen_at: op.now,
            expires_at: op.now.plus(limits.absolute),
            idle: self.controls().idle,
            browser: op.origin.browser.clone(),
            address: op.origin.address,
        })
    }

    /// Goes on with `session`, the same person's in the same browser, from this new sign-in: what applications were granted
    /// in it goes on too. Its limits begin anew, and its token must be new [SES-7].
    ///
    /// `None` when the session is somebody else's.
    pub fn renew_session(self, op: &Op, limits: &SessionLimits, session: &Session) -> Option<Session> {
        let old = session.facts();
        if self.account != old.account {
            return None;
        }
        let renewed = self.start_session(op, limits, old.id, old.device);
        let idle = stricter(old.idle, renewed.facts().idle);
        Some(Session::new(SavedSession { idle, ..renewed.facts().clone() }))
    }

    /// Goes on with `session`, which this sign-in refreshed: new proofs, the old absolute limit. What applications were
    /// granted in it goes on too, so it keeps its identifier; its token, which is what a browser holds, must be new [SES-7].
    ///
    /// `None` when the flow was not for this session.
    pub fn refresh_session(self, op: &Op, session: &Session) -> Option<Session> {
        if self.purpose != (Purpose::FreshFactor { session: session.id() }) || self.account != session.account() {
            return None;
        }
        let old = session.facts();
        Some(Session::new(SavedSession {
            proofs: self.proofs.iter().map(|proof| ProofRecord::from(proof.saved())).collect(),
            seen_at: op.now,
            idle: stricter(old.idle, self.controls().idle),
            browser: op.origin.browser.clone(),
            address: op.origin.address,
            ..old.clone()
        }))
    }
}

/// The shorter of what was said: what a policy has asked of a session holds until it ends.
fn stricter(one: Option<Duration>, other: Option<Duration>) -> Option<Duration> {
    one.into_iter().chain(other).min()
}
