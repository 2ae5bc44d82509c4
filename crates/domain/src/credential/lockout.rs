//! How failures slow further tries down.
//!
//! An attempt is counted *before* it is checked, so that guesses made side by side are all counted, and given back when
//! it succeeds or could not be checked. What counts it:
//!
//! - for a browser that has signed in to this account before: its own counter, and nobody else's [AUT-6]. So an attacker
//!   elsewhere can make an account wait, but not its owner at their own desk;
//! - for any other: the account's counter for this factor, and the network's.
//!
//! INVARIANT: counters are per factor, so wrong passwords never delay a code, and never the other way round.

use std::net::IpAddr;
use std::time::Duration;

use super::subject::{NetworkPrefix, Subject, Who};
use crate::factor::{FactorKind, definition};
use crate::id::DeviceId;
use crate::time::Timestamp;

/// How failures slow further tries down: NHS-friendly values of [AUT-6] and NIST SP 800-63B §3.2.2 by default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThrottleRules {
    /// For one account and factor, from browsers that it has not signed in with.
    pub account: Limit,
    /// For one account and factor, from one browser that it has signed in with.
    pub device: Limit,
    /// For one network, over all accounts. Loose, because a whole hospital may stand behind one address.
    pub network: Limit,
    /// How many consecutive failures of a second factor are the end: then only an administrator's re-enrolment helps.
    pub ceiling: u32,
}

/// What one counter allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Failures that cost nothing.
    pub free: u32,
    /// The wait after the first failure beyond those; each further one doubles it.
    pub first_wait: Duration,
    /// The longest wait.
    pub longest_wait: Duration,
    /// One failure is forgotten each time this long has passed.
    pub forget_one_in: Duration,
}

impl Default for ThrottleRules {
    fn default() -> Self {
        let person = Limit {
            free: 5,
            first_wait: Duration::from_secs(30),
            longest_wait: Duration::from_secs(3_600),
            forget_one_in: Duration::from_secs(3_600),
        };
        let network = Limit {
            free: 300,
            first_wait: Duration::from_secs(5),
            longest_wait: Duration::from_secs(300),
            forget_one_in: Duration::from_secs(5),
        };
        Self { account: person, device: person, network, ceiling: 100 }
    }
}

/// One attempt to prove a factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Whose account.
    pub who: Who,
    /// Which factor.
    pub factor: FactorKind,
    /// From which network address.
    pub address: Option<IpAddr>,
    /// The browser, if it is one that this account has signed in with before.
    pub known_device: Option<DeviceId>,
}

/// One counter that an attempt must pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// What is counted.
    pub subject: Subject,
    /// What it allows.
    pub limit: Limit,
    /// What it is counted for.
    pub counts: Counts,
}

/// What a counter is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// Delays only.
    Delays,
    /// Delays, and the end after this many consecutive failures.
    DelaysUpTo(u32),
    /// Only the end after this many consecutive failures: another counter makes the delays.
    Ceiling(u32),
}

/// One counter's state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ThrottleState {
    /// Failures that are not forgotten yet.
    pub failures: u32,
    /// Failures since the last success; never forgotten.
    pub consecutive: u32,
    /// When `failures` was last counted down.
    pub counted_at: Option<Timestamp>,
    /// No attempt before this moment.
    pub blocked_until: Option<Timestamp>,
}

/// Whether an attempt may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permit {
    /// Now; it has been counted already.
    Now,
    /// Not before a moment.
    Wait {
        /// That moment.
        until: Timestamp,
    },
    /// Never again, until an administrator re-enrols the person.
    Never,
}

impl Attempt {
    /// The counters that this attempt must pass, in the order in which they are locked.
    pub fn gates(&self, rules: &ThrottleRules) -> Vec<Gate> {
        let account = Subject::Account(self.who.clone(), self.factor);
        // Wrong passwords cannot be stopped for good without locking the owner out; wrong codes come after a right password.
        let ceiling = definition(self.factor).is_second_factor().then_some(rules.ceiling);
        let mut gates = Vec::new();
        if let Some(device) = self.known_device {
            if let Some(ceiling) = ceiling {
                gates.push(Gate { subject: account, limit: rules.account, counts: Counts::Ceiling(ceiling) });
            }
            let subject = Subject::Device(device, self.who.clone(), self.factor);
            gates.push(Gate { subject, limit: rules.device, counts: Counts::Delays });
        } else {
            let counts = ceiling.map_or(Counts::Delays, Counts::DelaysUpTo);
            gates.push(Gate { subject: account, limit: rules.account, counts });
            if let Some(address) = self.address {
                let subject = Subject::Network(NetworkPrefix::of(address));
                gates.push(Gate { subject, limit: rules.network, counts: Counts::Delays });
            }
        }
        gates
    }
}

impl Gate {
    /// Whether this counter lets an attempt through now.
    pub fn admits(&self, state: &ThrottleState, now: Timestamp) -> Permit {
        let (delays, ceiling) = match self.counts {
            Counts::Delays => (true, None),
            Counts::DelaysUpTo(ceiling) => (true, Some(ceiling)),
            Counts::Ceiling(ceiling) => (false, Some(ceiling)),
        };
        if ceiling.is_some_and(|ceiling| state.consecutive >= ceiling) {
            return Permit::Never;
        }
        match state.blocked_until {
            Some(until) if delays && now < until => Permit::Wait { until },
            Some(_) | None => Permit::Now,
        }
    }

    /// Counts an attempt as a failure, until [`Gate::give_back`] or a success says otherwise.
    #[must_use]
    pub fn reserve(&self, state: &ThrottleState, now: Timestamp) -> ThrottleState {
        let mut next = state.forgetting(self.limit, now);
        next.consecutive = next.consecutive.saturating_add(1);
        if matches!(self.counts, Counts::Ceiling(_)) {
            return next;
        }
        next.failures = next.failures.saturating_add(1);
        next.blocked_until = self.limit.wait_after(next.failures).map(|wait| now.plus(wait));
        next
    }

    /// Takes one counted attempt back: it was not wrong, or could not be checked.
    #[must_use]
    pub fn give_back(&self, state: &ThrottleState, now: Timestamp) -> ThrottleState {
        let mut next = state.forgetting(self.limit, now);
        next.consecutive = next.consecutive.saturating_sub(1);
        if matches!(self.counts, Counts::Ceiling(_)) {
            return next;
        }
        next.failures = next.failures.saturating_sub(1);
        // Only the wait that this attempt itself began is lifted.
        if self.limit.wait_after(next.failures).is_none() {
            next.blocked_until = None;
        }
        next
    }

    /// The counter after a success: a person's own starts anew, a network's only takes this attempt back.
    ///
    /// SECURITY: a success must not clear a network, or an attacker would sign in to an account of their own now and then.
    #[must_use]
    pub fn succeed(&self, state: &ThrottleState, now: Timestamp) -> ThrottleState {
        match (&self.subject, self.counts) {
            // The delays were made by strangers, whom a success at the owner's own browser does not excuse.
            (_, Counts::Ceiling(_)) => ThrottleState { consecutive: 0, ..*state },
            (Subject::Account(..) | Subject::Device(..), Counts::Delays | Counts::DelaysUpTo(_)) => {
                ThrottleState::default()
            }
            (Subject::Network(_), Counts::Delays | Counts::DelaysUpTo(_)) => self.give_back(state, now),
        }
    }
}

impl ThrottleState {
    fn forgetting(self, limit: Limit, now: Timestamp) -> Self {
        let Some(counted_at) = self.counted_at else { return Self { counted_at: Some(now), ..self } };
        let period = limit.forget_one_in.as_micros().max(1);
        let forgotten = now.since(counted_at).as_micros() / period;
        // The remainder of a period is kept, or a steady trickle of failures would never be forgotten.
        let whole = Duration::from_micros(u64::try_from(forgotten * period).unwrap_or(u64::MAX));
        let failures = self.failures.saturating_sub(u32::try_from(forgotten).unwrap_or(u32::MAX));
        let counted_at = if failures == 0 { now } else { counted_at.plus(whole) };
        Self { failures, counted_at: Some(counted_at), ..self }
    }

    /// When everything but the ceiling's count will be forgotten, so that the row can be deleted if that is zero.
    pub fn forgotten_at(&self, limit: Limit) -> Option<Timestamp> {
        let drained = self.counted_at.map(|at| at.plus(limit.forget_one_in.saturating_mul(self.failures)));
        drained.max(self.blocked_until)
    }
}

impl Limit {
    /// The wait that follows the `failures`th failure.
    pub fn wait_after(&self, failures: u32) -> Option<Duration> {
        let beyond = failures.checked_sub(self.free)?.checked_sub(1)?;
        let factor = 2_u32.checked_pow(beyond).unwrap_or(u32::MAX);
        Some(self.first_wait.saturating_mul(factor).min(self.longest_wait))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::AccountId;

    fn account() -> AccountId {
        AccountId::new(Timestamp::from_seconds(1), [1; 10])
    }

    fn device() -> DeviceId {
        DeviceId::new(Timestamp::from_seconds(1), [2; 10])
    }

    fn attempt(factor: FactorKind, known_device: Option<DeviceId>) -> Attempt {
        Attempt { who: Who::Account(account()), factor, address: Some([192, 0, 2, 7].into()), known_device }
    }

    fn account_gate(factor: FactorKind) -> Gate {
        attempt(factor, None).gates(&ThrottleRules::default()).swap_remove(0)
    }

    /// Fails as soon as allowed, `count` times over, and gives back the state and the time.
    fn fail(gate: &Gate, count: u32) -> (ThrottleState, Timestamp) {
        let (mut state, mut now) = (ThrottleState::default(), Timestamp::from_seconds(0));
        for _ in 0..count {
            if let Permit::Wait { until } = gate.admits(&state, now) {
                now = until;
            }
            state = gate.reserve(&state, now);
        }
        (state, now)
    }

    #[test]
    fn waits_grow_from_half_a_minute_to_an_hour() {
        let limit = ThrottleRules::default().account;
        let waits: Vec<_> =
            (4..15).map(|failures| limit.wait_after(failures).map_or(0, |wait| wait.as_secs())).collect();
        assert_eq!(waits, [0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert_eq!(limit.wait_after(u32::MAX), Some(limit.longest_wait));
    }

    #[test]
    fn a_few_failures_cost_nothing_and_the_next_one_waits() {
        let gate = account_gate(FactorKind::Password);
        let (state, now) = fail(&gate, 5);
        assert_eq!(gate.admits(&state, now), Permit::Now);
        let state = gate.reserve(&state, now);
        let until = now.plus(Duration::from_secs(30));
        assert_eq!(gate.admits(&state, now), Permit::Wait { until });
        assert_eq!(gate.admits(&state, until), Permit::Now);
    }

    #[test]
    fn failures_are_forgotten_one_an_hour() {
        let gate = account_gate(FactorKind::Password);
        let (state, now) = fail(&gate, 5);
        let later = now.plus(Duration::from_secs(2 * 3_600));
        assert_eq!(gate.reserve(&state, later).failures, 4);
        assert_eq!(state.forgotten_at(gate.limit), Some(now.plus(Duration::from_secs(5 * 3_600))));
    }

    #[test]
    fn an_attacker_elsewhere_does_not_lock_out_a_known_browser() {
        let rules = ThrottleRules::default();
        let stranger = attempt(FactorKind::Password, None).gates(&rules);
        let owner = attempt(FactorKind::Password, Some(device())).gates(&rules);
        assert!(owner.iter().all(|gate| stranger.iter().all(|other| other.subject != gate.subject)));
    }

    #[test]
    fn wrong_passwords_never_delay_a_code() {
        let rules = ThrottleRules::default();
        let mut passwords = attempt(FactorKind::Password, None).gates(&rules);
        passwords.retain(|gate| !matches!(gate.subject, Subject::Network(_)));
        let codes = attempt(FactorKind::Totp, None).gates(&rules);
        assert!(codes.iter().all(|gate| passwords.iter().all(|other| other.subject != gate.subject)));
    }

    #[test]
    fn a_hundred_wrong_codes_are_the_end() {
        let gate = account_gate(FactorKind::Totp);
        let (state, now) = fail(&gate, 99);
        let much_later = now.plus(Duration::from_secs(365 * 86_400));
        assert_eq!(gate.admits(&state, much_later), Permit::Now);
        let state = gate.reserve(&state, much_later);
        assert_eq!(gate.admits(&state, much_later.plus(Duration::from_secs(365 * 86_400))), Permit::Never);
    }

    #[test]
    fn a_known_browser_shares_the_ceiling_but_not_the_delays() {
        let rules = ThrottleRules::default();
        let known = attempt(FactorKind::Totp, Some(device())).gates(&rules);
        let shared = known.iter().find(|gate| gate.subject == account_gate(FactorKind::Totp).subject).unwrap();
        let (delayed, now) = fail(&account_gate(FactorKind::Totp), 10);
        assert_eq!(shared.admits(&delayed, now), Permit::Now);
        let spent = ThrottleState { consecutive: 100, ..ThrottleState::default() };
        assert_eq!(shared.admits(&spent, now), Permit::Never);
        let cleared = shared.succeed(&delayed, now);
        assert_eq!((cleared.failures, cleared.consecutive), (delayed.failures, 0));
        let counted = shared.reserve(&delayed, now);
        assert_eq!((counted.failures, counted.consecutive), (delayed.failures, delayed.consecutive + 1));
    }

    #[test]
    fn wrong_passwords_alone_never_end_an_account() {
        let gate = account_gate(FactorKind::Password);
        let (state, now) = fail(&gate, 500);
        assert!(matches!(gate.admits(&state, now), Permit::Wait { .. }));
    }

    #[test]
    fn a_success_starts_a_person_anew_but_not_a_network() {
        let gates = attempt(FactorKind::Password, None).gates(&ThrottleRules::default());
        let now = Timestamp::from_seconds(0);
        let failed = ThrottleState { failures: 4, consecutive: 4, counted_at: Some(now), blocked_until: None };
        let after: Vec<_> = gates.iter().map(|gate| gate.succeed(&failed, now).failures).collect();
        assert_eq!(after, [0, 3]);
    }

    #[test]
    fn an_attempt_that_could_not_be_checked_is_given_back() {
        let gate = account_gate(FactorKind::Totp);
        let (before, now) = fail(&gate, 5);
        assert_eq!(gate.give_back(&gate.reserve(&before, now), now), before);
    }
}
