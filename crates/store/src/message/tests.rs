//! Each query once, on both engines; and what may happen only once, tried by many at the same time.

use std::time::Duration;

use wardkey_domain::factor::telephone::PhoneNumber;
use wardkey_domain::factor::voice_call::{CallOutcome, CallStanding};
use wardkey_domain::id::{AccountId, FlowId, MessageId, OrganisationId};
use wardkey_domain::message::{BudgetRules, BudgetVerdict, Channel, DeliveryState, MessageKind, ReportCode, Sending};
use wardkey_domain::permission::Extent;
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;

use super::*;
use crate::directory::testing::{sample_account, sample_organisation};
use crate::{Store, Tx, args, both_engines};

const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);

fn at(second: u64) -> Timestamp {
    NOW.plus(Duration::from_secs(second))
}

fn id(byte: u8) -> MessageId {
    MessageId::new(NOW, [byte; 10])
}

fn account() -> AccountId {
    AccountId::new(NOW, [1; 10])
}

fn organisation() -> OrganisationId {
    OrganisationId::new(NOW, [2; 10])
}

fn report(byte: u8) -> ReportCode {
    ReportCode::draw([byte; 8])
}

async fn write(tx: &mut Tx, byte: u8, kind: MessageKind) {
    let payload = Secret::new(format!("to somebody: {byte}").into_bytes());
    let message = NewMessage {
        id: id(byte),
        kind,
        account: account(),
        organisation: organisation(),
        flow: Some(FlowId::new(NOW, [3; 10])),
        payload: &payload,
        expires_at: at(600),
        report: Some(&report(byte)),
    };
    insert_message(tx, &message, at(u64::from(byte))).await.unwrap();
}

async fn claim(tx: &mut Tx, channel: Channel, second: u64) -> Vec<ClaimedMessage> {
    claim_messages(tx, channel, at(second), at(second + 30), 10).await.unwrap()
}

async fn state(tx: &mut Tx, byte: u8) -> DeliveryState {
    message_standing(tx, id(byte)).await.unwrap().unwrap().state
}

async fn settle(tx: &mut Tx, byte: u8, state: DeliveryState) -> bool {
    settle_message(tx, id(byte), state, Some("first"), Some("ref-1"), None, at(60)).await.unwrap()
}

async fn has_payload(tx: &mut Tx, byte: u8) -> bool {
    let row = tx.opt("SELECT sealed_payload FROM messages WHERE id = $1", args![id(byte)]).await.unwrap().unwrap();
    row.get::<Option<Vec<u8>>>("sealed_payload").unwrap().is_some()
}

both_engines!(one_message_that_cannot_be_read_does_not_keep_others_from_leaving, |store| async move {
    let mut tx = store.begin().await.unwrap();
    write(&mut tx, 5, MessageKind::SignInText).await;
    write(&mut tx, 6, MessageKind::SignInText).await;
    let spoilt = "UPDATE messages SET sealed_payload = $2 WHERE id = $1";
    tx.exec(spoilt, args![id(5), b"not sealed by us".to_vec()]).await.unwrap();
    let claimed = claim(&mut tx, Channel::Text, 10).await;
    assert_eq!(claimed.iter().map(|message| message.id).collect::<Vec<_>>(), [id(6)]);
    assert_eq!(state(&mut tx, 5).await, DeliveryState::Failed);
    assert!(!has_payload(&mut tx, 5).await);
});

both_engines!(a_message_is_claimed_once_when_it_is_due, |store| async move {
    let mut tx = store.begin().await.unwrap();
    write(&mut tx, 5, MessageKind::SignInText).await;
    write(&mut tx, 6, MessageKind::FactorAdded).await;
    assert!(!has_due_messages(&mut tx, Channel::Text, at(4)).await.unwrap());
    assert!(claim(&mut tx, Channel::Text, 4).await.is_empty());
    assert!(has_due_messages(&mut tx, Channel::Text, at(5)).await.unwrap());
    let claimed = claim(&mut tx, Channel::Text, 5).await;
    assert_eq!(claimed.len(), 1);
    assert_eq!((claimed[0].id, claimed[0].kind, claimed[0].tries), (id(5), MessageKind::SignInText, 1));
    assert_eq!(claimed[0].payload.expose(), b"to somebody: 5");
    assert!(claim(&mut tx, Channel::Text, 5).await.is_empty());
});

both_engines!(what_has_left_is_erased_and_never_claimed_again, |store| async move {
    let mut tx = store.begin().await.unwrap();
    write(&mut tx, 1, MessageKind::SignInText).await;
    claim(&mut tx, Channel::Text, 50).await;
    assert!(settle(&mut tx, 1, DeliveryState::HandedOver).await);
    assert!(!has_payload(&mut tx, 1).await);
    assert!(claim(&mut tx, Channel::Text, 500).await.is_empty());
    assert!(!settle(&mut tx, 1, DeliveryState::Failed).await, "it is not this worker's any more");
    assert!(!withdraw_message(&mut tx, id(1), at(70)).await.unwrap());
});

both_engines!(a_retry_remembers_who_refused, |store| async move {
    let mut tx = store.begin().await.unwrap();
    write(&mut tx, 1, MessageKind::SignInText).await;
    claim(&mut tx, Channel::Text, 50).await;
    assert!(retry_message(&mut tx, id(1), at(55), Some("first"), Some("refused")).await.unwrap());
    assert!(claim(&mut tx, Channel::Text, 54).await.is_empty());
    let again = claim(&mut tx, Channel::Text, 55).await;
    assert_eq!((again[0].tries, again[0].refused_by.clone()), (2, vec!["first".to_owned()]));
    assert!(retry_message(&mut tx, id(1), at(60), Some("second"), None).await.unwrap());
    assert_eq!(claim(&mut tx, Channel::Text, 60).await[0].refused_by, ["first", "second"]);
    assert!(retry_message(&mut tx, id(1), at(65), None, None).await.unwrap());
    assert!(claim(&mut tx, Channel::Text, 65).await[0].refused_by.is_empty(), "everybody is asked anew");
});

both_engines!(an_old_code_is_never_claimed, |store| async move {
    let mut tx = store.begin().await.unwrap();
    write(&mut tx, 1, MessageKind::SignInText).await;
    assert!(claim(&mut tx, Channel::Text, 600).await.is_empty());
    assert_eq!(expire_messages(&mut tx, at(599)).await.unwrap(), 0);
    assert_eq!(expire_messages(&mut tx, at(600)).await.unwrap(), 1);
    assert_eq!(state(&mut tx, 1).await, DeliveryState::Expired);
    assert!(!has_payload(&mut tx, 1).await);
});

both_engines!(what_waits_can_be_withdrawn, |store| async move {
    let mut tx = store.begin().await.unwrap();
    write(&mut tx, 1, MessageKind::SignInText).await;
    assert!(withdraw_message(&mut tx, id(1), at(2)).await.unwrap());
    assert!(claim(&mut tx, Channel::Text, 50).await.is_empty());
});

both_engines!(an_abandoned_message_is_found, |store| async move {
    let mut tx = store.begin().await.unwrap();
    write(&mut tx, 1, MessageKind::SignInText).await;
    claim(&mut tx, Channel::Text, 50).await;
    assert!(list_abandoned_messages(&mut tx, at(79), 10).await.unwrap().is_empty());
    assert_eq!(list_abandoned_messages(&mut tx, at(80), 10).await.unwrap(), [(id(1), Channel::Text)]);
});

both_engines!(a_receipt_counts_once, |store| async move {
    let mut tx = store.begin().await.unwrap();
    write(&mut tx, 1, MessageKind::SignInText).await;
    claim(&mut tx, Channel::Text, 50).await;
    settle(&mut tx, 1, DeliveryState::HandedOver).await;
    let awaited = list_awaited_receipts(&mut tx, "first", NOW, 10).await.unwrap();
    assert_eq!(awaited, [AwaitedReceipt { id: id(1), reference: "ref-1".to_owned() }]);
    let news = receive(&mut tx, "other", "ref-1", DeliveryState::Delivered, None, at(61)).await.unwrap();
    assert!(!news, "another network's reference");
    assert!(receive(&mut tx, "first", "ref-1", DeliveryState::Delivered, None, at(61)).await.unwrap());
    assert!(!receive(&mut tx, "first", "ref-1", DeliveryState::Failed, Some("late"), at(62)).await.unwrap());
    assert_eq!(state(&mut tx, 1).await, DeliveryState::Delivered);
});

both_engines!(a_call_is_confirmed_by_its_own_row_only, |store| async move {
    let mut tx = store.begin().await.unwrap();
    assert_eq!(call_standing(&mut tx, id(1)).await.unwrap(), CallStanding::Ended(CallOutcome::CutOff));
    write(&mut tx, 1, MessageKind::SignInCall).await;
    assert_eq!(call_standing(&mut tx, id(1)).await.unwrap(), CallStanding::Waiting);
    assert!(!set_call_standing(&mut tx, id(1), CallStanding::Ringing, at(80)).await.unwrap(), "nobody has claimed it");
    claim(&mut tx, Channel::Call, 50).await;
    assert!(set_call_standing(&mut tx, id(1), CallStanding::Ringing, at(90)).await.unwrap());
    assert_eq!(call_standing(&mut tx, id(1)).await.unwrap(), CallStanding::Ringing);
    assert!(list_abandoned_messages(&mut tx, at(89), 10).await.unwrap().is_empty());
    assert!(settle_call(&mut tx, id(1), CallOutcome::Confirmed, "trunk", at(70)).await.unwrap());
    assert!(!settle_call(&mut tx, id(1), CallOutcome::Busy, "trunk", at(71)).await.unwrap());
    assert_eq!(call_standing(&mut tx, id(1)).await.unwrap(), CallStanding::Ended(CallOutcome::Confirmed));
});

both_engines!(a_call_whose_worker_died_has_confirmed_nothing, |store| async move {
    let mut tx = store.begin().await.unwrap();
    write(&mut tx, 1, MessageKind::SignInCall).await;
    claim(&mut tx, Channel::Call, 50).await;
    set_call_standing(&mut tx, id(1), CallStanding::Answered, at(90)).await.unwrap();
    settle_message(&mut tx, id(1), DeliveryState::Unknown, None, None, None, at(99)).await.unwrap();
    assert_eq!(call_standing(&mut tx, id(1)).await.unwrap(), CallStanding::Ended(CallOutcome::CutOff));
});

both_engines!(calls_at_once_are_counted_per_organisation, |store| async move {
    let mut tx = store.begin().await.unwrap();
    write(&mut tx, 1, MessageKind::SignInCall).await;
    write(&mut tx, 2, MessageKind::SignInCall).await;
    write(&mut tx, 3, MessageKind::SignInText).await;
    assert_eq!(count_calls_at_once(&mut tx, organisation(), at(9)).await.unwrap(), 2);
    claim(&mut tx, Channel::Call, 50).await;
    settle_call(&mut tx, id(1), CallOutcome::Busy, "trunk", at(60)).await.unwrap();
    assert_eq!(count_calls_at_once(&mut tx, organisation(), at(61)).await.unwrap(), 1);
    let other = OrganisationId::new(NOW, [9; 10]);
    assert_eq!(count_calls_at_once(&mut tx, other, at(61)).await.unwrap(), 0);
});

both_engines!(a_message_is_found_by_its_reference_for_a_while, |store| async move {
    let mut tx = store.begin().await.unwrap();
    write(&mut tx, 1, MessageKind::SignInText).await;
    assert_eq!(take_report(&mut tx, &report(2), NOW, at(5)).await.unwrap(), Report::Unknown);
    assert_eq!(take_report(&mut tx, &report(1), at(2), at(5)).await.unwrap(), Report::Unknown);
    let Report::Taken(found) = take_report(&mut tx, &report(1), NOW, at(5)).await.unwrap() else { panic!("unknown") };
    assert_eq!((found.id, found.account, found.kind), (id(1), account(), MessageKind::SignInText));
    assert_eq!(take_report(&mut tx, &report(1), NOW, at(6)).await.unwrap(), Report::Before);
});

both_engines!(old_messages_are_forgotten, |store| async move {
    let mut tx = store.begin().await.unwrap();
    write(&mut tx, 1, MessageKind::SignInText).await;
    write(&mut tx, 2, MessageKind::SignInText).await;
    claim_messages(&mut tx, Channel::Text, at(50), at(80), 1).await.unwrap();
    settle(&mut tx, 1, DeliveryState::HandedOver).await;
    assert_eq!(delete_old_messages(&mut tx, at(100)).await.unwrap(), 1, "what still waits is kept");
    assert_eq!(count_messages(&mut tx).await.unwrap(), [(DeliveryState::Waiting, 1)]);
});

fn number() -> PhoneNumber {
    PhoneNumber::restore("+447700900123".to_owned(), None)
}

async fn spend(tx: &mut Tx, now: Timestamp) -> BudgetVerdict {
    let number = number();
    let (channel, account, organisation) = (Channel::Text, account(), organisation());
    let sending = Sending { channel, number: &number, is_proved: true, account, organisation };
    let locked = lock_budgets(tx, BudgetRules::default().gauges(&sending, now)).await.unwrap();
    if locked.judge() == BudgetVerdict::Within {
        spend_budgets(tx, &locked).await.unwrap();
    }
    locked.judge()
}

both_engines!(a_budget_is_spent_and_begins_anew_in_the_next_window, |store| async move {
    let mut tx = store.begin().await.unwrap();
    for _ in 0..6 {
        assert_eq!(spend(&mut tx, NOW).await, BudgetVerdict::Within);
    }
    let BudgetVerdict::Spent { until } = spend(&mut tx, NOW).await else { panic!("a seventh text within the hour") };
    assert_eq!(spend(&mut tx, until).await, BudgetVerdict::Within);
    assert!(delete_ended_budgets(&mut tx, until).await.unwrap() > 0);
    let rows = tx.all("SELECT subject FROM message_budgets", args![]).await.unwrap();
    assert!(rows.iter().all(|row| row.get::<[u8; 32]>("subject").is_ok()), "the table names nobody");
});

both_engines!(nodes, two_nodes_never_both_take_the_last_place, |first, second| async move {
    let within = many(20, &first, &second, |store| async move {
        let mut tx = store.begin().await?;
        let number = number();
        let (channel, account, organisation) = (Channel::Text, account(), organisation());
        let sending = Sending { channel, number: &number, is_proved: true, account, organisation };
        let locked = lock_budgets(&mut tx, BudgetRules::default().gauges(&sending, NOW)).await?;
        let verdict = locked.judge();
        if verdict == BudgetVerdict::Within {
            spend_budgets(&mut tx, &locked).await?;
        }
        tx.commit().await?;
        Ok(usize::from(verdict == BudgetVerdict::Within))
    })
    .await;
    assert_eq!(within, 6);
});

both_engines!(nodes, of_many_workers_one_gets_a_message, |first, second| async move {
    let mut tx = first.begin().await.unwrap();
    for byte in 0..10 {
        write(&mut tx, byte, MessageKind::SignInText).await;
    }
    tx.commit().await.unwrap();
    let claimed = many(8, &first, &second, |store| async move {
        let mut tx = store.begin().await?;
        let claimed = claim_messages(&mut tx, Channel::Text, at(50), at(80), 4).await?.len();
        tx.commit().await?;
        Ok(claimed)
    })
    .await;
    assert_eq!(claimed, 10);
});

/// Does `deed` many times at once on two nodes, again while the database is busy; adds up what it returns.
async fn many<F>(count: usize, first: &Store, second: &Store, deed: fn(Store) -> F) -> usize
where
    F: Future<Output = Result<usize, crate::StoreError>> + Send + 'static,
{
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..count {
        let store = if number % 2 == 0 { first.clone() } else { second.clone() };
        tasks.spawn(async move {
            loop {
                match deed(store.clone()).await {
                    Ok(value) => return value,
                    Err(error) if error.is_busy() => tokio::task::yield_now().await,
                    Err(error) => panic!("{error:?}"),
                }
            }
        });
    }
    tasks.join_all().await.into_iter().sum()
}

both_engines!(what_did_not_arrive_is_listed_within_an_extent_and_only_an_e_mail_is_kept, |store| async move {
    let mut tx = store.begin().await.unwrap();
    let near = sample_organisation(2, "Y00002", None);
    let far = sample_organisation(3, "Y00003", None);
    for (place, who) in [(&near, 11_u8), (&far, 12)] {
        crate::directory::insert_organisation(&mut tx, place).await.unwrap();
        let person = sample_account(u128::from(who), &format!("{who}@a.example"), place);
        crate::directory::insert_account(&mut tx, &person).await.unwrap();
        for (kind, channel) in [
            (MessageKind::FactorAdded, Channel::Mail),
            (MessageKind::SignInText, Channel::Text),
            (MessageKind::SignInPush, Channel::Push),
            (MessageKind::FactorRemoved, Channel::Mail),
        ] {
            let byte = who * 10 + u8::try_from(MessageKind::ALL.iter().position(|own| *own == kind).unwrap()).unwrap();
            let payload = Secret::new(b"to somebody".to_vec());
            let message = NewMessage {
                id: MessageId::new(at(u64::from(byte)), [byte; 10]),
                kind,
                account: person.id,
                organisation: place.id,
                flow: None,
                payload: &payload,
                expires_at: at(900),
                report: None,
            };
            insert_message(&mut tx, &message, at(1)).await.unwrap();
            claim(&mut tx, channel, 2).await;
            let state =
                if kind == MessageKind::FactorRemoved { DeliveryState::Delivered } else { DeliveryState::Failed };
            assert!(settle_message(&mut tx, message.id, state, None, None, Some("refused"), at(3)).await.unwrap());
        }
    }
    let extent = Extent::Subtrees(vec![near.path.clone()]);
    let listed = list_undelivered(&mut tx, &extent, None, 10).await.unwrap();
    let kinds: Vec<_> = listed.iter().map(|message| (message.kind, message.is_kept)).collect();
    assert_eq!(kinds, [(MessageKind::FactorAdded, true), (MessageKind::SignInText, false)]);
    assert!(
        listed.iter().all(|message| message.organisation == near.name && message.reason.as_deref() == Some("refused"))
    );
    let rest = list_undelivered(&mut tx, &extent, Some(listed[0].id), 10).await.unwrap();
    assert_eq!(rest, listed[1..]);
    assert_eq!(list_undelivered(&mut tx, &Extent::Everything, None, 3).await.unwrap().len(), 3);
    assert_eq!(list_undelivered(&mut tx, &Extent::Nothing, None, 3).await.unwrap(), []);
    let to = listed[0].account;
    let all = list_messages_to(&mut tx, to, None, 10).await.unwrap();
    assert_eq!(all.len(), 4);
    assert_eq!(list_messages_to(&mut tx, to, Some(all[2].id), 10).await.unwrap(), all[3..]);
    assert_eq!(find_message(&mut tx, all[0].id).await.unwrap().as_ref(), Some(&all[0]));
});

both_engines!(only_one_of_two_sends_a_message_again, |store| async move {
    let mut tx = store.begin().await.unwrap();
    write(&mut tx, 1, MessageKind::FactorAdded).await;
    write(&mut tx, 2, MessageKind::SignInText).await;
    assert!(!send_message_again(&mut tx, id(1), at(900), at(5)).await.unwrap(), "it waits");
    claim(&mut tx, Channel::Mail, 10).await;
    claim(&mut tx, Channel::Text, 10).await;
    assert!(settle(&mut tx, 1, DeliveryState::Failed).await && settle(&mut tx, 2, DeliveryState::Failed).await);
    assert!(has_payload(&mut tx, 1).await && !has_payload(&mut tx, 2).await);
    assert!(send_message_again(&mut tx, id(1), at(900), at(70)).await.unwrap());
    assert!(!send_message_again(&mut tx, id(1), at(900), at(70)).await.unwrap());
    assert!(!send_message_again(&mut tx, id(2), at(900), at(70)).await.unwrap(), "a code is gone");
    let claimed = claim(&mut tx, Channel::Mail, 80).await;
    assert_eq!(
        (claimed.len(), claimed[0].tries, claimed[0].payload.expose().as_slice()),
        (1, 1, &b"to somebody: 1"[..])
    );
});

both_engines!(an_e_mail_that_was_too_late_is_kept_and_a_code_is_not, |store| async move {
    let mut tx = store.begin().await.unwrap();
    write(&mut tx, 1, MessageKind::FactorAdded).await;
    write(&mut tx, 2, MessageKind::SignInText).await;
    assert_eq!(expire_messages(&mut tx, at(700)).await.unwrap(), 2);
    assert!(has_payload(&mut tx, 1).await && !has_payload(&mut tx, 2).await);
});
