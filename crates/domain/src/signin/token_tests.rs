//! Hardware tokens in sign-ins, as sentences.

use super::tests::{Journey, SEED, code, factor, fresh_key, new_binding, op, person, wrong_code};
use super::*;
use crate::credential::{Label, Permit};
use crate::factor::FactorKind;
use crate::factor::totp::{CodeShape, TotpState};
use crate::id::CredentialId;
use crate::secret::Secret;

fn token() -> CredentialId {
    CredentialId::new(op(0).now, [80; 10])
}

fn state(credential: CredentialId) -> TotpState {
    let seed = Secret::new(SEED.to_vec());
    TotpState { credential, is_token: true, seed, shape: CodeShape::APP, last_used_step: None }
}

fn with_token() -> Journey {
    let mut journey = Journey::begin(Person { token: Some(token()), ..person() });
    journey.password(1, true).confirm_enrolment(2);
    journey
}

fn chooses(journey: &mut Journey, second: i64) -> &mut Journey {
    let person = journey.person.clone();
    let (new, binding) = (fresh_key(), new_binding());
    journey.event(second, Event::FactorChosen { person, kind: FactorKind::HardwareToken, new, binding })
}

fn activates(journey: &mut Journey, second: i64, state: Option<TotpState>, is_right: bool) -> &mut Journey {
    let (person, label) = (journey.person.clone(), Label::parse("Token").unwrap());
    let code = if is_right { code(&SEED, second) } else { wrong_code(&SEED, second) };
    journey.event(second, Event::TokenCodeSubmitted { person, permit: Permit::Now, label, state, code })
}

#[test]
fn whoever_was_given_a_token_activates_it_by_a_code_and_is_in() {
    let mut journey = with_token();
    activates(chooses(&mut journey, 3), 4, Some(state(token())), false);
    activates(&mut journey, 5, Some(state(token())), true).check("self-enrol choose activate-token wrong_code done");
    assert_eq!(journey.done.unwrap().strength(), Strength::MultiFactorUnrestricted);
}

#[test]
fn nobody_activates_a_token_that_they_were_not_given() {
    let mut without = Journey::begin(person());
    without.password(1, true).confirm_enrolment(2);
    chooses(&mut without, 3);
    activates(&mut without, 4, Some(state(token())), true).check("self-enrol choose wrong_step wrong_step");
}

#[test]
fn a_token_that_was_taken_back_meanwhile_activates_nothing() {
    let other = CredentialId::new(op(0).now, [81; 10]);
    for given in [None, Some(state(other)), Some(TotpState { is_token: false, ..state(token()) })] {
        let mut journey = with_token();
        activates(chooses(&mut journey, 3), 4, given, true).check("self-enrol choose activate-token factor_not_usable");
    }
    let mut journey = with_token();
    chooses(&mut journey, 3);
    journey.person.token = None;
    activates(&mut journey, 4, Some(state(token())), true).check("self-enrol choose activate-token factor_not_usable");
}

#[test]
fn a_token_is_no_second_factor_before_somebody_may_enrol() {
    let own = factor(super::tests::enrolled(), FactorKind::Totp);
    let mut journey = Journey::begin(Person { token: Some(token()), factors: vec![own], ..person() });
    journey.password(1, true);
    activates(chooses(&mut journey, 2), 3, Some(state(token())), true).check("code wrong_step wrong_step");
}

#[test]
fn a_code_of_a_token_signs_in() {
    let own = factor(token(), FactorKind::HardwareToken);
    let mut journey = Journey::begin(Person { factors: vec![own], ..person() });
    journey.password(1, true);
    let person = journey.person.clone();
    let (states, code) = (vec![state(token())], code(&SEED, 2));
    journey.event(2, Event::CodeSubmitted { person, permit: Permit::Now, states, code }).check("code done");
    let shown: Vec<FactorKind> = journey.done.unwrap().proofs().iter().map(crate::factor::Proof::factor).collect();
    assert_eq!(shown, [FactorKind::Password, FactorKind::HardwareToken]);
}
