//! What is counted follows from what is there, whatever changed it.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;
use wardkey_domain::access::{Baseline, Baselines};
use wardkey_domain::directory::{Account, AccountKind, Change, Organisation, Role, RoleGrant};
use wardkey_domain::factor::FactorKind;
use wardkey_domain::id::{AccountId, GroupId, RoleGrantId};
use wardkey_domain::permission::Extent;
use wardkey_domain::report::{Counted, Cover, Coverage, Facets, MfaStatus, PeopleFilter, SignedIn};
use wardkey_domain::time::Timestamp;

use super::*;
use crate::directory::testing::{sample_account, sample_organisation};
use crate::directory::{
    delete_role, insert_account, insert_accounts, insert_organisation, insert_role, record_sign_in, save_account,
    save_organisation,
};
use crate::{Store, Tx, args, both_engines};

const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
const DAY: i64 = 86_400;

/// Counts everything that has changed, with the baselines of `groups`.
async fn count_with(tx: &mut Tx, groups: &HashMap<GroupId, Baseline>, now: Timestamp) {
    note_counted_baselines(tx, groups).await.unwrap();
    loop {
        let changes = list_changes(tx, 100).await.unwrap();
        let due = list_due(tx, now, 100).await.unwrap();
        let mut accounts: Vec<_> = changes.iter().map(|change| change.account).chain(due).collect();
        accounts.sort_unstable();
        accounts.dedup();
        if accounts.is_empty() {
            return;
        }
        take_changes(tx, &changes).await.unwrap();
        recount(tx, &accounts, groups, now).await.unwrap();
    }
}

/// Counts everything that has changed.
pub(super) async fn count_all(tx: &mut Tx, now: Timestamp) {
    count_with(tx, &HashMap::new(), now).await;
}

/// What was counted of an account.
async fn counted(tx: &mut Tx, account: AccountId) -> Counted {
    let row = tx.opt("SELECT facets FROM people WHERE account_id = $1", args![account]).await.unwrap().unwrap();
    Facets::from_i64(row.get("facets").unwrap()).read().unwrap()
}

/// The figures are what one gets by counting the rows.
async fn figures_are_sound(tx: &mut Tx) {
    let read = async |tx: &mut Tx, sql| -> BTreeMap<(Uuid, i64), i64> {
        let rows = tx.all(sql, args![]).await.unwrap();
        let key = |row: &crate::Row| (row.get("organisation_id").unwrap(), row.get("facets").unwrap());
        rows.iter().map(|row| (key(row), row.get("accounts").unwrap())).collect()
    };
    let kept = read(tx, "SELECT organisation_id, facets, accounts FROM figures").await;
    let sql = "SELECT organisation_id, facets, COUNT(*) AS accounts FROM people GROUP BY organisation_id, facets";
    assert_eq!(kept, read(tx, sql).await);
}

async fn insert_credential(tx: &mut Tx, n: u128, account: &Account, kind: FactorKind) {
    let sql = "INSERT INTO credentials (id, account_id, organisation_id, kind, label, public_json, state, is_default, created_at, version) \
               VALUES ($1, $2, $3, $4, 'Phone', $5, 'active', $6, $7, 0)";
    let (id, json) = (Uuid::from_u128(n), serde_json::json!({}));
    tx.exec(sql, args![id, account.id, account.organisation, kind.as_str(), json, false, NOW]).await.unwrap();
}

async fn surgery(tx: &mut Tx) -> (Organisation, Account) {
    let surgery = sample_organisation(1, "A81001", None);
    insert_organisation(tx, &surgery).await.unwrap();
    let nurse = sample_account(5, "nurse@a.example", &surgery);
    insert_account(tx, &nurse).await.unwrap();
    (surgery, nurse)
}

both_engines!(each_fact_of_an_account_is_counted_when_it_changes, |store| async {
    let mut tx = store.begin().await.unwrap();
    let (surgery, nurse) = surgery(&mut tx).await;
    let ends = Timestamp::from_seconds(1_000_000 + DAY);
    let mfa = async |tx: &mut Tx, now| {
        count_all(tx, now).await;
        figures_are_sound(tx).await;
        let counted = counted(tx, nurse.id).await;
        (counted.mfa, counted.cover)
    };
    assert_eq!(mfa(&mut tx, NOW).await, (MfaStatus::Unregistered, Cover::Uncovered));
    let sql = "INSERT INTO postponements (id, organisation_id, account_id, risk, given_at, ends_at) VALUES ($1, $2, $3, 'x', $4, $5)";
    tx.exec(sql, args![Uuid::from_u128(1), surgery.id, nurse.id, NOW, ends]).await.unwrap();
    assert_eq!(mfa(&mut tx, NOW).await, (MfaStatus::Postponed, Cover::Uncovered));
    // Nothing changes, and it is over all the same.
    assert_eq!(mfa(&mut tx, ends).await, (MfaStatus::Unregistered, Cover::Uncovered));
    tx.exec("UPDATE postponements SET withdrawn_at = $1", args![NOW]).await.unwrap();
    assert_eq!(mfa(&mut tx, NOW).await, (MfaStatus::Unregistered, Cover::Uncovered));
    insert_credential(&mut tx, 9, &nurse, FactorKind::Totp).await;
    assert_eq!(mfa(&mut tx, NOW).await, (MfaStatus::Enforced, Cover::Covered));
    let sql = "INSERT INTO user_exceptions (id, organisation_id, account_id, kind, why, asked_at, standing, starts_at, ends_at, re_enrol) \
               VALUES ($1, $2, $3, 'short', 'x', $4, 'active', $4, $5, $6)";
    tx.exec(sql, args![Uuid::from_u128(2), surgery.id, nurse.id, NOW, ends, true]).await.unwrap();
    assert_eq!(mfa(&mut tx, NOW).await, (MfaStatus::Excepted, Cover::Excepted));
    // A lost phone: what was on it counts for nothing when the exception ends, though the job that removes it may be late.
    assert_eq!(mfa(&mut tx, ends).await, (MfaStatus::Unregistered, Cover::Uncovered));
    tx.exec("UPDATE user_exceptions SET standing = 'ended'", args![]).await.unwrap();
    assert_eq!(mfa(&mut tx, NOW).await, (MfaStatus::Enforced, Cover::Covered));
    let sql = "INSERT INTO quarantined_credentials (case_id, credential_id, organisation_id, account_id, quarantined_at) VALUES ($1, $2, $3, $4, $5)";
    tx.exec(sql, args![Uuid::from_u128(3), Uuid::from_u128(9), surgery.id, nurse.id, NOW]).await.unwrap();
    assert_eq!(mfa(&mut tx, NOW).await, (MfaStatus::Unregistered, Cover::Uncovered));
    tx.exec("UPDATE quarantined_credentials SET verdict = 'kept'", args![]).await.unwrap();
    let sql = "INSERT INTO account_holds (account_id, organisation_id, hold, since, case_id) VALUES ($1, $2, 'pinned', $3, $4)";
    tx.exec(sql, args![nurse.id, surgery.id, NOW, Uuid::from_u128(3)]).await.unwrap();
    assert_eq!(mfa(&mut tx, NOW).await, (MfaStatus::Pinned, Cover::Covered));
    tx.exec("DELETE FROM account_holds", args![]).await.unwrap();
    tx.exec("UPDATE credentials SET state = 'removed'", args![]).await.unwrap();
    assert_eq!(mfa(&mut tx, NOW).await, (MfaStatus::Unregistered, Cover::Uncovered));
    let disabled = nurse.clone().change(Change::Disable, NOW).unwrap();
    assert!(save_account(&mut tx, &disabled).await.unwrap());
    assert_eq!(mfa(&mut tx, NOW).await, (MfaStatus::Unregistered, Cover::NotInUse));
});

both_engines!(a_role_counts_until_it_ends, |store| async {
    let mut tx = store.begin().await.unwrap();
    let (surgery, nurse) = surgery(&mut tx).await;
    let privileged = async |tx: &mut Tx, now| {
        count_all(tx, now).await;
        figures_are_sound(tx).await;
        counted(tx, nurse.id).await.is_privileged
    };
    assert!(!privileged(&mut tx, NOW).await);
    let grant = RoleGrant {
        id: RoleGrantId::from_uuid(Uuid::from_u128(8)),
        account: nurse.id,
        organisation: surgery.id,
        path: surgery.path.clone(),
        role: Role::LocalAdministrator,
        expires_at: Some(Timestamp::from_seconds(1_000_000 + DAY)),
    };
    insert_role(&mut tx, &grant, NOW).await.unwrap();
    assert!(privileged(&mut tx, NOW).await);
    assert!(!privileged(&mut tx, Timestamp::from_seconds(1_000_000 + DAY)).await);
    insert_role(&mut tx, &RoleGrant { expires_at: None, ..grant.clone() }, NOW).await.unwrap();
    assert!(privileged(&mut tx, NOW).await);
    delete_role(&mut tx, grant.id).await.unwrap();
    assert!(!privileged(&mut tx, NOW).await);
    insert_role(&mut tx, &RoleGrant { role: Role::PracticeManager, ..grant }, NOW).await.unwrap();
    assert!(!privileged(&mut tx, NOW).await);
});

both_engines!(the_baseline_of_a_group_is_counted_when_either_changes, |store| async {
    let mut tx = store.begin().await.unwrap();
    let (surgery, nurse) = surgery(&mut tx).await;
    let (ward, bank) = (GroupId::from_uuid(Uuid::from_u128(6)), GroupId::from_uuid(Uuid::from_u128(7)));
    let join = "INSERT INTO group_members (account_id, group_id, organisation_id, added_at) VALUES ($1, $2, $3, $4)";
    tx.exec(join, args![nurse.id, ward, surgery.id, NOW]).await.unwrap();
    let mut groups = HashMap::new();
    let baseline = async |tx: &mut Tx, groups: &HashMap<_, _>| {
        count_with(tx, groups, NOW).await;
        figures_are_sound(tx).await;
        counted(tx, nurse.id).await.baseline
    };
    assert_eq!(baseline(&mut tx, &groups).await, None);
    groups.insert(ward, Baseline::NamedLocation);
    assert_eq!(baseline(&mut tx, &groups).await, Some(Baseline::NamedLocation));
    groups.insert(bank, Baseline::Standard);
    assert_eq!(baseline(&mut tx, &groups).await, Some(Baseline::NamedLocation));
    tx.exec(join, args![nurse.id, bank, surgery.id, NOW]).await.unwrap();
    assert_eq!(baseline(&mut tx, &groups).await, Some(Baseline::Standard), "the stricter wins");
    tx.exec("DELETE FROM group_members WHERE group_id = $1", args![bank]).await.unwrap();
    groups.remove(&ward);
    assert_eq!(baseline(&mut tx, &groups).await, None);
});

both_engines!(signing_in_is_counted_once_a_day, |store| async {
    let mut tx = store.begin().await.unwrap();
    let (_, nurse) = surgery(&mut tx).await;
    count_all(&mut tx, NOW).await;
    assert!(!counted(&mut tx, nurse.id).await.has_signed_in);
    for (second, changes) in [(10 * DAY, 1), (10 * DAY + 60, 0), (11 * DAY, 1)] {
        record_sign_in(&mut tx, nurse.id, Timestamp::from_seconds(second)).await.unwrap();
        assert_eq!(list_changes(&mut tx, 10).await.unwrap().len(), changes, "{second}");
        count_all(&mut tx, NOW).await;
    }
    assert!(counted(&mut tx, nurse.id).await.has_signed_in);
    figures_are_sound(&mut tx).await;
});

both_engines!(people_are_counted_where_they_are, |store| async {
    let mut tx = store.begin().await.unwrap();
    let region = sample_organisation(1, "Y60", None);
    let board = sample_organisation(2, "QOC", Some(&region));
    let mut practice = sample_organisation(3, "A81001", Some(&board));
    let other = sample_organisation(4, "QT1", Some(&region));
    for organisation in [&region, &board, &practice, &other] {
        insert_organisation(&mut tx, organisation).await.unwrap();
    }
    let nurse = sample_account(5, "nurse@a.example", &practice);
    let clerk = sample_account(6, "clerk@a.example", &board);
    let shared = Account { kind: AccountKind::SharedMailbox, ..sample_account(7, "desk@a.example", &practice) };
    insert_accounts(&mut tx, &[nurse.clone(), clerk, shared]).await.unwrap();
    insert_credential(&mut tx, 9, &nurse, FactorKind::WebAuthn).await;
    count_all(&mut tx, NOW).await;
    let below = async |tx: &mut Tx, parent: Option<&Organisation>| -> Vec<(String, u64, u64)> {
        let rows = coverage_by_organisation(tx, parent.map(|parent| parent.id)).await.unwrap();
        let figures = |row: OrganisationFigures| (row.ods_code.to_string(), row.coverage.people, row.coverage.covered);
        rows.into_iter().map(figures).collect()
    };
    let row = |code: &str, people, covered| (code.to_owned(), people, covered);
    assert_eq!(below(&mut tx, None).await, [row("Y60", 2, 1)]);
    assert_eq!(below(&mut tx, Some(&region)).await, [row("QOC", 2, 1), row("QT1", 0, 0)]);
    assert_eq!(below(&mut tx, Some(&board)).await, [row("A81001", 1, 1)]);
    let here = Extent::Subtrees(vec![practice.path.clone(), board.path.clone()]);
    let expected = Coverage {
        people: 2,
        covered: 1,
        phishing_resistant: 1,
        uncovered: 1,
        never_signed_in: 2,
        ..Coverage::default()
    };
    assert_eq!(coverage_of(&mut tx, &here).await.unwrap(), expected, "nobody is counted twice");
    // A practice that moves takes its people along, and a person who moves is counted elsewhere.
    practice = practice.moved_below(Some(&other)).unwrap();
    save_organisation(&mut tx, &practice).await.unwrap();
    assert_eq!(below(&mut tx, Some(&region)).await, [row("QOC", 1, 0), row("QT1", 1, 1)]);
    let moved = Account { organisation: other.id, path: other.path.clone(), ..nurse };
    assert!(save_account(&mut tx, &moved).await.unwrap());
    count_all(&mut tx, NOW).await;
    figures_are_sound(&mut tx).await;
    assert_eq!(below(&mut tx, Some(&other)).await, [row("A81001", 0, 0)]);
});

both_engines!(a_filter_finds_page_by_page_whoever_it_describes, |store| async {
    let mut tx = store.begin().await.unwrap();
    let trust = sample_organisation(1, "RAA", None);
    let site = sample_organisation(2, "RAA01", Some(&trust));
    let ward = sample_organisation(3, "RAA02", Some(&site));
    let baselines =
        Baselines { organisations: HashMap::from([(site.id, Baseline::NamedLocation)]), ..Baselines::default() };
    let groups = HashMap::from([(GroupId::from_uuid(Uuid::from_u128(6)), Baseline::Standard)]);
    let mut people = Vec::new();
    for (place, organisation) in [&trust, &site, &ward].into_iter().enumerate() {
        insert_organisation(&mut tx, organisation).await.unwrap();
        for n in 0..12_u128 {
            let id = 100 * (place as u128 + 1) + n;
            let name = ["Zoe", "Ann", "Mia"][(n % 3) as usize];
            let mut person = sample_account(id, &format!("n{id}@a.example"), organisation);
            (person.display_name, person.family_name) = (format!("{name} Rowe {id}"), None);
            people.push((person, n));
        }
    }
    insert_accounts(&mut tx, &people.iter().map(|(person, _)| person.clone()).collect::<Vec<_>>()).await.unwrap();
    for (person, n) in &people {
        if n % 2 == 0 {
            insert_credential(&mut tx, person.id.uuid().as_u128() + 10_000, person, FactorKind::Sms).await;
        }
        if n % 4 == 0 {
            record_sign_in(&mut tx, person.id, Timestamp::from_seconds(DAY)).await.unwrap();
        }
        if *n == 11 {
            let join =
                "INSERT INTO group_members (account_id, group_id, organisation_id, added_at) VALUES ($1, $2, $3, $4)";
            let group = GroupId::from_uuid(Uuid::from_u128(6));
            tx.exec(join, args![person.id, group, person.organisation, NOW]).await.unwrap();
        }
    }
    count_with(&mut tx, &groups, NOW).await;
    let any = PeopleFilter::default();
    let sms = PeopleFilter { method: Some(FactorKind::Sms), ..any };
    let here = Extent::Subtrees(vec![site.path.clone()]);
    // By word where nothing is wanted of anybody in the whole country, by place otherwise: the same people either way.
    for (text, extent, filter, expected) in [
        ("", &Extent::Everything, any, 36),
        ("ann", &Extent::Everything, any, 12),
        ("ann", &Extent::Everything, sms, 6),
        ("rowe mia", &here, any, 8),
        ("", &here, sms, 12),
        ("n101@", &Extent::Everything, any, 1),
        ("n100@", &Extent::Everything, PeopleFilter { cover: Some(Cover::Uncovered), ..any }, 0),
        ("", &Extent::Everything, PeopleFilter { baseline: Some(Baseline::NamedLocation), ..any }, 22),
        ("rowe", &Extent::Everything, PeopleFilter { baseline: Some(Baseline::NamedLocation), ..any }, 22),
        ("rowe", &Extent::Everything, PeopleFilter { baseline: Some(Baseline::Standard), ..any }, 14),
        ("", &here, PeopleFilter { baseline: Some(Baseline::Standard), ..any }, 2),
        ("", &Extent::Everything, PeopleFilter { signed_in: Some(SignedIn::Never), ..any }, 27),
        ("", &Extent::Everything, PeopleFilter { signed_in: Some(SignedIn::NotWithin(5)), ..any }, 36),
        ("", &Extent::Everything, PeopleFilter { signed_in: Some(SignedIn::Within(11)), ..any }, 9),
        ("zoe", &Extent::Everything, PeopleFilter { signed_in: Some(SignedIn::Within(11)), ..any }, 3),
        ("", &Extent::Nothing, any, 0),
        ("%", &Extent::Everything, any, 0),
    ] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let after_this = after.as_ref();
            let query = PeopleQuery {
                text,
                filter: &filter,
                baselines: &baselines,
                extent,
                after: after_this,
                limit: 5,
                now: NOW,
            };
            let page = find_people(&mut tx, &query).await.unwrap();
            seen.extend(page.iter().map(|person| person.account.id));
            let Some(last) = page.last().filter(|_| page.len() == 5) else { break };
            after = Some(last.cursor.clone());
        }
        let count = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!((seen.len(), count), (expected, expected), "{text:?} {extent:?} {filter:?}");
    }
});

both_engines!(nodes, two_who_count_at_once_count_once, |first, second| async {
    let mut tx = first.begin().await.unwrap();
    let (_, nurse) = surgery(&mut tx).await;
    tx.commit().await.unwrap();
    let count = async |store: &Store| {
        for _ in 0..50 {
            let mut tx = store.begin().await.unwrap();
            let counted = recount(&mut tx, &[nurse.id], &HashMap::new(), NOW).await;
            if counted.is_ok() && tx.commit().await.is_ok() {
                return;
            }
        }
        panic!("never counted");
    };
    tokio::join!(count(&first), count(&second), count(&first), count(&second));
    let mut tx = first.begin().await.unwrap();
    figures_are_sound(&mut tx).await;
    assert_eq!(coverage_of(&mut tx, &Extent::Everything).await.unwrap().people, 1);
});

both_engines!(nodes, of_two_at_once_one_reminds, |first, second| async {
    let mut tx = first.begin().await.unwrap();
    let (surgery, nurse) = surgery(&mut tx).await;
    tx.commit().await.unwrap();
    let remind = async |store: &Store, now: Timestamp, since: Timestamp| {
        for _ in 0..50 {
            let mut tx = store.begin().await.unwrap();
            if let Ok(is_first) = note_reminded(&mut tx, nurse.id, surgery.id, now, since).await
                && tx.commit().await.is_ok()
            {
                return is_first;
            }
        }
        panic!("never noted");
    };
    let at = |day: i64| Timestamp::from_seconds(day * DAY);
    let (one, other) = tokio::join!(remind(&first, at(10), at(3)), remind(&second, at(10), at(3)));
    assert!(one != other, "{one} {other}");
    assert!(!remind(&first, at(12), at(5)).await, "two days later is too soon");
    assert!(remind(&second, at(17), at(10)).await, "a week later it is not");
});

both_engines!(who_has_moved_away_is_seen_by_nobody_there, |store| async {
    let mut tx = store.begin().await.unwrap();
    let (surgery, nurse) = surgery(&mut tx).await;
    let other = sample_organisation(2, "RAA", None);
    insert_organisation(&mut tx, &other).await.unwrap();
    count_all(&mut tx, NOW).await;
    let moved = Account { organisation: other.id, path: other.path.clone(), ..nurse };
    assert!(save_account(&mut tx, &moved).await.unwrap());
    // Nobody has counted that yet.
    let (filter, baselines) = (PeopleFilter::default(), Baselines::default());
    for text in ["", "person"] {
        for extent in [Extent::Subtrees(vec![surgery.path.clone()]), Extent::Everything] {
            let query = PeopleQuery {
                text,
                filter: &filter,
                baselines: &baselines,
                extent: &extent,
                after: None,
                limit: 5,
                now: NOW,
            };
            let found = find_people(&mut tx, &query).await.unwrap();
            assert!(found.iter().all(|person| person.ods_code == "RAA"), "{text:?} {extent:?} {found:?}");
            assert!(extent == Extent::Everything || found.is_empty(), "{text:?} {found:?}");
        }
    }
});

both_engines!(who_is_not_counted_yet_is_found_by_name, |store| async {
    let mut tx = store.begin().await.unwrap();
    let (surgery, _) = surgery(&mut tx).await;
    let (filter, baselines, here) =
        (PeopleFilter::default(), Baselines::default(), Extent::Subtrees(vec![surgery.path]));
    assert_eq!(uncounted(&mut tx, &here).await.unwrap(), 1);
    let query = PeopleQuery {
        text: "person",
        filter: &filter,
        baselines: &baselines,
        extent: &here,
        after: None,
        limit: 5,
        now: NOW,
    };
    assert_eq!(find_people(&mut tx, &query).await.unwrap().len(), 1);
    count_all(&mut tx, NOW).await;
    assert_eq!(uncounted(&mut tx, &here).await.unwrap(), 0);
    assert_eq!(find_people(&mut tx, &query).await.unwrap().len(), 1);
});

both_engines!(nodes, of_two_who_take_the_same_change_one_gives_up, |first, second| async {
    let mut tx = first.begin().await.unwrap();
    surgery(&mut tx).await;
    let changes = list_changes(&mut tx, 10).await.unwrap();
    tx.commit().await.unwrap();
    let take = async |store: &Store| {
        let mut tx = store.begin().await.unwrap();
        let taken = take_changes(&mut tx, &changes).await;
        taken.is_ok() && tx.commit().await.is_ok()
    };
    let (one, other) = tokio::join!(take(&first), take(&second));
    assert!(one != other, "{one} {other}");
});

both_engines!(more_time_that_begins_a_moment_later_is_counted_then, |store| async {
    let mut tx = store.begin().await.unwrap();
    let (surgery, nurse) = surgery(&mut tx).await;
    let (given, ends) = (NOW.plus(std::time::Duration::from_secs(1)), Timestamp::from_seconds(1_000_000 + DAY));
    let sql = "INSERT INTO postponements (id, organisation_id, account_id, risk, given_at, ends_at) VALUES ($1, $2, $3, 'x', $4, $5)";
    tx.exec(sql, args![Uuid::from_u128(1), surgery.id, nurse.id, given, ends]).await.unwrap();
    for (at, expected) in
        [(NOW, MfaStatus::Unregistered), (given, MfaStatus::Postponed), (ends, MfaStatus::Unregistered)]
    {
        count_all(&mut tx, at).await;
        assert_eq!(counted(&mut tx, nurse.id).await.mfa, expected, "{at:?}");
    }
});

both_engines!(what_a_report_says_beside_what_is_counted, |store| async {
    let mut tx = store.begin().await.unwrap();
    let trust = sample_organisation(1, "RAA", None);
    insert_organisation(&mut tx, &trust).await.unwrap();
    let nurse = sample_account(5, "nurse@a.example", &trust);
    let clerk = sample_account(6, "clerk@a.example", &trust);
    for account in [&nurse, &clerk] {
        insert_account(&mut tx, account).await.unwrap();
    }
    count_all(&mut tx, NOW).await;
    let later = Timestamp::from_seconds(1_000_000 + 60);
    let sql = "INSERT INTO credentials (id, account_id, organisation_id, kind, label, public_json, state, is_default, created_at, \
               last_used_at, version) VALUES ($1, $2, $3, 'totp', 'Own', $4, 'active', $5, $6, $7, 0)";
    let own = args![Uuid::from_u128(9), nurse.id, trust.id, serde_json::json!({}), true, NOW, later];
    tx.exec(sql, own).await.unwrap();
    crate::access::add_member(&mut tx, wardkey_domain::access::MFA_ENABLED, clerk.id, trust.id, NOW).await.unwrap();
    count_all(&mut tx, later).await;
    let details = status_details(&mut tx, &[nurse.id, clerk.id], later).await.unwrap();
    let of_nurse = StatusDetail {
        mfa_since: Some(later),
        enrolled: vec![(FactorKind::Totp, Some(later))],
        default: Some(FactorKind::Totp),
        ..StatusDetail::default()
    };
    // The clerk is prompted now, and stands as before.
    let of_clerk = StatusDetail { mfa_since: Some(NOW), is_enabled: true, ..StatusDetail::default() };
    assert_eq!((&details[&nurse.id], &details[&clerk.id]), (&of_nurse, &of_clerk));
    assert_eq!(counted(&mut tx, clerk.id).await.baseline, Some(Baseline::Standard));
});
