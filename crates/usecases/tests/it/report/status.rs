//! The MFA Status report, and what is picked from it.

use std::time::Duration;

use wardkey_domain::access::exception::ExceptionKind;
use wardkey_domain::directory::{OdsCode, Role};
use wardkey_domain::factor::FactorKind;
use wardkey_domain::op::Op;
use wardkey_domain::report::{MfaStatus, ReportKind, StatusLine, StatusSource};
use wardkey_testkit::TestApp;
use wardkey_usecases::Error;
use wardkey_usecases::access::give_short_exception;
use wardkey_usecases::directory::{disable, enable_mfa, re_enrol};
use wardkey_usecases::report::{Slice, read_snapshot, status_report, take_report, take_slice, take_snapshot};

use super::counting::count;
use crate::directory::{Ago, acting, outcome};

async fn practice() -> TestApp {
    let test = TestApp::start().await;
    for (code, parent) in [("T1", ""), ("A1", "T1"), ("B1", "")] {
        test.add_organisation(code, parent).await;
    }
    for address in ["ann@a.example", "bo@a.example", "admin@a.example", "boss@a.example"] {
        test.add_account("A1", address).await;
    }
    test.add_account("B1", "eve@b.example").await;
    test.give_role("admin@a.example", Role::LocalAdministrator, "A1").await;
    test.give_role("boss@a.example", Role::LocalHelpDesk, "T1").await;
    test.hold_factor("ann@a.example", FactorKind::Totp).await;
    test.hold_factor("admin@a.example", FactorKind::WebAuthn).await;
    count(&test).await;
    test
}

async fn lines(test: &TestApp, op: &Op, kind: ReportKind, code: Option<&str>) -> Result<Vec<StatusLine>, Error> {
    let code = code.map(|code| OdsCode::parse(code).unwrap());
    Ok(status_report(&test.app, op, kind, code.as_ref()).await?.lines)
}

async fn addresses(test: &TestApp, op: &Op, kind: ReportKind) -> Vec<String> {
    let mut found: Vec<_> = lines(test, op, kind, None).await.unwrap().into_iter().map(|line| line.address).collect();
    found.sort();
    found
}

async fn line(test: &TestApp, address: &str) -> StatusLine {
    let all = lines(test, &test.operator(), ReportKind::MfaStatus, None).await.unwrap();
    all.into_iter().find(|line| line.address == address).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_account_says_how_it_stands_and_why() {
    let test = practice().await;
    let ann = line(&test, "ann@a.example").await;
    assert_eq!((ann.mfa, ann.source, ann.enrolled), (MfaStatus::Enforced, StatusSource::Organisation, 1));
    assert_eq!((ann.ods_code.as_str(), ann.exception, ann.is_phishing_resistant()), ("A1", None, false));
    let admin = line(&test, "admin@a.example").await;
    assert_eq!((admin.source, admin.is_privileged, admin.is_phishing_resistant()), (StatusSource::Role, true, true));
    let began = ann.since.unwrap();
    test.clock.advance(Duration::from_secs(3_600));
    let operator = acting(&test, "admin@a.example", Ago::JustNow).await;
    let account = test.account("ann@a.example").await;
    enable_mfa(&test.app, &operator, account.id, "asked for it").await.unwrap();
    give_short_exception(&test.app, &operator, account.id, "no_signal", "").await.unwrap();
    count(&test).await;
    let ann = line(&test, "ann@a.example").await;
    assert_eq!((ann.mfa, ann.source), (MfaStatus::Excepted, StatusSource::Administrator));
    let (kind, until) = ann.exception.unwrap();
    assert_eq!((kind, until.since(test.app.now())), (ExceptionKind::Short, Duration::from_secs(86_400)));
    assert_eq!(ann.since.unwrap().since(began), Duration::from_secs(3_600), "it stands so since the exception");
    test.clock.advance(Duration::from_secs(60));
    let operator = acting(&test, "admin@a.example", Ago::JustNow).await;
    re_enrol(&test.app, &operator, account.id, "has a new phone").await.unwrap();
    count(&test).await;
    let ann = line(&test, "ann@a.example").await;
    assert_eq!((ann.mfa, ann.enrolled, ann.exception), (MfaStatus::Unregistered, 0, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_report_has_those_whom_it_says() {
    let test = practice().await;
    let operator = test.operator();
    let bo = test.account("bo@a.example").await;
    assert_eq!(
        addresses(&test, &operator, ReportKind::NoSecondFactor).await,
        ["bo@a.example", "boss@a.example", "eve@b.example"]
    );
    assert_eq!(addresses(&test, &operator, ReportKind::PrivilegedWithoutKey).await, ["boss@a.example"]);
    assert_eq!(addresses(&test, &operator, ReportKind::NeverSignedIn).await.len(), 5);
    assert!(addresses(&test, &operator, ReportKind::Excepted).await.is_empty());
    disable(&test.app, &operator, bo.id, "left").await.unwrap();
    count(&test).await;
    assert_eq!(addresses(&test, &operator, ReportKind::NoSecondFactor).await, ["boss@a.example", "eve@b.example"]);
    assert_eq!(addresses(&test, &operator, ReportKind::NeverSignedIn).await.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_has_nobody_whom_one_does_not_look_after() {
    let test = practice().await;
    let admin = acting(&test, "admin@a.example", Ago::AnHour).await;
    assert!(
        addresses(&test, &admin, ReportKind::MfaStatus).await.iter().all(|address| address.ends_with("@a.example"))
    );
    assert_eq!(lines(&test, &admin, ReportKind::MfaStatus, Some("A1")).await.unwrap().len(), 4);
    for elsewhere in ["T1", "B1", "Z9"] {
        assert_eq!(
            outcome(lines(&test, &admin, ReportKind::MfaStatus, Some(elsewhere)).await),
            "not found",
            "{elsewhere}"
        );
    }
    let staff = acting(&test, "ann@a.example", Ago::JustNow).await;
    assert_eq!(outcome(lines(&test, &staff, ReportKind::MfaStatus, None).await), "not found");
    assert_eq!(outcome(take_report(&test.app, &staff, ReportKind::MfaStatus, None).await), "not found");
    assert_eq!(outcome(take_snapshot(&test.app, &staff, ReportKind::MfaStatus, None).await), "not found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_report_is_read_back_unless_somebody_has_changed_it() {
    let test = practice().await;
    let admin = acting(&test, "admin@a.example", Ago::AnHour).await;
    let code = OdsCode::parse("A1").unwrap();
    let table = take_report(&test.app, &admin, ReportKind::MfaStatus, Some(&code)).await.unwrap();
    assert!(table.starts_with("ods_code,org_name,") && table.matches("\r\n").count() == 5, "{table}");
    let signed = take_snapshot(&test.app, &admin, ReportKind::MfaStatus, Some(&code)).await.unwrap();
    let verified = read_snapshot(&test.app, &test.operator(), &signed).await.unwrap();
    assert_eq!((verified.table, verified.organisation.as_str()), (table, "A1"));
    let changed = signed.replacen("\"payload\":\"", "\"payload\":\"AAAA", 1);
    assert_eq!(outcome(read_snapshot(&test.app, &test.operator(), &changed).await), "invalid");
    // Of another server.
    let other = practice().await;
    assert_eq!(outcome(read_snapshot(&other.app, &other.operator(), &signed).await), "invalid");
    let mut tx = test.app.store().read().await.unwrap();
    let sql = "SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'report_taken'";
    let taken: i64 = tx.opt(sql, Vec::new()).await.unwrap().unwrap().get("n").unwrap();
    assert_eq!(taken, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_taken_part_by_part_has_everybody_once_and_says_who_took_it() {
    let test = practice().await;
    let admin = acting(&test, "admin@a.example", Ago::AnHour).await;
    for (kind, expected) in [(ReportKind::MfaStatus, 4), (ReportKind::PrivilegedWithoutKey, 1)] {
        let (mut after, mut found, mut parts) = (None::<String>, Vec::new(), 0);
        loop {
            let slice = Slice { after: after.as_deref(), most: 1 };
            let part = take_slice(&test.app, &admin, kind, None, slice).await.unwrap();
            found.extend(part.lines.into_iter().map(|line| line.address));
            parts += 1;
            after = part.next;
            if after.is_none() {
                break;
            }
        }
        let mut expected_addresses = addresses(&test, &admin, kind).await;
        found.sort();
        expected_addresses.sort();
        assert_eq!((found.len(), &found), (expected, &expected_addresses), "{kind:?} in {parts}");
    }
    let slice = Slice { after: None, most: 9 };
    let code = OdsCode::parse("B1").unwrap();
    let elsewhere = take_slice(&test.app, &admin, ReportKind::MfaStatus, Some(&code), slice).await;
    assert_eq!(outcome(elsewhere), "not found");
    let far = test.account("eve@b.example").await.id.to_string();
    let slice = Slice { after: Some(&far), most: 9 };
    assert_eq!(outcome(take_slice(&test.app, &admin, ReportKind::MfaStatus, None, slice).await), "invalid");
    let mut tx = test.app.store().read().await.unwrap();
    let sql = "SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'report_taken'";
    let taken: i64 = tx.opt(sql, Vec::new()).await.unwrap().unwrap().get("n").unwrap();
    assert_eq!(taken, 4 + 2);
}
