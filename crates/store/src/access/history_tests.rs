//! Past sign-ins, what policies made of them, and replays, on both engines.

use std::time::Duration;

use wardkey_domain::access::history::{Experience, KeptSignIn, ReplayReport, Reported, Shown};
use wardkey_domain::access::{ClientKind, Device, FactorSet, GraceUsed, Hold};
use wardkey_domain::directory::{
    AccountKind, OdsCode, Organisation, OrganisationKind, OrganisationPath, OrganisationStatus,
};
use wardkey_domain::factor::FactorKind;
use wardkey_domain::id::{AccountId, ApplicationId, DecisionId, OrganisationId, PolicyId, ReplayId};
use wardkey_domain::permission::Extent;
use wardkey_domain::session::Strength;
use wardkey_domain::time::Timestamp;

use super::*;
use crate::both_engines;

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

fn account(number: u8) -> AccountId {
    AccountId::new(NOW, [number; 10])
}

fn policy(number: u8) -> PolicyId {
    PolicyId::new(NOW, [number; 10])
}

fn records() -> ApplicationId {
    ApplicationId::new(NOW, [7; 10])
}

fn known(who: u8, at: Timestamp) -> KeptSignIn {
    KeptSignIn {
        account: account(who),
        kind: AccountKind::User,
        created_at: NOW,
        roles: Vec::new(),
        groups: Vec::new(),
        organisations: Vec::new(),
        factors: [FactorKind::Totp].into_iter().collect::<FactorSet>(),
        hold: Hold::None,
        excepted_until: None,
        postponed_until: None,
        grace: GraceUsed::default(),
        application: (who == 1).then(records),
        asked: Strength::OneFactor,
        client: ClientKind::Browser,
        address: "192.0.2.7".parse().ok(),
        country: None,
        device: Device::Known,
        risk: None,
        remembered: None,
        at,
        shown: vec![Shown { factor: FactorKind::Password, at, is_enrolment: false }],
        by_session: false,
    }
}

fn kept(number: u8, minutes: u32, who: u8, organisation: OrganisationId) -> KeptDecision {
    KeptDecision {
        id: DecisionId::new(NOW, [number; 10]),
        organisation,
        outcome: Experience::Prompted,
        would_be: (number == 2).then_some(Experience::Blocked),
        known: known(who, NOW.plus(MINUTE * minutes)),
        reasons: vec!["the standard baseline always asks for two factors".to_owned()],
    }
}

fn trust(number: u8) -> Organisation {
    let id = OrganisationId::new(NOW, [number; 10]);
    Organisation {
        id,
        ods_code: OdsCode::parse(&format!("R{number:02}")).unwrap(),
        name: format!("Trust {number}"),
        kind: OrganisationKind::Trust,
        parent: None,
        path: OrganisationPath::root(id),
        status: OrganisationStatus::Open,
        help_contact: None,
        created_at: NOW,
    }
}

const fn result(policy: PolicyId, result: Reported) -> PolicyResult {
    PolicyResult { policy, only_reported: true, result }
}

both_engines!(decisions_are_kept_read_in_order_and_forgotten, |store| async {
    let mut tx = store.begin().await.unwrap();
    let organisation = OrganisationId::new(NOW, [1; 10]);
    let all = [kept(1, 0, 1, organisation), kept(2, 1, 2, organisation), kept(3, 1, 1, organisation)];
    let results = [result(policy(1), Reported::Success), result(policy(2), Reported::Failure)];
    for one in &all {
        insert_decision(&mut tx, one, &results).await.unwrap();
    }
    let ids = |past: Vec<PastSignIn>| past.into_iter().map(|one| one.id).collect::<Vec<_>>();
    let [first, second, third] = all.each_ref().map(|one| one.id);
    let past = list_past_sign_ins(&mut tx, NOW, None, 9).await.unwrap();
    assert_eq!(past.first().map(|one| (&one.known, one.outcome)), Some((&all[0].known, Experience::Prompted)));
    assert_eq!(ids(past), [first, second, third]);
    assert_eq!(ids(list_past_sign_ins(&mut tx, NOW.plus(MINUTE), None, 9).await.unwrap()), [second, third]);
    let after = Some((all[1].known.at, second));
    assert_eq!(ids(list_past_sign_ins(&mut tx, NOW, after, 9).await.unwrap()), [third]);
    assert_eq!(count_past_sign_ins(&mut tx, NOW.plus(MINUTE)).await.unwrap(), 2);
    assert_eq!(list_decisions_of(&mut tx, account(1), 1).await.unwrap(), all[2..]);
    assert_eq!(find_decision(&mut tx, second).await.unwrap().as_ref(), Some(&all[1]));
    assert_eq!(list_policy_results(&mut tx, second).await.unwrap(), results);
    assert_eq!(purge_decisions(&mut tx, NOW.plus(MINUTE), 9).await.unwrap(), 2);
    assert_eq!(ids(list_past_sign_ins(&mut tx, NOW, None, 9).await.unwrap()), [second, third]);
    assert_eq!(list_policy_results(&mut tx, first).await.unwrap(), []);
    assert_eq!(list_policy_results(&mut tx, second).await.unwrap(), results);
    tx.commit().await.unwrap();
});

both_engines!(what_a_policy_makes_of_sign_ins_is_counted_where_one_may_look, |store| async {
    let mut tx = store.begin().await.unwrap();
    let (near, far) = (trust(1), trust(2));
    for organisation in [&near, &far] {
        crate::directory::insert_organisation(&mut tx, organisation).await.unwrap();
    }
    let make = |number, minutes, who, organisation, made| (kept(number, minutes, who, organisation), made);
    for (decision, made) in [
        make(1, 0, 1, near.id, Reported::Success),
        make(2, 1, 1, near.id, Reported::Failure),
        make(3, 61, 2, near.id, Reported::Failure),
        make(4, 62, 3, far.id, Reported::ActionRequired),
    ] {
        insert_decision(&mut tx, &decision, &[result(policy(1), made)]).await.unwrap();
    }
    let subtree = Extent::Subtrees(vec![near.path.clone()]);
    let query = |extent, since| ImpactQuery { policy: policy(1), extent, since };
    let everything = query(&Extent::Everything, NOW);
    let hours = list_hourly_results(&mut tx, everything).await.unwrap();
    let begins = |at: Timestamp| Timestamp::from_micros(at.as_micros() / 3_600_000_000 * 3_600_000_000);
    let counts = |success, action_required, failure| ResultCounts { success, action_required, failure };
    assert_eq!(
        hours.into_iter().collect::<Vec<_>>(),
        [(begins(NOW), counts(1, 0, 1)), (begins(NOW.plus(HOUR)), counts(0, 1, 1))]
    );
    assert_eq!(count_people_of_results(&mut tx, everything).await.unwrap(), counts(1, 1, 2));
    assert_eq!(count_people_of_results(&mut tx, query(&subtree, NOW)).await.unwrap(), counts(1, 0, 2));
    assert_eq!(count_people_of_results(&mut tx, query(&Extent::Nothing, NOW)).await.unwrap(), counts(0, 0, 0));
    let organisations = list_results_of_organisations(&mut tx, query(&subtree, NOW.plus(HOUR))).await.unwrap();
    assert_eq!(organisations, [GroupCounts { of: near.id, counts: counts(0, 0, 1) }]);
    let applications = list_results_of_applications(&mut tx, everything).await.unwrap();
    let of = |of, counts| GroupCounts { of, counts };
    assert_eq!(applications, [of(None, counts(0, 1, 1)), of(Some(records()), counts(1, 0, 1))]);
    assert_eq!(count_sign_ins(&mut tx, &Extent::Everything, NOW).await.unwrap(), 4);
    assert_eq!(count_sign_ins(&mut tx, &subtree, NOW.plus(MINUTE)).await.unwrap(), 2);
    tx.commit().await.unwrap();
});

both_engines!(a_replay_waits_and_ends_once, |store| async {
    let mut tx = store.begin().await.unwrap();
    let replay = |number: u8| StoredReplay {
        id: ReplayId::new(NOW, [number; 10]),
        document: "[registration]\n".to_owned(),
        asked_by: (number == 1).then(|| account(1)),
        asked_at: NOW.plus(MINUTE * u32::from(number)),
        since: NOW,
        sign_ins: 10,
        done: 0,
        state: ReplayState::Waiting,
    };
    assert_eq!(next_replay(&mut tx).await.unwrap(), None);
    for number in [1, 2] {
        insert_replay(&mut tx, &replay(number)).await.unwrap();
    }
    let id = replay(1).id;
    assert_eq!(next_replay(&mut tx).await.unwrap(), Some(replay(1)));
    note_replayed(&mut tx, id, 5).await.unwrap();
    assert_eq!(find_replay(&mut tx, id).await.unwrap(), Some(StoredReplay { done: 5, ..replay(1) }));
    assert_eq!(find_replay_report(&mut tx, id).await.unwrap(), None);
    let report = ReplayReport { sign_ins: 11, people: 3, ..ReplayReport::default() };
    assert!(finish_replay(&mut tx, id, Some(&report), NOW).await.unwrap());
    assert!(!finish_replay(&mut tx, id, None, NOW).await.unwrap(), "it has ended");
    assert_eq!(find_replay_report(&mut tx, id).await.unwrap(), Some(report));
    assert_eq!(next_replay(&mut tx).await.unwrap(), Some(replay(2)));
    assert!(finish_replay(&mut tx, replay(2).id, None, NOW).await.unwrap());
    let states: Vec<_> = list_replays(&mut tx, 9).await.unwrap().into_iter().map(|one| (one.state, one.done)).collect();
    assert_eq!(states, [(ReplayState::Failed, 0), (ReplayState::Finished, 11)]);
    assert_eq!(purge_replays(&mut tx, NOW.plus(MINUTE * 2)).await.unwrap(), 1);
    assert_eq!(list_replays(&mut tx, 9).await.unwrap().len(), 1);
    tx.commit().await.unwrap();
});
