//! Journeys by text message and by call.

use proptest::prelude::*;

use super::tests::{Journey, SEED, code, enrolled, factor, fresh_key, new_binding, op, person, phone, roles};
use super::*;
use crate::access::Unusable;
use crate::credential::{MustChange, PasswordStanding, Permit};
use crate::directory::Role;
use crate::factor::push::{Digits, MatchNumber};
use crate::factor::telephone::{PhoneNumber, Reach};
use crate::factor::voice_call::{CallOutcome, CallStanding, Confirm};
use crate::factor::{Code, FactorKind};
use crate::id::{CredentialId, MessageId, PushRequestId};
use crate::session::Strength;
use crate::time::Timestamp;

pub(super) fn mobile() -> CredentialId {
    CredentialId::new(Timestamp::from_seconds(1), [11; 10])
}

fn landline() -> CredentialId {
    CredentialId::new(Timestamp::from_seconds(1), [12; 10])
}

pub(super) fn number() -> PhoneNumber {
    PhoneNumber::restore("+447700900123".to_owned(), None)
}

pub(super) fn dispatch(second: i64) -> Dispatch {
    let byte = u8::try_from(second % 256).unwrap();
    let now = op(second).now;
    Dispatch {
        message: MessageId::new(now, [byte; 10]),
        code: Code::draw([byte; 16]),
        credential: CredentialId::new(now, [13; 10]),
        previous: Previous::Underway,
        request: PushRequestId::new(now, [byte; 10]),
        number: MatchNumber::draw([byte; 16], Digits::Two),
        refused: None,
    }
}

fn with_text() -> Person {
    Person { factors: vec![factor(mobile(), FactorKind::Sms)], ..person() }
}

fn with_call() -> Person {
    Person { factors: vec![factor(landline(), FactorKind::VoiceCall)], ..person() }
}

fn with_all() -> Person {
    let factors = vec![
        factor(enrolled(), FactorKind::Totp),
        factor(mobile(), FactorKind::Sms),
        factor(landline(), FactorKind::VoiceCall),
    ];
    Person { factors, ..person() }
}

impl Journey {
    pub(super) fn send(&mut self, second: i64) -> &mut Self {
        let person = self.person.clone();
        self.event(second, Event::DispatchRequested { person, dispatch: dispatch(second) })
    }

    pub(super) fn choose(&mut self, second: i64, credential: CredentialId) -> &mut Self {
        let person = self.person.clone();
        self.event(second, Event::CredentialChosen { person, credential })
    }

    fn type_code(&mut self, second: i64, code: Code) -> &mut Self {
        let person = self.person.clone();
        self.event(second, Event::CodeSubmitted { person, permit: Permit::Now, states: Vec::new(), code })
    }

    /// Types the code of the newest text.
    fn type_newest(&mut self, second: i64) -> &mut Self {
        let code = self.texts.last().map_or(Code::draw([0; 16]), |(_, sent)| sent.code);
        self.type_code(second, code)
    }

    fn call_stands(&mut self, second: i64, standing: CallStanding) -> &mut Self {
        let person = self.person.clone();
        self.event(second, Event::CallChecked { person, standing })
    }

    pub(super) fn choose_kind(&mut self, second: i64, kind: FactorKind) -> &mut Self {
        let person = self.person.clone();
        self.event(second, Event::FactorChosen { person, kind, new: fresh_key(), binding: new_binding() })
    }

    pub(super) fn enter_number(&mut self, second: i64) -> &mut Self {
        let person = self.person.clone();
        self.event(second, Event::NumberEntered { person, number: number(), dispatch: dispatch(second) })
    }
}

#[test]
fn a_code_in_a_text_signs_a_person_in() {
    let mut journey = Journey::begin(with_text());
    journey.password(1, true).send(2).type_newest(3).check("send? text done");
    assert_eq!(journey.texts[0].0, DispatchTo::Credential(mobile(), Reach::Text));
    assert_eq!(journey.done.unwrap().strength(), Strength::MultiFactor);
}

#[test]
fn a_factor_that_was_removed_meanwhile_proves_nothing() {
    let removed = |journey: &mut Journey, credential| {
        journey.person.factors.retain(|factor| factor.credential != credential);
    };
    let mut by_text = Journey::begin(with_all());
    by_text.password(1, true).choose(2, mobile()).send(3);
    removed(&mut by_text, mobile());
    by_text.type_newest(4).check("code send? text factor_not_usable");
    let mut by_call = Journey::begin(with_all());
    by_call.password(1, true).choose(2, landline()).send(3);
    removed(&mut by_call, landline());
    by_call.call_stands(4, CallStanding::Ended(CallOutcome::Confirmed)).check("code send? call factor_not_usable");
    // The use case hands over no state of a removed app; if one did, it would prove nothing either.
    let mut by_app = Journey::begin(with_all());
    by_app.password(1, true);
    removed(&mut by_app, enrolled());
    let (person, states) = (by_app.person.clone(), vec![super::tests::state(None)]);
    let typed = code(&SEED, 2);
    by_app.event(2, Event::CodeSubmitted { person, permit: Permit::Now, states, code: typed });
    by_app.check("code factor_not_usable");
}

#[test]
fn a_confirmed_call_signs_a_person_in() {
    let mut journey = Journey::begin(with_call());
    journey.password(1, true).send(2).call_stands(3, CallStanding::Ringing);
    journey.call_stands(20, CallStanding::Ended(CallOutcome::Confirmed)).check("send? call call done");
    assert!(journey.calls[0].1.code.is_none());
}

#[test]
fn in_the_strict_setting_a_call_asks_for_the_code_on_the_page() {
    let mut journey = Journey::begin(with_call());
    journey.rules.voice_call.confirm = Confirm::Code;
    journey.password(1, true).send(2);
    assert!(journey.calls[0].1.code.is_some());
}

#[test]
fn a_call_that_confirms_nothing_says_why_and_another_may_be_asked_for() {
    let mut journey = Journey::begin(with_call());
    journey.password(1, true).send(2).call_stands(30, CallStanding::Ended(CallOutcome::Busy));
    journey.send(40).call_stands(60, CallStanding::Ended(CallOutcome::Voicemail));
    journey.check("send? call call_busy call call_voicemail");
    assert!(journey.done.is_none());
}

#[test]
fn who_reports_the_call_ends_the_sign_in() {
    let mut journey = Journey::begin(with_call());
    journey.password(1, true).send(2).call_stands(30, CallStanding::Ended(CallOutcome::Reported)).send(60);
    journey.check("send? call reported over");
}

#[test]
fn a_text_code_is_good_once_in_its_own_sign_in_and_for_ten_minutes() {
    let mut journey = Journey::begin(with_text());
    journey.password(1, true).send(2).type_newest(602).check("send? text code_expired");
    let mut other = Journey::begin(with_text());
    other.password(1, true).send(3);
    let code = journey.texts[0].1.code;
    other.type_code(4, code).check("send? text wrong_code");
}

#[test]
fn a_new_code_replaces_the_one_before() {
    let mut journey = Journey::begin(with_text());
    journey.password(1, true).send(2).send(30);
    let old = journey.texts[0].1;
    journey.type_code(31, old.code).type_newest(32).check("send? text text wrong_code done");
    assert_eq!(journey.withdrawn, [old.message]);
}

#[test]
fn each_wait_for_another_code_is_twice_as_long() {
    let mut journey = Journey::begin(with_text());
    journey.password(1, true).send(2).send(21).send(22).send(61).send(62);
    journey.check("send? text too_soon text too_soon text");
}

#[test]
fn a_code_that_the_network_lost_is_replaced_at_once_and_the_next_wait_grows_all_the_same() {
    let mut journey = Journey::begin(with_text());
    journey.password(1, true).send(2);
    let person = journey.person.clone();
    let dispatch = Dispatch { previous: Previous::Lost, ..dispatch(3) };
    journey.event(3, Event::DispatchRequested { person, dispatch }).send(42).send(43);
    journey.check("send? text text too_soon text");
}

#[test]
fn a_number_that_no_text_reaches_is_replaced_by_another_at_once() {
    let mut journey = Journey::begin(person());
    journey.password(1, true).confirm_enrolment(2).choose_kind(3, FactorKind::Sms).enter_number(4).enter_number(5);
    journey.choose_kind(6, FactorKind::Sms);
    let event = |previous| Event::NumberEntered {
        person: person(),
        number: number(),
        dispatch: Dispatch { previous, ..dispatch(7) },
    };
    journey.event(7, event(Previous::Underway)).event(8, event(Previous::Lost));
    journey.check("self-enrol choose number confirm-text too_soon number too_soon confirm-text");
}

#[test]
fn what_has_left_is_awaited_although_its_network_is_down_since() {
    let down = |mut person: Person, kind| {
        person.barred = vec![(kind, Unusable::Unavailable)];
        person
    };
    for (whole, kind, shown) in
        [(with_text(), FactorKind::Sms, "send? text text"), (with_call(), FactorKind::VoiceCall, "send? call call")]
    {
        let mut journey = Journey::begin(whole.clone());
        journey.password(1, true).send(2);
        let person = Some(down(whole.clone(), kind));
        journey.event(3, Event::Looked { person }).check(shown);
        // Nothing more is sent by it.
        let person = down(whole, kind);
        journey.event(60, Event::DispatchRequested { person, dispatch: dispatch(60) });
        journey.check(&format!("{shown} factor_not_usable"));
    }
}

#[test]
fn somebody_whose_text_does_not_come_asks_for_a_call_at_once() {
    let mut journey = Journey::begin(with_all());
    journey.password(1, true).choose(2, mobile()).send(3).choose(4, landline()).send(5).send(6);
    journey.check("code send? text send? call too_soon");
}

#[test]
fn a_spent_budget_is_said_and_sends_nothing() {
    let mut journey = Journey::begin(with_text());
    journey.password(1, true);
    let person = journey.person.clone();
    let dispatch = Dispatch { refused: Some(Refusal::TooManyMessages { until: op(900).now }), ..dispatch(2) };
    journey.event(2, Event::DispatchRequested { person, dispatch }).check("send? too_many_messages");
    assert!(journey.texts.is_empty());
}

#[test]
fn another_way_is_chosen_and_the_code_of_the_first_is_worth_nothing() {
    let mut journey = Journey::begin(with_all());
    journey.password(1, true).choose(2, mobile()).send(3).choose(4, landline()).type_newest(5);
    journey.check("code send? text send? wrong_code");
    journey.choose(6, enrolled()).code(7, code(&SEED, 7));
    assert_eq!(journey.done.unwrap().strength(), Strength::MultiFactorUnrestricted);
}

#[test]
fn a_factor_that_cannot_be_used_is_passed_over_and_cannot_be_chosen() {
    let mut everything = with_all();
    everything.factors[0].unusable = Some(Unusable::Unavailable);
    everything.barred = vec![(FactorKind::VoiceCall, Unusable::SwitchedOff)];
    let mut journey = Journey::begin(everything);
    journey
        .password(1, true)
        .choose(2, landline())
        .choose(3, enrolled())
        .check("send? factor_not_usable factor_not_usable");
}

#[test]
fn nothing_of_use_is_said() {
    let mut blocked = with_text();
    blocked.barred = vec![(FactorKind::Sms, Unusable::SwitchedOff)];
    Journey::begin(blocked).password(1, true).check("no_usable_factor");
}

#[test]
fn no_text_and_no_call_is_enough_for_the_privileged() {
    let privileged = Person { roles: vec![Role::LocalAdministrator], ..with_text() };
    Journey::begin(privileged).password(1, true).check("strength_out_of_reach");
    let both = Person { roles: vec![Role::LocalAdministrator], ..with_all() };
    let mut journey = Journey::begin(both);
    journey.password(1, true).choose(2, mobile()).check("code factor_not_usable");
    // Privileged only after the text was sent.
    let mut journey = Journey::begin(with_text());
    journey.password(1, true).send(2);
    journey.person.roles = vec![Role::LocalAdministrator];
    journey.type_newest(3).check("send? text strength_out_of_reach");
}

#[test]
fn the_privileged_are_not_offered_a_text_to_enrol() {
    let mut journey = Journey::begin(Person { roles: vec![Role::LocalAdministrator], ..person() });
    journey.password(1, true).activate(2, true).confirm_enrolment(3).choose_kind(4, FactorKind::Sms);
    journey.check("activation self-enrol choose wrong_step");
}

#[test]
fn an_application_may_ask_for_more_than_a_text() {
    let request = SignInRequest { strength: Strength::MultiFactorUnrestricted, ..SignInRequest::portal() };
    Journey::asked(with_text(), request.clone())
        .password(1, true)
        .send(2)
        .type_newest(3)
        .check("send? text enrol-stronger");
    let mut journey = Journey::asked(with_all(), request);
    journey.password(1, true).choose(2, mobile()).code(3, code(&SEED, 3)).check("code factor_not_usable done");
}

#[test]
fn a_number_is_enrolled_by_its_first_code() {
    let mut journey = Journey::begin(person());
    journey.password(1, true).confirm_enrolment(2).choose_kind(3, FactorKind::Sms).enter_number(4);
    let code = journey.texts[0].1.code;
    assert_eq!(journey.texts[0].0, DispatchTo::Number(number()));
    journey.enrolment_code(5, Code::draw([99; 16])).enrolment_code(6, code);
    journey.check("self-enrol choose number confirm-text wrong_code done");
    assert_eq!(journey.person.factors[0].kind, FactorKind::Sms);
}

#[test]
fn a_number_is_enrolled_by_a_confirmed_call() {
    let mut journey = Journey::begin(person());
    journey.password(1, true).confirm_enrolment(2).choose_kind(3, FactorKind::VoiceCall).enter_number(4);
    let person = journey.person.clone();
    let standing = CallStanding::Ended(CallOutcome::NoAnswer);
    journey.event(30, Event::EnrolmentCallChecked { person, label: phone(), standing }).enter_number(31);
    let person = journey.person.clone();
    let standing = CallStanding::Ended(CallOutcome::Confirmed);
    journey.event(60, Event::EnrolmentCallChecked { person, label: phone(), standing });
    journey.check("self-enrol choose number confirm-call call_no_answer confirm-call done");
}

#[test]
fn a_number_that_is_not_allowed_any_more_opens_nothing_and_a_password_alone_sets_neither_another_nor_itself_anew() {
    let mut blocked = with_text();
    blocked.factors[0].unusable = Some(Unusable::NumberNotAllowed);
    let mut journey = Journey::begin(blocked.clone());
    journey.password(1, true).choose_kind(2, FactorKind::Sms).check("number_not_allowed over");
    blocked.password = Some(PasswordStanding::MustChange(MustChange::Temporary));
    Journey::begin(blocked.clone()).password(1, true).check("number_not_allowed");
    // Whoever administers the account makes them enrol again.
    blocked.factors.clear();
    blocked.password = Some(PasswordStanding::Good { until: None });
    let mut journey = Journey::begin(blocked);
    journey.password(1, true).confirm_enrolment(4).choose_kind(5, FactorKind::Sms).enter_number(6);
    let code = journey.texts[0].1.code;
    journey.enrolment_code(7, code).check("self-enrol choose number confirm-text done");
}

#[test]
fn what_is_switched_off_meanwhile_lets_nobody_in() {
    let off = |kind| vec![(kind, Unusable::SwitchedOff)];
    let mut by_text = Journey::begin(with_text());
    by_text.password(1, true).send(2);
    by_text.person.barred = off(FactorKind::Sms);
    by_text.type_newest(3).check("send? text factor_not_usable");
    let mut by_call = Journey::begin(with_call());
    by_call.password(1, true).send(2);
    by_call.person.barred = off(FactorKind::VoiceCall);
    by_call.call_stands(3, CallStanding::Ended(CallOutcome::Confirmed)).check("send? call factor_not_usable");
    let mut by_app = Journey::begin(with_all());
    by_app.password(1, true);
    by_app.person.barred = off(FactorKind::Totp);
    by_app.code(3, code(&SEED, 3)).check("code factor_not_usable");
}

#[test]
fn what_is_switched_off_meanwhile_is_not_enrolled() {
    let mut journey = Journey::begin(person());
    journey.password(1, true).confirm_enrolment(2).choose_kind(3, FactorKind::Sms).enter_number(4);
    journey.person.barred = vec![(FactorKind::Sms, Unusable::Role)];
    let sent = journey.texts[0].1.code;
    journey.enrolment_code(5, sent).check("self-enrol choose number confirm-text factor_not_usable");
}

#[test]
fn a_code_that_arrived_before_its_network_went_down_counts() {
    let mut journey = Journey::begin(with_text());
    journey.password(1, true).send(2);
    journey.person.barred = vec![(FactorKind::Sms, Unusable::Unavailable)];
    journey.type_newest(3).check("send? text done");
}

#[test]
fn a_disabled_account_gets_no_text() {
    let mut journey = Journey::begin(with_text());
    journey.password(1, true);
    journey.person.status = crate::directory::AccountStatus::Disabled { since: op(2).now };
    journey.send(3).check("send? account_not_active");
    assert!(journey.texts.is_empty());
}

/// What somebody does next.
#[derive(Clone, Debug)]
enum Deed {
    Password(bool),
    Choose(u8),
    Send,
    TypeText(bool),
    Call(usize),
    App(bool),
    Look,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        2 => any::<bool>().prop_map(Deed::Password),
        2 => (0_u8..3).prop_map(Deed::Choose),
        3 => Just(Deed::Send),
        3 => any::<bool>().prop_map(Deed::TypeText),
        3 => (0..CallOutcome::ALL.len()).prop_map(Deed::Call),
        1 => any::<bool>().prop_map(Deed::App),
        1 => Just(Deed::Look),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn no_path_ends_without_a_right_code_a_confirmed_call_or_an_app(
        privileged: bool,
        deeds in prop::collection::vec(deed(), 0..16),
    ) {
        let mut journey = Journey::begin(Person { roles: roles(privileged), ..with_all() });
        let (mut knew, mut texted, mut called, mut used_app) = (false, false, false, false);
        for (index, deed) in deeds.into_iter().enumerate() {
            let second = i64::try_from(index).unwrap() * 45;
            match deed {
                Deed::Password(is_right) => {
                    knew |= is_right;
                    journey.password(second, is_right);
                }
                Deed::Choose(which) => {
                    let credential = [enrolled(), mobile(), landline()][usize::from(which)];
                    journey.choose(second, credential);
                }
                Deed::Send => { journey.send(second); }
                Deed::TypeText(is_right) => {
                    texted |= is_right && !journey.texts.is_empty();
                    if is_right { journey.type_newest(second); } else { journey.type_code(second, Code::draw([200; 16])); }
                }
                Deed::Call(outcome) => {
                    let outcome = CallOutcome::ALL[outcome];
                    called |= outcome == CallOutcome::Confirmed && !journey.calls.is_empty();
                    journey.call_stands(second, CallStanding::Ended(outcome));
                }
                Deed::App(is_right) => {
                    used_app |= is_right;
                    let typed = if is_right { code(&SEED, second) } else { Code::draw([200; 16]) };
                    journey.code(second, typed);
                }
                Deed::Look => {
                    let person = Some(journey.person.clone());
                    journey.event(second, Event::Looked { person });
                }
            }
            if let Some(signed_in) = &journey.done {
                prop_assert!(knew && (texted || called || used_app));
                prop_assert!(!privileged || used_app, "a text or a call let a privileged account in");
                prop_assert!(signed_in.strength() >= Strength::MultiFactor);
                break;
            }
        }
    }
}
