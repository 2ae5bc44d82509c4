//! Registering within a grace, in named locations and under an exception, as sentences.

use std::time::Duration;

use super::tests::{Journey, NEW_SEED, SEED, code, enrolled, factor, op, person, person_with_totp};
use super::*;
use crate::access::{
    ActiveLocation, Baseline, Baselines, Controls, FirstFactorWhere, Grace, GraceUsed, Hold, Outcome, Policies, Policy,
    PolicyState, RegistrationRules, Requirement, Scope, SkipWhere,
};
use crate::directory::Role;
use crate::factor::FactorKind;
use crate::id::{NamedLocationId, PolicyId};
use crate::time::Timestamp;

const DAY: u64 = 86_400;

/// Everybody has the named-location baseline; the practice is 192.0.2.0/24.
fn named_location(rules: RegistrationRules) -> Policies {
    with_policies(rules, Vec::new())
}

fn with_policies(rules: RegistrationRules, policies: Vec<Policy>) -> Policies {
    let baselines =
        Baselines { organisations: [(person().organisation, Baseline::NamedLocation)].into(), ..Baselines::default() };
    let practice =
        ActiveLocation { id: NamedLocationId::new(op(0).now, [1; 10]), ranges: vec!["192.0.2.0/24".parse().unwrap()] };
    Policies::new(policies, baselines, vec![practice]).with_rules(rules)
}

/// A policy that asks everybody for this.
fn asking(outcome: Outcome) -> Policy {
    Policy {
        id: PolicyId::new(op(0).now, [2; 10]),
        name: "More".to_owned(),
        state: PolicyState::On,
        include: Scope::default(),
        exclude: Scope::default(),
        holds_less_than: None,
        risk_from: None,
        outcome,
        controls: Controls::default(),
        missing: None,
    }
}

fn journey(person: Person, policies: Policies) -> Journey {
    Journey { policies, ..Journey::begin(person) }
}

fn at(person: Person, address: &str) -> Person {
    let connection = crate::access::Connection { address: Some(address.parse().unwrap()), ..person.connection };
    Person { connection, ..person }
}

fn prompted(days_ago: u64) -> Person {
    let first_prompt = Some(op(0).now.minus(Duration::from_secs(days_ago * DAY)));
    Person { grace: GraceUsed { first_prompt, ..GraceUsed::default() }, ..person() }
}

fn puts_off(journey: &mut Journey, second: i64) -> &mut Journey {
    let person = journey.person.clone();
    journey.event(second, Event::EnrolmentPutOff { person })
}

#[test]
fn registering_can_be_put_off_for_fourteen_days_and_not_a_day_more() {
    for (days, expected) in
        [(0, "may-enrol done"), (1, "may-enrol done"), (13, "may-enrol done"), (16, "self-enrol wrong_step")]
    {
        let mut journey = journey(prompted(days), named_location(RegistrationRules::default()));
        journey.password(1, true);
        puts_off(&mut journey, 2).check(expected);
    }
}

#[test]
fn the_standard_baseline_lets_nobody_put_it_off() {
    let mut journey = journey(prompted(1), Policies::built_in());
    journey.password(1, true);
    puts_off(&mut journey, 2).check("self-enrol wrong_step");
}

#[test]
fn putting_it_off_is_counted_and_the_first_prompt_is_noted_once() {
    let mut first = journey(person(), named_location(RegistrationRules::default()));
    first.password(1, true);
    puts_off(&mut first, 2);
    assert_eq!((first.prompts, first.skips.as_slice()), (1, [0].as_slice()));
    let grace = GraceUsed { first_prompt: Some(op(0).now), skips: 4, was_registered: false };
    let mut again = journey(Person { grace, ..person() }, named_location(RegistrationRules::default()));
    again.password(1, true);
    puts_off(&mut again, 2).check("may-enrol done");
    assert_eq!((again.prompts, again.skips.as_slice()), (0, [4].as_slice()));
}

#[test]
fn whoever_registers_within_the_grace_is_in_at_once() {
    let mut journey = journey(prompted(3), named_location(RegistrationRules::default()));
    journey.password(1, true).confirm_enrolment(2).choose_totp(3).enrolment_code(40, code(&NEW_SEED, 40));
    journey.check("may-enrol choose enrol done");
}

#[test]
fn a_new_account_has_no_grace() {
    let person = Person { created_at: op(0).now, ..person() };
    let mut journey = journey(person, named_location(RegistrationRules::default()));
    journey.password(1, true);
    puts_off(&mut journey, 2).check("self-enrol wrong_step");
}

#[test]
fn a_new_account_may_be_given_until_a_day() {
    let until = |seconds: i64| Some(Timestamp::from_micros(op(seconds).now.as_micros()));
    let new = Person { created_at: op(0).now, ..person() };
    let mut given = journey(Person { postponed_until: until(60), ..new.clone() }, Policies::built_in());
    given.password(1, true);
    puts_off(&mut given, 2).check("may-enrol done");
    let mut over = journey(Person { postponed_until: until(0), ..new }, Policies::built_in());
    over.password(1, true).check("self-enrol");
}

#[test]
fn nobody_privileged_and_nobody_who_was_given_back_puts_anything_off() {
    let rules = RegistrationRules::default();
    let privileged = Person { roles: vec![Role::LocalAdministrator], ..prompted(1) };
    journey(privileged, named_location(rules)).password(1, true).check("activation");
    let pinned = Person { hold: Hold::Pinned, ..at(prompted(1), "192.0.2.7") };
    let mut pinned = journey(pinned, named_location(rules));
    pinned.password(1, true);
    puts_off(&mut pinned, 2).check("self-enrol wrong_step");
    let lost = GraceUsed { was_registered: true, ..prompted(1).grace };
    let mut lost = journey(Person { grace: lost, ..person() }, named_location(rules));
    lost.password(1, true);
    puts_off(&mut lost, 2).check("self-enrol wrong_step");
}

#[test]
fn in_a_named_location_whoever_is_registered_is_not_prompted() {
    let rules = RegistrationRules::default();
    journey(at(person_with_totp(), "192.0.2.7"), named_location(rules)).password(1, true).check("done");
    journey(at(person_with_totp(), "192.0.3.7"), named_location(rules)).password(1, true).check("code");
    journey(person_with_totp(), named_location(rules)).password(1, true).check("code");
    journey(at(person(), "192.0.2.7"), named_location(rules)).password(1, true).check("may-enrol");
    let privileged = Person { roles: vec![Role::LocalAdministrator], ..at(person_with_totp(), "192.0.2.7") };
    journey(privileged, named_location(rules)).password(1, true).check("code");
}

#[test]
fn an_exception_suspends_the_prompt_to_the_second_and_only_where_there_is_a_factor() {
    let until = Some(op(60).now);
    let excepted = Person { excepted_until: until, ..person_with_totp() };
    journey(excepted.clone(), Policies::built_in()).password(1, true).check("done");
    let late =
        Person { connection: crate::access::Connection { at: op(60).now, ..excepted.connection }, ..excepted.clone() };
    journey(late, Policies::built_in()).password(61, true).check("code");
    let without = Person { excepted_until: until, ..person() };
    journey(without, Policies::built_in()).password(1, true).check("self-enrol");
    let pinned = Person { hold: Hold::Pinned, ..excepted };
    journey(pinned, Policies::built_in()).password(1, true).check("code");
    let held = Person { hold: Hold::Compromised, ..person_with_totp() };
    journey(held, Policies::built_in()).password(1, true).check("account_not_active");
}

#[test]
fn where_skipping_is_for_named_locations_it_is_for_nowhere_else() {
    let rules = RegistrationRules { skip: SkipWhere::NamedLocation, ..RegistrationRules::default() };
    journey(at(prompted(1), "192.0.2.7"), named_location(rules)).password(1, true).check("may-enrol");
    journey(at(prompted(1), "192.0.3.7"), named_location(rules)).password(1, true).check("self-enrol");
}

#[test]
fn where_the_first_factor_is_registered_at_work_a_stolen_password_registers_none() {
    let rules = RegistrationRules { first: FirstFactorWhere::NamedLocationOrPass, ..RegistrationRules::default() };
    let mut elsewhere = journey(at(prompted(1), "203.0.113.9"), named_location(rules));
    elsewhere.password(1, true).confirm_enrolment(2).check("may-enrol-elsewhere register_elsewhere");
    elsewhere.choose_totp(3);
    assert!(elsewhere.log.last().is_some_and(|word| word == "wrong_step"));
    journey(at(prompted(16), "203.0.113.9"), named_location(rules)).password(1, true).check("register_elsewhere");
    let mut here = journey(at(prompted(16), "192.0.2.9"), named_location(rules));
    here.password(1, true).confirm_enrolment(2).check("self-enrol choose");
    // Whoever has a factor adds another anywhere.
    let strong = Outcome::Require(Requirement::of(Strength::PhishingResistant), Grace::None);
    let mut own = journey(at(person_with_totp(), "203.0.113.9"), with_policies(rules, vec![asking(strong)]));
    own.password(1, true).code(2, code(&SEED, 2)).confirm_enrolment(3).check("code enrol-stronger choose");
}

#[test]
fn a_stronger_factor_can_be_put_off_as_often_as_the_policy_says() {
    let strong = Outcome::Require(Requirement::of(Strength::PhishingResistant), Grace::Skips(2));
    let policies = || with_policies(RegistrationRules::default(), vec![asking(strong)]);
    for (skips, expected) in [
        (0, "code may-enrol-stronger done"),
        (1, "code may-enrol-stronger done"),
        (2, "code enrol-stronger wrong_step"),
    ] {
        let grace = GraceUsed { skips, ..GraceUsed::default() };
        let mut journey = journey(Person { grace, ..person_with_totp() }, policies());
        journey.password(1, true).code(2, code(&SEED, 2));
        puts_off(&mut journey, 3).check(expected);
    }
}

#[test]
fn registering_now_is_asked_for_although_nothing_is_prompted() {
    let policies = with_policies(RegistrationRules::default(), vec![asking(Outcome::Register)]);
    journey(at(prompted(1), "192.0.2.7"), policies).password(1, true).check("self-enrol");
}

#[test]
fn only_the_factors_that_a_policy_names_count_for_it() {
    let among = Some([FactorKind::WebAuthn, FactorKind::Totp].into_iter().collect());
    let named = Outcome::Require(Requirement { strength: Strength::MultiFactor, among }, Grace::None);
    let both = vec![
        factor(crate::id::CredentialId::new(op(0).now, [21; 10]), FactorKind::Push),
        factor(enrolled(), FactorKind::Totp),
    ];
    let mut journey =
        journey(Person { factors: both, ..person() }, with_policies(RegistrationRules::default(), vec![asking(named)]));
    journey.password(1, true).code(2, code(&SEED, 2)).check("code done");
}

#[test]
fn a_policy_that_begins_to_block_meanwhile_lets_nobody_skip() {
    let mut journey = journey(prompted(1), named_location(RegistrationRules::default()));
    journey.password(1, true);
    journey.policies = with_policies(RegistrationRules::default(), vec![asking(Outcome::Block)]);
    puts_off(&mut journey, 2).check("may-enrol wrong_step");
    assert!(journey.done.is_none());
}
