//! Security keys and passkeys in sign-ins, as sentences.

use super::tests::{Journey, SEED, blocking, challenge, code, factor, op, person, person_with_totp, phone};
use super::*;
use crate::access::{Policies, Unusable};
use crate::factor::webauthn::{KeyChallenge, KeyState, vectors};
use crate::factor::{CoreFactors, FactorKind};
use crate::id::{CredentialId, DeviceId, FlowId, SessionId};
use crate::session::{Session, SessionLimits};

pub(super) fn key() -> CredentialId {
    CredentialId::new(op(0).now, [40; 10])
}

fn person_with_key() -> Person {
    Person { factors: vec![factor(key(), FactorKind::WebAuthn)], ..person() }
}

fn keys(person: &Person) -> Vec<KeyState> {
    vec![vectors::key_of(person.id, key())]
}

/// A sign-in in which keys sign `challenge`, at the site of the test vectors.
pub(super) fn journey(person: Person, challenge: KeyChallenge, request: SignInRequest) -> Journey {
    let mut journey = Journey::asked(person, request.clone());
    journey.rules.webauthn = vectors::registering().0;
    let id = FlowId::new(op(0).now, [5; 10]);
    journey.flow = Some(Flow::begin(&op(0), &journey.rules, id, request, challenge));
    journey
}

pub(super) fn shows_key(journey: &mut Journey, second: i64) -> &mut Journey {
    let (_, answer) = vectors::showing(Some(journey.person.id));
    let (person, keys) = (journey.person.clone(), keys(&journey.person));
    journey.event(second, Event::KeyAnswered { person, keys, answer })
}

pub(super) fn shows_passkey(journey: &mut Journey, second: i64) -> &mut Journey {
    let (_, answer) = vectors::showing(Some(journey.person.id));
    let (person, keys) = (Some(journey.person.clone()), keys(&journey.person));
    journey.event(second, Event::PasskeyAnswered { person, keys, answer })
}

#[test]
fn a_password_and_a_key_resist_phishing() {
    let mut journey = journey(person_with_key(), vectors::showing(None).0, SignInRequest::portal());
    journey.password(1, true);
    shows_key(&mut journey, 2).check("key done");
    assert_eq!(journey.done.unwrap().strength(), Strength::PhishingResistant);
}

#[test]
fn whom_a_policy_blocks_the_strongest_factor_does_not_let_in() {
    let mut journey = journey(person_with_key(), vectors::showing(None).0, SignInRequest::portal());
    journey.password(1, true);
    journey.policies = blocking();
    shows_key(&mut journey, 2).check("key blocked_by_policy");
    assert!(journey.done.is_none());
}

#[test]
fn the_strongest_factor_is_asked_for_first_and_another_can_be_chosen() {
    let both = vec![factor(key(), FactorKind::WebAuthn), person_with_totp().factors.remove(0)];
    let mut journey = journey(Person { factors: both, ..person() }, challenge(), SignInRequest::portal());
    journey.password(1, true);
    let (person, credential) = (journey.person.clone(), journey.person.factors[1].credential);
    journey.event(2, Event::CredentialChosen { person, credential }).code(3, code(&SEED, 3)).check("key code done");
}

fn session_of(journey: &mut Journey, second: i64) -> Session {
    let op = op(second);
    let (id, device) = (SessionId::new(op.now, [7; 10]), DeviceId::new(op.now, [6; 10]));
    journey.done.take().unwrap().start_session(&op, &SessionLimits::default(), id, device)
}

#[test]
fn an_answer_for_another_sign_in_proves_nothing() {
    let mut journey = journey(person_with_key(), challenge(), SignInRequest::portal());
    journey.password(1, true);
    shows_key(&mut journey, 2).check("key key_wrong_answer");
}

#[test]
fn a_key_before_the_password_is_the_wrong_step() {
    let mut journey = journey(person_with_key(), vectors::showing(None).0, SignInRequest::portal());
    shows_key(&mut journey, 1);
    shows_passkey(&mut journey, 2).check("wrong_step wrong_step");
}

#[test]
fn a_key_that_was_removed_or_barred_meanwhile_proves_nothing() {
    let mut removed = journey(person_with_key(), vectors::showing(None).0, SignInRequest::portal());
    removed.password(1, true);
    let (_, answer) = vectors::showing(None);
    let keys = keys(&removed.person);
    let other = factor(CredentialId::new(op(0).now, [41; 10]), FactorKind::WebAuthn);
    let person = Person { factors: vec![other], ..removed.person.clone() };
    removed.event(2, Event::KeyAnswered { person, keys, answer }).check("key factor_not_usable");

    let mut barred = journey(person_with_key(), vectors::showing(None).0, SignInRequest::portal());
    barred.password(1, true);
    barred.person.barred = vec![(FactorKind::WebAuthn, Unusable::SwitchedOff)];
    shows_key(&mut barred, 2).check("key factor_not_usable");
}

#[test]
fn a_quarantined_key_proves_nothing_beside_a_password_or_alone() {
    let mut beside = journey(person_with_key(), vectors::showing(None).0, SignInRequest::portal());
    beside.password(1, true);
    beside.person.factors[0].unusable = Some(Unusable::Quarantined);
    shows_key(&mut beside, 2).check("key factor_not_usable");
    let mut alone = journey(person_with_key(), vectors::showing(None).0, SignInRequest::portal());
    alone.rules.webauthn.passkey_alone = true;
    alone.person.factors[0].unusable = Some(Unusable::Quarantined);
    shows_passkey(&mut alone, 1).check("factor_not_usable");
}

#[test]
fn a_passkey_alone_is_two_factors_where_that_is_allowed() {
    let mut journey = journey(person_with_key(), vectors::showing(None).0, SignInRequest::portal());
    journey.rules.webauthn.passkey_alone = true;
    shows_passkey(&mut journey, 1).check("done");
    assert_eq!(journey.done.unwrap().strength(), Strength::PhishingResistant);
}

#[test]
fn a_passkey_alone_asks_nothing_about_the_password_that_was_not_used() {
    let mut journey = journey(person_with_key(), vectors::showing(None).0, SignInRequest::portal());
    journey.rules.webauthn.passkey_alone = true;
    journey.person.password = Some(crate::credential::PasswordStanding::Expired);
    shows_passkey(&mut journey, 1).check("done");
}

#[test]
fn a_passkey_of_nobody_and_of_somebody_else_are_the_same() {
    let mut unknown = journey(person_with_key(), vectors::showing(None).0, SignInRequest::portal());
    unknown.rules.webauthn.passkey_alone = true;
    let (_, answer) = vectors::showing(None);
    unknown.event(1, Event::PasskeyAnswered { person: None, keys: Vec::new(), answer: answer.clone() });
    let person = Some(unknown.person.clone());
    unknown.event(2, Event::PasskeyAnswered { person, keys: Vec::new(), answer }).check("key_unknown key_unknown");
}

#[test]
fn who_may_not_sign_in_may_not_with_a_passkey() {
    let mut journey = journey(person_with_key(), vectors::showing(None).0, SignInRequest::portal());
    journey.rules.webauthn.passkey_alone = true;
    journey.person.organisation_open = false;
    shows_passkey(&mut journey, 1).check("organisation_closed");
    assert!(journey.flow.is_none());
}

#[test]
fn an_application_that_asks_for_a_key_gets_nothing_less() {
    let request = SignInRequest { strength: Strength::PhishingResistant, ..SignInRequest::portal() };
    let mut without = journey(person_with_totp(), challenge(), request.clone());
    without.password(1, true).code(2, code(&SEED, 2)).check("code enrol-stronger");
    assert!(without.done.is_none());
    let both = vec![person_with_totp().factors.remove(0), factor(key(), FactorKind::WebAuthn)];
    let mut with = journey(Person { factors: both, ..person() }, vectors::showing(None).0, request);
    with.password(1, true);
    shows_key(&mut with, 2).check("key done");
}

fn enrolling(core: bool) -> Journey {
    let (rules, challenge, _) = vectors::registering();
    let mut journey = journey(person(), challenge, SignInRequest::portal());
    journey.rules.webauthn = rules;
    journey.rules.core = CoreFactors::default().with(FactorKind::WebAuthn, core);
    journey.password(1, true).confirm_enrolment(2);
    let person = journey.person.clone();
    let (new, binding) = (super::tests::fresh_key(), super::tests::new_binding());
    journey.event(3, Event::FactorChosen { person, kind: FactorKind::WebAuthn, new, binding });
    journey
}

pub(super) fn registers(journey: &mut Journey, second: i64) -> &mut Journey {
    let (_, _, answer) = vectors::registering();
    let person = journey.person.clone();
    journey.event(second, Event::EnrolmentKeyAnswered { person, label: phone(), answer })
}

#[test]
fn a_key_may_be_the_first_and_only_one_where_it_is_core() {
    registers(&mut enrolling(true), 4).check("self-enrol choose enrol-key done");
    registers(&mut enrolling(false), 4).check("self-enrol choose wrong_step wrong_step");
}

#[test]
fn a_second_key_is_not_enrolled_on_the_way_in() {
    let mut journey = enrolling(true);
    // Another window was faster.
    journey.person.factors.push(factor(key(), FactorKind::WebAuthn));
    registers(&mut journey, 4).check("self-enrol choose enrol-key wrong_step");
}

#[test]
fn a_step_up_after_a_passkey_alone_takes_the_key_again() {
    let mut first = journey(person_with_key(), vectors::showing(None).0, SignInRequest::portal());
    first.rules.webauthn.passkey_alone = true;
    shows_passkey(&mut first, 1);
    let session = session_of(&mut first, 1);
    let flow = FlowId::new(op(2).now, [9; 10]);
    let again =
        Flow::refresh(&op(2), &first.rules, flow, &session, &first.person, StepUp::Change, vectors::showing(None).0);
    first.flow = Some(again);
    first.log.clear();
    let person = Some(first.person.clone());
    first.event(2, Event::Looked { person });
    shows_key(&mut first, 3).check("key done");
}

#[test]
fn choices_name_the_key() {
    let journey = journey(person_with_key(), challenge(), SignInRequest::portal());
    let choices = journey.flow.unwrap().choices(&Policies::built_in(), &journey.person);
    assert_eq!(choices[0].kind, FactorKind::WebAuthn);
}

#[test]
fn a_key_enrolled_on_a_password_alone_does_not_resist_phishing() {
    let mut journey = enrolling(true);
    registers(&mut journey, 4).check("self-enrol choose enrol-key done");
    assert_eq!(journey.done.as_ref().unwrap().strength(), Strength::MultiFactorUnrestricted);
    assert_eq!(session_of(&mut journey, 5).strength(), Strength::MultiFactorUnrestricted);
    // Whoever comes for what asks for a key does not bring one along.
    let request = SignInRequest { strength: Strength::PhishingResistant, ..SignInRequest::portal() };
    let mut asked = self::journey(person(), challenge(), request);
    asked.password(1, true).check("strength_out_of_reach");
}

#[test]
fn who_has_a_key_shows_it_to_add_another_factor_unless_a_pass_was_given() {
    let both = vec![factor(key(), FactorKind::WebAuthn), person_with_totp().factors.remove(0)];
    let mut first = journey(Person { factors: both, ..person() }, vectors::showing(None).0, SignInRequest::portal());
    first.password(1, true);
    shows_key(&mut first, 2);
    let session = session_of(&mut first, 2);
    let refresh = |person: &Person, step_up| {
        let id = FlowId::new(op(3).now, [9; 10]);
        Flow::refresh(&op(3), &first.rules, id, &session, person, step_up, challenge()).request().strength
    };
    assert_eq!(refresh(&first.person, StepUp::Add), Strength::PhishingResistant);
    assert_eq!(refresh(&first.person, StepUp::Change), Strength::MultiFactorUnrestricted, "a lost key must go");
    let given = Person { pass: Some(PassUse { only_to_enrol: false }), ..first.person.clone() };
    assert_eq!(refresh(&given, StepUp::Add), Strength::MultiFactorUnrestricted);
}

#[test]
fn a_step_up_never_asks_for_a_new_password() {
    let mut first = journey(person_with_key(), vectors::showing(None).0, SignInRequest::portal());
    first.rules.webauthn.passkey_alone = true;
    shows_passkey(&mut first, 1);
    let session = session_of(&mut first, 1);
    let flow = FlowId::new(op(2).now, [9; 10]);
    // Meanwhile an administrator has made them enrol again.
    first.person.factors.clear();
    let again = Flow::refresh(&op(2), &first.rules, flow, &session, &first.person, StepUp::Change, challenge());
    first.flow = Some(again);
    first.log.clear();
    let person = Some(first.person.clone());
    first.event(3, Event::Looked { person }).check("strength_out_of_reach");
}
