//! What is kept decides the same again, and what is added up is what happened.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::access::properties::{baselines, compiled, policy, sign_in};
use crate::access::{
    Access, Applies, Baselines, BlockedBy, Controls, Frequency, Grace, Outcome, Policies, Policy, PolicyState,
    Requirement, Scope, evaluate,
};
use crate::directory::AccountKind;
use crate::factor::FactorKind;
use crate::id::{AccountId, ApplicationId, OrganisationId, PolicyId};
use crate::session::Strength;
use crate::time::Timestamp;

const NOW: Timestamp = Timestamp::from_seconds(1_780_000_000);
const HOUR: Duration = Duration::from_secs(3_600);

fn organisation(number: u8) -> OrganisationId {
    OrganisationId::new(NOW, [number; 10])
}

fn kept(number: u8, factors: &[FactorKind], shown: &[FactorKind]) -> KeptSignIn {
    KeptSignIn {
        account: AccountId::new(NOW, [number; 10]),
        kind: AccountKind::User,
        created_at: NOW.minus(HOUR),
        roles: Vec::new(),
        groups: Vec::new(),
        organisations: vec![organisation(1)],
        factors: factors.iter().copied().collect(),
        hold: crate::access::Hold::None,
        excepted_until: None,
        postponed_until: None,
        grace: crate::access::GraceUsed::default(),
        application: None,
        asked: Strength::OneFactor,
        client: crate::access::ClientKind::Browser,
        address: None,
        country: None,
        device: crate::access::Device::New,
        risk: None,
        remembered: None,
        at: NOW,
        shown: shown.iter().map(|factor| Shown { factor: *factor, at: NOW.minus(HOUR), is_enrolment: false }).collect(),
        by_session: false,
    }
}

fn asking(state: PolicyState, outcome: Outcome, controls: Controls) -> Policy {
    Policy {
        id: PolicyId::new(NOW, [9; 10]),
        name: "Draft".to_owned(),
        state,
        include: Scope::default(),
        exclude: Scope::default(),
        holds_less_than: None,
        risk_from: None,
        outcome,
        controls,
        missing: None,
    }
}

fn under(outcome: Outcome, controls: Controls) -> Policies {
    Policies::new(vec![asking(PolicyState::On, outcome, controls)], Baselines::default(), Vec::new())
}

fn requiring(strength: Strength, grace: Grace) -> Policies {
    under(Outcome::Require(Requirement::of(strength), grace), Controls::default())
}

#[test]
fn people_meet_what_was_decided() {
    use Experience::{Blocked, MayRegister, MustRegister, Prompted, Stranded, Unprompted};
    use FactorKind::{Password, Totp, WebAuthn};
    let nothing = Policies::built_in();
    let keys = requiring(Strength::PhishingResistant, Grace::None);
    let later = requiring(Strength::PhishingResistant, Grace::Days(3));
    let hourly = Controls { frequency: Some(Frequency::After(HOUR / 2)), ..Controls::default() };
    let hourly = under(Outcome::ControlsOnly, hourly);
    let blocking = under(Outcome::Block, Controls::default());
    let of_session = |sign_in: KeptSignIn| KeptSignIn { by_session: true, ..sign_in };
    let with_code = || kept(1, &[Totp], &[Password, Totp]);
    let privileged =
        |sign_in: KeptSignIn| KeptSignIn { roles: vec![crate::directory::Role::LocalAdministrator], ..sign_in };
    for (what, sign_in, policies, expected) in [
        ("a code is asked for", with_code(), &nothing, Prompted),
        ("a session goes on", of_session(with_code()), &nothing, Unprompted),
        ("a session that is too old", of_session(with_code()), &hourly, Prompted),
        ("nothing to show", kept(1, &[], &[Password]), &nothing, MustRegister),
        ("nothing to show, and only a key would do", kept(1, &[], &[Password]), &keys, Stranded),
        ("a code, where a key would do", with_code(), &keys, MustRegister),
        ("a code, where a key will do soon", with_code(), &later, MayRegister),
        ("a privileged account with a code, where a key would do", privileged(with_code()), &keys, Stranded),
        ("a key", kept(1, &[WebAuthn], &[Password, WebAuthn]), &keys, Prompted),
        ("nobody comes in", of_session(with_code()), &blocking, Blocked),
    ] {
        assert_eq!(sign_in.experience(policies), expected, "{what}");
    }
}

#[test]
fn a_policy_that_only_reports_says_what_it_would_have_done() {
    use FactorKind::{Password, Totp, WebAuthn};
    let key = Outcome::Require(Requirement::of(Strength::PhishingResistant), Grace::None);
    let reported = |outcome, sign_in: KeptSignIn| {
        let policy = asking(PolicyState::ReportOnly, outcome, Controls::default());
        let policies = Policies::new(vec![policy], Baselines::default(), Vec::new());
        let results = report(&policies, &sign_in, &evaluate(&policies, &sign_in.signals()));
        results.first().map(|(_, result)| *result)
    };
    let both = [WebAuthn, Totp];
    let success = reported(key, kept(1, &both, &[Password, WebAuthn]));
    assert_eq!(success, Some(Reported::Success));
    assert_eq!(reported(key, kept(1, &both, &[Password, Totp])), Some(Reported::ActionRequired));
    assert_eq!(reported(key, kept(1, &[], &[Password])), Some(Reported::Failure));
    assert_eq!(reported(Outcome::Block, kept(1, &both, &[Password, WebAuthn])), Some(Reported::Failure));
    let session = KeptSignIn { by_session: true, ..kept(1, &both, &[Password, Totp]) };
    assert_eq!(reported(key, session.clone()), Some(Reported::ActionRequired));
    assert_eq!(reported(Outcome::ControlsOnly, session), Some(Reported::Success));
}

#[test]
fn a_replay_adds_up_who_would_have_met_more() {
    use FactorKind::{Password, Totp};
    let draft = requiring(Strength::PhishingResistant, Grace::None);
    let records = Some(ApplicationId::new(NOW, [7; 10]));
    let mut replay = Replay::default();
    for _ in 0..2 {
        replay.add(&draft, &kept(1, &[Totp], &[Password, Totp]), organisation(1), Experience::Prompted);
    }
    let elsewhere = KeptSignIn { application: records, ..kept(1, &[Totp], &[Password, Totp]) };
    replay.add(&draft, &elsewhere, organisation(1), Experience::Prompted);
    replay.add(&draft, &kept(2, &[], &[Password]), organisation(2), Experience::MustRegister);
    replay.add(&draft, &kept(3, &[Totp], &[Password, Totp]), organisation(3), Experience::Blocked);
    assert_eq!(replay.sign_ins(), 5);
    let report = replay.report(2);
    let totals = Changes { must_register: 3, stranded: 1, milder: 1, ..Changes::default() };
    assert_eq!((report.sign_ins, report.totals, report.people), (5, totals, 2));
    let stranded = report.organisations.first().unwrap();
    assert_eq!((stranded.of, stranded.people, stranded.changes.stranded), (organisation(2), 1, 1));
    let applications: Vec<_> = report.applications.iter().map(|one| (one.of, one.people)).collect();
    assert_eq!(applications, [(None, 2), (records, 1)]);
    let affected: Vec<_> = report.affected.iter().map(|one| (one.worst, one.sign_ins)).collect();
    assert_eq!(affected, [(Experience::Stranded, 1), (Experience::MustRegister, 2)]);
    assert_eq!(report.affected_count, 3, "not all are listed");
}

#[test]
fn words_are_read_back() {
    for one in Experience::ALL {
        assert_eq!(one.as_str().parse(), Ok(one));
        assert_eq!(serde_json::to_value(one).unwrap(), one.as_str());
    }
    for one in Reported::ALL {
        assert_eq!(one.as_str().parse(), Ok(one));
        assert_eq!(serde_json::to_value(one).unwrap(), one.as_str());
    }
    assert_eq!("lost".parse::<Experience>(), Err(UnknownExperience));
    assert_eq!("lost".parse::<Reported>(), Err(UnknownReport));
}

proptest! {
    #[test]
    fn what_is_kept_decides_the_same_again(
        policies in prop::collection::vec(policy(), 0..6),
        baselines in baselines(),
        sign_in in sign_in(),
    ) {
        let policies = compiled(&policies, &baselines);
        let signals = sign_in.signals();
        let kept = KeptSignIn::of(&signals, Vec::new(), false);
        let text = serde_json::to_string(&kept).unwrap();
        let read: KeptSignIn = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&read, &kept);
        prop_assert_eq!(evaluate(&policies, &read.signals()), evaluate(&policies, &signals));
    }

    #[test]
    fn policies_that_only_report_change_nothing_that_others_report(
        policies in prop::collection::vec(policy(), 1..6),
        baselines in baselines(),
        sign_in in sign_in(),
    ) {
        let own = |place: usize, policy: &Policy| {
            Policy { id: PolicyId::new(NOW, [u8::try_from(place).unwrap(); 10]), ..policy.clone() }
        };
        let policies: Vec<_> = policies.iter().enumerate().map(|(place, policy)| own(place, policy)).collect();
        let kept = KeptSignIn::of(&sign_in.signals(), Vec::new(), false);
        let all = compiled(&policies, &baselines);
        let results = report(&all, &kept, &evaluate(&all, &kept.signals()));
        for policy in policies.iter().filter(|policy| policy.state == PolicyState::ReportOnly) {
            let counts = |other: &&Policy| other.state != PolicyState::ReportOnly || other.id == policy.id;
            let alone: Vec<_> = policies.iter().filter(counts).cloned().collect();
            let alone = compiled(&alone, &baselines);
            let found = report(&alone, &kept, &evaluate(&alone, &kept.signals()));
            let of = |results: &[(PolicyId, Reported)]| {
                results.iter().find(|(id, _)| *id == policy.id).map(|(_, result)| *result)
            };
            prop_assert_eq!(of(&results), of(&found));
        }
    }

    #[test]
    fn a_policy_that_blocks_fails_whomever_it_is_about(
        policies in prop::collection::vec(policy(), 1..6),
        baselines in baselines(),
        sign_in in sign_in(),
    ) {
        let blocking = |policy: &Policy| Policy { outcome: Outcome::Block, missing: None, ..policy.clone() };
        let policies: Vec<_> = policies.iter().map(blocking).collect();
        let compiled = compiled(&policies, &baselines);
        let kept = KeptSignIn::of(&sign_in.signals(), Vec::new(), false);
        let decision = evaluate(&compiled, &kept.signals());
        let about = decision.considered.iter().filter(|one| matches!(one.applies, Applies::Yes | Applies::WouldApply));
        let results = report(&compiled, &kept, &decision);
        prop_assert_eq!(results.len(), about.count());
        prop_assert!(results.iter().all(|(_, result)| *result == Reported::Failure));
        let is_blocked = matches!(decision.access, Access::Blocked(BlockedBy::Policy(_) | BlockedBy::Hold));
        let applied = decision.considered.iter().any(|one| one.applies == Applies::Yes);
        prop_assert!(is_blocked || !applied);
    }
}
