//! Journeys with an app that is asked.

use proptest::prelude::*;

use super::telephone_tests::{dispatch, mobile};
use super::tests::{Journey, SEED, challenge, code, enrolled, factor, op, person, phone};
use super::*;
use crate::access::Unusable;
use crate::factor::push::PushStanding;
use crate::factor::{Code, FactorKind};
use crate::id::CredentialId;
use crate::session::Strength;
use crate::time::Timestamp;

fn app() -> CredentialId {
    // Its codes come from the same key as those of the app in the other tests.
    enrolled()
}

fn with_app() -> Person {
    Person { factors: vec![factor(app(), FactorKind::Push)], ..person() }
}

fn with_app_and_others() -> Person {
    let totp = CredentialId::new(Timestamp::from_seconds(1), [16; 10]);
    let factors =
        vec![factor(app(), FactorKind::Push), factor(totp, FactorKind::Totp), factor(mobile(), FactorKind::Sms)];
    Person { factors, ..person() }
}

impl Journey {
    fn app_stands(&mut self, second: i64, standing: PushStanding) -> &mut Self {
        let person = self.person.clone();
        self.event(second, Event::AppChecked { person, standing })
    }

    fn code_instead(&mut self, second: i64) -> &mut Self {
        let person = self.person.clone();
        self.event(second, Event::CodeInstead { person })
    }

    fn bound(&mut self, second: i64, bound: bool) -> &mut Self {
        let person = self.person.clone();
        self.event(second, Event::BindingChecked { person, bound, dispatch: dispatch(second) })
    }

    fn new_app_stands(&mut self, second: i64, standing: PushStanding) -> &mut Self {
        let person = self.person.clone();
        self.event(second, Event::EnrolmentAppChecked { person, label: phone(), standing })
    }
}

#[test]
fn the_number_in_the_app_signs_a_person_in() {
    let mut journey = Journey::begin(with_app());
    journey.password(1, true).send(2).app_stands(3, PushStanding::Open).app_stands(4, PushStanding::Approved);
    journey.check("send? app app done");
    assert_eq!(journey.asked[0].0, DispatchTo::App(app()));
    assert_eq!(journey.done.unwrap().strength(), Strength::MultiFactorUnrestricted);
}

#[test]
fn an_approval_is_good_in_the_flow_that_asked_and_nowhere_else() {
    let mut journey = Journey::begin(with_app());
    journey.password(1, true).app_stands(2, PushStanding::Approved).check("send? wrong_step");
    assert!(journey.done.is_none());
}

#[test]
fn a_wrong_number_is_said_and_another_request_has_another_number() {
    let mut journey = Journey::begin(with_app());
    journey.password(1, true).send(2).app_stands(3, PushStanding::WrongNumber).send(4);
    journey.app_stands(5, PushStanding::Approved).check("send? app app_wrong_number app done");
    assert!(!journey.asked[0].1.number.is(journey.asked[1].1.number));
    assert_eq!(journey.taken_back, [journey.asked[0].1.request], "one request is open in a sign-in");
}

#[test]
fn who_says_that_it_is_not_them_ends_the_sign_in() {
    let mut journey = Journey::begin(with_app());
    journey.password(1, true).send(2).app_stands(3, PushStanding::Refused).send(4);
    journey.check("send? app reported over");
}

#[test]
fn after_five_minutes_nobody_is_awaited() {
    let mut journey = Journey::begin(with_app());
    journey.password(1, true).send(2).app_stands(301, PushStanding::Open).app_stands(302, PushStanding::Open);
    journey.send(303).check("send? app app app_no_answer app");
}

#[test]
fn without_a_connection_the_app_still_shows_codes() {
    let mut journey = Journey::begin(with_app());
    journey.password(1, true).send(2).code_instead(3).code(4, code(&SEED, 4)).check("send? app code done");
    assert_eq!(journey.taken_back, [journey.asked[0].1.request]);
}

#[test]
fn from_the_codes_one_can_go_back_to_the_request() {
    let mut journey = Journey::begin(with_app());
    journey.password(1, true).send(2).code_instead(3).choose(4, app()).send(5);
    journey.app_stands(6, PushStanding::Approved).check("send? app code send? app done");
}

#[test]
fn an_app_that_was_removed_meanwhile_proves_nothing() {
    let mut journey = Journey::begin(with_app_and_others());
    journey.password(1, true).send(2);
    journey.person.factors.retain(|factor| factor.credential != app());
    journey.app_stands(3, PushStanding::Approved).check("send? app factor_not_usable");
}

#[test]
fn a_quarantined_app_is_asked_nothing_and_neither_its_approval_nor_its_code_counts() {
    let quarantined = |mut person: Person| {
        person.factors[0].unusable = Some(Unusable::Quarantined);
        person
    };
    Journey::begin(quarantined(with_app())).password(1, true).check("no_usable_factor");
    // Asked, and then quarantined.
    let mut asked = Journey::begin(with_app());
    asked.password(1, true).send(2);
    asked.person = quarantined(with_app());
    asked.app_stands(3, PushStanding::Approved).check("send? app factor_not_usable");
    let mut typed = Journey::begin(with_app());
    typed.password(1, true).send(2).code_instead(3);
    typed.person = quarantined(with_app());
    typed.code(4, code(&SEED, 4)).check("send? app code factor_not_usable");
    // Another way that is not quarantined still works.
    let mut others = Journey::begin(quarantined(with_app_and_others()));
    others.password(1, true).choose(2, app()).check("code factor_not_usable");
}

#[test]
fn what_is_refused_by_its_pace_asks_nobody() {
    let mut journey = Journey::begin(with_app());
    journey.password(1, true);
    let person = journey.person.clone();
    let refused = Some(Refusal::AskedTooOften { until: op(90).now });
    journey.event(2, Event::DispatchRequested { person, dispatch: Dispatch { refused, ..dispatch(2) } });
    journey.check("send? asked_too_often");
    assert!(journey.asked.is_empty());
}

#[test]
fn a_new_app_is_enrolled_by_the_number_on_the_page() {
    let mut journey = Journey::begin(person());
    journey.password(1, true).confirm_enrolment(2).choose_kind(3, FactorKind::Push).bound(4, false).bound(5, true);
    journey.new_app_stands(6, PushStanding::Open).new_app_stands(7, PushStanding::Approved);
    journey.check("self-enrol choose bind bind confirm-app confirm-app done");
    let credential = journey.person.factors[0].credential;
    assert_eq!(journey.asked[0].0, DispatchTo::NewApp(credential));
    assert_eq!(journey.done.unwrap().strength(), Strength::MultiFactorUnrestricted);
}

#[test]
fn a_wrong_number_enrols_nothing_and_the_new_app_can_be_asked_again() {
    let mut journey = Journey::begin(person());
    journey.password(1, true).confirm_enrolment(2).choose_kind(3, FactorKind::Push).bound(4, true);
    journey.new_app_stands(5, PushStanding::WrongNumber).send(6).send(30);
    journey.new_app_stands(31, PushStanding::Approved);
    journey.check("self-enrol choose bind confirm-app app_wrong_number too_soon confirm-app done");
}

#[test]
fn an_app_is_not_bound_on_the_way_in_by_who_has_a_factor() {
    let mut journey = Journey::begin(person());
    journey.password(1, true).confirm_enrolment(2).choose_kind(3, FactorKind::Push);
    journey.person.factors.push(factor(mobile(), FactorKind::Sms));
    journey.bound(4, true).check("self-enrol choose bind wrong_step");
}

fn moving(person: &Person) -> Journey {
    stepping_up(person, Some(app()))
}

fn stepping_up(person: &Person, moving: Option<CredentialId>) -> Journey {
    let mut journey = Journey::begin(with_app());
    journey.password(1, true).send(2).app_stands(3, PushStanding::Approved);
    let session = journey.done.take().unwrap().start_session(
        &op(3),
        &crate::session::SessionLimits::default(),
        crate::id::SessionId::new(op(3).now, [7; 10]),
        crate::id::DeviceId::new(op(3).now, [6; 10]),
    );
    let id = crate::id::FlowId::new(op(4).now, [5; 10]);
    journey.flow = Some(Flow::refresh(
        &op(4),
        &SignInRules::default(),
        id,
        &session,
        person,
        moving.map_or(StepUp::Change, StepUp::MoveApp),
        challenge(),
    ));
    journey.person = person.clone();
    journey.log.clear();
    journey
}

#[test]
fn neither_the_moving_app_nor_any_code_proves_a_move() {
    let person = with_app_and_others();
    let mut journey = moving(&person);
    let look = Event::Looked { person: Some(person.clone()) };
    journey.event(5, look).choose(6, app()).choose(7, person.factors[1].credential).code_instead(8);
    journey.code(9, code(&SEED, 9)).send(10);
    journey.check("send? factor_not_usable factor_not_usable wrong_step factor_not_usable text");
    let sent = journey.texts[0].1.code;
    let (person, permit, states) = (journey.person.clone(), crate::credential::Permit::Now, Vec::new());
    journey.event(11, Event::CodeSubmitted { person, permit, states, code: sent });
    assert_eq!(journey.log.last().map(String::as_str), Some("done"));
}

#[test]
fn a_step_up_takes_no_code_of_an_app_that_is_asked() {
    for (kind, expected) in [(FactorKind::Push, "send? wrong_code"), (FactorKind::Totp, "code done")] {
        let person = Person { factors: vec![factor(app(), kind)], ..person() };
        let mut journey = stepping_up(&person, None);
        let look = Event::Looked { person: Some(person.clone()) };
        journey.event(5, look).code(6, code(&SEED, 6)).check(expected);
    }
}

#[test]
fn who_has_nothing_but_the_moving_app_is_sent_to_somebody_who_can_help() {
    let mut journey = moving(&with_app());
    let person = Some(journey.person.clone());
    journey.event(5, Event::Looked { person }).check("nothing_but_the_moving_app");
}

#[derive(Clone, Copy, Debug)]
enum Deed {
    Password(bool),
    Choose(usize),
    Send,
    App(usize),
    CodeInstead,
    Code(bool),
    Look,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        any::<bool>().prop_map(Deed::Password),
        (0_usize..3).prop_map(Deed::Choose),
        Just(Deed::Send),
        (0..PushStanding::ALL.len()).prop_map(Deed::App),
        Just(Deed::CodeInstead),
        any::<bool>().prop_map(Deed::Code),
        Just(Deed::Look),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn no_path_ends_without_an_approval_or_a_code(deeds in prop::collection::vec(deed(), 0..16)) {
        let mut journey = Journey::begin(with_app_and_others());
        let (mut knew, mut approved, mut typed) = (false, false, false);
        for (index, deed) in deeds.into_iter().enumerate() {
            let second = i64::try_from(index).unwrap() * 45;
            match deed {
                Deed::Password(is_right) => {
                    knew |= is_right;
                    journey.password(second, is_right);
                }
                Deed::Choose(which) => {
                    let credential = journey.person.factors[which].credential;
                    journey.choose(second, credential);
                }
                Deed::Send => { journey.send(second); }
                Deed::App(standing) => {
                    let standing = PushStanding::ALL[standing];
                    approved |= standing == PushStanding::Approved && !journey.asked.is_empty();
                    journey.app_stands(second, standing);
                }
                Deed::CodeInstead => { journey.code_instead(second); }
                Deed::Code(is_right) => {
                    typed |= is_right;
                    let typed = if is_right { code(&SEED, second) } else { Code::draw([200; 16]) };
                    journey.code(second, typed);
                }
                Deed::Look => {
                    let person = Some(journey.person.clone());
                    journey.event(second, Event::Looked { person });
                }
            }
            if journey.done.is_some() {
                prop_assert!(knew && (approved || typed));
                break;
            }
            let open = journey.asked.len() - journey.taken_back.len().min(journey.asked.len());
            prop_assert!(open <= 1, "two requests of one sign-in are open");
        }
    }
}
