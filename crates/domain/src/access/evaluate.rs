//! The decision: one pure function for live traffic, what-if, report-only and replay.

use std::time::Duration;

use crate::access::grace::BASELINE_DAYS;
use crate::access::{
    Access, Applies, Baseline, BlockedBy, Considered, Controls, Decision, Device, FirstFactorWhere, Grace, GraceLeft,
    Grant, Hold, LONGEST_MEMORY, Outcome, Policies, Policy, Reason, Registration, Requirement, Risk, Signals,
    SkipWhere,
};
use crate::session::{Remembered, Strength};
use crate::time::Timestamp;

/// Decides what a sign-in comes to.
///
/// In this order: an account that is held is blocked; a policy that blocks, or that cannot be evaluated, blocks; a privileged or a
/// pinned account proves two factors everywhere; an exception suspends the prompt of the baseline; then the baseline, whose prompt a
/// browser that is remembered spares where the baseline says so. Whatever that comes to, policies and the application only tighten it: the strictest of all that apply holds [CA-7, CA-14].
pub fn evaluate(policies: &Policies, signals: &Signals<'_>) -> Decision {
    let considered = policies.consider(signals);
    let baseline = policies.baselines().of(&signals.account);
    let base = base(policies, signals, baseline.0);
    let applying = |counts: fn(Applies) -> bool| {
        let both = policies.list().iter().zip(&considered);
        both.filter(move |(_, considered)| counts(considered.applies)).map(|(policy, _)| policy)
    };
    let access = decide(policies, signals, &base, applying(|applies| applies == Applies::Yes));
    let reports = considered.iter().any(|Considered { applies, .. }| *applies == Applies::WouldApply);
    let would_be = reports.then(|| {
        let counting = applying(|applies| matches!(applies, Applies::Yes | Applies::WouldApply));
        decide(policies, signals, &base, counting)
    });
    Decision { would_be: would_be.filter(|would_be| !would_be.amounts_to(&access)), access, baseline, considered }
}

/// What a sign-in would come to if the policy at `place` counted beside those that do.
pub(super) fn with_policy(
    policies: &Policies,
    signals: &Signals<'_>,
    considered: &[Considered],
    place: usize,
) -> Access {
    let base = base(policies, signals, policies.baselines().of(&signals.account).0);
    let both = policies.list().iter().zip(considered).enumerate();
    let counts = |own: usize, applies| own == place || applies == Applies::Yes;
    let applying = both.filter(|(own, (_, one))| counts(*own, one.applies)).map(|(_, (policy, _))| policy);
    decide(policies, signals, &base, applying)
}

/// For how long the browser would be remembered by which this sign-in comes, if its owner had it remembered now; nothing where that
/// would spare nothing.
pub fn memory(policies: &Policies, signals: &Signals<'_>) -> Option<Duration> {
    // A device that nobody has seen is one that somebody has, from then on. Whatever else speaks against it goes on doing so.
    let risk = signals.risk.map(|risk| if risk == Risk::Low { Risk::None } else { risk });
    let remembered = Some(Remembered { shown_at: signals.now, until: signals.now.plus(LONGEST_MEMORY) });
    let known = Signals { device: Device::Known, risk, remembered, ..*signals };
    match evaluate(policies, &known).access {
        Access::Granted(grant) => grant.reasons.iter().find_map(|reason| {
            if let Reason::Remembered(until) = reason { Some(until.since(signals.now)) } else { None }
        }),
        Access::Blocked(_) => None,
    }
}

fn decide<'a>(
    policies: &Policies,
    signals: &Signals<'_>,
    base: &Grant,
    applying: impl Iterator<Item = &'a Policy> + Clone,
) -> Access {
    if signals.account.hold == Hold::Compromised {
        return Access::Blocked(BlockedBy::Hold);
    }
    for policy in applying.clone() {
        if policy.missing.is_some() {
            return Access::Blocked(BlockedBy::BrokenPolicy(policy.id));
        }
        if policy.outcome == Outcome::Block {
            return Access::Blocked(BlockedBy::Policy(policy.id));
        }
    }
    let mut grant = base.clone();
    grant.controls = applying.clone().map(|policy| policy.controls).fold(grant.controls, Controls::and);
    if let Some(until) = remembered(policies, signals, &grant) {
        grant = unprompted(&grant, Reason::Remembered(until));
    }
    for policy in applying {
        match policy.outcome {
            Outcome::Require(required, grace) => {
                require(&mut grant, policies, signals, (required, grace), Reason::Policy(policy.id));
            }
            Outcome::Register => register(&mut grant, policies, signals, policy),
            Outcome::Block | Outcome::ControlsOnly => {}
        }
    }
    let asked = Requirement::of(signals.asked);
    require(&mut grant, policies, signals, (asked, Grace::None), Reason::AskedByApplication(signals.asked));
    // What each asks for may be there, and nothing that all of them ask for.
    if grant.registration == Registration::NotNeeded && !signals.account.could_meet(grant.required) {
        grant.registration = Registration::Due;
    }
    Access::Granted(grant)
}

/// What holds before any policy.
fn base(policies: &Policies, signals: &Signals<'_>, baseline: Baseline) -> Grant {
    let account = &signals.account;
    let prompted = |strength, reason| granted(policies, signals, (Requirement::of(strength), Grace::None), reason);
    if policies.is_break_glass(account.id) {
        return prompted(Strength::PhishingResistant, Reason::BreakGlass);
    }
    if account.is_privileged() {
        return prompted(Strength::MultiFactorUnrestricted, Reason::Privileged);
    }
    if account.hold == Hold::Pinned {
        return prompted(Strength::MultiFactor, Reason::Pinned);
    }
    let grace = match baseline {
        Baseline::NamedLocation if account.created_at < policies.rules().default_on_from => Grace::Days(BASELINE_DAYS),
        Baseline::NamedLocation | Baseline::Standard => Grace::None,
    };
    let required = Requirement::of(Strength::MultiFactor);
    let grant = granted(policies, signals, (required, grace), Reason::Baseline(baseline));
    let grant = postponed(grant, signals);
    // Who is not prompted registers all the same.
    // SECURITY: an exception is for whoever has a factor, and no way around registering one [EXC-24].
    if let Some(until) = account.excepted_until.filter(|until| signals.now < *until && account.is_registered()) {
        return unprompted(&grant, Reason::Excepted(until));
    }
    match (baseline, policies.located(signals).next()) {
        (Baseline::NamedLocation, Some(location)) => unprompted(&grant, Reason::InLocation(location)),
        (Baseline::NamedLocation, None) | (Baseline::Standard, _) => grant,
    }
}

/// Suspends the prompt of the baseline.
fn unprompted(grant: &Grant, reason: Reason) -> Grant {
    Grant { required: NOTHING, meanwhile: NOTHING, reasons: vec![reason], ..grant.clone() }
}

/// Until when the browser spares the prompt of the baseline, if it does.
///
/// SECURITY: it stands for the second factor that was shown in it, and for nothing else: never for a first factor, for what a policy
/// or an application asks for, or for somebody who is prompted everywhere.
fn remembered(policies: &Policies, signals: &Signals<'_>, grant: &Grant) -> Option<Timestamp> {
    let account = &signals.account;
    let remembered = signals.remembered.filter(|seen| seen.shown_at <= signals.now && account.is_registered())?;
    let is_trusted = signals.device == Device::Known && signals.risk == Some(Risk::None);
    let is_baseline = matches!(grant.reasons.as_slice(), [Reason::Baseline(_)]);
    if !is_trusted || !is_baseline {
        return None;
    }
    let window = policies.baselines().memory_of(account)?;
    let until = remembered.until_within(grant.controls.remembers(window));
    (signals.now < until).then_some(until)
}

/// What a password reaches.
const NOTHING: Requirement = Requirement::of(Strength::OneFactor);

fn granted(
    policies: &Policies,
    signals: &Signals<'_>,
    (required, grace): (Requirement, Grace),
    reason: Reason,
) -> Grant {
    let registration = registration(policies, signals, required, grace);
    let meanwhile = if let Registration::CanWait(_) = registration { NOTHING } else { required };
    let may_register = match policies.rules().first {
        FirstFactorWhere::Anywhere => true,
        FirstFactorWhere::NamedLocationOrPass => policies.located(signals).next().is_some(),
    };
    Grant { required, registration, may_register, meanwhile, controls: Controls::default(), reasons: vec![reason] }
}

/// Gives whoever never registered until the day to which an administrator has postponed it.
fn postponed(grant: Grant, signals: &Signals<'_>) -> Grant {
    let account = &signals.account;
    let never_registered = !account.grace.was_registered && !account.is_registered();
    let Some(end) = account.postponed_until.filter(|end| signals.now < *end && never_registered) else {
        return grant;
    };
    let is_sooner = match grant.registration {
        Registration::NotNeeded => false,
        Registration::Due => true,
        Registration::CanWait(GraceLeft::Open { until, .. }) => until.is_some_and(|until| until < end),
        Registration::CanWait(GraceLeft::Nothing) => true,
    };
    if !is_sooner {
        return grant;
    }
    let left = GraceLeft::Open { until: Some(end), skips: None };
    let reasons = grant.reasons.into_iter().chain([Reason::Postponed(end)]).collect();
    Grant { registration: Registration::CanWait(left), meanwhile: NOTHING, reasons, ..grant }
}

/// Asks for what is required besides. Whoever has no factor for it goes on without as long as there is grace.
fn require(
    grant: &mut Grant,
    policies: &Policies,
    signals: &Signals<'_>,
    (required, grace): (Requirement, Grace),
    reason: Reason,
) {
    let more = granted(policies, signals, (required, grace), reason);
    let (both, registration) = (grant.required.and(required), grant.registration.and(more.registration));
    if both != grant.required || registration != grant.registration {
        grant.reasons.push(reason);
    }
    grant.meanwhile = grant.meanwhile.and(more.meanwhile);
    (grant.required, grant.registration) = (both, registration);
}

/// Has whoever has no second factor register one now.
fn register(grant: &mut Grant, policies: &Policies, signals: &Signals<'_>, policy: &Policy) {
    let due = registration(policies, signals, Requirement::of(Strength::MultiFactor), Grace::None);
    let registration = grant.registration.and(due);
    if registration != grant.registration {
        grant.registration = registration;
        grant.reasons.push(Reason::Policy(policy.id));
    }
}

/// Whether a factor must be registered now for what is required, where there is so much grace.
fn registration(policies: &Policies, signals: &Signals<'_>, required: Requirement, grace: Grace) -> Registration {
    let account = &signals.account;
    if account.could_meet(required) {
        return Registration::NotNeeded;
    }
    // Whoever has lost what they had registered is no newcomer [ENR, registration state machine].
    let is_newcomer = account.is_registered() || !account.grace.was_registered;
    let is_here = match policies.rules().skip {
        SkipWhere::Anywhere => true,
        SkipWhere::NamedLocation => policies.located(signals).next().is_some(),
    };
    if account.is_privileged() || !is_newcomer || !is_here {
        return Registration::Due;
    }
    match grace.left(account.grace, signals.now) {
        GraceLeft::Nothing => Registration::Due,
        left @ GraceLeft::Open { .. } => Registration::CanWait(left),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Baselines, ClientKind, Condition, GraceUsed, PolicyState, Principal, Scope, Subject, Target};
    use crate::directory::AccountKind;
    use crate::factor::FactorKind;
    use crate::id::{AccountId, GroupId, PolicyId};

    const NOW: Timestamp = Timestamp::from_seconds(1_780_000_000);

    fn group(number: u8) -> GroupId {
        GroupId::new(NOW, [number; 10])
    }

    fn access(policy: Policy, groups: &[GroupId]) -> Access {
        let account = Subject {
            id: AccountId::new(NOW, [1; 10]),
            kind: AccountKind::User,
            created_at: Timestamp::from_seconds(0),
            roles: &[],
            groups,
            organisations: &[],
            factors: [FactorKind::Totp].into_iter().collect(),
            hold: Hold::None,
            excepted_until: None,
            postponed_until: None,
            grace: GraceUsed::default(),
        };
        let signals = Signals {
            account,
            target: Target::Portal,
            asked: Strength::OneFactor,
            client: ClientKind::Browser,
            address: None,
            country: None,
            device: Device::New,
            risk: None,
            remembered: None,
            now: NOW,
        };
        evaluate(&Policies::new(vec![policy], Baselines::default(), Vec::new()), &signals).access
    }

    #[test]
    fn a_policy_that_names_what_is_gone_blocks_whom_else_it_is_about() {
        let id = PolicyId::new(NOW, [9; 10]);
        let people = vec![Principal::Group(group(1))];
        let policy = |missing| Policy {
            id,
            name: "Clinic".to_owned(),
            state: PolicyState::On,
            include: Scope { people: people.clone(), ..Scope::default() },
            exclude: Scope::default(),
            holds_less_than: None,
            risk_from: None,
            outcome: Outcome::ControlsOnly,
            controls: Controls::default(),
            missing,
        };
        let broken = Access::Blocked(BlockedBy::BrokenPolicy(id));
        assert_eq!(access(policy(Some(Condition::Location)), &[group(1)]), broken);
        assert_ne!(access(policy(Some(Condition::Location)), &[group(2)]), broken, "it is not about them");
        assert_eq!(access(policy(Some(Condition::People)), &[group(2)]), broken, "whom it is about is what is gone");
        assert_ne!(access(policy(None), &[group(1)]), broken);
    }
}
