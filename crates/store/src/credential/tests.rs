//! Every function of the slice, on both engines.

use std::time::Duration;

use wardkey_domain::credential::{
    ActivationCode, ActivationPurpose, Attempt, Credential, CredentialState, Credentials, Label, MustChange, Permit,
    ThrottleRules, Who,
};
use wardkey_domain::directory::AccountAddress;
use wardkey_domain::factor::hardware_token::TokenName;
use wardkey_domain::factor::password::{HashMemory, HashParams, PasswordHash, PasswordRules, hash};
use wardkey_domain::factor::recovery_code::{HashedCode, RecoveryCodes};
use wardkey_domain::factor::smartcard::{CardRecord, CardState, Linking, PresentedCard, SmartcardRules, link};
use wardkey_domain::factor::telephone::PhoneNumber;
use wardkey_domain::factor::temporary_access_pass::{PassCode, PassState};
use wardkey_domain::factor::totp::{CodeHash, CodeShape, Step};
use wardkey_domain::factor::webauthn::{KeyRecord, KeyState, NewKey, UsedKey};
use wardkey_domain::factor::{CoreFactors, FactorKind};
use wardkey_domain::id::{AccountId, CredentialId, DeviceId, OrganisationId, SessionId};
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;

use super::*;
use crate::{Store, Tx, args, both_engines};

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
const MINUTE: Duration = Duration::from_secs(60);

fn account() -> AccountId {
    AccountId::new(NOW, [1; 10])
}

fn organisation() -> OrganisationId {
    OrganisationId::new(NOW, [2; 10])
}

fn id(number: u8) -> CredentialId {
    CredentialId::new(NOW, [number; 10])
}

fn app(number: u8, is_default: bool) -> Credential {
    Credential {
        id: id(number),
        account: account(),
        organisation: organisation(),
        kind: FactorKind::Totp,
        label: Label::parse(&format!("Phone {number}")).unwrap(),
        state: CredentialState::Active,
        is_default,
        created_at: NOW.plus(MINUTE * u32::from(number)),
        last_used_at: None,
        version: 1,
    }
}

fn seed(number: u8) -> Secret<Vec<u8>> {
    Secret::new(vec![number; 20])
}

fn hashed(number: u8) -> PasswordHash {
    let candidate = Secret::new(format!("kettle {number}"));
    hash(HashParams::cheapest(), [number; 16], &candidate, &mut HashMemory::default()).unwrap()
}

fn attempt(factor: FactorKind, known_device: Option<DeviceId>) -> Attempt {
    Attempt { who: Who::Account(account()), factor, address: Some([192, 0, 2, 9].into()), known_device }
}

async fn with_apps(store: &Store, count: u8) {
    let mut tx = store.begin().await.unwrap();
    for number in 1..=count {
        insert_credential(&mut tx, &app(number, number == 1), Some(&seed(number)), None).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn list(tx: &mut Tx) -> Vec<Credential> {
    list_credentials(tx, account()).await.unwrap()
}

both_engines!(a_credential_reads_back_as_saved, |store| async move {
    with_apps(&store, 2).await;
    let mut tx = store.begin().await.unwrap();
    assert_eq!(list(&mut tx).await, [app(1, true), app(2, false)]);
    assert_eq!(find_credential(&mut tx, id(2)).await.unwrap(), Some(app(2, false)));
    assert_eq!(find_credential(&mut tx, id(9)).await.unwrap(), None);

    let renamed = Credential { label: Label::parse("Work phone").unwrap(), ..app(2, false) };
    assert!(save_credential(&mut tx, &renamed).await.unwrap());
    assert_eq!(find_credential(&mut tx, id(2)).await.unwrap(), Some(Credential { version: 2, ..renamed.clone() }));
    assert!(!save_credential(&mut tx, &renamed).await.unwrap(), "somebody else has changed it");
});

both_engines!(a_removed_credential_keeps_its_row_and_loses_its_secret, |store| async move {
    with_apps(&store, 2).await;
    let mut tx = store.begin().await.unwrap();
    let removal = Credentials::new(list(&mut tx).await).remove(id(1), &CoreFactors::default(), NOW).unwrap();
    assert!(save_credential(&mut tx, &removal.removed).await.unwrap());
    assert!(save_credential(&mut tx, &removal.promoted.unwrap()).await.unwrap());
    let ids: Vec<_> = list(&mut tx).await.iter().map(|credential| (credential.id, credential.is_default)).collect();
    assert_eq!(ids, [(id(2), true)]);
    let row = find_credential(&mut tx, id(1)).await.unwrap().unwrap();
    assert_eq!(row.state, CredentialState::Removed { at: NOW });
    assert!(find_totp(&mut tx, id(1)).await.unwrap().is_none());
    let sealed = tx
        .opt("SELECT id FROM credentials WHERE id = $1 AND sealed_secret IS NOT NULL", crate::args![id(1)])
        .await
        .unwrap();
    assert!(sealed.is_none());
});

both_engines!(an_account_has_one_default, |store| async move {
    with_apps(&store, 2).await;
    let mut tx = store.begin().await.unwrap();
    let second = save_credential(&mut tx, &Credential { is_default: true, ..app(2, false) }).await;
    assert!(second.unwrap_err().is_unique().is_some());
});

both_engines!(a_pending_enrolment_ends_in_time_or_when_given_up, |store| async move {
    let expires_at = NOW.plus(10 * MINUTE);
    let pending = CredentialState::Pending { session: SessionId::new(NOW, [5; 10]), expires_at };
    let pending = Credential { state: pending, ..app(1, false) };
    let mut tx = store.begin().await.unwrap();
    insert_credential(&mut tx, &pending, Some(&seed(1)), None).await.unwrap();
    assert_eq!(list(&mut tx).await, std::slice::from_ref(&pending));
    assert_eq!(find_totp(&mut tx, id(1)).await.unwrap().unwrap().seed, seed(1));
    assert!(!spend_totp_step(&mut tx, id(1), Step::of(NOW), NOW).await.unwrap(), "nobody signs in with it yet");

    assert_eq!(delete_expired_enrolments(&mut tx, NOW).await.unwrap(), 0);
    assert_eq!(delete_expired_enrolments(&mut tx, expires_at).await.unwrap(), 1);
    insert_credential(&mut tx, &pending, Some(&seed(1)), None).await.unwrap();
    assert_eq!(delete_enrolments(&mut tx, account()).await.unwrap(), 1);
});

both_engines!(a_seed_is_sealed_for_its_own_row, |store| async move {
    with_apps(&store, 2).await;
    let mut tx = store.begin().await.unwrap();
    for number in [1, 2] {
        assert_eq!(find_totp(&mut tx, id(number)).await.unwrap().unwrap().seed, seed(number));
    }
    tx.exec(
        "UPDATE credentials SET sealed_secret = (SELECT sealed_secret FROM credentials WHERE id = $1) WHERE id = $2",
        crate::args![id(1), id(2)],
    )
    .await
    .unwrap();
    assert!(find_totp(&mut tx, id(2)).await.is_err(), "a seed copied to another row does not open");
});

both_engines!(a_time_step_is_spent_once_and_never_an_older_one, |store| async move {
    with_apps(&store, 1).await;
    let mut tx = store.begin().await.unwrap();
    for (step, expected) in [(100, true), (100, false), (99, false), (101, true)] {
        assert_eq!(spend_totp_step(&mut tx, id(1), Step::from_number(step), NOW).await.unwrap(), expected, "{step}");
    }
    let state = find_totp(&mut tx, id(1)).await.unwrap().unwrap();
    assert_eq!(state.last_used_step, Some(Step::from_number(101)));
    assert_eq!(list(&mut tx).await[0].last_used_at, Some(NOW));
});

both_engines!(nodes, two_nodes_spend_a_time_step_once, |first, second| async move {
    with_apps(&first, 1).await;
    for step in 0..20 {
        let step = Step::from_number(step);
        let mut spenders = tokio::task::JoinSet::new();
        for node in [&first, &second, &first, &second] {
            let node = node.clone();
            spenders.spawn(patiently(move || {
                let node = node.clone();
                async move {
                    let mut tx = node.begin().await?;
                    let spent = spend_totp_step(&mut tx, id(1), step, NOW).await?;
                    tx.commit().await?;
                    Ok(spent)
                }
            }));
        }
        let winners = spenders.join_all().await.into_iter().filter(|spent| *spent).count();
        assert_eq!(winners, 1);
    }
});

both_engines!(nodes, two_removals_at_once_leave_one_credential, |first, second| async move {
    with_apps(&first, 2).await;
    let mut removers = tokio::task::JoinSet::new();
    for (node, number) in [(&first, 1), (&second, 2)] {
        let node = node.clone();
        removers.spawn(patiently(move || {
            let node = node.clone();
            async move {
                let mut tx = node.begin().await?;
                lock_credentials(&mut tx, account(), organisation()).await?;
                let credentials = Credentials::new(list_credentials(&mut tx, account()).await?);
                let Ok(removal) = credentials.remove(id(number), &CoreFactors::default(), NOW) else {
                    return Ok(false);
                };
                let mut saved = save_credential(&mut tx, &removal.removed).await?;
                if let Some(promoted) = removal.promoted {
                    saved &= save_credential(&mut tx, &promoted).await?;
                }
                tx.commit().await?;
                Ok(saved)
            }
        }));
    }
    let removed = removers.join_all().await.into_iter().filter(|removed| *removed).count();
    assert_eq!(removed, 1);
    assert_eq!(list(&mut first.begin().await.unwrap()).await.len(), 1);
});

both_engines!(a_password_is_set_and_its_history_kept, |store| async move {
    let rules = PasswordRules::default();
    let mut tx = store.begin().await.unwrap();
    assert_eq!(password(&mut tx, account()).await.unwrap(), None);
    for number in 1..=6 {
        let (hash, must_change) = (hashed(number), (number == 6).then_some(MustChange::Temporary));
        set_password(&mut tx, account(), organisation(), &hash, must_change, &rules, NOW).await.unwrap();
    }
    let stored = password(&mut tx, account()).await.unwrap().unwrap();
    let expected = StoredPassword { hash: hashed(6), set_at: NOW, must_change: Some(MustChange::Temporary) };
    assert_eq!(stored, expected);
    // With the present one, four are known.
    let former = list_former_passwords(&mut tx, account(), 10).await.unwrap();
    assert_eq!(former, [hashed(5), hashed(4), hashed(3)]);
    assert_eq!(list_former_passwords(&mut tx, account(), 1).await.unwrap(), [hashed(5)]);
});

both_engines!(an_import_never_replaces_a_password, |store| async move {
    let mut tx = store.begin().await.unwrap();
    assert!(insert_password(&mut tx, account(), organisation(), &hashed(1), None, NOW).await.unwrap());
    assert!(!insert_password(&mut tx, account(), organisation(), &hashed(2), None, NOW).await.unwrap());
    assert_eq!(password(&mut tx, account()).await.unwrap().unwrap().hash, hashed(1));
});

both_engines!(an_upgraded_hash_never_undoes_a_change, |store| async move {
    let mut tx = store.begin().await.unwrap();
    insert_password(&mut tx, account(), organisation(), &hashed(1), None, NOW).await.unwrap();
    assert!(upgrade_password(&mut tx, account(), &hashed(1), &hashed(2)).await.unwrap());
    assert!(!upgrade_password(&mut tx, account(), &hashed(1), &hashed(3)).await.unwrap());
    assert_eq!(password(&mut tx, account()).await.unwrap().unwrap().hash, hashed(2));
});

both_engines!(an_activation_code_is_spent_once_by_its_owner_in_time, |store| async move {
    let (first, second) = (ActivationCode::new([1; 15]).hash(), ActivationCode::new([2; 15]).hash());
    let expires_at = NOW.plus(MINUTE);
    let mut tx = store.begin().await.unwrap();
    for code in [&first, &second] {
        let purpose = ActivationPurpose::FirstPassword;
        insert_activation(&mut tx, account(), organisation(), code, purpose, NOW, expires_at).await.unwrap();
    }
    assert!(has_activation(&mut tx, account(), NOW).await.unwrap());
    assert!(!has_activation(&mut tx, account(), expires_at).await.unwrap());
    assert!(!spend_activation(&mut tx, account(), &first, NOW).await.unwrap(), "a newer one voids it");
    assert!(!spend_activation(&mut tx, account(), &second, expires_at).await.unwrap(), "too late");
    let stranger = AccountId::new(NOW, [9; 10]);
    assert!(!spend_activation(&mut tx, stranger, &second, NOW).await.unwrap());
    assert!(spend_activation(&mut tx, account(), &second, NOW).await.unwrap());
    assert!(!spend_activation(&mut tx, account(), &second, NOW).await.unwrap());
});

both_engines!(activation_codes_that_nobody_used_are_forgotten, |store| async move {
    let mut tx = store.begin().await.unwrap();
    for (number, purpose) in [(1, ActivationPurpose::FirstPassword), (2, ActivationPurpose::Reset)] {
        let code = ActivationCode::new([number; 15]).hash();
        let holder = AccountId::new(NOW, [number; 10]);
        insert_activation(&mut tx, holder, organisation(), &code, purpose, NOW, NOW.plus(MINUTE)).await.unwrap();
    }
    assert_eq!(delete_activations(&mut tx, account()).await.unwrap(), 1);
    assert_eq!(delete_expired_activations(&mut tx, NOW).await.unwrap(), 0);
    assert_eq!(delete_expired_activations(&mut tx, NOW.plus(MINUTE)).await.unwrap(), 1);
});

both_engines!(nodes, two_nodes_spend_an_activation_code_once, |first, second| async move {
    for number in 0..10 {
        let code = ActivationCode::new([number; 15]).hash();
        let mut tx = first.begin().await.unwrap();
        let purpose = ActivationPurpose::FirstPassword;
        insert_activation(&mut tx, account(), organisation(), &code, purpose, NOW, NOW.plus(MINUTE)).await.unwrap();
        tx.commit().await.unwrap();
        let mut spenders = tokio::task::JoinSet::new();
        for node in [&first, &second, &first, &second] {
            let node = node.clone();
            spenders.spawn(patiently(move || {
                let node = node.clone();
                async move {
                    let mut tx = node.begin().await?;
                    let spent = spend_activation(&mut tx, account(), &code, NOW).await?;
                    tx.commit().await?;
                    Ok(spent)
                }
            }));
        }
        let winners = spenders.join_all().await.into_iter().filter(|spent| *spent).count();
        assert_eq!(winners, 1);
    }
});

async fn reserve(tx: &mut Tx, attempt: &Attempt, now: Timestamp) -> Permit {
    reserve_attempt(tx, attempt, &ThrottleRules::default(), now).await.unwrap()
}

both_engines!(attempts_are_counted_before_they_are_checked, |store| async move {
    let wrong = attempt(FactorKind::Password, None);
    let until = NOW.plus(Duration::from_secs(30));
    let mut tx = store.begin().await.unwrap();
    for _ in 0..6 {
        assert_eq!(reserve(&mut tx, &wrong, NOW).await, Permit::Now);
    }
    assert_eq!(reserve(&mut tx, &wrong, NOW).await, Permit::Wait { until });
    assert_eq!(reserve(&mut tx, &wrong, NOW).await, Permit::Wait { until }, "waiting is not counted");
    assert_eq!(reserve(&mut tx, &wrong, until).await, Permit::Now);
});

both_engines!(a_success_or_an_administrator_starts_anew, |store| async move {
    let rules = ThrottleRules::default();
    let wrong = attempt(FactorKind::Password, None);
    let mut tx = store.begin().await.unwrap();
    for _ in 0..5 {
        reserve(&mut tx, &wrong, NOW).await;
    }
    succeed_attempt(&mut tx, &wrong, &rules, NOW).await.unwrap();
    for _ in 0..6 {
        assert_eq!(reserve(&mut tx, &wrong, NOW).await, Permit::Now);
    }
    assert_ne!(reserve(&mut tx, &wrong, NOW).await, Permit::Now);
    reset_throttle(&mut tx, &wrong.who, FactorKind::Password).await.unwrap();
    assert_eq!(reserve(&mut tx, &wrong, NOW).await, Permit::Now);
});

both_engines!(an_attempt_that_could_not_be_checked_is_given_back, |store| async move {
    let rules = ThrottleRules::default();
    let unlucky = attempt(FactorKind::Totp, None);
    let mut tx = store.begin().await.unwrap();
    for _ in 0..50 {
        assert_eq!(reserve(&mut tx, &unlucky, NOW).await, Permit::Now);
        give_back_attempt(&mut tx, &unlucky, &rules, NOW).await.unwrap();
    }
});

both_engines!(an_attacker_elsewhere_does_not_stop_a_known_browser_nor_another_factor, |store| async move {
    let device = DeviceId::new(NOW, [3; 10]);
    let mut tx = store.begin().await.unwrap();
    while reserve(&mut tx, &attempt(FactorKind::Password, None), NOW).await == Permit::Now {}
    assert_eq!(reserve(&mut tx, &attempt(FactorKind::Password, Some(device)), NOW).await, Permit::Now);
    assert_eq!(reserve(&mut tx, &attempt(FactorKind::Totp, None), NOW).await, Permit::Now);
});

both_engines!(a_hundred_wrong_codes_in_a_row_are_the_end_until_re_enrolment, |store| async move {
    let device = DeviceId::new(NOW, [3; 10]);
    let mut tx = store.begin().await.unwrap();
    let (mut now, mut counted) = (NOW, 0);
    loop {
        // Both browsers count towards one ceiling.
        let known_device = (counted % 2 == 0).then_some(device);
        match reserve(&mut tx, &attempt(FactorKind::Totp, known_device), now).await {
            Permit::Now => counted += 1,
            Permit::Wait { until } => now = until,
            Permit::Never => break,
        }
    }
    assert_eq!(counted, 100);
    assert_eq!(
        delete_forgotten_throttles(&mut tx, now.plus(1_000_000 * MINUTE)).await.unwrap(),
        2,
        "device and network"
    );
    assert_eq!(reserve(&mut tx, &attempt(FactorKind::Totp, None), now).await, Permit::Never);
    reset_throttle(&mut tx, &Who::Account(account()), FactorKind::Totp).await.unwrap();
    assert_eq!(reserve(&mut tx, &attempt(FactorKind::Totp, None), now).await, Permit::Now);
});

both_engines!(counters_that_say_nothing_any_more_are_forgotten, |store| async move {
    let mut tx = store.begin().await.unwrap();
    reserve(&mut tx, &attempt(FactorKind::Password, None), NOW).await;
    assert_eq!(delete_forgotten_throttles(&mut tx, NOW).await.unwrap(), 0);
    let later = NOW.plus(Duration::from_secs(3_600));
    assert_eq!(delete_forgotten_throttles(&mut tx, later).await.unwrap(), 2);
});

both_engines!(the_table_of_counters_names_nobody, |store| async move {
    let mut tx = store.begin().await.unwrap();
    let who = Who::Address("nurse@riverside-surgery.example".to_owned());
    reserve(&mut tx, &Attempt { who, ..attempt(FactorKind::Password, None) }, NOW).await;
    let rows = tx.all("SELECT subject FROM throttles", crate::args![]).await.unwrap();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row.get::<[u8; 32]>("subject").is_ok()));
});

both_engines!(nodes, guesses_made_side_by_side_are_all_counted, |first, second| async move {
    let mut guessers = tokio::task::JoinSet::new();
    for number in 0..20 {
        let node = if number % 2 == 0 { first.clone() } else { second.clone() };
        guessers.spawn(patiently(move || {
            let node = node.clone();
            async move {
                let mut tx = node.begin().await?;
                let guess = attempt(FactorKind::Password, None);
                let permit = reserve_attempt(&mut tx, &guess, &ThrottleRules::default(), NOW).await?;
                tx.commit().await?;
                Ok(permit == Permit::Now)
            }
        }));
    }
    let permitted = guessers.join_all().await.into_iter().filter(|permitted| *permitted).count();
    assert_eq!(permitted, 6, "five free failures and the one after which the first wait begins");
});

fn number(digits: &str) -> PhoneNumber {
    PhoneNumber::restore(digits.to_owned(), None)
}

async fn with_number(tx: &mut Tx, byte: u8, account: AccountId, digits: &str) {
    let credential = Credential { account, kind: FactorKind::Sms, is_default: false, ..app(byte, false) };
    let secret = telephone_secret(&number(digits)).unwrap();
    insert_credential(tx, &credential, Some(&secret), None).await.unwrap();
    note_number(tx, id(byte), &number(digits)).await.unwrap();
}

both_engines!(a_number_reads_back_and_is_found_on_every_account_that_has_it, |store| async move {
    let mut tx = store.begin().await.unwrap();
    let other = AccountId::new(NOW, [7; 10]);
    with_number(&mut tx, 1, account(), "+447700900123").await;
    with_number(&mut tx, 2, other, "+447700900123").await;
    with_number(&mut tx, 3, other, "+447700900124").await;
    assert_eq!(find_number(&mut tx, id(1)).await.unwrap(), Some(number("+447700900123")));
    assert_eq!(find_number(&mut tx, id(9)).await.unwrap(), None);
    let found = list_accounts_with_number(&mut tx, &number("+447700900123"), 10).await.unwrap();
    assert_eq!(found, [account(), other]);
    assert_eq!(list_accounts_with_number(&mut tx, &number("+447700900123"), 1).await.unwrap().len(), 1);
    let removed = Credential { kind: FactorKind::Sms, state: CredentialState::Removed { at: NOW }, ..app(1, false) };
    assert!(save_credential(&mut tx, &removed).await.unwrap());
    assert_eq!(find_number(&mut tx, id(1)).await.unwrap(), None);
    assert_eq!(list_accounts_with_number(&mut tx, &number("+447700900123"), 10).await.unwrap(), [other]);
    let rows = tx.all("SELECT number_mac, sealed_secret FROM credentials", crate::args![]).await.unwrap();
    for row in rows {
        let sealed: Option<Vec<u8>> = row.get("sealed_secret").unwrap();
        let kept = [row.get::<Vec<u8>>("number_mac").unwrap(), sealed.unwrap_or_default()].concat();
        assert!(!kept.windows(9).any(|window| window == b"770090012"), "the table holds a number in the clear");
    }
});

both_engines!(a_use_is_noted_of_an_active_credential_only, |store| async move {
    with_apps(&store, 1).await;
    let mut tx = store.begin().await.unwrap();
    assert!(note_use(&mut tx, id(1), NOW).await.unwrap());
    assert_eq!(find_credential(&mut tx, id(1)).await.unwrap().unwrap().last_used_at, Some(NOW));
    assert!(!note_use(&mut tx, id(2), NOW).await.unwrap());
});

both_engines!(the_secret_of_a_pending_telephone_changes_until_it_is_confirmed, |store| async move {
    let mut tx = store.begin().await.unwrap();
    let expires_at = NOW.plus(MINUTE);
    let pending = Credential {
        kind: FactorKind::Sms,
        state: CredentialState::Pending { session: SessionId::new(NOW, [1; 10]), expires_at },
        ..app(1, false)
    };
    insert_credential(&mut tx, &pending, Some(&Secret::new(b"first".to_vec())), None).await.unwrap();
    assert_eq!(pending_secret(&mut tx, id(1)).await.unwrap().unwrap().expose(), b"first");
    assert!(set_pending_secret(&mut tx, id(1), &Secret::new(b"second".to_vec())).await.unwrap());
    assert_eq!(pending_secret(&mut tx, id(1)).await.unwrap().unwrap().expose(), b"second");
    let active = Credential { state: CredentialState::Active, ..pending };
    assert!(save_credential(&mut tx, &active).await.unwrap());
    assert_eq!(pending_secret(&mut tx, id(1)).await.unwrap(), None);
    assert!(!set_pending_secret(&mut tx, id(1), &Secret::new(b"third".to_vec())).await.unwrap());
});

/// Tries again while the database is busy, as a use case's caller does.
async fn patiently<T, F: Future<Output = Result<T, crate::StoreError>>>(operation: impl Fn() -> F) -> T {
    loop {
        match operation().await {
            Ok(value) => return value,
            Err(error) if error.is_busy() => tokio::task::yield_now().await,
            Err(error) => panic!("{error:?}"),
        }
    }
}

fn key(number: u8) -> NewKey {
    let record = serde_json::json!({
        "id": vec![number; 4],
        "public_key": {"type_": "ES256", "key": {"EC_EC2": {"curve": "SECP256R1", "x": "AQ", "y": "Ag"}}},
        "transports": ["usb"], "backup_eligible": true, "backed_up": false, "model": null,
    });
    NewKey { record: KeyRecord::from_bytes(record.to_string().as_bytes()).unwrap(), counter: 3 }
}

fn security_key(number: u8) -> Credential {
    Credential { kind: FactorKind::WebAuthn, ..app(number, false) }
}

async fn with_key(store: &Store, number: u8) -> bool {
    let mut tx = store.begin().await.unwrap();
    let (credential, key) = (security_key(number), key(number));
    insert_credential(&mut tx, &credential, Some(&key_secret(account(), &key.record)), None).await.unwrap();
    let inserted = insert_key(&mut tx, &credential, &key).await.unwrap();
    tx.commit().await.unwrap();
    inserted
}

both_engines!(a_security_key_reads_back_and_belongs_to_one_account, |store| async move {
    assert!(with_key(&store, 1).await);
    let mut tx = store.begin().await.unwrap();
    let found = list_keys(&mut tx, account()).await.unwrap();
    let expected = KeyState { credential: id(1), account: account(), record: key(1).record, counter: 3 };
    assert_eq!(found, [expected]);
    let other = Credential { account: AccountId::new(NOW, [9; 10]), ..security_key(2) };
    assert!(!insert_key(&mut tx, &other, &key(1)).await.unwrap(), "another account has it");
    // A removed one can be registered again.
    let removed = Credential { state: CredentialState::Removed { at: NOW }, ..security_key(1) };
    assert!(save_credential(&mut tx, &removed).await.unwrap());
    assert_eq!(list_keys(&mut tx, account()).await.unwrap(), []);
    assert!(insert_key(&mut tx, &other, &key(1)).await.unwrap());
});

both_engines!(a_counter_of_a_key_is_accepted_once, |store| async move {
    with_key(&store, 1).await;
    let used = |counter| UsedKey { credential: id(1), account: account(), counter, record: None };
    let mut tx = store.begin().await.unwrap();
    assert!(!use_key(&mut tx, &used(3), NOW).await.unwrap(), "as when it was registered");
    assert!(use_key(&mut tx, &used(4), NOW).await.unwrap());
    assert!(!use_key(&mut tx, &used(4), NOW).await.unwrap(), "on another node in the same second");
    assert!(!use_key(&mut tx, &used(0), NOW).await.unwrap(), "a key that counts does not stop counting");
    let news = UsedKey { record: Some(Box::new(key(2).record)), ..used(9) };
    assert!(use_key(&mut tx, &news, NOW).await.unwrap());
    let found = list_keys(&mut tx, account()).await.unwrap();
    assert_eq!((found[0].counter, &found[0].record), (9, &key(2).record));
    assert_eq!(list(&mut tx).await[0].last_used_at, Some(NOW));
});

both_engines!(a_key_without_a_counter_can_be_used_again, |store| async move {
    let mut tx = store.begin().await.unwrap();
    let key = NewKey { counter: 0, ..key(1) };
    insert_credential(&mut tx, &security_key(1), Some(&key_secret(account(), &key.record)), None).await.unwrap();
    insert_key(&mut tx, &security_key(1), &key).await.unwrap();
    let used = UsedKey { credential: id(1), account: account(), counter: 0, record: None };
    assert!(use_key(&mut tx, &used, NOW).await.unwrap() && use_key(&mut tx, &used, NOW).await.unwrap());
});

fn card(subject: &str) -> CardRecord {
    let shown = PresentedCard::vouched("https://cards.example", subject, Vec::new(), NOW, NOW);
    let address = AccountAddress::parse("nurse@a.example").unwrap();
    match link(&SmartcardRules::default(), &shown, id(1), &address, NOW) {
        Linking::Accept { record, .. } => record,
        Linking::Refuse(failure) => panic!("{failure}"),
    }
}

both_engines!(a_smartcard_reads_back_and_belongs_to_one_account, |store| async move {
    let mut tx = store.begin().await.unwrap();
    let linked = Credential { kind: FactorKind::Smartcard, ..app(1, false) };
    insert_credential(&mut tx, &linked, Some(&card_secret(account(), &card("5"))), None).await.unwrap();
    assert!(insert_card(&mut tx, &linked, &card("5")).await.unwrap());
    let expected = CardState { credential: id(1), account: account(), record: card("5") };
    assert_eq!(list_cards(&mut tx, account()).await.unwrap(), [expected]);
    let other = Credential { id: id(2), account: AccountId::new(NOW, [9; 10]), ..linked.clone() };
    assert!(!insert_card(&mut tx, &other, &card("5")).await.unwrap(), "another account has it");
    let removed = Credential { state: CredentialState::Removed { at: NOW }, ..linked };
    assert!(save_credential(&mut tx, &removed).await.unwrap());
    assert_eq!(list_cards(&mut tx, account()).await.unwrap(), []);
    assert!(insert_card(&mut tx, &other, &card("5")).await.unwrap(), "a removed one can be linked again");
});

both_engines!(a_smartcard_that_was_moved_to_another_account_is_none, |store| async move {
    let mut tx = store.begin().await.unwrap();
    let linked = Credential { kind: FactorKind::Smartcard, ..app(1, false) };
    insert_credential(&mut tx, &linked, Some(&card_secret(account(), &card("5"))), None).await.unwrap();
    let other = AccountId::new(NOW, [9; 10]);
    tx.exec("UPDATE credentials SET account_id = $1", args![other]).await.unwrap();
    assert!(list_cards(&mut tx, other).await.is_err());
});

both_engines!(who_was_given_a_key_stays_known_when_it_is_gone, |store| async move {
    with_key(&store, 1).await;
    let custody = StoredCustody {
        serial: "12345678".to_owned(),
        model: "YubiKey 5 NFC".to_owned(),
        handed_over_on: "2026-11-22".to_owned(),
        registered_by: AccountId::new(NOW, [7; 10]),
    };
    let mut tx = store.begin().await.unwrap();
    insert_custody(&mut tx, &security_key(1), &custody, NOW).await.unwrap();
    let removed = Credential { state: CredentialState::Removed { at: NOW }, ..security_key(1) };
    save_credential(&mut tx, &removed).await.unwrap();
    assert_eq!(find_custody(&mut tx, id(1)).await.unwrap(), Some(custody));
    assert_eq!(find_custody(&mut tx, id(2)).await.unwrap(), None);
});

fn pass(number: u8, multi_use: bool) -> PassState {
    let code = PassCode::parse("abcd-efgh-jkmn").unwrap();
    PassState { id: id(number), code, starts_at: NOW, expires_at: NOW.plus(MINUTE * 60), multi_use }
}

async fn with_pass(store: &Store, state: &PassState) {
    let mut tx = store.begin().await.unwrap();
    let new = NewPass { state, account: account(), organisation: organisation(), issued_by: Some(account()) };
    assert!(insert_pass(&mut tx, &new, NOW).await.unwrap());
    tx.commit().await.unwrap();
}

both_engines!(a_pass_reads_back_in_its_time_and_is_one_at_a_time, |store| async move {
    with_pass(&store, &pass(1, true)).await;
    with_pass(&store, &pass(2, false)).await;
    let mut tx = store.begin().await.unwrap();
    let found = find_open_pass(&mut tx, account(), NOW).await.unwrap().unwrap();
    assert_eq!((found.id, found.multi_use, found.expires_at), (id(2), false, NOW.plus(MINUTE * 60)));
    assert_eq!(found.code.text().expose(), "abcd-efgh-jkmn");
    assert!(find_open_pass(&mut tx, account(), NOW.minus(MINUTE)).await.unwrap().is_none(), "before its time");
    assert!(find_open_pass(&mut tx, account(), NOW.plus(MINUTE * 60)).await.unwrap().is_none(), "after it");
    assert!(find_open_pass(&mut tx, AccountId::new(NOW, [9; 10]), NOW).await.unwrap().is_none());
    let facts = find_pass_facts(&mut tx, account()).await.unwrap().unwrap();
    assert_eq!((facts.multi_use, facts.used_at, facts.ended_at), (false, None, None));
    let before = PassState { id: CredentialId::new(NOW.minus(MINUTE), [3; 10]), ..pass(1, true) };
    for (state, why) in
        [(pass(2, true), "it is given already"), (before, "another was given since its page was opened")]
    {
        let new = NewPass { state: &state, account: account(), organisation: organisation(), issued_by: None };
        assert!(!insert_pass(&mut tx, &new, NOW).await.unwrap(), "{why}");
    }
    assert_eq!(delete_passes_over(&mut tx, NOW.plus(MINUTE * 60)).await.unwrap(), 1);
});

both_engines!(of_two_uses_of_a_pass_that_is_good_once_one_counts, |store| async move {
    with_pass(&store, &pass(1, false)).await;
    let mut tx = store.begin().await.unwrap();
    assert!(use_pass(&mut tx, id(1), NOW).await.unwrap());
    assert!(!use_pass(&mut tx, id(1), NOW).await.unwrap());
    assert!(find_open_pass(&mut tx, account(), NOW).await.unwrap().is_none());
    let facts = find_pass_facts(&mut tx, account()).await.unwrap().unwrap();
    assert_eq!((facts.used_at, facts.ended_at), (Some(NOW), Some(NOW)));
});

both_engines!(a_pass_for_several_uses_ends_when_it_is_ended, |store| async move {
    with_pass(&store, &pass(1, true)).await;
    let mut tx = store.begin().await.unwrap();
    assert!(use_pass(&mut tx, id(1), NOW).await.unwrap() && use_pass(&mut tx, id(1), NOW).await.unwrap());
    assert!(end_pass(&mut tx, account(), NOW).await.unwrap());
    assert!(!end_pass(&mut tx, account(), NOW).await.unwrap(), "it has ended");
    assert!(!use_pass(&mut tx, id(1), NOW).await.unwrap());
    assert!(find_open_pass(&mut tx, account(), NOW).await.unwrap().is_none());
});

fn recovery_codes(set: u8) -> RecoveryCodes {
    let hash = PasswordHash::decoy(HashParams::cheapest());
    RecoveryCodes {
        id: id(set),
        left: [10, 11, 12].map(|last| HashedCode { id: id(set + last), hash: hash.clone() }).into(),
    }
}

both_engines!(recovery_codes_are_counted_and_new_ones_take_the_place_of_old_ones, |store| async move {
    let mut tx = store.begin().await.unwrap();
    let whose = (account(), organisation());
    assert!(find_recovery_codes(&mut tx, account()).await.unwrap().is_none());
    insert_recovery_codes(&mut tx, whose, &recovery_codes(1), NOW).await.unwrap();
    insert_recovery_codes(&mut tx, whose, &recovery_codes(2), NOW).await.unwrap();
    let found = find_recovery_codes(&mut tx, account()).await.unwrap().unwrap();
    assert_eq!((found.id, found.left.len()), (id(2), 3));
    assert_eq!(found.left[0].hash, PasswordHash::decoy(HashParams::cheapest()));
    assert!(use_recovery_code(&mut tx, id(12), NOW).await.unwrap());
    let facts = find_recovery_facts(&mut tx, account()).await.unwrap().unwrap();
    assert_eq!(facts, RecoveryFacts { id: id(2), made_at: NOW, made: 3, left: 2 });
    assert!(find_recovery_facts(&mut tx, AccountId::new(NOW, [9; 10])).await.unwrap().is_none());
    assert_eq!(find_recovery_set(&mut tx, account()).await.unwrap(), Some(id(2)));
    assert!(
        use_recovery_code(&mut tx, id(13), NOW).await.unwrap()
            && use_recovery_code(&mut tx, id(14), NOW).await.unwrap()
    );
    assert_eq!(find_recovery_set(&mut tx, account()).await.unwrap(), None, "none is left");
    assert!(delete_recovery_codes(&mut tx, account()).await.unwrap());
    assert!(!delete_recovery_codes(&mut tx, account()).await.unwrap());
});

both_engines!(new_recovery_codes_are_asked_for_once_after_each_use_when_few_are_left, |store| async move {
    let mut tx = store.begin().await.unwrap();
    let whose = (account(), organisation());
    let asks = async |tx: &mut Tx| claim_renewal(tx, account(), 1, NOW).await.unwrap();
    assert!(!asks(&mut tx).await, "there are none");
    insert_recovery_codes(&mut tx, whose, &recovery_codes(1), NOW).await.unwrap();
    use_recovery_code(&mut tx, id(11), NOW).await.unwrap();
    assert!(!asks(&mut tx).await, "two are left");
    use_recovery_code(&mut tx, id(12), NOW).await.unwrap();
    assert!(asks(&mut tx).await);
    assert!(!asks(&mut tx).await, "it was asked for");
    use_recovery_code(&mut tx, id(13), NOW).await.unwrap();
    assert!(asks(&mut tx).await, "none is left");
    insert_recovery_codes(&mut tx, whose, &recovery_codes(2), NOW).await.unwrap();
    assert!(!asks(&mut tx).await, "they are new");
});

both_engines!(of_two_uses_of_a_recovery_code_one_counts, |store| async move {
    let mut tx = store.begin().await.unwrap();
    insert_recovery_codes(&mut tx, (account(), organisation()), &recovery_codes(1), NOW).await.unwrap();
    assert!(use_recovery_code(&mut tx, id(11), NOW).await.unwrap());
    assert!(!use_recovery_code(&mut tx, id(11), NOW).await.unwrap());
    let left = find_recovery_codes(&mut tx, account()).await.unwrap().unwrap().left;
    assert_eq!(left.iter().map(|code| code.id).collect::<Vec<_>>(), [id(12), id(13)]);
});

both_engines!(recovery_codes_that_were_moved_to_another_account_are_none, |store| async move {
    let mut tx = store.begin().await.unwrap();
    insert_recovery_codes(&mut tx, (account(), organisation()), &recovery_codes(1), NOW).await.unwrap();
    let other = AccountId::new(NOW, [9; 10]);
    tx.exec("UPDATE recovery_codes SET account_id = $1", args![other]).await.unwrap();
    assert!(find_recovery_codes(&mut tx, other).await.is_err());
});

fn token(number: u8, owner: Option<AccountId>) -> StoredToken {
    StoredToken {
        id: id(number),
        organisation: organisation(),
        account: owner,
        credential: None,
        name: TokenName { serial: format!("T{number}"), manufacturer: "Maker".to_owned(), model: "One".to_owned() },
        shape: CodeShape { hash: CodeHash::Sha256, seconds: 60 },
    }
}

both_engines!(a_token_is_assigned_once_activated_once_and_free_again_when_its_credential_goes, |store| async move {
    let mut tx = store.begin().await.unwrap();
    let stock = token(1, None);
    assert!(insert_token(&mut tx, &stock, &seed(1), NOW).await.unwrap());
    assert!(!insert_token(&mut tx, &StoredToken { id: id(2), ..stock.clone() }, &seed(1), NOW).await.unwrap());
    assert!(has_seed(&mut tx, id(1), &seed(1)).await.unwrap() && !has_seed(&mut tx, id(1), &seed(2)).await.unwrap());
    assert_eq!(find_token(&mut tx, organisation(), "T1").await.unwrap(), Some(stock.clone()));
    let elsewhere = OrganisationId::new(NOW, [8; 10]);
    assert!(find_token(&mut tx, elsewhere, "T1").await.unwrap().is_none());
    let theirs = StoredToken { id: id(3), organisation: elsewhere, ..stock.clone() };
    assert!(insert_token(&mut tx, &theirs, &seed(3), NOW).await.unwrap(), "another organisation's number");
    assert_eq!(find_tokens(&mut tx, "T1").await.unwrap().len(), 2);
    assert!(delete_token(&mut tx, theirs.id).await.unwrap());
    assert!(find_assigned_token(&mut tx, id(1), account()).await.unwrap().is_none(), "it is in stock");
    assert!(assign_token(&mut tx, &stock, Some(account()), NOW).await.unwrap());
    assert!(!assign_token(&mut tx, &stock, Some(AccountId::new(NOW, [9; 10])), NOW).await.unwrap(), "it has gone");
    let state = find_assigned_token(&mut tx, id(1), account()).await.unwrap().unwrap();
    assert_eq!((state.is_token, state.shape, state.seed.expose().as_slice()), (true, stock.shape, [1; 20].as_slice()));
    assert!(find_assigned_token(&mut tx, id(1), AccountId::new(NOW, [9; 10])).await.unwrap().is_none());

    assert_eq!(find_token_to_activate(&mut tx, account()).await.unwrap(), Some(id(1)));
    let credential = Credential { kind: FactorKind::HardwareToken, ..app(7, true) };
    let seed_of = activate_token(&mut tx, id(1), account(), credential.id).await.unwrap().unwrap();
    assert!(activate_token(&mut tx, id(1), account(), id(8)).await.unwrap().is_none(), "of two at once, one");
    insert_credential(&mut tx, &credential, Some(&seed_of), None).await.unwrap();
    let state = find_totp(&mut tx, credential.id).await.unwrap().unwrap();
    assert_eq!((state.is_token, state.shape), (true, stock.shape));
    assert!(spend_totp_step(&mut tx, credential.id, Step::from_number(5), NOW).await.unwrap());
    let held = list_tokens(&mut tx, account()).await.unwrap().remove(0);
    assert_eq!(held.credential, Some(credential.id));
    assert_eq!(find_token_to_activate(&mut tx, account()).await.unwrap(), None);
    assert!(!assign_token(&mut tx, &held, None, NOW).await.unwrap(), "what is in use is not taken back");

    let gone = Credential { state: CredentialState::Removed { at: NOW }, ..credential };
    assert!(save_credential(&mut tx, &gone).await.unwrap());
    let held = list_tokens(&mut tx, account()).await.unwrap().remove(0);
    assert_eq!((held.account, held.credential), (Some(account()), None));
    let state = find_assigned_token(&mut tx, id(1), account()).await.unwrap().unwrap();
    assert_eq!(state.last_used_step, Some(Step::from_number(5)), "its codes are good once, also across that");
    assert!(!delete_token(&mut tx, id(1)).await.unwrap(), "somebody has it");
    assert!(assign_token(&mut tx, &held, None, NOW).await.unwrap());
    assert_eq!(list_tokens(&mut tx, account()).await.unwrap(), []);
});
