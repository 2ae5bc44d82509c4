//! Browsers that are known, on both engines.

use std::time::Duration;

use wardkey_domain::id::{AccountId, DeviceId, OrganisationId};
use wardkey_domain::op::Origin;
use wardkey_domain::session::Remembered;
use wardkey_domain::time::Timestamp;

use super::*;
use crate::both_engines;

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
const MINUTE: Duration = Duration::from_secs(60);

const AGREED: Remembered = Remembered { shown_at: NOW, until: Timestamp::from_seconds(1_800_086_400) };

fn account() -> AccountId {
    AccountId::new(NOW, [1; 10])
}

fn organisation() -> OrganisationId {
    OrganisationId::new(NOW, [2; 10])
}

both_engines!(a_browser_is_known_to_the_accounts_it_signed_in_to, |store| async move {
    let device = DeviceId::new(NOW, [3; 10]);
    let stranger = AccountId::new(NOW, [9; 10]);
    let mut tx = store.begin().await.unwrap();
    save_device(&mut tx, device, account(), organisation(), &Origin::default(), NOW).await.unwrap();
    save_device(&mut tx, device, account(), organisation(), &Origin::default(), NOW.plus(MINUTE)).await.unwrap();
    assert!(knows_device(&mut tx, device, account()).await.unwrap());
    assert!(!knows_device(&mut tx, device, stranger).await.unwrap());
    assert_eq!(delete_devices_unseen_since(&mut tx, NOW.plus(MINUTE)).await.unwrap(), 0);
    assert_eq!(delete_devices_unseen_since(&mut tx, NOW.plus(2 * MINUTE)).await.unwrap(), 1);
    save_device(&mut tx, device, account(), organisation(), &Origin::default(), NOW).await.unwrap();
    assert_eq!(delete_devices(&mut tx, account()).await.unwrap(), 1);
    assert!(!knows_device(&mut tx, device, account()).await.unwrap());
});

both_engines!(a_browser_is_remembered_by_one_account_until_it_is_forgotten, |store| async move {
    let (device, other) = (DeviceId::new(NOW, [3; 10]), DeviceId::new(NOW, [4; 10]));
    let stranger = AccountId::new(NOW, [9; 10]);
    let mut tx = store.begin().await.unwrap();
    let origin =
        Origin { address: "192.0.2.7".parse().ok(), browser: Some("Edge on Windows".to_owned()), device: None };
    assert!(!remember_device(&mut tx, device, account(), AGREED).await.unwrap(), "it is not known");
    for owner in [account(), stranger] {
        save_device(&mut tx, device, owner, organisation(), &origin, NOW).await.unwrap();
    }
    save_device(&mut tx, other, account(), organisation(), &Origin::default(), NOW.plus(MINUTE)).await.unwrap();
    assert!(remember_device(&mut tx, device, account(), AGREED).await.unwrap());
    // To sign in once more remembers it no longer.
    save_device(&mut tx, device, account(), organisation(), &origin, NOW.plus(2 * MINUTE)).await.unwrap();
    let found = list_devices(&mut tx, account()).await.unwrap();
    assert_eq!(found.iter().map(|found| found.id).collect::<Vec<_>>(), [device, other]);
    assert_eq!(found[0].remembered, Some(AGREED));
    assert_eq!((found[0].first_seen_at, found[0].last_seen_at), (NOW, NOW.plus(2 * MINUTE)));
    assert_eq!((found[0].browser.as_deref(), found[0].address), (Some("Edge on Windows"), origin.address));
    assert_eq!(find_device(&mut tx, device, stranger).await.unwrap().unwrap().remembered, None);
    decline_device(&mut tx, device, account(), NOW.plus(MINUTE)).await.unwrap();
    let declined = find_device(&mut tx, device, account()).await.unwrap().unwrap();
    assert_eq!((declined.remembered, declined.declined_at), (None, Some(NOW.plus(MINUTE))));
    assert!(remember_device(&mut tx, device, account(), AGREED).await.unwrap());
    assert_eq!(find_device(&mut tx, device, account()).await.unwrap().unwrap().declined_at, None);
    assert_eq!(end_memories(&mut tx, account(), Some(device)).await.unwrap(), 0);
    assert_eq!(end_memories(&mut tx, account(), None).await.unwrap(), 1);
    assert_eq!(find_device(&mut tx, device, account()).await.unwrap().unwrap().remembered, None);
    assert!(delete_device(&mut tx, device, account()).await.unwrap());
    assert!(!delete_device(&mut tx, device, account()).await.unwrap());
    assert!(knows_device(&mut tx, device, stranger).await.unwrap(), "others know it as before");
});
