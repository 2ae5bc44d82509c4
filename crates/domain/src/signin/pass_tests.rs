//! Temporary access passes in sign-ins, as sentences.

use super::tests::{Journey, NEW_SEED, START, code, factor, fresh_key, new_binding, op, person};
use super::*;
use crate::access::Unusable;
use crate::credential::Permit;
use crate::directory::Role;
use crate::factor::FactorKind;
use crate::factor::temporary_access_pass::{PassCode, PassState};
use crate::id::CredentialId;
use crate::session::Strength;
use crate::time::Timestamp;

pub(super) const RIGHT: &str = "abcd-efgh-jkmn";

fn pass_id() -> CredentialId {
    CredentialId::new(op(0).now, [50; 10])
}

fn pass(multi_use: bool) -> PassState {
    let at = |second| Timestamp::from_seconds(START + second);
    let code = PassCode::parse(RIGHT).unwrap();
    PassState { id: pass_id(), code, starts_at: at(0), expires_at: at(3_600), multi_use }
}

pub(super) fn pass_factor() -> EnrolledFactor {
    factor(pass_id(), FactorKind::TemporaryAccessPass)
}

/// A person with a pass, and with what they have enrolled besides.
fn with_pass(only_to_enrol: bool, own: Option<FactorKind>) -> Journey {
    let own = own.map(|kind| factor(CredentialId::new(op(0).now, [51; 10]), kind));
    let factors = std::iter::once(pass_factor()).chain(own).collect();
    let pass = Some(PassUse { only_to_enrol });
    let mut journey = Journey::begin(Person { factors, pass, ..person() });
    journey.rules.pass.only_to_enrol = only_to_enrol;
    journey.rules.core = crate::factor::CoreFactors::default().with(FactorKind::WebAuthn, true);
    journey
}

pub(super) fn types<'j>(journey: &'j mut Journey, second: i64, multi_use: bool, typed: &str) -> &'j mut Journey {
    let (person, code) = (journey.person.clone(), PassCode::parse(typed).unwrap());
    journey.event(second, Event::PassSubmitted { person, permit: Permit::Now, pass: Some(pass(multi_use)), code })
}

/// What the row of a pass that is good once says after it was used.
pub(super) fn is_spent(journey: &mut Journey) {
    journey.person.factors.retain(|factor| factor.kind != FactorKind::TemporaryAccessPass);
    journey.person.pass = None;
}

fn enrols_totp(journey: &mut Journey, second: i64) -> &mut Journey {
    journey.confirm_enrolment(second).choose_totp(second + 1).enrolment_code(second + 2, code(&NEW_SEED, second + 2))
}

#[test]
fn a_newcomer_with_a_pass_enrols_and_is_in() {
    let mut journey = with_pass(false, None);
    journey.password(1, true);
    types(&mut journey, 2, false, RIGHT);
    is_spent(&mut journey);
    enrols_totp(&mut journey, 3).check("pass self-enrol choose enrol done");
    assert_eq!(journey.done.unwrap().strength(), Strength::MultiFactorUnrestricted);
}

#[test]
fn who_has_lost_their_factor_enrols_another_by_a_pass_that_is_for_that() {
    let mut journey = with_pass(true, Some(FactorKind::WebAuthn));
    journey.password(1, true);
    types(&mut journey, 2, false, RIGHT);
    is_spent(&mut journey);
    enrols_totp(&mut journey, 3).check("pass self-enrol choose enrol done");
}

#[test]
fn a_pass_that_is_for_enrolling_leads_nowhere_else() {
    for (multi_use, own) in [(true, Some(FactorKind::Totp)), (false, None), (true, None)] {
        let mut journey = with_pass(true, own);
        journey.password(1, true);
        types(&mut journey, 2, multi_use, RIGHT);
        let person = Some(journey.person.clone());
        journey.event(3, Event::Looked { person }).check("pass self-enrol self-enrol");
        assert!(journey.done.is_none());
    }
}

#[test]
fn a_pass_for_a_shift_signs_in_where_that_is_allowed() {
    for own in [None, Some(FactorKind::WebAuthn)] {
        let mut journey = with_pass(false, own);
        journey.password(1, true);
        types(&mut journey, 2, true, RIGHT).check("pass done");
        assert_eq!(journey.done.unwrap().strength(), Strength::MultiFactorUnrestricted);
    }
}

#[test]
fn a_pass_without_the_password_is_the_wrong_step() {
    let mut journey = with_pass(false, None);
    types(&mut journey, 1, true, RIGHT).check("wrong_step");
}

#[test]
fn a_wrong_pass_and_none_are_the_same_refusal() {
    let mut journey = with_pass(false, None);
    journey.password(1, true);
    types(&mut journey, 2, true, "abcd-efgh-jkmp");
    let (person, code) = (journey.person.clone(), PassCode::parse(RIGHT).unwrap());
    journey.event(3, Event::PassSubmitted { person, permit: Permit::Now, pass: None, code });
    journey.check("pass wrong_pass wrong_pass");
}

#[test]
fn too_many_tries_are_refused_before_the_pass_is_looked_at() {
    let mut journey = with_pass(false, None);
    journey.password(1, true);
    let (person, code) = (journey.person.clone(), PassCode::parse(RIGHT).unwrap());
    let permit = Permit::Wait { until: op(60).now };
    journey.event(2, Event::PassSubmitted { person, permit, pass: Some(pass(true)), code });
    journey.check("pass too_many_tries");
}

#[test]
fn a_pass_opens_no_privileged_account() {
    let mut journey = with_pass(false, None);
    journey.person.roles = vec![Role::LocalAdministrator];
    journey.person.barred = vec![(FactorKind::TemporaryAccessPass, Unusable::Role)];
    journey.password(1, true).check("no_usable_factor");
    let mut meanwhile = with_pass(false, None);
    meanwhile.password(1, true);
    meanwhile.person.barred = vec![(FactorKind::TemporaryAccessPass, Unusable::Role)];
    types(&mut meanwhile, 2, true, RIGHT).check("pass factor_not_usable");
}

#[test]
fn a_pass_that_ended_meanwhile_proves_nothing() {
    let mut journey = with_pass(false, Some(FactorKind::Totp));
    journey.password(1, true);
    is_spent(&mut journey);
    types(&mut journey, 2, true, RIGHT).check("pass factor_not_usable");
}

#[test]
fn a_pass_reaches_no_strength_that_asks_for_a_key() {
    let mut journey = with_pass(false, None);
    let request = SignInRequest { strength: Strength::PhishingResistant, ..SignInRequest::portal() };
    let again = Journey::asked(journey.person.clone(), request);
    journey.flow = again.flow;
    journey.password(1, true).check("strength_out_of_reach");
}

#[test]
fn in_a_step_up_a_pass_that_is_for_enrolling_is_not_offered() {
    let mut journey = with_pass(true, Some(FactorKind::Totp));
    let mut first = with_pass(false, None);
    first.password(1, true);
    types(&mut first, 2, true, RIGHT);
    let device = crate::id::DeviceId::new(op(1).now, [6; 10]);
    let id = crate::id::SessionId::new(op(1).now, [7; 10]);
    let limits = crate::session::SessionLimits::default();
    let session = first.done.take().unwrap().start_session(&op(3), &limits, id, device);
    let flow = crate::id::FlowId::new(op(2).now, [9; 10]);
    let challenge = super::tests::challenge();
    journey.flow =
        Some(Flow::refresh(&op(4), &journey.rules, flow, &session, &journey.person, StepUp::Change, challenge));
    let choices = journey.flow.as_ref().unwrap().choices(&crate::access::Policies::built_in(), &journey.person);
    let pass = choices.iter().find(|choice| choice.kind == FactorKind::TemporaryAccessPass).unwrap();
    assert_eq!(pass.unusable, Some(Unusable::OnlyToEnrol));
    let person = Some(journey.person.clone());
    journey.event(5, Event::Looked { person }).check("code");
}

#[test]
fn a_pass_is_never_chosen_to_be_enrolled() {
    let mut journey = with_pass(false, None);
    journey.password(1, true);
    types(&mut journey, 2, false, RIGHT);
    is_spent(&mut journey);
    journey.confirm_enrolment(3);
    let person = journey.person.clone();
    let kind = FactorKind::TemporaryAccessPass;
    journey.event(4, Event::FactorChosen { person, kind, new: fresh_key(), binding: new_binding() });
    journey.check("pass self-enrol choose wrong_step");
}

#[test]
fn a_pass_that_is_for_enrolling_makes_no_more_of_a_telephone_number() {
    for (multi_use, only_to_enrol) in [(true, true), (false, true), (false, false)] {
        let mut journey = with_pass(only_to_enrol, None);
        journey.password(1, true);
        types(&mut journey, 2, multi_use, RIGHT);
        journey.confirm_enrolment(3).choose_kind(4, FactorKind::Sms).enter_number(5);
        let sent = journey.texts[0].1.code;
        journey.enrolment_code(6, sent).check("pass self-enrol choose number confirm-text done");
        let signed_in = journey.done.unwrap();
        assert_eq!(signed_in.strength(), Strength::MultiFactor);
        let kinds: Vec<_> = signed_in.proofs().iter().map(crate::factor::Proof::factor).collect();
        assert_eq!(kinds, [FactorKind::Password, FactorKind::Sms]);
    }
}

#[test]
fn an_account_that_became_privileged_meanwhile_enrols_by_an_activation_code_alone() {
    for own in [None, Some(FactorKind::Totp)] {
        let mut journey = with_pass(true, own);
        journey.password(1, true);
        types(&mut journey, 2, true, RIGHT);
        journey.person.roles = vec![Role::LocalAdministrator];
        is_spent(&mut journey);
        journey.confirm_enrolment(3).choose_totp(4).enrolment_code(5, code(&NEW_SEED, 5));
        assert!(journey.done.is_none(), "{:?}", journey.log);
        let asked = if own.is_some() { "code" } else { "activation" };
        Journey::begin(journey.person).password(6, true).check(asked);
    }
}
