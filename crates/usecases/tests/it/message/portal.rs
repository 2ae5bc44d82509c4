//! Telephones in Security info: adding one, changing a number, and who is told.

use std::time::Duration;

use wardkey_domain::factor::FactorKind;
use wardkey_domain::id::SessionId;
use wardkey_domain::op::{ActingAccount, Actor, Op, Origin};
use wardkey_testkit::Phone;
use wardkey_usecases::Error;
use wardkey_usecases::credential::{
    NewPhone, PhoneConfirmation, TypedNumber, begin_adding_app, begin_adding_phone, confirm_app, confirm_phone_call,
    confirm_phone_code, remove, security_info, send_again,
};
use wardkey_usecases::directory::switch_factors;

use super::support::{LANDLINE, MOBILE, World};

async fn op(world: &World) -> Op {
    op_with_factor_of(world, Duration::ZERO).await
}

async fn op_with_factor_of(world: &World, ago: Duration) -> Op {
    let account = world.test.account("nurse@a.example").await;
    let actor = ActingAccount {
        id: account.id,
        organisation: account.organisation,
        session: SessionId::new(wardkey_domain::time::Timestamp::from_seconds(1), [1; 10]),
        roles: Vec::new(),
        second_factor_at: world.test.clock.now().minus(ago),
        unrestricted_factor_at: None,
    };
    world.test.app.op(Actor::Account(actor), Origin::default())
}

const fn typed(kind: FactorKind, number: &str) -> TypedNumber<'_> {
    TypedNumber { kind, number, extension: "", replaces: None }
}

async fn begin(world: &World, typed: TypedNumber<'_>) -> NewPhone {
    begin_adding_phone(&world.test.app, &op(world).await, typed).await.unwrap()
}

async fn numbers(world: &World) -> Vec<(FactorKind, String, bool)> {
    let info = security_info(&world.test.app, &op(world).await).await.unwrap();
    let own = info.credentials.into_iter();
    own.map(|own| (own.credential.kind, own.masked.unwrap_or_default(), own.credential.is_default)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_added_by_its_code_and_its_owner_is_told_by_e_mail() {
    let world = World::new().await;
    let new = begin(&world, typed(FactorKind::Sms, MOBILE)).await;
    assert_eq!(new.masked, "07••••••123");
    assert!(new.code.is_none(), "the code of a text is never shown");
    let right = world.code_of_text(1).await;
    let wrong = if right == "000000" { "000001" } else { "000000" };
    let (app, op) = (&world.test.app, op(&world).await);
    let refused = confirm_phone_code(app, &op, new.id, wrong, None).await.unwrap();
    assert!(matches!(refused, PhoneConfirmation::WrongCode(_)), "{refused:?}");
    let enrolled = confirm_phone_code(app, &op, new.id, &right, Some("My phone")).await.unwrap();
    assert!(matches!(enrolled, PhoneConfirmation::Enrolled(_)), "{enrolled:?}");
    assert_eq!(numbers(&world).await, [(FactorKind::Sms, "07••••••123".to_owned(), true)]);
    let mut changes = world.test.messages.changes();
    while world.test.messages.mails().is_empty() {
        changes.changed().await.unwrap();
    }
    let mail = world.test.messages.mails().remove(0).mail;
    assert_eq!(mail.to, "nurse@a.example");
    assert!(mail.text.contains("07••••••123") && !mail.text.contains("7700 900123"), "{}", mail.text);
    assert!(matches!(confirm_phone_code(app, &op, new.id, &right, None).await, Err(Error::NotFound(_))));
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_added_by_a_confirmed_call_only() {
    let world = World::new().await;
    let new = begin(&world, typed(FactorKind::VoiceCall, LANDLINE)).await;
    let (app, op) = (&world.test.app, op(&world).await);
    let call = world.ringing(1).await;
    let pending = confirm_phone_call(app, &op, new.id, None).await.unwrap();
    assert!(matches!(pending, PhoneConfirmation::CallPending(_)), "{pending:?}");
    assert!(confirm_phone_code(app, &op, new.id, "000000", None).await.is_err(), "a call has no code to type here");
    world.press(&call, "#").await;
    let enrolled = confirm_phone_call(app, &op, new.id, None).await.unwrap();
    assert!(matches!(enrolled, PhoneConfirmation::Enrolled(_)), "{enrolled:?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_is_not_allowed_is_refused_with_a_sentence() {
    let world = World::new().await;
    let (app, op) = (&world.test.app, op(&world).await);
    for (kind, number, words) in [
        (FactorKind::Sms, "+1 202 555 0123", "UK telephone number"),
        (FactorKind::Sms, LANDLINE, "mobile number"),
        (FactorKind::VoiceCall, "0909 8790 000", "Premium rate"),
    ] {
        let error = begin_adding_phone(app, &op, typed(kind, number)).await.unwrap_err();
        let Error::Invalid(fields) = error else { panic!("{error:?}") };
        assert!(fields[0].field == "number" && fields[0].message.contains(words), "{fields:?}");
    }
    assert!(world.test.messages.texts().is_empty());
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_changes_only_after_a_fresh_second_factor() {
    let world = World::new().await;
    let stale = op_with_factor_of(&world, Duration::from_secs(3_600)).await;
    let refused = begin_adding_phone(&world.test.app, &stale, typed(FactorKind::Sms, MOBILE)).await;
    assert!(matches!(refused, Err(Error::FreshFactorNeeded)), "{refused:?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_telephone_alone_buys_no_stronger_factor_where_there_is_one() {
    let world = World::new().await;
    world.enrol(FactorKind::Sms).await;
    let (app, by_text) = (&world.test.app, op(&world).await);
    // Who has nothing but a telephone may add an app.
    let new = begin_adding_app(app, &by_text).await.unwrap();
    let code = Phone::with_key(new.key.expose()).code(world.test.clock.now());
    confirm_app(app, &by_text, new.id, &code, None).await.unwrap();
    let refused = begin_adding_app(app, &by_text).await;
    assert!(matches!(refused, Err(Error::FreshFactorNeeded)), "{refused:?}");
    let refused = remove(app, &by_text, new.id).await;
    assert!(matches!(refused, Err(Error::FreshFactorNeeded)), "{refused:?}");
    let refused = begin_adding_phone(app, &by_text, typed(FactorKind::VoiceCall, LANDLINE)).await;
    assert!(matches!(refused, Err(Error::FreshFactorNeeded)), "{refused:?}");
    let mut by_app = by_text.clone();
    let Actor::Account(actor) = &mut by_app.actor else { panic!("nobody acts") };
    actor.unrestricted_factor_at = Some(world.test.clock.now());
    begin_adding_app(app, &by_app).await.unwrap();
    let info = security_info(app, &by_app).await.unwrap();
    let phone = info.credentials.iter().find(|held| held.credential.kind == FactorKind::Sms).unwrap();
    remove(app, &by_app, phone.credential.id).await.unwrap();
    world.mails_about("removed", 1).await;
    let mails = world.test.messages.mails();
    let told = mails.iter().find(|mail| mail.mail.subject.contains("removed")).unwrap();
    assert!(told.mail.text.contains("07••••••123"), "which number it was: {}", told.mail.text);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn giving_a_number_up_is_no_way_around_the_wait() {
    let world = World::new().await;
    begin(&world, typed(FactorKind::Sms, MOBILE)).await;
    let soon = begin_adding_phone(&world.test.app, &op(&world).await, typed(FactorKind::Sms, "07700 900456")).await;
    assert!(matches!(soon, Err(Error::Conflict(_))), "{soon:?}");
    begin_adding_app(&world.test.app, &op(&world).await).await.unwrap();
    let soon = begin_adding_phone(&world.test.app, &op(&world).await, typed(FactorKind::Sms, "07700 900456")).await;
    assert!(matches!(soon, Err(Error::Conflict(_))), "nor is beginning something else in between: {soon:?}");
    world.test.clock.advance(Duration::from_secs(20));
    let new = begin(&world, typed(FactorKind::Sms, "07700 900456")).await;
    let wait = new.again_at.since(world.test.clock.now());
    assert_eq!(wait, Duration::from_secs(40), "the wait grows whatever number is typed");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_factor_that_is_switched_off_meanwhile_is_not_added() {
    let world = World::new().await;
    let new = begin(&world, typed(FactorKind::Sms, MOBILE)).await;
    let code = world.code_of_text(1).await;
    let (app, op) = (&world.test.app, op(&world).await);
    let practice = "A12345".parse().unwrap();
    switch_factors(app, &world.test.operator(), &practice, &[FactorKind::Sms]).await.unwrap();
    let refused = confirm_phone_code(app, &op, new.id, &code, None).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_number_takes_the_place_of_the_old_one_once_it_is_proved() {
    let world = World::new().await;
    world.enrol(FactorKind::Sms).await;
    let old = security_info(&world.test.app, &op(&world).await).await.unwrap().credentials[0].credential.id;
    let change = TypedNumber { replaces: Some(old), ..typed(FactorKind::Sms, "07700 900456") };
    let new = begin(&world, change).await;
    assert_eq!(numbers(&world).await, [(FactorKind::Sms, "07••••••123".to_owned(), true)], "not before it is proved");
    let code = world.code_of_text(2).await;
    let (app, op) = (&world.test.app, op(&world).await);
    confirm_phone_code(app, &op, new.id, &code, None).await.unwrap();
    assert_eq!(numbers(&world).await, [(FactorKind::Sms, "07••••••456".to_owned(), true)]);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_code_is_sent_after_a_while_and_the_one_before_is_worth_nothing() {
    let world = World::new().await;
    let new = begin(&world, typed(FactorKind::Sms, MOBILE)).await;
    let old = world.code_of_text(1).await;
    let soon = send_again(&world.test.app, &op(&world).await, new.id).await;
    assert!(matches!(soon, Err(Error::Conflict(_))), "{soon:?}");
    world.test.clock.advance(Duration::from_secs(20));
    send_again(&world.test.app, &op(&world).await, new.id).await.unwrap();
    let code = world.code_of_text(2).await;
    let (app, op) = (&world.test.app, op(&world).await);
    if old != code {
        let refused = confirm_phone_code(app, &op, new.id, &old, None).await.unwrap();
        assert!(matches!(refused, PhoneConfirmation::WrongCode(_)), "{refused:?}");
    }
    let enrolled = confirm_phone_code(app, &op, new.id, &code, None).await.unwrap();
    assert!(matches!(enrolled, PhoneConfirmation::Enrolled(_)), "{enrolled:?}");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_number_on_many_accounts_raises_an_alert() {
    let world = World::new().await;
    for address in ["one@a.example", "two@a.example"] {
        world.test.add_person("A12345", address).await;
        let account = world.test.account(address).await;
        let mut tx = world.test.app.store().begin().await.unwrap();
        let number = wardkey_domain::factor::telephone::PhoneNumber::restore("+447700900123".to_owned(), None);
        let credential = wardkey_domain::credential::Credential {
            id: wardkey_domain::id::CredentialId::new(world.test.clock.now(), world.test.app.id_entropy()),
            account: account.id,
            organisation: account.organisation,
            kind: FactorKind::Sms,
            label: wardkey_domain::credential::Label::numbered("Phone", 1),
            state: wardkey_domain::credential::CredentialState::Active,
            is_default: true,
            created_at: world.test.clock.now(),
            last_used_at: None,
            version: 1,
        };
        let secret = wardkey_store::credential::telephone_secret(&number).unwrap();
        wardkey_store::credential::insert_credential(&mut tx, &credential, Some(&secret), None).await.unwrap();
        wardkey_store::credential::note_number(&mut tx, credential.id, &number).await.unwrap();
        tx.commit().await.unwrap();
    }
    world.enrol(FactorKind::Sms).await;
    assert!(world.events().await.contains(&"number_shared".to_owned()));
    world.stop().await;
}
