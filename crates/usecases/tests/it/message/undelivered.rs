//! What did not arrive, and sending it again.

use std::time::Duration;

use wardkey_domain::directory::Role;
use wardkey_domain::message::{Channel, DeliveryState, MessageKind};
use wardkey_store as store;
use wardkey_testkit::TestApp;
use wardkey_usecases::message::{list_undelivered, may_see_messages, messages_to, send_again};
use wardkey_usecases::{Error, directory};

use crate::directory::administration::{Ago, acting};

const NURSE: &str = "nurse@a.example";
const DESK: &str = "desk@a.example";

/// A help desk, a nurse whose password it has reset, and the e-mail about that, which a network has refused.
async fn refused(test: &TestApp) {
    test.add_organisation("T1", "").await;
    test.add_organisation("A1", "T1").await;
    test.add_organisation("B1", "T1").await;
    for (code, address) in [("A1", NURSE), ("A1", DESK), ("B1", "desk@b.example")] {
        test.add_account(code, address).await;
    }
    test.give_role(DESK, Role::LocalHelpDesk, "A1").await;
    test.give_role("desk@b.example", Role::LocalHelpDesk, "B1").await;
    let desk = acting(test, DESK, Ago::JustNow).await;
    let nurse = test.account(NURSE).await.id;
    directory::set_temporary_password(&test.app, &desk, nurse, "forgot it").await.unwrap();
    let now = test.clock.now();
    let mut tx = test.app.store().begin().await.unwrap();
    let until = now.plus(Duration::from_secs(90));
    let claimed = store::message::claim_messages(&mut tx, Channel::Mail, now, until, 10).await.unwrap();
    assert_eq!(claimed.iter().map(|message| message.kind).collect::<Vec<_>>(), [MessageKind::PasswordReset]);
    let (id, why) = (claimed[0].id, Some("recipient_refused"));
    let settled = store::message::settle_message(&mut tx, id, DeliveryState::Failed, None, None, why, now).await;
    assert!(settled.unwrap());
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn news_that_did_not_arrive_is_sent_again_by_a_help_desk_once() {
    let test = TestApp::start().await;
    refused(&test).await;
    let desk = acting(&test, DESK, Ago::JustNow).await;
    let listed = list_undelivered(&test.app, &desk, None).await.unwrap().messages;
    assert_eq!(listed.len(), 1);
    assert!(listed[0].may_be_sent_again);
    let id = listed[0].message.id;
    let (one, two) = tokio::join!(send_again(&test.app, &desk, id), send_again(&test.app, &desk, id));
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    assert_eq!(list_undelivered(&test.app, &desk, None).await.unwrap().messages, []);
    let mut changes = test.messages.changes();
    let courier = test.courier();
    while test.messages.mails().is_empty() {
        changes.changed().await.unwrap();
    }
    courier.stop().await;
    let mails = test.messages.mails();
    assert_eq!((mails.len(), mails[0].mail.to.as_str()), (1, NURSE));
    let (_, all) = messages_to(&test.app, &desk, test.account(NURSE).await.id, None).await.unwrap();
    assert!(!all.messages[0].message.state.is_lost() && !all.messages[0].may_be_sent_again);
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_others_are_not_there_and_not_sent_again() {
    let test = TestApp::start().await;
    refused(&test).await;
    let (desk, elsewhere) =
        (acting(&test, DESK, Ago::JustNow).await, acting(&test, "desk@b.example", Ago::JustNow).await);
    let id = list_undelivered(&test.app, &desk, None).await.unwrap().messages[0].message.id;
    assert_eq!(list_undelivered(&test.app, &elsewhere, None).await.unwrap().messages, []);
    assert!(matches!(send_again(&test.app, &elsewhere, id).await, Err(Error::NotFound("message"))));
    let nurse = test.account(NURSE).await.id;
    assert!(matches!(messages_to(&test.app, &elsewhere, nurse, None).await, Err(Error::NotFound("account"))));
    let staff = acting(&test, NURSE, Ago::JustNow).await;
    assert!(!may_see_messages(&staff));
    assert!(matches!(list_undelivered(&test.app, &staff, None).await, Err(Error::NotFound("page"))));
}
