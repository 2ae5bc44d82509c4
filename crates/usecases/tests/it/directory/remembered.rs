//! What ends that a browser is remembered.

use std::time::Duration;

use wardkey_domain::access::Hold;
use wardkey_domain::directory::{OdsCode, Role};
use wardkey_domain::factor::FactorKind;
use wardkey_domain::id::DeviceId;
use wardkey_domain::op::{Actor, Op, Origin};
use wardkey_domain::session::{KnownDevice, Remembered};
use wardkey_testkit::TestApp;
use wardkey_usecases::access::{Marking, mark_compromised, next_marking};
use wardkey_usecases::directory::{NewRole, disable, end_sessions, grant_role, re_enrol, set_temporary_password};
use wardkey_usecases::{Error, session};

const NURSE: &str = "nurse@a.example";

fn device(number: u8) -> DeviceId {
    DeviceId::new(wardkey_domain::time::Timestamp::from_seconds(0), [number; 10])
}

/// A nurse with an app, who has had two browsers remembered.
async fn practice() -> TestApp {
    let test = TestApp::start().await;
    test.add_organisation("A1", "").await;
    test.add_person("A1", NURSE).await;
    test.hold_factor(NURSE, FactorKind::Totp).await;
    remember(&test, &[device(1), device(2)]).await;
    test
}

async fn remember(test: &TestApp, devices: &[DeviceId]) {
    let (nurse, now) = (test.account(NURSE).await, test.app.now());
    let mut tx = test.app.store().begin().await.unwrap();
    for device in devices {
        let agreed = Remembered { shown_at: now, until: now.plus(Duration::from_secs(86_400)) };
        let origin = Origin::default();
        wardkey_store::credential::save_device(&mut tx, *device, nurse.id, nurse.organisation, &origin, now)
            .await
            .unwrap();
        assert!(wardkey_store::credential::remember_device(&mut tx, *device, nurse.id, agreed).await.unwrap());
    }
    tx.commit().await.unwrap();
}

async fn remembered(test: &TestApp) -> Vec<DeviceId> {
    let nurse = test.account(NURSE).await.id;
    let mut tx = test.app.store().read().await.unwrap();
    let known: Vec<KnownDevice> = wardkey_store::credential::list_devices(&mut tx, nurse).await.unwrap();
    known.into_iter().filter(|known| known.remembered.is_some()).map(|known| known.id).collect()
}

/// The nurse, signed in now, in a browser that is remembered, too; and which.
async fn as_nurse(test: &TestApp) -> (Op, DeviceId) {
    let circumstances = test.signed_in(NURSE).await;
    let authenticated = session::authenticate(&test.app, &circumstances).await.unwrap().unwrap();
    let here = authenticated.session.facts().device;
    remember(test, &[here]).await;
    let origin = Origin { device: Some(here), ..circumstances.origin.clone() };
    (Op { origin, ..authenticated.op(&test.app, &circumstances) }, here)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_in_charge_does_about_an_account_ends_every_memory() {
    for deed in ["temporary password", "re-enrol", "disable", "end sessions", "role", "compromise"] {
        let test = practice().await;
        assert_eq!(remembered(&test).await.len(), 2);
        let (app, op, nurse) = (&test.app, test.operator(), test.account(NURSE).await.id);
        match deed {
            "temporary password" => drop(set_temporary_password(app, &op, nurse, "forgot it").await.unwrap()),
            "re-enrol" => drop(re_enrol(app, &op, nurse, "lost it").await.unwrap()),
            "disable" => drop(disable(app, &op, nurse, "left").await.unwrap()),
            "end sessions" => drop(end_sessions(app, &op, nurse, "to be sure").await.unwrap()),
            "role" => {
                let organisation = OdsCode::parse("A1").unwrap();
                let role = Role::LocalAdministrator;
                let new = NewRole { account: nurse, role, organisation, expires_at: None };
                grant_role(app, &op, &new).await.unwrap();
            }
            _ => {
                let marking = Marking { id: next_marking(app, &op), since: None, why: "phished" };
                mark_compromised(app, &op, nurse, marking).await.unwrap();
                let mut tx = app.store().read().await.unwrap();
                assert_eq!(wardkey_store::access::hold_of(&mut tx, nurse).await.unwrap(), Hold::Compromised);
            }
        }
        assert_eq!(remembered(&test).await, [], "{deed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_elsewhere_ends_the_memories_there_and_everywhere_all_of_them() {
    let test = practice().await;
    let (op, here) = as_nurse(&test).await;
    assert_eq!(remembered(&test).await.len(), 3);
    session::end_all_others(&test.app, &op).await.unwrap();
    assert_eq!(remembered(&test).await, [here]);
    remember(&test, &[device(1)]).await;
    session::sign_out_everywhere(&test.app, &op).await.unwrap();
    assert_eq!(remembered(&test).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_finds_a_screen_unlocked_has_no_browser_remembered() {
    let test = practice().await;
    let text = "[[baseline]]\nof = \"organisation:A1\"\nis = \"standard\"\nremember = \"14 days\"\n";
    wardkey_usecases::access::publish_policies(&test.app, &test.operator(), text, None, "try it").await.unwrap();
    let (op, here) = as_nurse(&test).await;
    session::decline_memory(&test.app, &op).await.unwrap();
    let later = Op { now: op.now.plus(Duration::from_secs(601)), ..op.clone() };
    assert!(matches!(session::remember_device(&test.app, &later).await, Err(Error::FreshFactorNeeded)));
    let elsewhere = Op { origin: Origin { device: Some(device(9)), ..Origin::default() }, ..op.clone() };
    assert!(matches!(session::remember_device(&test.app, &elsewhere).await, Err(Error::Conflict(_))));
    let nobody = test.app.op(Actor::Anonymous, Origin::default());
    assert!(matches!(session::remember_device(&test.app, &nobody).await, Err(Error::NotFound(_))));
    assert!(!remembered(&test).await.contains(&here));
    let until = session::remember_device(&test.app, &op).await.unwrap();
    assert_eq!(until, op.now.plus(Duration::from_secs(14 * 86_400)));
    assert!(remembered(&test).await.contains(&here));
}
