//! Every function of the slice, on both engines.

use std::time::Duration;

use wardkey_domain::access::Wanted;
use wardkey_domain::id::{AccountId, GroupId, OrganisationId};
use wardkey_domain::time::Timestamp;

use super::*;
use crate::both_engines;

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
const MINUTE: Duration = Duration::from_secs(60);

fn organisation() -> OrganisationId {
    OrganisationId::new(NOW, [1; 10])
}

fn account(number: u8) -> AccountId {
    AccountId::new(NOW, [number; 10])
}

fn group(number: u8) -> GroupId {
    GroupId::new(NOW, [number; 10])
}

fn set(version: i64) -> PolicySet {
    PolicySet {
        version,
        published_at: NOW,
        published_by: Some(account(1)),
        reason: "Keys for the records".to_owned(),
        confirm_by: Some(NOW.plus(MINUTE)),
        confirmed_at: None,
        rolled_back_at: None,
    }
}

both_engines!(an_epoch_begins_with_each_change, |store| async {
    let mut tx = store.begin().await.unwrap();
    assert_eq!(epoch(&mut tx).await.unwrap(), 0);
    bump_epoch(&mut tx).await.unwrap();
    bump_epoch(&mut tx).await.unwrap();
    assert_eq!(epoch(&mut tx).await.unwrap(), 2);
    tx.commit().await.unwrap();
});

both_engines!(the_newest_set_that_was_confirmed_or_waits_is_in_force, |store| async {
    let mut tx = store.begin().await.unwrap();
    let in_force = async |tx: &mut crate::Tx, now| {
        find_policy_set_in_force(tx, now).await.unwrap().map(|(set, document)| (set.version, document))
    };
    assert_eq!(in_force(&mut tx, NOW).await, None);
    assert!(insert_policy_set(&mut tx, &set(1), "one").await.unwrap());
    assert!(!insert_policy_set(&mut tx, &set(1), "another").await.unwrap(), "one number, one set");
    assert_eq!(epoch(&mut tx).await.unwrap(), 2);
    assert_eq!(in_force(&mut tx, NOW).await, Some((1, "one".to_owned())));
    assert_eq!(in_force(&mut tx, NOW.plus(MINUTE)).await, None, "nobody has confirmed it");
    assert!(confirm_policy_set(&mut tx, 1, NOW).await.unwrap());
    assert!(!confirm_policy_set(&mut tx, 1, NOW).await.unwrap());
    assert!(!roll_back_policy_set(&mut tx, 1, NOW).await.unwrap(), "what was confirmed stays");
    assert!(insert_policy_set(&mut tx, &set(2), "two").await.unwrap());
    assert_eq!(in_force(&mut tx, NOW).await, Some((2, "two".to_owned())));
    assert_eq!(in_force(&mut tx, NOW.plus(MINUTE)).await, Some((1, "one".to_owned())));
    assert!(!confirm_policy_set(&mut tx, 2, NOW.plus(MINUTE)).await.unwrap(), "too late");
    assert_eq!(list_lapsed_policy_sets(&mut tx, NOW).await.unwrap(), []);
    let lapsed = list_lapsed_policy_sets(&mut tx, NOW.plus(MINUTE)).await.unwrap();
    assert_eq!(lapsed.iter().map(|set| set.version).collect::<Vec<_>>(), [2]);
    assert!(roll_back_policy_set(&mut tx, 2, NOW).await.unwrap());
    assert!(!roll_back_policy_set(&mut tx, 2, NOW).await.unwrap());
    assert_eq!(in_force(&mut tx, NOW).await, Some((1, "one".to_owned())));
    let all = list_policy_sets(&mut tx, 10).await.unwrap();
    assert_eq!(
        all.iter().map(|set| (set.version, set.rolled_back_at)).collect::<Vec<_>>(),
        [(2, Some(NOW)), (1, None)]
    );
    assert_eq!(find_policy_set(&mut tx, 1).await.unwrap().unwrap().1, "one");
    assert_eq!(find_policy_set(&mut tx, 3).await.unwrap(), None);
    tx.commit().await.unwrap();
});

both_engines!(a_name_means_the_same_policy_for_ever, |store| async {
    let mut tx = store.begin().await.unwrap();
    let names = ["a".to_owned(), "b".to_owned()];
    let first = policy_ids(&mut tx, &names[..1], || [1; 10], NOW).await.unwrap();
    let both = policy_ids(&mut tx, &names, || [2; 10], NOW).await.unwrap();
    assert_eq!(both["a"], first["a"]);
    assert_ne!(both["b"], both["a"]);
    assert_eq!(list_policy_ids(&mut tx).await.unwrap(), both);
    tx.commit().await.unwrap();
});

both_engines!(accounts_are_put_into_groups_and_taken_out, |store| async {
    let mut tx = store.begin().await.unwrap();
    assert!(insert_group(&mut tx, group(1), organisation(), "nurses", NOW).await.unwrap());
    assert!(!insert_group(&mut tx, group(2), organisation(), "nurses", NOW).await.unwrap());
    assert!(insert_group(&mut tx, group(3), organisation(), "porters", NOW).await.unwrap());
    for (number, expected) in [(1, true), (1, false), (2, true)] {
        assert_eq!(add_member(&mut tx, group(1), account(number), organisation(), NOW).await.unwrap(), expected);
    }
    assert_eq!(groups_of(&mut tx, account(1)).await.unwrap(), [group(1)]);
    assert_eq!(list_members(&mut tx, group(1), None, 1).await.unwrap(), [account(1)]);
    assert_eq!(list_members(&mut tx, group(1), Some(account(1)), 9).await.unwrap(), [account(2)]);
    let found = find_group_by_name(&mut tx, "nurses").await.unwrap().unwrap();
    assert_eq!((found.id, found.members, found.organisation), (group(1), 2, organisation()));
    assert_eq!(find_group(&mut tx, group(1)).await.unwrap(), Some(found.clone()));
    assert_eq!(find_group(&mut tx, group(2)).await.unwrap(), None);
    let names = |groups: Vec<Group>| groups.into_iter().map(|group| group.name).collect::<Vec<_>>();
    assert_eq!(names(list_groups(&mut tx, "", 9).await.unwrap()), ["nurses", "porters"]);
    assert_eq!(names(list_groups(&mut tx, "nurses", 9).await.unwrap()), ["porters"]);
    assert!(remove_member(&mut tx, group(1), account(1)).await.unwrap());
    assert!(!remove_member(&mut tx, group(1), account(1)).await.unwrap());
    let wanted = Wanted { groups: ["nurses".to_owned(), "nobody".to_owned()].into(), ..Wanted::default() };
    let found = super::names(&mut tx, &wanted).await.unwrap();
    assert_eq!((found.groups.len(), found.groups["nurses"]), (1, group(1)));
    tx.commit().await.unwrap();
});

both_engines!(grace_begins_once_and_each_skip_is_counted_once, |store| async {
    let mut tx = store.begin().await.unwrap();
    assert_eq!(grace_used(&mut tx, account(1)).await.unwrap().first_prompt, None);
    assert!(!note_skip(&mut tx, account(1), 0).await.unwrap(), "never asked");
    note_prompt(&mut tx, account(1), organisation(), NOW).await.unwrap();
    note_prompt(&mut tx, account(1), organisation(), NOW.plus(MINUTE)).await.unwrap();
    assert!(note_skip(&mut tx, account(1), 0).await.unwrap());
    assert!(!note_skip(&mut tx, account(1), 0).await.unwrap(), "somebody was faster");
    let used = grace_used(&mut tx, account(1)).await.unwrap();
    assert_eq!((used.first_prompt, used.skips), (Some(NOW), 1));
    tx.commit().await.unwrap();
});
