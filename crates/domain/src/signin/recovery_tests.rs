//! Recovery codes in sign-ins, as sentences.

use super::tests::{Journey, NEW_SEED, SEED, blocking, code, enrolled, factor, op, person};
use super::*;
use crate::access::Unusable;
use crate::credential::{MustChange, PasswordStanding, Permit};
use crate::directory::Role;
use crate::factor::FactorKind;
use crate::factor::password::{HashMemory, HashParams, PasswordHash, SALT_BYTES, hash};
use crate::factor::recovery_code::{HashedCode, RecoveryCodes};
use crate::id::{CredentialId, DeviceId, FlowId, SessionId};
use crate::secret::Secret;
use crate::session::SessionLimits;

pub(super) const RIGHT: &str = "abcdefghjkmnpqr";

fn codes_id() -> CredentialId {
    CredentialId::new(op(0).now, [70; 10])
}

fn hashed(text: &str) -> PasswordHash {
    let text = Secret::new(text.to_owned());
    hash(HashParams::cheapest(), [4; SALT_BYTES], &text, &mut HashMemory::default()).unwrap()
}

fn left() -> RecoveryCodes {
    let each = |last: u8, text: &str| HashedCode { id: CredentialId::new(op(0).now, [last; 10]), hash: hashed(text) };
    RecoveryCodes { id: codes_id(), left: vec![each(71, "222222222222222"), each(72, RIGHT)] }
}

pub(super) fn recovery_factor() -> EnrolledFactor {
    factor(codes_id(), FactorKind::RecoveryCode)
}

fn with_codes(own: FactorKind, request: SignInRequest) -> Journey {
    let factors = vec![factor(enrolled(), own), recovery_factor()];
    Journey::asked(Person { factors, ..person() }, request)
}

fn begin(own: FactorKind) -> Journey {
    with_codes(own, SignInRequest::portal())
}

/// Chooses the recovery code, and types one.
pub(super) fn recovers<'j>(journey: &'j mut Journey, second: i64, typed: &str) -> &'j mut Journey {
    let person = journey.person.clone();
    let codes = Some((left(), hashed(typed)));
    journey.event(second, Event::RecoveryCodeSubmitted { person, permit: Permit::Now, codes })
}

/// What the rows of the codes say once one was used.
pub(super) fn are_used_up(journey: &mut Journey) {
    journey.person.factors.retain(|factor| factor.kind != FactorKind::RecoveryCode);
}

pub(super) fn puts_off(journey: &mut Journey, second: i64) -> &mut Journey {
    let person = journey.person.clone();
    journey.event(second, Event::EnrolmentPutOff { person })
}

#[test]
fn whoever_has_lost_their_phone_enrols_another_by_a_recovery_code() {
    let mut journey = begin(FactorKind::Totp);
    journey.password(1, true);
    recovers(&mut journey, 2, RIGHT).confirm_enrolment(3).choose_totp(4).enrolment_code(5, code(&NEW_SEED, 5));
    journey.check("code recovered choose enrol done");
    let signed_in = journey.done.unwrap();
    let shown: Vec<FactorKind> = signed_in.proofs().iter().map(crate::factor::Proof::factor).collect();
    assert_eq!(shown, [FactorKind::Password, FactorKind::Totp], "the code has done its work");
}

#[test]
fn whoever_left_their_phone_at_home_enrols_another_time() {
    let mut journey = begin(FactorKind::Totp);
    journey.password(1, true);
    puts_off(recovers(&mut journey, 2, RIGHT), 3).check("code recovered done");
    assert_eq!(journey.done.unwrap().strength(), Strength::MultiFactor);

    let mut later = begin(FactorKind::Totp);
    later.password(1, true);
    puts_off(recovers(&mut later, 2, RIGHT).confirm_enrolment(3), 4).check("code recovered choose done");
}

#[test]
fn whom_a_policy_blocks_meanwhile_is_not_let_in_by_putting_enrolment_off() {
    let mut journey = begin(FactorKind::Totp);
    journey.password(1, true);
    recovers(&mut journey, 2, RIGHT);
    journey.policies = blocking();
    puts_off(&mut journey, 3).check("code recovered wrong_step");
}

#[test]
fn a_wrong_code_and_none_are_the_same_refusal() {
    let mut journey = begin(FactorKind::Totp);
    journey.password(1, true);
    recovers(&mut journey, 2, "333333333333333");
    let person = journey.person.clone();
    journey.event(3, Event::RecoveryCodeSubmitted { person, permit: Permit::Now, codes: None });
    journey.code(4, code(&SEED, 4)).check("code wrong_recovery_code wrong_recovery_code done");
}

#[test]
fn too_many_tries_are_refused_before_the_codes_are_looked_at() {
    let mut journey = begin(FactorKind::Totp);
    journey.password(1, true);
    let (person, permit) = (journey.person.clone(), Permit::Wait { until: op(60).now });
    let codes = Some((left(), hashed(RIGHT)));
    journey.event(2, Event::RecoveryCodeSubmitted { person, permit, codes }).check("code too_many_tries");
}

#[test]
fn a_recovery_code_without_the_password_is_the_wrong_step() {
    let mut journey = begin(FactorKind::Totp);
    puts_off(recovers(&mut journey, 1, RIGHT), 2).check("wrong_step wrong_step");
}

#[test]
fn nobody_puts_off_what_they_did_not_open_by_a_recovery_code() {
    let mut newcomer = Journey::begin(person());
    newcomer.password(1, true);
    puts_off(&mut newcomer, 2).check("self-enrol wrong_step");
    let mut typing = begin(FactorKind::Totp);
    typing.password(1, true);
    puts_off(&mut typing, 2).check("code wrong_step");
}

#[test]
fn a_recovery_code_that_is_switched_off_or_gone_lets_nobody_in() {
    for gone in [false, true] {
        let mut journey = begin(FactorKind::Totp);
        journey.password(1, true);
        if gone {
            journey.person.factors.retain(|factor| factor.kind != FactorKind::RecoveryCode);
        } else {
            journey.person.barred = vec![(FactorKind::RecoveryCode, Unusable::SwitchedOff)];
        }
        recovers(&mut journey, 2, RIGHT).check("code factor_not_usable");
    }
    let mut meanwhile = begin(FactorKind::Totp);
    meanwhile.password(1, true);
    recovers(&mut meanwhile, 2, RIGHT);
    meanwhile.person.barred = vec![(FactorKind::RecoveryCode, Unusable::SwitchedOff)];
    puts_off(&mut meanwhile, 3).confirm_enrolment(4).choose_totp(5);
    meanwhile.enrolment_code(6, code(&NEW_SEED, 6)).check("code recovered wrong_step choose wrong_step wrong_step");
}

#[test]
fn an_account_that_became_privileged_is_not_recovered_by_a_code() {
    let mut journey = begin(FactorKind::Totp);
    journey.password(1, true);
    recovers(&mut journey, 2, RIGHT);
    journey.person.roles = vec![Role::LocalAdministrator];
    puts_off(&mut journey, 3).confirm_enrolment(4).choose_totp(5).check("code recovered wrong_step choose wrong_step");
}

#[test]
fn where_more_is_asked_for_something_stronger_is_enrolled() {
    let strong = SignInRequest { strength: Strength::MultiFactorUnrestricted, ..SignInRequest::portal() };
    let mut journey = with_codes(FactorKind::Totp, strong);
    journey.password(1, true);
    let (person, credential) = (journey.person.clone(), codes_id());
    journey.event(2, Event::CredentialChosen { person, credential });
    puts_off(recovers(&mut journey, 3, RIGHT), 4).confirm_enrolment(5).choose_totp(6);
    journey.enrolment_code(7, code(&NEW_SEED, 7));
    journey.check("code recovery-code recovered-must wrong_step choose enrol done");
    assert_eq!(journey.done.unwrap().strength(), Strength::MultiFactorUnrestricted);

    let strongest = SignInRequest { strength: Strength::PhishingResistant, ..SignInRequest::portal() };
    with_codes(FactorKind::WebAuthn, strongest).password(1, true).check("key");
}

#[test]
fn a_password_that_is_due_is_changed_before_anything_is_put_off() {
    let mut journey = begin(FactorKind::Totp);
    journey.person.password = Some(PasswordStanding::MustChange(MustChange::Requested));
    journey.password(1, true);
    puts_off(recovers(&mut journey, 2, RIGHT), 3).check("code new-password wrong_step");
}

#[test]
fn a_step_up_takes_no_recovery_code() {
    let mut first = begin(FactorKind::Totp);
    first.password(1, true).code(2, code(&SEED, 2));
    let (id, device) = (SessionId::new(op(2).now, [7; 10]), DeviceId::new(op(2).now, [6; 10]));
    let session = first.done.take().unwrap().start_session(&op(2), &SessionLimits::default(), id, device);
    let flow = FlowId::new(op(3).now, [9; 10]);
    let again =
        Flow::refresh(&op(3), &first.rules, flow, &session, &first.person, StepUp::Change, super::tests::challenge());
    first.flow = Some(again);
    first.log.clear();
    recovers(&mut first, 3, RIGHT).check("factor_not_usable");
}
