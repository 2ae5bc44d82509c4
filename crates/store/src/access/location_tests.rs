use std::time::Duration;

use wardkey_domain::access::{
    Authority, Confirmed, LocationConnection, LocationName, NamedLocation, NewLocation, Phase, Prerequisite,
    RangeRules, Reminder, Terms,
};
use wardkey_domain::audit::Reason;
use wardkey_domain::directory::{OdsCode, Organisation, OrganisationKind, OrganisationPath, OrganisationStatus};
use wardkey_domain::id::{AccountId, NamedLocationId, OrganisationId};
use wardkey_domain::permission::Extent;
use wardkey_domain::time::Timestamp;

use super::*;
use crate::directory::insert_organisation;
use crate::{Tx, both_engines};

const DAY: Duration = Duration::from_secs(86_400);
const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

fn account(number: u8) -> AccountId {
    AccountId::new(Timestamp::from_seconds(1), [number; 10])
}

fn terms(owner: u8, text: &str) -> Terms {
    Terms { owner: account(owner), ranges: RangeRules::default().read(text, LocationConnection::Internet).unwrap() }
}

fn confirmed() -> Confirmed {
    Prerequisite::confirm(&Prerequisite::ALL).unwrap()
}

fn reason() -> Reason {
    Reason::parse("moved out").unwrap()
}

fn organisation(number: u8, parent: Option<&Organisation>) -> Organisation {
    let id = OrganisationId::new(Timestamp::from_seconds(1), [number; 10]);
    Organisation {
        id,
        ods_code: OdsCode::parse(&format!("A{number}")).unwrap(),
        name: format!("Practice {number}"),
        kind: OrganisationKind::GpPractice,
        parent: parent.map(|parent| parent.id),
        path: parent.map_or_else(|| OrganisationPath::root(id), |parent| parent.path.child(id).unwrap()),
        status: OrganisationStatus::Open,
        help_contact: None,
        created_at: NOW,
    }
}

fn draft(number: u8, organisation: OrganisationId, name: &str) -> NamedLocation {
    let new = NewLocation {
        id: NamedLocationId::new(NOW, [number; 10]),
        organisation,
        name: LocationName::parse(name).unwrap(),
        connection: LocationConnection::Internet,
        terms: terms(2, &format!("203.0.113.{number}\n2001:db8::/48")),
    };
    NamedLocation::draft(new, account(1), NOW)
}

/// Saves what `change` makes of a location as it is stored, and gives it back as it is stored then.
async fn saved(tx: &mut Tx, id: NamedLocationId, change: impl FnOnce(NamedLocation) -> NamedLocation) -> NamedLocation {
    let before = find_location(tx, id).await.unwrap().unwrap();
    let version = before.version;
    let after = change(before);
    assert!(save_location(tx, &after).await.unwrap());
    let stored = find_location(tx, id).await.unwrap().unwrap();
    assert_eq!(stored, NamedLocation { version: version + 1, ..after });
    stored
}

/// An active location of an organisation, attested at `at`.
async fn active(tx: &mut Tx, number: u8, organisation: OrganisationId, name: &str, at: Timestamp) -> NamedLocation {
    let draft = draft(number, organisation, name);
    assert_eq!(insert_location(tx, &draft).await.unwrap(), Inserted::Yes);
    saved(tx, draft.id, |location| {
        location.submit(account(1), confirmed(), at).unwrap().approve(account(3), confirmed(), at).unwrap()
    })
    .await
}

both_engines!(a_location_reads_back_wherever_it_stands, |store| async {
    let mut tx = store.begin().await.unwrap();
    let new = draft(7, organisation(1, None).id, "Main site");
    let id = new.id;
    assert_eq!(insert_location(&mut tx, &new).await.unwrap(), Inserted::Yes);
    assert_eq!(find_location(&mut tx, id).await.unwrap(), Some(new));
    saved(&mut tx, id, |it| it.submit(account(4), confirmed(), NOW).unwrap()).await;
    saved(&mut tx, id, |it| it.reject(reason(), NOW).unwrap()).await;
    saved(&mut tx, id, |it| it.revise(terms(5, "192.0.2.0/24"), account(6), NOW).unwrap()).await;
    saved(&mut tx, id, |it| it.submit(account(4), confirmed(), NOW).unwrap()).await;
    saved(&mut tx, id, |it| it.approve(account(3), confirmed(), NOW).unwrap()).await;
    saved(&mut tx, id, |it| it.propose(terms(8, "192.0.2.7"), account(6), confirmed(), NOW).unwrap()).await;
    saved(&mut tx, id, |it| it.suspend(Authority::Approver, reason(), NOW).unwrap()).await;
    saved(&mut tx, id, |it| it.approve(account(3), confirmed(), NOW).unwrap()).await;
    saved(&mut tx, id, |it| it.resume().unwrap()).await;
    saved(&mut tx, id, |it| it.suspend(Authority::Requester, reason(), NOW).unwrap()).await;
    saved(&mut tx, id, |it| it.retire(NOW).unwrap()).await;
    assert_eq!(find_location(&mut tx, NamedLocationId::new(NOW, [9; 10])).await.unwrap(), None);
});

both_engines!(a_name_is_given_once_and_a_page_sent_twice_inserts_once, |store| async {
    let mut tx = store.begin().await.unwrap();
    let first = draft(1, organisation(1, None).id, "Main site");
    assert_eq!(insert_location(&mut tx, &first).await.unwrap(), Inserted::Yes);
    assert_eq!(insert_location(&mut tx, &first).await.unwrap(), Inserted::Already);
    let other = draft(2, organisation(2, None).id, "MAIN SITE");
    assert_eq!(insert_location(&mut tx, &other).await.unwrap(), Inserted::NameTaken);
    saved(&mut tx, first.id, |it| it.retire(NOW).unwrap()).await;
    assert_eq!(insert_location(&mut tx, &other).await.unwrap(), Inserted::NameTaken, "nor after it is retired");
});

both_engines!(of_two_who_decide_at_once_one_does, |store| async {
    let mut tx = store.begin().await.unwrap();
    let new = draft(1, organisation(1, None).id, "Main site");
    insert_location(&mut tx, &new).await.unwrap();
    let submitted = saved(&mut tx, new.id, |it| it.submit(account(1), confirmed(), NOW).unwrap()).await;
    let approved = submitted.clone().approve(account(3), confirmed(), NOW).unwrap();
    let rejected = submitted.reject(reason(), NOW).unwrap();
    assert!(save_location(&mut tx, &approved).await.unwrap());
    assert!(!save_location(&mut tx, &rejected).await.unwrap());
    assert!(!save_location(&mut tx, &approved).await.unwrap());
    assert_eq!(find_location(&mut tx, new.id).await.unwrap().unwrap().phase(NOW), Phase::Active);
});

both_engines!(what_is_active_is_listed_while_it_is, |store| async {
    let mut tx = store.begin().await.unwrap();
    let whose = organisation(1, None).id;
    let epoch_before = epoch(&mut tx).await.unwrap();
    let waiting = draft(9, whose, "Waiting");
    insert_location(&mut tx, &waiting).await.unwrap();
    saved(&mut tx, waiting.id, |it| it.submit(account(1), confirmed(), NOW).unwrap()).await;
    assert_eq!(epoch(&mut tx).await.unwrap(), epoch_before, "nothing of it is active");
    let first = active(&mut tx, 1, whose, "First", NOW).await;
    let second = active(&mut tx, 2, whose, "Second", NOW.plus(DAY)).await;
    assert!(epoch(&mut tx).await.unwrap() > epoch_before);
    let names = async |tx: &mut Tx, at: Timestamp| {
        let active = list_active_locations(tx, at).await.unwrap();
        active.into_iter().map(|active| active.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(names(&mut tx, NOW).await, ["First", "Second"]);
    assert_eq!(names(&mut tx, NOW.plus(DAY * 365)).await, ["Second"], "the first has lapsed");
    let listed = list_active_locations(&mut tx, NOW).await.unwrap();
    assert_eq!(listed[0].location.id, first.id);
    assert_eq!(listed[0].location.ranges, first.terms().unwrap().ranges.as_slice());
    assert_eq!((listed[0].organisation, listed[0].active_until), (whose, NOW.plus(DAY * 365)));
    let after = list_active_locations_after(&mut tx, NOW, Some(first.id), 1).await.unwrap();
    assert_eq!(after.iter().map(|active| active.location.id).collect::<Vec<_>>(), [second.id]);
    let before = epoch(&mut tx).await.unwrap();
    saved(&mut tx, first.id, |it| it.suspend(Authority::Requester, reason(), NOW).unwrap()).await;
    assert_eq!(names(&mut tx, NOW).await, ["Second"]);
    assert!(epoch(&mut tx).await.unwrap() > before);
});

both_engines!(a_list_stays_within_its_extent_and_goes_on_by_name, |store| async {
    let mut tx = store.begin().await.unwrap();
    let trust = organisation(1, None);
    let site = organisation(2, Some(&trust));
    let other = organisation(3, None);
    for each in [&trust, &site, &other] {
        insert_organisation(&mut tx, each).await.unwrap();
    }
    insert_location(&mut tx, &draft(1, site.id, "banana ward")).await.unwrap();
    active(&mut tx, 2, trust.id, "Apple ward", NOW).await;
    insert_location(&mut tx, &draft(3, other.id, "Cherry ward")).await.unwrap();
    let names = async |tx: &mut Tx, extent: &Extent, after: &str, limit: u32| {
        let listed = list_locations(tx, extent, after, limit, NOW).await.unwrap();
        listed.into_iter().map(|listed| listed.name.to_string()).collect::<Vec<_>>()
    };
    let all = Extent::Everything;
    assert_eq!(names(&mut tx, &all, "", 9).await, ["Apple ward", "banana ward", "Cherry ward"]);
    assert_eq!(names(&mut tx, &all, "apple ward", 1).await, ["banana ward"]);
    assert_eq!(names(&mut tx, &Extent::Nothing, "", 9).await, [""; 0]);
    let own = Extent::Subtrees(vec![site.path.clone(), trust.path.clone(), site.path.clone()]);
    assert_eq!(names(&mut tx, &own, "", 9).await, ["Apple ward", "banana ward"], "each once");
    let listed = list_locations(&mut tx, &Extent::Subtrees(vec![site.path]), "", 9, NOW).await.unwrap();
    assert_eq!((listed.len(), listed[0].phase, listed[0].ods_code.as_str()), (1, Phase::Draft, "A2"));
    let first = list_locations(&mut tx, &all, "", 1, NOW.plus(DAY * 305)).await.unwrap();
    assert_eq!((first[0].phase, first[0].attested_until), (Phase::Due, Some(NOW.plus(DAY * 365))));
});

both_engines!(requests_and_changes_wait_in_their_order, |store| async {
    let mut tx = store.begin().await.unwrap();
    let trust = organisation(1, None);
    insert_organisation(&mut tx, &trust).await.unwrap();
    let changed = active(&mut tx, 1, trust.id, "Changed", NOW).await;
    insert_location(&mut tx, &draft(2, trust.id, "Draft")).await.unwrap();
    let request = draft(3, trust.id, "Request");
    insert_location(&mut tx, &request).await.unwrap();
    saved(&mut tx, request.id, |it| it.submit(account(1), confirmed(), NOW.plus(DAY)).unwrap()).await;
    saved(&mut tx, changed.id, |it| it.propose(terms(2, "192.0.2.7"), account(1), confirmed(), NOW).unwrap()).await;
    let waiting = list_waiting_locations(&mut tx, 9, NOW.plus(DAY)).await.unwrap();
    let told: Vec<_> = waiting.iter().map(|listed| (listed.name.as_str(), listed.waits_since)).collect();
    assert_eq!(told, [("Changed", Some(NOW)), ("Request", Some(NOW.plus(DAY)))]);
    assert_eq!(list_waiting_locations(&mut tx, 1, NOW).await.unwrap().len(), 1);
    saved(&mut tx, changed.id, |it| it.reject(reason(), NOW).unwrap()).await;
    assert_eq!(list_waiting_locations(&mut tx, 9, NOW).await.unwrap().len(), 1);
});

both_engines!(each_reminder_is_sent_once_and_anew_after_an_attestation, |store| async {
    let mut tx = store.begin().await.unwrap();
    let location = active(&mut tx, 1, organisation(1, None).id, "Main site", NOW).await;
    let due = async |tx: &mut Tx, day: u32| {
        let due = list_due_reminders(tx, NOW.plus(DAY * day), 9).await.unwrap();
        due.into_iter().next()
    };
    assert_eq!(due(&mut tx, 304).await, None);
    let first = due(&mut tx, 305).await.unwrap();
    assert_eq!((first.sent, first.owner, first.until), (0, account(2), NOW.plus(DAY * 365)));
    assert!(claim_reminder(&mut tx, &first, Reminder::SixtyDays).await.unwrap());
    assert!(!claim_reminder(&mut tx, &first, Reminder::SixtyDays).await.unwrap(), "another node was faster");
    assert_eq!(due(&mut tx, 334).await, None);
    assert_eq!(due(&mut tx, 335).await.unwrap().sent, 1);
    let lapsed = due(&mut tx, 365).await.unwrap();
    assert!(claim_reminder(&mut tx, &lapsed, Reminder::Lapsed).await.unwrap());
    assert_eq!(due(&mut tx, 900).await, None);
    // A change of the ranges says nothing about the attestation.
    let change = terms(2, "192.0.2.7");
    saved(&mut tx, location.id, |it| it.propose(change, account(1), confirmed(), NOW).unwrap()).await;
    assert_eq!(due(&mut tx, 900).await, None);
    let again = NOW.plus(DAY * 900);
    saved(&mut tx, location.id, |it| it.attest(account(1), Authority::Requester, confirmed(), again).unwrap()).await;
    assert_eq!(due(&mut tx, 1_204).await, None);
    let next = due(&mut tx, 1_205).await.unwrap();
    assert_eq!(next.sent, 0);
    assert!(!claim_reminder(&mut tx, &lapsed, Reminder::Lapsed).await.unwrap(), "it was attested meanwhile");
    saved(&mut tx, location.id, |it| it.suspend(Authority::Requester, reason(), again).unwrap()).await;
    assert_eq!(due(&mut tx, 1_205).await, None, "it is suspended");
    assert!(!claim_reminder(&mut tx, &next, Reminder::SixtyDays).await.unwrap());
});
