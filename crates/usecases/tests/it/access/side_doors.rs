//! What would open a compromised account by the side, or make less of a pin.

use std::time::Duration;

use wardkey_domain::access::{Hold, Unusable};
use wardkey_domain::credential::CredentialState;
use wardkey_domain::directory::{AccountFields, Role, StatusName};
use wardkey_domain::factor::FactorKind;
use wardkey_domain::factor::hardware_token::TokenName;
use wardkey_domain::factor::temporary_access_pass::PassTerms;
use wardkey_domain::factor::totp::{CodeHash, CodeShape};
use wardkey_domain::id::CredentialId;
use wardkey_domain::secret::Secret;
use wardkey_store::credential::StoredToken;
use wardkey_testkit::{PASSWORD, Person, TestApp};
use wardkey_usecases::access::ask_to_lift_pin;
use wardkey_usecases::directory::{
    ImportMode, ImportProgress, IncomingAccount, IncomingRow, NewAdministrator, NewRole, assign_token,
    begin_registering_key, create_admin, disable, enable, end_sessions, grant_role, import_accounts, issue_pass,
    next_pass, re_enrol, set_temporary_password, withdraw_pass,
};
use wardkey_usecases::{Error, Result};

use super::compromise_support::*;

/// A sentence that says why, and where to go on.
fn is_led_to_the_case<T: std::fmt::Debug>(result: Result<T>, door: &str) {
    match result {
        Err(Error::Conflict(why)) => {
            assert!(why.contains("marked as compromised") && why.contains("case 1"), "{door}: {why}");
        }
        other => panic!("{door}: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_opens_a_compromised_account_by_the_side() {
    let test = trust().await;
    enrol(&test, NURSE, 1, test.app.now()).await;
    let op = acting(&test, TENANT).await;
    mark(&test, &op, NURSE).await.unwrap();
    let nurse = test.account(NURSE).await.id;
    add_token(&test).await;
    for op in [op, test.operator()] {
        let (app, pass) = (&test.app, next_pass(&test.app, &op));
        is_led_to_the_case(enable(app, &op, nurse, "x").await, "enable");
        is_led_to_the_case(set_temporary_password(app, &op, nurse, "x").await, "temporary password");
        is_led_to_the_case(re_enrol(app, &op, nurse, "x").await, "re-enrol");
        let terms = PassTerms { starts_at: None, lifetime: None, multi_use: false };
        is_led_to_the_case(issue_pass(app, &op, nurse, pass, &terms, "x").await, "pass");
        is_led_to_the_case(assign_token(app, &op, nurse, "1234567").await, "token");
        if op.account().is_some() {
            is_led_to_the_case(begin_registering_key(app, &op, nurse).await, "security key");
        }
        // What opens nothing goes on.
        assert_eq!(outcome(disable(app, &op, nurse, "x").await), "conflict", "it is disabled");
        assert_eq!(outcome(end_sessions(app, &op, nurse, "x").await), "done");
        assert_eq!(outcome(withdraw_pass(app, &op, nurse, "x").await), "conflict", "there is none");
    }
    let administrator = NewAdministrator {
        address: NURSE.parse().unwrap(),
        display_name: "Nurse".to_owned(),
        ods_code: "A1".parse().unwrap(),
        organisation_name: None,
        role: Role::TenantAdministrator,
    };
    is_led_to_the_case(create_admin(&test.app, &test.operator(), administrator).await, "activation code");
    assert_eq!(hold(&test, NURSE).await, Hold::Compromised);
    assert_eq!(status(&test, NURSE).await, StatusName::Disabled);
    let mut tx = test.app.store().read().await.unwrap();
    assert!(!wardkey_store::credential::has_activation(&mut tx, nurse, test.app.now()).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_neither_opens_a_compromised_account_nor_lifts_a_pin() {
    let test = trust().await;
    test.add_account("A1", "new@a.example").await;
    let op = acting(&test, TENANT).await;
    mark(&test, &op, "new@a.example").await.unwrap();
    let password = test.app.hashing().hash(test.app.random(), Secret::new(PASSWORD.to_owned())).await.unwrap();
    let refused = import(&test, "new@a.example", "A1", "user", &password.phc()).await;
    assert!(refused[0].contains("compromised"), "{refused:?}");
    assert_eq!(import(&test, "new@a.example", "B1", "user", "").await, [] as [String; 0], "it moves, and stays shut");
    assert_eq!(hold(&test, "new@a.example").await, Hold::Compromised);
    assert_eq!(status(&test, "new@a.example").await, StatusName::Disabled);
    pin(&test, NURSE).await;
    assert_eq!(import(&test, NURSE, "B1", "user", "").await, [] as [String; 0]);
    assert_eq!(hold(&test, NURSE).await, Hold::Pinned);
    // Nor does it become another kind of account, of which less is asked.
    let refused = import(&test, NURSE, "B1", "application_account", "").await;
    assert!(refused[0].contains("cannot convert"), "{refused:?}");
    assert_eq!(hold(&test, NURSE).await, Hold::Pinned);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_anybody_does_to_an_account_lifts_its_pin() {
    let test = trust().await;
    pin(&test, NURSE).await;
    let (op, nurse) = (acting(&test, TENANT).await, test.account(NURSE).await.id);
    let app = &test.app;
    disable(app, &op, nurse, "x").await.unwrap();
    assert_eq!(hold(&test, NURSE).await, Hold::Pinned, "disabled");
    enable(app, &op, nurse, "x").await.unwrap();
    assert_eq!(hold(&test, NURSE).await, Hold::Pinned, "enabled");
    re_enrol(app, &op, nurse, "x").await.unwrap();
    assert_eq!(hold(&test, NURSE).await, Hold::Pinned, "enrolled again");
    set_temporary_password(app, &op, nurse, "x").await.unwrap();
    let terms = PassTerms { starts_at: None, lifetime: None, multi_use: false };
    issue_pass(app, &op, nurse, next_pass(app, &op), &terms, "x").await.unwrap();
    let role = NewRole { account: nurse, role: Role::Assessor, organisation: "A1".parse().unwrap(), expires_at: None };
    grant_role(app, &op, &role).await.unwrap();
    ask_to_lift_pin(app, &op, nurse, "x").await.unwrap();
    assert_eq!(hold(&test, NURSE).await, Hold::Pinned, "one person alone");
    let mut tx = app.store().begin().await.unwrap();
    wardkey_store::access::bump_epoch(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(hold(&test, NURSE).await, Hold::Pinned, "other policies");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quarantined_factor_proves_nothing_although_the_account_is_open() {
    let test = trust().await;
    let mut nurse = Person::new(NURSE, PASSWORD);
    nurse.sign_in_and_enrol(&mut test.browser(), test.app.now()).await;
    quarantine_all(&test).await;
    test.clock.next_code();
    let mut browser = test.browser();
    nurse.enter_password(&mut browser).await;
    assert!(browser.page().shows("SIGNIN-"), "{}", browser.page().text());
    assert_ne!(browser.page().path(), "/signin/code", "{}", browser.page().text());
    let (op, id) = (acting(&test, LOCAL).await, test.account(NURSE).await.id);
    let facts = wardkey_usecases::directory::see_account(&test.app, &op, id).await.unwrap();
    assert_eq!(facts.credentials[0].unusable, Some(Unusable::Quarantined));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quarantined_app_steps_nothing_up_and_moves_nowhere() {
    let test = trust().await;
    let app = enrol_kind(&test, NURSE, 1, test.app.now(), FactorKind::Push).await;
    let browser = test.signed_in(NURSE).await;
    quarantine_all(&test).await;
    let session = wardkey_usecases::session::authenticate(&test.app, &browser).await.unwrap().unwrap();
    let op = session.op(&test.app, &browser);
    assert_eq!(
        outcome(wardkey_usecases::credential::begin_moving_app(&test.app, &op, app, "123456").await),
        "conflict"
    );
    let mut tx = test.app.store().read().await.unwrap();
    let kept = wardkey_store::credential::find_credential(&mut tx, app).await.unwrap().unwrap();
    assert_eq!(kept.state, CredentialState::Active, "it is kept, until somebody decides");
}

/// Quarantines everything that the nurse has, and leaves the account open otherwise.
async fn quarantine_all(test: &TestApp) {
    let (nurse, now) = (test.account(NURSE).await.id, test.app.now());
    let mut tx = test.app.store().begin().await.unwrap();
    let case = wardkey_domain::id::CaseId::new(now, [1; 10]);
    let since = now.minus(Duration::from_secs(3_600));
    let quarantined = wardkey_store::access::quarantine_since(&mut tx, (nurse, case), since, now).await.unwrap();
    assert!(!quarantined.is_empty());
    tx.commit().await.unwrap();
}

async fn add_token(test: &TestApp) {
    let organisation = test.account(NURSE).await.organisation;
    let token = StoredToken {
        id: CredentialId::new(test.app.now(), [77; 10]),
        organisation,
        account: None,
        credential: None,
        name: TokenName {
            serial: "1234567".to_owned(),
            manufacturer: "Contoso".to_owned(),
            model: "HardwareKey".to_owned(),
        },
        shape: CodeShape { hash: CodeHash::Sha1, seconds: 30 },
    };
    let mut tx = test.app.store().begin().await.unwrap();
    let seed = Secret::new(vec![1; 20]);
    wardkey_store::credential::insert_token(&mut tx, &token, &seed, test.app.now()).await.unwrap();
    tx.commit().await.unwrap();
}

/// Imports one row; gives back what is wrong with it.
async fn import(test: &TestApp, address: &str, ods_code: &str, kind: &str, password_hash: &str) -> Vec<String> {
    let fields = AccountFields { ods_code, address, kind, password_hash, ..AccountFields::default() };
    let rows = [IncomingRow { line: 2, row: IncomingAccount::check(&fields) }];
    let mut refused = Vec::new();
    let mut progress = |told: ImportProgress<'_>| {
        if let ImportProgress::Refused { errors, .. } = told {
            refused.extend(errors.iter().map(|error| format!("{error:?}")));
        }
    };
    import_accounts(&test.app, &test.operator(), rows, ImportMode::Write, &mut progress).await.unwrap();
    refused
}
