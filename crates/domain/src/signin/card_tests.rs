//! Smartcards in sign-ins, as sentences.

use super::tests::{Journey, factor, op, person, person_with_totp};
use super::*;
use crate::access::Unusable;
use crate::directory::AccountAddress;
use crate::directory::Role;
use crate::factor::smartcard::{CardFailure, CardRecord, CardState, Linking, PresentedCard, SmartcardRules, link};
use crate::factor::{CoreFactors, FactorKind};
use crate::id::CredentialId;

const ISSUER: &str = "https://cards.example";

fn card() -> CredentialId {
    CredentialId::new(op(0).now, [55; 10])
}

pub(super) fn card_factor() -> EnrolledFactor {
    factor(card(), FactorKind::Smartcard)
}

fn person_with_card() -> Person {
    Person { factors: vec![card_factor()], ..person() }
}

fn address() -> AccountAddress {
    AccountAddress::parse("nurse@a.example").unwrap()
}

pub(super) fn presented(second: i64, subject: &str) -> PresentedCard {
    PresentedCard::vouched(ISSUER, subject, vec!["nurse@a.example".to_owned()], op(second).now, op(second).now)
}

fn record() -> CardRecord {
    match link(&SmartcardRules::default(), &presented(0, "5"), card(), &address(), op(0).now) {
        Linking::Accept { record, .. } => record,
        Linking::Refuse(failure) => panic!("{failure}"),
    }
}

fn cards(person: &Person) -> Vec<CardState> {
    vec![CardState { credential: card(), account: person.id, record: record() }]
}

pub(super) fn shows(journey: &mut Journey, second: i64, shown: Result<PresentedCard, CardFailure>) -> &mut Journey {
    let (person, cards) = (journey.person.clone(), cards(&journey.person));
    journey.event(second, Event::CardPresented { person, cards, card: shown })
}

pub(super) fn links(journey: &mut Journey, second: i64, shown: Result<PresentedCard, CardFailure>) -> &mut Journey {
    let person = journey.person.clone();
    journey.event(second, Event::EnrolmentCardPresented { person, address: address(), card: shown })
}

/// A person with nothing enrolled who has chosen the smartcard.
fn linking(match_address: bool) -> Journey {
    let mut journey = Journey::begin(person());
    journey.rules.core = CoreFactors::default().with(FactorKind::Smartcard, true);
    journey.rules.smartcard.match_address = match_address;
    journey.password(1, true).confirm_enrolment(2).choose_kind(3, FactorKind::Smartcard);
    journey
}

#[test]
fn a_password_and_a_card_resist_phishing() {
    let mut journey = Journey::begin(person_with_card());
    journey.password(1, true);
    shows(&mut journey, 2, Ok(presented(2, "5"))).check("card done");
    assert_eq!(journey.done.unwrap().strength(), Strength::PhishingResistant);
}

#[test]
fn a_card_that_is_refused_can_be_shown_again() {
    let mut journey = Journey::begin(person_with_card());
    journey.password(1, true);
    shows(&mut journey, 2, Err(CardFailure::Revoked));
    shows(&mut journey, 3, Ok(presented(3, "6")));
    shows(&mut journey, 200, Ok(presented(4, "5")));
    shows(&mut journey, 201, Ok(presented(201, "5"))).check("card card_revoked card_unknown card_too_late done");
}

#[test]
fn where_a_card_is_asked_for_anew_one_that_was_shown_before_proves_nothing() {
    let request = SignInRequest { fresh_since: Some(op(0).now), ..SignInRequest::portal() };
    let mut journey = Journey::asked(person_with_card(), request);
    journey.password(10, true);
    let before = op(-100).now;
    shows(&mut journey, 11, Ok(PresentedCard::vouched(ISSUER, "5", Vec::new(), before, op(11).now)));
    shows(&mut journey, 12, Ok(presented(12, "5"))).check("card card_too_late done");
}

#[test]
fn a_card_before_the_password_is_the_wrong_step() {
    let mut journey = Journey::begin(person_with_card());
    shows(&mut journey, 1, Ok(presented(1, "5")));
    links(&mut journey, 2, Ok(presented(2, "5"))).check("wrong_step wrong_step");
}

#[test]
fn a_card_that_was_removed_or_barred_meanwhile_proves_nothing() {
    let mut removed = Journey::begin(person_with_card());
    removed.password(1, true);
    let other = factor(CredentialId::new(op(0).now, [56; 10]), FactorKind::Smartcard);
    let (person, cards) = (Person { factors: vec![other], ..removed.person.clone() }, cards(&removed.person));
    removed.event(2, Event::CardPresented { person, cards, card: Ok(presented(2, "5")) });
    removed.check("card factor_not_usable");

    let mut barred = Journey::begin(person_with_card());
    barred.password(1, true);
    barred.person.barred = vec![(FactorKind::Smartcard, Unusable::SwitchedOff)];
    shows(&mut barred, 2, Ok(presented(2, "5"))).check("card factor_not_usable");
}

#[test]
fn a_card_is_linked_on_the_way_in_where_it_is_a_core_factor() {
    let mut journey = linking(false);
    links(&mut journey, 4, Ok(presented(4, "7"))).check("self-enrol choose enrol-card done");
    // The password alone says who it is: that is not enough for what asks for more.
    assert_eq!(journey.done.unwrap().strength(), Strength::MultiFactorUnrestricted);
}

#[test]
fn a_card_that_names_its_owner_says_who_it_is() {
    let mut journey = linking(true);
    links(&mut journey, 4, Ok(presented(4, "7"))).check("self-enrol choose enrol-card done");
    assert_eq!(journey.done.unwrap().strength(), Strength::PhishingResistant);
}

#[test]
fn where_cards_name_their_owner_anothers_is_not_linked() {
    let mut journey = linking(true);
    let others = PresentedCard::vouched(ISSUER, "7", vec!["other@a.example".to_owned()], op(4).now, op(4).now);
    links(&mut journey, 4, Ok(others)).check("self-enrol choose enrol-card card_other_person");
}

#[test]
fn who_became_privileged_meanwhile_links_no_card_on_a_password() {
    let mut journey = linking(true);
    journey.person.roles = vec![Role::LocalAdministrator];
    links(&mut journey, 4, Ok(presented(4, "7"))).check("self-enrol choose enrol-card wrong_step");
    assert!(journey.done.is_none());
}

#[test]
fn who_has_a_factor_links_no_card_on_the_way_in() {
    let mut journey = Journey::begin(person_with_totp());
    journey.rules.core = CoreFactors::default().with(FactorKind::Smartcard, true);
    journey.password(1, true).choose_kind(2, FactorKind::Smartcard);
    links(&mut journey, 3, Ok(presented(3, "7"))).check("code wrong_step wrong_step");
}

#[test]
fn a_card_is_not_the_first_factor_as_shipped() {
    let mut journey = Journey::begin(person());
    journey.password(1, true).confirm_enrolment(2).choose_kind(3, FactorKind::Smartcard);
    journey.check("self-enrol choose wrong_step");
}
