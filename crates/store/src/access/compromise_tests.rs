//! Holds, quarantine, requests to lift a pin, and cases, on both engines.

use std::time::Duration;

use uuid::Uuid;
use wardkey_domain::access::Hold;
use wardkey_domain::access::compromise::{
    CaseDeed, CaseStanding, CheckList, CompromiseCase, LiftRequest, NewCase, Point, QuarantineVerdict, Tick,
};
use wardkey_domain::audit::Reason;
use wardkey_domain::credential::{Credential, CredentialState, Label, MustChange};
use wardkey_domain::directory::{
    Account, AccountAddress, AccountKind, AccountStatus, OdsCode, Organisation, OrganisationKind, OrganisationPath,
    OrganisationStatus,
};
use wardkey_domain::factor::FactorKind;
use wardkey_domain::factor::password::{HashMemory, HashParams, hash};
use wardkey_domain::factor::push::AppKey;
use wardkey_domain::id::{AccountId, CaseDeedId, CaseId, CredentialId, OrganisationId};
use wardkey_domain::permission::Extent;
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;

use super::*;
use crate::{Tx, both_engines, credential, directory};

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
const HOUR: Duration = Duration::from_secs(3_600);

fn account(number: u8) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(number.into()))
}

fn organisation(number: u8) -> OrganisationId {
    OrganisationId::from_uuid(Uuid::from_u128(number.into()))
}

fn case_id(number: u8) -> CaseId {
    CaseId::new(NOW, [number; 10])
}

fn tick(who: u8) -> Tick {
    Tick { by: Some(account(who)), at: NOW }
}

fn case(number: u8, of: u8) -> CompromiseCase {
    let new = NewCase {
        id: case_id(number),
        number: number.into(),
        account: account(of),
        organisation: organisation(1),
        suspected_since: NOW.minus(HOUR),
        quarantined: 0,
    };
    CompromiseCase::open(new, tick(9))
}

fn app(number: u8, created_at: Timestamp) -> Credential {
    Credential {
        id: CredentialId::new(NOW, [number; 10]),
        account: account(1),
        organisation: organisation(1),
        kind: FactorKind::Push,
        label: Label::numbered("Phone", number.into()),
        state: CredentialState::Active,
        is_default: false,
        created_at,
        last_used_at: None,
        version: 1,
    }
}

async fn enrol(tx: &mut Tx, credential: &Credential) {
    credential::insert_credential(tx, credential, Some(&Secret::new(vec![7; 20])), None).await.unwrap();
}

both_engines!(nothing_holds_an_account_that_nobody_has_marked, |store| async {
    let mut tx = store.begin().await.unwrap();
    assert_eq!(hold_of(&mut tx, account(1)).await.unwrap(), Hold::None);
    assert_eq!(find_hold(&mut tx, account(1)).await.unwrap(), None);
    mark_account(&mut tx, account(1), organisation(1), case_id(1), NOW).await.unwrap();
    let held = StoredHold { hold: Hold::Compromised, since: NOW, case: case_id(1) };
    assert_eq!(find_hold(&mut tx, account(1)).await.unwrap(), Some(held));
    mark_account(&mut tx, account(1), organisation(1), case_id(1), NOW.plus(HOUR)).await.unwrap();
    assert_eq!(find_hold(&mut tx, account(1)).await.unwrap(), Some(held), "it is since it was marked first");
    assert_eq!(hold_of(&mut tx, account(2)).await.unwrap(), Hold::None, "nobody else");
});

both_engines!(a_hold_changes_only_from_what_it_is, |store| async {
    let mut tx = store.begin().await.unwrap();
    mark_account(&mut tx, account(1), organisation(1), case_id(1), NOW).await.unwrap();
    for (change, expected, after) in [
        ((Hold::Pinned, Hold::None), false, Hold::Compromised),
        ((Hold::Compromised, Hold::Pinned), true, Hold::Pinned),
        ((Hold::Compromised, Hold::Pinned), false, Hold::Pinned),
        ((Hold::Compromised, Hold::None), false, Hold::Pinned),
        ((Hold::Pinned, Hold::None), true, Hold::None),
        ((Hold::Pinned, Hold::None), false, Hold::None),
    ] {
        assert_eq!(save_hold(&mut tx, account(1), change, NOW).await.unwrap(), expected, "{change:?}");
        assert_eq!(hold_of(&mut tx, account(1)).await.unwrap(), after, "{change:?}");
    }
    mark_account(&mut tx, account(1), organisation(1), case_id(2), NOW).await.unwrap();
    assert_eq!(hold_of(&mut tx, account(1)).await.unwrap(), Hold::Compromised, "it may happen again");
    save_hold(&mut tx, account(1), (Hold::Compromised, Hold::Pinned), NOW).await.unwrap();
    mark_account(&mut tx, account(1), organisation(1), case_id(3), NOW).await.unwrap();
    assert_eq!(hold_of(&mut tx, account(1)).await.unwrap(), Hold::Compromised, "also while it is pinned");
});

both_engines!(what_was_enrolled_or_moved_since_is_quarantined_until_it_is_decided, |store| async {
    let mut tx = store.begin().await.unwrap();
    let (old, new, moved) = (app(1, NOW.minus(HOUR * 9)), app(2, NOW.minus(HOUR)), app(3, NOW.minus(HOUR * 9)));
    for credential in [&old, &new, &moved] {
        enrol(&mut tx, credential).await;
    }
    let mut point = [5; 65];
    point[0] = 4;
    let (key, secret) = (AppKey::parse(&point).unwrap(), Secret::new(vec![1; 20]));
    assert!(credential::move_app(&mut tx, &moved, &key, &secret, NOW.minus(HOUR)).await.unwrap());
    let ids = (account(1), case_id(1));
    let since = |hours| NOW.minus(HOUR * hours);
    assert_eq!(quarantine_since(&mut tx, ids, since(1), NOW).await.unwrap(), [moved.id, new.id]);
    assert_eq!(quarantine_since(&mut tx, ids, since(1), NOW).await.unwrap(), [], "once");
    assert!(!is_quarantined(&mut tx, account(1), old.id).await.unwrap());
    assert_eq!(list_quarantined(&mut tx, account(1)).await.unwrap(), [new.id, moved.id]);
    assert_eq!(list_quarantined(&mut tx, account(2)).await.unwrap(), []);
    // Whoever suspects more quarantines more.
    assert_eq!(quarantine_since(&mut tx, ids, since(24), NOW).await.unwrap(), [old.id]);
    let kept = QuarantineVerdict::Kept;
    assert!(decide_quarantine(&mut tx, case_id(1), old.id, kept, Some(account(9)), NOW).await.unwrap());
    let removed = QuarantineVerdict::Removed;
    assert!(!decide_quarantine(&mut tx, case_id(1), old.id, removed, None, NOW).await.unwrap(), "once");
    assert!(!is_quarantined(&mut tx, account(1), old.id).await.unwrap());
    let listed = list_quarantine(&mut tx, case_id(1)).await.unwrap();
    assert_eq!(listed.len(), 3);
    let decided = listed.iter().find(|one| one.credential == old.id).unwrap().decided;
    assert_eq!(decided, Some((QuarantineVerdict::Kept, NOW, Some(account(9)))));
    // In another case it is asked again.
    let again = quarantine_since(&mut tx, (account(1), case_id(2)), since(24), NOW).await.unwrap();
    assert_eq!(again.len(), 3);
});

both_engines!(a_password_that_somebody_else_knows_is_void, |store| async {
    let mut tx = store.begin().await.unwrap();
    assert!(!credential::void_password(&mut tx, account(1)).await.unwrap());
    let candidate = Secret::new("teal kettle".to_owned());
    let hash = hash(HashParams::cheapest(), [1; 16], &candidate, &mut HashMemory::default()).unwrap();
    credential::insert_password(&mut tx, account(1), organisation(1), &hash, None, NOW).await.unwrap();
    assert!(credential::void_password(&mut tx, account(1)).await.unwrap());
    let stored = credential::password(&mut tx, account(1)).await.unwrap().unwrap();
    assert_eq!(stored.must_change, Some(MustChange::Compromised));
    assert!(credential::void_password(&mut tx, account(1)).await.unwrap(), "marked once more");
    assert_eq!(credential::list_void_passwords(&mut tx, account(1)).await.unwrap(), [hash]);
    assert_eq!(credential::list_void_passwords(&mut tx, account(2)).await.unwrap(), []);
});

both_engines!(a_request_to_lift_a_pin_waits_for_a_day_and_is_spent_once, |store| async {
    let mut tx = store.begin().await.unwrap();
    let ask = |who: u8, hours: u32| {
        let asked_at = NOW.plus(HOUR * hours);
        LiftRequest { account: account(1), asked_by: account(who), asked_at, expires_at: asked_at.plus(HOUR * 24) }
    };
    assert_eq!(find_lift(&mut tx, account(1)).await.unwrap(), None);
    assert!(insert_lift(&mut tx, &ask(2, 0), organisation(1)).await.unwrap());
    assert!(!insert_lift(&mut tx, &ask(3, 23), organisation(1)).await.unwrap(), "one is open");
    assert!(!take_lift(&mut tx, &ask(3, 23)).await.unwrap(), "it is not this one");
    assert!(insert_lift(&mut tx, &ask(3, 24), organisation(1)).await.unwrap(), "it has lapsed");
    assert_eq!(find_lift(&mut tx, account(1)).await.unwrap(), Some(ask(3, 24)));
    assert!(take_lift(&mut tx, &ask(3, 24)).await.unwrap());
    assert!(!take_lift(&mut tx, &ask(3, 24)).await.unwrap());
    assert!(insert_lift(&mut tx, &ask(2, 25), organisation(1)).await.unwrap());
    assert!(delete_lift(&mut tx, account(1)).await.unwrap());
    assert!(!delete_lift(&mut tx, account(1)).await.unwrap());
});

both_engines!(a_case_is_saved_and_one_is_open_for_each_account, |store| async {
    let mut tx = store.begin().await.unwrap();
    assert_eq!(next_case_number(&mut tx).await.unwrap(), 1);
    assert_eq!(next_case_number(&mut tx).await.unwrap(), 2);
    let first = case(1, 1);
    assert!(insert_case(&mut tx, &first).await.unwrap());
    assert!(!insert_case(&mut tx, &case(2, 1)).await.unwrap(), "one is open");
    assert!(insert_case(&mut tx, &case(3, 2)).await.unwrap(), "another account's");
    assert_eq!(find_case(&mut tx, first.id).await.unwrap().as_ref(), Some(&first));
    assert_eq!(find_open_case(&mut tx, account(1)).await.unwrap().as_ref(), Some(&first));
    let ticked = first.tick(AccountKind::User, Point::Explained, tick(8)).unwrap();
    assert!(save_case(&mut tx, &ticked).await.unwrap());
    assert!(!save_case(&mut tx, &ticked).await.unwrap(), "somebody was faster");
    let saved = find_case(&mut tx, ticked.id).await.unwrap().unwrap();
    assert_eq!(saved.check_list.tick(Point::Explained), Some(tick(8)));
    let closed = CompromiseCase {
        standing: CaseStanding::Restored { by: None, at: NOW },
        check_list: CheckList::default(),
        ..saved
    };
    assert!(save_case(&mut tx, &closed).await.unwrap());
    assert_eq!(find_open_case(&mut tx, account(1)).await.unwrap(), None);
    assert_eq!(find_case(&mut tx, closed.id).await.unwrap().unwrap().standing, closed.standing);
    assert!(insert_case(&mut tx, &case(2, 1)).await.unwrap(), "it happens again");
});

both_engines!(a_case_counts_what_nobody_has_decided, |store| async {
    let mut tx = store.begin().await.unwrap();
    insert_case(&mut tx, &case(1, 1)).await.unwrap();
    enrol(&mut tx, &app(1, NOW)).await;
    enrol(&mut tx, &app(2, NOW)).await;
    quarantine_since(&mut tx, (account(1), case_id(1)), NOW, NOW).await.unwrap();
    assert_eq!(find_case(&mut tx, case_id(1)).await.unwrap().unwrap().undecided, 2);
    let verdict = QuarantineVerdict::Removed;
    decide_quarantine(&mut tx, case_id(1), app(1, NOW).id, verdict, None, NOW).await.unwrap();
    assert_eq!(find_case(&mut tx, case_id(1)).await.unwrap().unwrap().undecided, 1);
});

both_engines!(what_was_done_is_kept_with_who_did_it, |store| async {
    let mut tx = store.begin().await.unwrap();
    let trust = trust(1, None);
    directory::insert_organisation(&mut tx, &trust).await.unwrap();
    directory::insert_account(&mut tx, &person(9, &trust)).await.unwrap();
    let (case, reason) = (case(1, 1), Reason::parse("seen in the log").unwrap());
    let id = |number| CaseDeedId::new(NOW, [number; 10]);
    let marked = CaseDeed::Marked { since: NOW, quarantined: 2 };
    let first = NewCaseDeed { id: id(1), deed: marked, by: Some(account(9)), reason: Some(&reason) };
    assert!(!has_case_deed(&mut tx, id(1)).await.unwrap());
    insert_case_deed(&mut tx, &case, &first, NOW).await.unwrap();
    assert!(has_case_deed(&mut tx, id(1)).await.unwrap());
    let second = NewCaseDeed { id: id(2), deed: CaseDeed::Restored, by: None, reason: None };
    insert_case_deed(&mut tx, &case, &second, NOW.plus(HOUR)).await.unwrap();
    let done = list_case_deeds(&mut tx, case.id, 10).await.unwrap();
    let expected = StoredCaseDeed {
        deed: marked,
        at: NOW,
        by: Some("Person 9".to_owned()),
        reason: Some("seen in the log".to_owned()),
    };
    assert_eq!(done[0], expected);
    assert_eq!((done[1].deed, done[1].by.clone(), done.len()), (CaseDeed::Restored, None, 2));
    assert_eq!(list_case_deeds(&mut tx, case.id, 1).await.unwrap().len(), 1);
});

both_engines!(cases_are_listed_within_an_extent_page_by_page, |store| async {
    let mut tx = store.begin().await.unwrap();
    let upper = trust(1, None);
    let (north, south) = (trust(2, Some(&upper)), trust(3, Some(&upper)));
    for organisation in [&upper, &north, &south] {
        directory::insert_organisation(&mut tx, organisation).await.unwrap();
    }
    for (number, organisation) in [(1, &north), (2, &south), (3, &north)] {
        directory::insert_account(&mut tx, &person(number, organisation)).await.unwrap();
        insert_case(&mut tx, &case(number, number)).await.unwrap();
    }
    let list = async |tx: &mut Tx, extent: &Extent, which, before, limit| {
        let listed = list_cases(tx, extent, which, before, limit).await.unwrap();
        listed.into_iter().map(|listed| listed.case.number).collect::<Vec<_>>()
    };
    let open = WhichCases::Open;
    assert_eq!(list(&mut tx, &Extent::Everything, open, None, 2).await, [3, 2]);
    assert_eq!(list(&mut tx, &Extent::Everything, open, Some(2), 2).await, [1]);
    assert_eq!(list(&mut tx, &Extent::Nothing, open, None, 9).await, [] as [i64; 0]);
    let paths =
        vec![north.path.clone(), upper.path.clone(), north.path.clone(), south.path.clone(), north.path.clone()];
    assert_eq!(list(&mut tx, &Extent::Subtrees(paths), open, None, 9).await, [3, 2, 1], "each once");
    let only_north = Extent::Subtrees(vec![north.path.clone()]);
    assert_eq!(list(&mut tx, &only_north, open, None, 9).await, [3, 1]);
    let mut closed = find_case(&mut tx, case_id(3)).await.unwrap().unwrap();
    closed.standing = CaseStanding::Restored { by: None, at: NOW };
    save_case(&mut tx, &closed).await.unwrap();
    assert_eq!(list(&mut tx, &only_north, open, None, 9).await, [1]);
    assert_eq!(list(&mut tx, &only_north, WhichCases::Restored, None, 9).await, [3]);
    let listed = list_cases(&mut tx, &only_north, open, None, 9).await.unwrap();
    assert_eq!((listed[0].display_name.as_str(), listed[0].organisation_name.as_str()), ("Person 1", "Trust 2"));
});

both_engines!(nodes, of_two_nodes_at_once_one_opens_a_case, |first, second| async {
    let open = async |store: &crate::Store, number| {
        let mut tx = store.begin().await.unwrap();
        let opened = insert_case(&mut tx, &case(number, 1)).await.unwrap();
        tx.commit().await.unwrap();
        opened
    };
    let (here, there) = tokio::join!(open(&first, 1), open(&second, 2));
    assert_ne!(here, there, "one of them");
});

fn trust(number: u8, parent: Option<&Organisation>) -> Organisation {
    let id = organisation(number);
    Organisation {
        id,
        ods_code: OdsCode::parse(&format!("R{number:02}")).unwrap(),
        name: format!("Trust {number}"),
        kind: OrganisationKind::Trust,
        parent: parent.map(|parent| parent.id),
        path: parent.map_or_else(|| OrganisationPath::root(id), |parent| parent.path.child(id).unwrap()),
        status: OrganisationStatus::Open,
        help_contact: None,
        created_at: NOW,
    }
}

fn person(number: u8, organisation: &Organisation) -> Account {
    Account {
        id: account(number),
        organisation: organisation.id,
        path: organisation.path.clone(),
        kind: AccountKind::User,
        address: AccountAddress::parse(&format!("person{number}@a.example")).unwrap(),
        display_name: format!("Person {number}"),
        given_name: None,
        family_name: None,
        status: AccountStatus::Active,
        created_at: NOW,
        last_signed_in_at: None,
        version: 0,
    }
}
