//! Changing many accounts at once.

use std::time::Duration;

use wardkey_domain::access::MFA_ENABLED;
use wardkey_domain::directory::{BulkDeed, BulkRules, BulkStanding, Role, RowStanding, StatusName};
use wardkey_domain::factor::FactorKind;
use wardkey_domain::id::BulkChangeId;
use wardkey_domain::op::Op;
use wardkey_testkit::TestApp;
use wardkey_usecases::Error;
use wardkey_usecases::directory::{
    NewBulkChange, TypedAddress, Whom, approve_bulk_change, ask_for_bulk_change, bulk_deeds, bulk_rows,
    confirm_bulk_change, disable, discard_bulk_change, enable, enable_mfa, list_bulk_changes, reject_bulk_change,
    return_to_baseline, see_bulk_change, stop_bulk_change, undo_bulk_change, work_on_bulk_changes,
};
use wardkey_usecases::report::{SearchFor, count_changes};

use super::{Ago, acting, outcome};

/// A trust with two practices: people of the first, its administrators, and one person of the second.
async fn practices() -> TestApp {
    let test = TestApp::with(|settings| settings.access.bulk.approve_over = 3).await;
    for (code, parent) in [("T1", ""), ("A1", "T1"), ("A2", "T1")] {
        test.add_organisation(code, parent).await;
    }
    for address in ["ann@a.example", "bo@a.example", "ceri@a.example", "dee@a.example"] {
        test.add_account("A1", address).await;
    }
    test.add_account("A2", "eve@b.example").await;
    for (address, role, place) in [
        ("admin@a.example", Role::LocalAdministrator, "A1"),
        ("other@a.example", Role::LocalAdministrator, "A1"),
        ("primary@a.example", Role::PrimaryLocalAdministrator, "A1"),
        ("primary@b.example", Role::PrimaryLocalAdministrator, "A2"),
        ("trust@a.example", Role::PrimaryLocalAdministrator, "T1"),
    ] {
        test.add_account(if address.ends_with("b.example") { "A2" } else { "A1" }, address).await;
        test.give_role(address, role, place).await;
    }
    test
}

fn typed(addresses: &[&str]) -> Whom {
    let one = |(line, text): (u32, &&str)| TypedAddress { line, text: Ok((*text).to_owned()) };
    Whom::Addresses((1..).zip(addresses).map(one).collect())
}

/// Works until nothing is under way.
async fn work(test: &TestApp) {
    while work_on_bulk_changes(&test.app, &test.operator()).await.unwrap() {}
}

async fn ask(test: &TestApp, op: &Op, deed: BulkDeed, addresses: &[&str]) -> BulkChangeId {
    let new = NewBulkChange { deed, destination: "A2", why: "for a test", whom: typed(addresses) };
    let asked = ask_for_bulk_change(&test.app, op, new).await.unwrap();
    work(test).await;
    asked.id
}

async fn stands(test: &TestApp, op: &Op, id: BulkChangeId) -> Vec<RowStanding> {
    bulk_rows(&test.app, op, id).await.unwrap().into_iter().map(|row| row.standing).collect()
}

async fn is_enabled(test: &TestApp, address: &str) -> bool {
    let account = test.account(address).await;
    let mut tx = test.app.store().read().await.unwrap();
    wardkey_store::access::groups_of(&mut tx, account.id).await.unwrap().contains(&MFA_ENABLED)
}

async fn status(test: &TestApp, address: &str) -> StatusName {
    test.account(address).await.status.name()
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_checked_confirmed_done_and_undone() {
    let test = practices().await;
    let admin = acting(&test, "admin@a.example", Ago::JustNow).await;
    let ceri = test.account("ceri@a.example").await;
    enable_mfa(&test.app, &admin, ceri.id, "asked for it").await.unwrap();
    let addresses = [
        "ann@a.example",
        "BO@a.example",
        "ceri@a.example",
        "eve@b.example",
        "nobody@a.example",
        "no address",
        "ann@a.example",
        "admin@a.example",
        "primary@a.example",
    ];
    let id = ask(&test, &admin, BulkDeed::EnableMfa, &addresses).await;
    use RowStanding::{Done, Ready, Refused, Unchanged, Undone};
    let checked = [Ready, Ready, Unchanged, Refused, Refused, Refused, Refused, Refused, Refused];
    assert_eq!(stands(&test, &admin, id).await, checked);
    let facts = see_bulk_change(&test.app, &admin, id).await.unwrap();
    assert_eq!(
        (facts.change.standing, facts.change.counts.ready, facts.needs_approval),
        (BulkStanding::Checked, 2, false)
    );
    // What lies elsewhere is not told from what is not there.
    let why: Vec<_> = facts.in_the_way.iter().map(|row| row.why.clone().unwrap()).collect();
    assert_eq!(why[0], why[1]);
    assert_eq!(why[2], "This is not an email address.");
    assert_eq!(why[3], "This address stands in line 1 already.");
    assert!(why[4].contains("your own account") && why[5].contains("rights that you do not hold"), "{why:?}");
    assert!(!is_enabled(&test, "ann@a.example").await, "nothing is done before it is confirmed");

    assert_eq!(confirm_bulk_change(&test.app, &admin, id).await.unwrap(), BulkStanding::Running);
    work(&test).await;
    let done = [Done, Done, Unchanged, Refused, Refused, Refused, Refused, Refused, Refused];
    assert_eq!(stands(&test, &admin, id).await, done);
    assert!(is_enabled(&test, "ann@a.example").await && is_enabled(&test, "bo@a.example").await);
    // The same once more changes nobody.
    let again = ask(&test, &admin, BulkDeed::EnableMfa, &["ann@a.example", "bo@a.example"]).await;
    assert_eq!(stands(&test, &admin, again).await, [Unchanged, Unchanged]);
    assert_eq!(outcome(confirm_bulk_change(&test.app, &admin, again).await), "conflict");

    assert_eq!(undo_bulk_change(&test.app, &admin, id).await.unwrap(), BulkStanding::Undoing);
    work(&test).await;
    assert_eq!(stands(&test, &admin, id).await[..3], [Undone, Undone, Unchanged]);
    assert!(!is_enabled(&test, "ann@a.example").await && is_enabled(&test, "ceri@a.example").await);
    return_to_baseline(&test.app, &admin, ceri.id, "does not want it").await.unwrap();
    assert!(!is_enabled(&test, "ceri@a.example").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_change_waits_for_somebody_else_who_looks_after_all_of_it() {
    let test = practices().await;
    let people = ["ann@a.example", "bo@a.example", "ceri@a.example", "dee@a.example"];
    let admin = acting(&test, "admin@a.example", Ago::JustNow).await;
    let id = ask(&test, &admin, BulkDeed::Disable, &people).await;
    assert_eq!(confirm_bulk_change(&test.app, &admin, id).await.unwrap(), BulkStanding::Waiting);
    work(&test).await;
    assert_eq!(status(&test, "ann@a.example").await, StatusName::Active);
    // Not by whoever asked, by a peer, or by somebody who looks after others.
    assert_eq!(outcome(approve_bulk_change(&test.app, &admin, id).await), "conflict");
    for address in ["other@a.example", "primary@b.example", "ann@a.example"] {
        let op = acting(&test, address, Ago::JustNow).await;
        assert_eq!(outcome(approve_bulk_change(&test.app, &op, id).await), "not found", "{address}");
        assert_eq!(outcome(see_bulk_change(&test.app, &op, id).await), "not found", "{address}");
    }
    let late = acting(&test, "primary@a.example", Ago::AnHour).await;
    assert_eq!(outcome(approve_bulk_change(&test.app, &late, id).await), "fresh factor");
    let primary = acting(&test, "primary@a.example", Ago::JustNow).await;
    let (waiting, own) = list_bulk_changes(&test.app, &primary).await.unwrap();
    assert_eq!((waiting.len(), own.len()), (1, 0));
    assert_eq!(approve_bulk_change(&test.app, &primary, id).await.unwrap(), BulkStanding::Running);
    work(&test).await;
    assert_eq!(stands(&test, &primary, id).await, [RowStanding::Done; 4]);
    assert_eq!(status(&test, "dee@a.example").await, StatusName::Disabled);
    // What was approved does not count for the next; whoever has approved may undo it.
    assert_eq!(undo_bulk_change(&test.app, &primary, id).await.unwrap(), BulkStanding::Undoing);
    work(&test).await;
    assert_eq!(status(&test, "dee@a.example").await, StatusName::Active);
    let small = ask(&test, &admin, BulkDeed::EndSessions, &people[..2]).await;
    assert_eq!(confirm_bulk_change(&test.app, &admin, small).await.unwrap(), BulkStanding::Running);
    work(&test).await;
    // Two halves need the same as the whole; a day later they do not.
    let rest = ask(&test, &admin, BulkDeed::EndSessions, &people[2..]).await;
    assert_eq!(confirm_bulk_change(&test.app, &admin, rest).await.unwrap(), BulkStanding::Waiting);
    assert_eq!(reject_bulk_change(&test.app, &primary, rest).await.unwrap(), BulkStanding::Dropped);
    assert_eq!(outcome(confirm_bulk_change(&test.app, &admin, rest).await), "conflict");
    test.clock.advance(Duration::from_secs(86_401));
    let admin = acting(&test, "admin@a.example", Ago::JustNow).await;
    let next = ask(&test, &admin, BulkDeed::EndSessions, &people[2..]).await;
    assert_eq!(confirm_bulk_change(&test.app, &admin, next).await.unwrap(), BulkStanding::Running);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_loses_their_change_loses() {
    let test = practices().await;
    let admin = acting(&test, "admin@a.example", Ago::JustNow).await;
    let id = ask(&test, &admin, BulkDeed::Disable, &["ann@a.example", "bo@a.example"]).await;
    confirm_bulk_change(&test.app, &admin, id).await.unwrap();
    let mut tx = test.app.store().begin().await.unwrap();
    for grant in admin.account().unwrap().roles.clone() {
        wardkey_store::directory::delete_role(&mut tx, grant.id).await.unwrap();
    }
    tx.commit().await.unwrap();
    work(&test).await;
    assert_eq!(stands(&test, &admin, id).await, [RowStanding::Failed; 2]);
    assert_eq!(status(&test, "ann@a.example").await, StatusName::Active);
    // And whoever may not sign in any more changes nobody.
    let other = acting(&test, "other@a.example", Ago::JustNow).await;
    let id = ask(&test, &other, BulkDeed::Disable, &["ann@a.example"]).await;
    confirm_bulk_change(&test.app, &other, id).await.unwrap();
    let gone = test.account("other@a.example").await;
    disable(&test.app, &test.operator(), gone.id, "left").await.unwrap();
    work(&test).await;
    assert_eq!(see_bulk_change(&test.app, &other, id).await.unwrap().change.standing, BulkStanding::Done);
    assert_eq!(status(&test, "ann@a.example").await, StatusName::Active);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_since_stays_and_after_ten_minutes_everything_does() {
    let test = practices().await;
    let admin = acting(&test, "admin@a.example", Ago::JustNow).await;
    let id = ask(&test, &admin, BulkDeed::Disable, &["ann@a.example", "bo@a.example"]).await;
    confirm_bulk_change(&test.app, &admin, id).await.unwrap();
    work(&test).await;
    test.clock.advance(Duration::from_secs(60));
    let admin = acting(&test, "admin@a.example", Ago::JustNow).await;
    let bo = test.account("bo@a.example").await;
    enable(&test.app, &admin, bo.id, "came back").await.unwrap();
    disable(&test.app, &admin, bo.id, "left again").await.unwrap();
    undo_bulk_change(&test.app, &admin, id).await.unwrap();
    work(&test).await;
    assert_eq!(stands(&test, &admin, id).await, [RowStanding::Undone, RowStanding::Kept]);
    assert_eq!(status(&test, "ann@a.example").await, StatusName::Active);
    assert_eq!(status(&test, "bo@a.example").await, StatusName::Disabled);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_stopped_dropped_and_moves_people_within_reach_only() {
    let test = practices().await;
    let admin = acting(&test, "admin@a.example", Ago::JustNow).await;
    let new = |op: &Op| {
        let op = op.clone();
        let whom = typed(&["ann@a.example", "bo@a.example"]);
        let app = test.app.clone();
        async move {
            let new = NewBulkChange { deed: BulkDeed::Move, destination: "A2", why: "merged", whom };
            ask_for_bulk_change(&app, &op, new).await
        }
    };
    assert_eq!(outcome(new(&admin).await), "invalid", "to where the administrator has no say");
    let trust = acting(&test, "trust@a.example", Ago::JustNow).await;
    let id = new(&trust).await.unwrap().id;
    work(&test).await;
    confirm_bulk_change(&test.app, &trust, id).await.unwrap();
    work(&test).await;
    let there = test.account("eve@b.example").await.organisation;
    assert_eq!(test.account("ann@a.example").await.organisation, there);
    undo_bulk_change(&test.app, &trust, id).await.unwrap();
    work(&test).await;
    assert_ne!(test.account("ann@a.example").await.organisation, there);

    let id = ask(&test, &trust, BulkDeed::EndSessions, &["ann@a.example"]).await;
    assert_eq!(outcome(undo_bulk_change(&test.app, &trust, id).await), "conflict");
    discard_bulk_change(&test.app, &trust, id).await.unwrap();
    assert_eq!(outcome(confirm_bulk_change(&test.app, &trust, id).await), "conflict");
    let id = ask(&test, &trust, BulkDeed::EnableMfa, &["ann@a.example"]).await;
    confirm_bulk_change(&test.app, &trust, id).await.unwrap();
    assert_eq!(stop_bulk_change(&test.app, &trust, id).await.unwrap(), BulkStanding::Done);
    work(&test).await;
    assert!(!is_enabled(&test, "ann@a.example").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_who_is_found_is_changed_and_nobody_else() {
    let test = practices().await;
    test.hold_factor("ann@a.example", FactorKind::Totp).await;
    while count_changes(&test.app, &test.operator()).await.unwrap() {}
    let admin = acting(&test, "admin@a.example", Ago::JustNow).await;
    let ask = |text: &str| {
        let search = SearchFor { text: text.to_owned(), ..SearchFor::default() };
        let (app, admin) = (test.app.clone(), admin.clone());
        async move {
            let whom = Whom::Found(search);
            ask_for_bulk_change(
                &app,
                &admin,
                NewBulkChange { deed: BulkDeed::ReEnrol, destination: "", why: "x", whom },
            )
            .await
        }
    };
    assert_eq!(outcome(ask("zz").await), "invalid");
    let id = ask("").await.unwrap().id;
    work(&test).await;
    let rows = bulk_rows(&test.app, &admin, id).await.unwrap();
    let ready: Vec<_> =
        rows.iter().filter(|row| row.standing == RowStanding::Ready).map(|row| row.typed.as_str()).collect();
    assert_eq!(ready, ["ann@a.example"]);
    assert!(rows.iter().all(|row| row.typed.ends_with("@a.example")), "nobody of the other practice");
    confirm_bulk_change(&test.app, &admin, id).await.unwrap();
    work(&test).await;
    let ann = test.account("ann@a.example").await;
    let mut tx = test.app.store().read().await.unwrap();
    assert!(wardkey_store::credential::list_credentials(&mut tx, ann.id).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_asks_without_a_right_a_fresh_factor_or_a_reason() {
    let test = practices().await;
    let whom = || typed(&["ann@a.example"]);
    let new = |deed, why| NewBulkChange { deed, destination: "", why, whom: whom() };
    let staff = acting(&test, "ann@a.example", Ago::JustNow).await;
    assert_eq!(bulk_deeds(&staff), []);
    assert_eq!(outcome(ask_for_bulk_change(&test.app, &staff, new(BulkDeed::EnableMfa, "x")).await), "not found");
    assert_eq!(outcome(list_bulk_changes(&test.app, &staff).await), "not found");
    let late = acting(&test, "admin@a.example", Ago::AnHour).await;
    assert_eq!(outcome(ask_for_bulk_change(&test.app, &late, new(BulkDeed::EnableMfa, "x")).await), "fresh factor");
    let admin = acting(&test, "admin@a.example", Ago::JustNow).await;
    assert_eq!(outcome(ask_for_bulk_change(&test.app, &admin, new(BulkDeed::EnableMfa, " ")).await), "invalid");
    let empty = NewBulkChange { whom: typed(&[]), ..new(BulkDeed::EnableMfa, "x") };
    assert_eq!(outcome(ask_for_bulk_change(&test.app, &admin, empty).await), "invalid");
    let small =
        TestApp::with(|settings| settings.access.bulk = BulkRules { most_rows: 1, ..BulkRules::default() }).await;
    small.add_organisation("A1", "").await;
    small.add_account("A1", "admin@a.example").await;
    small.give_role("admin@a.example", Role::LocalAdministrator, "A1").await;
    let admin = acting(&small, "admin@a.example", Ago::JustNow).await;
    let two = NewBulkChange { whom: typed(&["a@a.example", "b@a.example"]), ..new(BulkDeed::EnableMfa, "x") };
    assert!(matches!(ask_for_bulk_change(&small.app, &admin, two).await, Err(Error::Invalid(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_at_once_do_each_row_once() {
    let test = practices().await;
    let admin = acting(&test, "admin@a.example", Ago::JustNow).await;
    let id = ask(&test, &admin, BulkDeed::EnableMfa, &["ann@a.example", "bo@a.example", "ceri@a.example"]).await;
    confirm_bulk_change(&test.app, &admin, id).await.unwrap();
    let other = test.another_node().await;
    let round = async |test: &TestApp| {
        for _ in 0..5 {
            let _ = work_on_bulk_changes(&test.app, &test.operator()).await;
        }
    };
    tokio::join!(round(&test), round(&other));
    work(&test).await;
    assert_eq!(stands(&test, &admin, id).await, [RowStanding::Done; 3]);
    let mut tx = test.app.store().read().await.unwrap();
    let sql = "SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'mfa_enabled'";
    let enabled: i64 = tx.opt(sql, Vec::new()).await.unwrap().unwrap().get("n").unwrap();
    assert_eq!(enabled, 3);
}
