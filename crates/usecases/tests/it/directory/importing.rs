//! Files of organisations and accounts.

use wardkey_domain::directory::{AccountFields, HelpFields, OrganisationFields, OrganisationRow, StatusName};
use wardkey_domain::id::OrganisationId;
use wardkey_store::directory::{count_accounts, find_organisation, find_organisation_by_code};
use wardkey_testkit::{EngineKind, TestApp};
use wardkey_usecases::directory::{
    ImportMode, ImportProgress, ImportReport, IncomingAccount, IncomingRow, UnknownParents, import_accounts,
    import_organisations,
};

/// A hash of the cheapest cost, made by the reference implementation.
const PHC: &str = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$RdescudvJCsgt3ub+b4dWRWJTmaaJObG";

fn line(index: usize) -> u64 {
    u64::try_from(index + 2).unwrap()
}

/// Rows of `code,name,kind,parent,status,help_name`.
fn organisations(rows: &[&str]) -> Vec<IncomingRow<OrganisationRow>> {
    let row = |(index, row): (usize, &&str)| {
        let cells: Vec<&str> = row.split(',').collect();
        let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
        let fields = OrganisationFields {
            ods_code: cell(0),
            name: cell(1),
            kind: cell(2),
            parent: cell(3),
            status: cell(4),
            help: HelpFields { name: cell(5), ..HelpFields::default() },
        };
        IncomingRow { line: line(index), row: OrganisationRow::check(&fields) }
    };
    rows.iter().enumerate().map(row).collect()
}

/// Rows of `code,address,name,kind,hash`; the hash may hold commas.
fn accounts(rows: &[impl AsRef<str>]) -> Vec<IncomingRow<IncomingAccount>> {
    let row = |(index, row): (usize, &_)| {
        let text: &str = AsRef::<str>::as_ref(row);
        let cells: Vec<&str> = text.splitn(5, ',').collect();
        let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
        let fields = AccountFields {
            ods_code: cell(0),
            address: cell(1),
            name: cell(2),
            kind: cell(3),
            password_hash: cell(4),
            ..AccountFields::default()
        };
        IncomingRow { line: line(index), row: IncomingAccount::check(&fields) }
    };
    rows.iter().enumerate().map(row).collect()
}

/// Counts as `added changed unchanged refused`, then `line:field` of each refusal.
fn summary(report: &ImportReport, refusals: &[String]) -> String {
    let counts = format!("{} {} {} {}", report.added, report.changed, report.unchanged, report.refused);
    std::iter::once(counts).chain(refusals.iter().cloned()).collect::<Vec<_>>().join(" ")
}

fn note(refusals: &mut Vec<String>, news: &ImportProgress<'_>) {
    if let ImportProgress::Refused { line, errors } = news {
        refusals.extend(errors.iter().map(|error| format!("{line}:{}", error.field.as_str())));
    }
}

async fn take_organisations(test: &TestApp, rows: &[&str], parents: UnknownParents, mode: ImportMode) -> String {
    let mut refusals = Vec::new();
    let op = test.operator();
    let rows = organisations(rows);
    let report = import_organisations(&test.app, &op, rows, parents, mode, &mut |news| note(&mut refusals, &news))
        .await
        .unwrap();
    summary(&report, &refusals)
}

async fn take_accounts(test: &TestApp, rows: &[impl AsRef<str>], mode: ImportMode) -> String {
    let mut refusals = Vec::new();
    let op = test.operator();
    let report =
        import_accounts(&test.app, &op, accounts(rows), mode, &mut |news| note(&mut refusals, &news)).await.unwrap();
    summary(&report, &refusals)
}

async fn on_both_engines<F: Future<Output = ()>>(body: impl Fn(TestApp) -> F) {
    for engine in [EngineKind::Sqlite, EngineKind::Postgres] {
        if engine.is_available() {
            body(TestApp::on_engine(engine).await).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_file_of_organisations_twice_changes_nothing() {
    on_both_engines(async |test| {
        let file = ["A1,Surgery,gp_practice,T1,open", "S1,Site,trust,T1", "T1,Trust,trust", "W1,Ward,trust,S1"];
        let refuse = UnknownParents::Refuse;
        assert_eq!(take_organisations(&test, &file, refuse, ImportMode::DryRun).await, "4 0 0 0");
        assert_eq!(take_organisations(&test, &file, refuse, ImportMode::Write).await, "4 0 0 0");
        assert_eq!(take_organisations(&test, &file, refuse, ImportMode::Write).await, "0 0 4 0");
        let moved = ["W1,Ward,trust,T1", "A1,Surgery,gp_practice,,closed"];
        assert_eq!(take_organisations(&test, &moved, refuse, ImportMode::DryRun).await, "0 2 0 0");
        assert_eq!(take_organisations(&test, &moved, refuse, ImportMode::Write).await, "0 2 0 0");
        assert_eq!(take_organisations(&test, &moved, refuse, ImportMode::Write).await, "0 0 2 0");
        let helped = ["W1,Ward,trust,,,Ward desk"];
        assert_eq!(take_organisations(&test, &helped, refuse, ImportMode::Write).await, "0 1 0 0");
        assert_eq!(take_organisations(&test, &helped, refuse, ImportMode::Write).await, "0 0 1 0");
        let mut tx = test.app.store().read().await.unwrap();
        let ward = find_organisation_by_code(&mut tx, &"W1".parse().unwrap()).await.unwrap().unwrap();
        let above: Vec<OrganisationId> = ward.path.ids().collect();
        let top = find_organisation(&mut tx, above[0]).await.unwrap().unwrap();
        assert_eq!((above.len(), top.ods_code.as_str()), (2, "T1"));
        assert_eq!(ward.help_contact.unwrap().name, "Ward desk");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_row_of_organisations_is_named_and_the_rest_is_taken() {
    let test = TestApp::start().await;
    let file = ["T1,Trust,trust", "T1,Again,trust", "A1,Orphan,trust,NONE", "?,x,castle", "B1,Fine,pharmacy,T1"];
    let outcome = take_organisations(&test, &file, UnknownParents::Refuse, ImportMode::Write).await;
    assert_eq!(outcome, "2 0 0 3 3:ods_code 5:ods_code 5:kind 4:parent");
    let circle = ["T1,Trust,trust,B1"];
    assert_eq!(take_organisations(&test, &circle, UnknownParents::Refuse, ImportMode::Write).await, "0 0 0 1 2:parent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_report_may_name_parents_that_nobody_has_imported() {
    let test = TestApp::start().await;
    let report = ["A1,Surgery,gp_practice,ICB"];
    assert_eq!(take_organisations(&test, &report, UnknownParents::Ignore, ImportMode::Write).await, "1 0 0 0");
    assert_eq!(take_organisations(&test, &report, UnknownParents::Ignore, ImportMode::Write).await, "0 0 1 0");
    let board = ["ICB,The board,icb"];
    assert_eq!(take_organisations(&test, &board, UnknownParents::Ignore, ImportMode::Write).await, "1 0 0 0");
    assert_eq!(take_organisations(&test, &report, UnknownParents::Ignore, ImportMode::Write).await, "0 1 0 0");
    assert_eq!(take_organisations(&test, &report, UnknownParents::Ignore, ImportMode::Write).await, "0 0 1 0");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_file_of_accounts_twice_changes_nothing() {
    on_both_engines(async |test| {
        test.add_practice("A1").await;
        test.add_practice("B1").await;
        let with_password = format!("A1,doctor@a.example,Doctor,user,{PHC}");
        let file = ["A1,nurse@a.example,Nurse", "A1,rota@a.example,Rota,shared_mailbox", with_password.as_str()];
        assert_eq!(take_accounts(&test, &file, ImportMode::DryRun).await, "3 0 0 0");
        assert_eq!(take_accounts(&test, &file, ImportMode::Write).await, "3 0 0 0");
        assert_eq!(take_accounts(&test, &file, ImportMode::Write).await, "0 0 3 0");
        assert_eq!(take_accounts(&test, &file, ImportMode::DryRun).await, "0 0 3 0");
        let changes = ["B1,nurse@a.example,Sister", "A1,rota@a.example,Rota,user"];
        assert_eq!(take_accounts(&test, &changes, ImportMode::DryRun).await, "0 1 0 1 3:kind");
        assert_eq!(take_accounts(&test, &changes, ImportMode::Write).await, "0 1 0 1 3:kind");
        let nurse = test.account("nurse@a.example").await;
        assert_eq!((nurse.display_name.as_str(), nurse.status.name()), ("Sister", StatusName::Active));
        let mut tx = test.app.store().read().await.unwrap();
        assert_eq!(count_accounts(&mut tx).await.unwrap(), 3);
        let doctor = test.account("doctor@a.example").await;
        let password = wardkey_store::credential::password(&mut tx, doctor.id).await.unwrap().unwrap();
        assert_eq!((password.hash.phc().as_str(), password.must_change), (PHC, None));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_taken_only_by_an_account_that_has_none() {
    let test = TestApp::start().await;
    test.add_practice("A1").await;
    let bare = ["A1,nurse@a.example,Nurse"];
    let first = [format!("A1,nurse@a.example,Nurse,user,{PHC}")];
    let other = [format!("A1,nurse@a.example,Nurse,user,{}", PHC.replace("m=65536", "m=32768"))];
    assert_eq!(take_accounts(&test, &bare, ImportMode::Write).await, "1 0 0 0");
    assert_eq!(take_accounts(&test, &first, ImportMode::DryRun).await, "0 1 0 0");
    assert_eq!(take_accounts(&test, &first, ImportMode::Write).await, "0 1 0 0");
    assert_eq!(take_accounts(&test, &other, ImportMode::Write).await, "0 0 1 0");
    let nurse = test.account("nurse@a.example").await;
    let mut tx = test.app.store().read().await.unwrap();
    let stored = wardkey_store::credential::password(&mut tx, nurse.id).await.unwrap().unwrap();
    assert_eq!(stored.hash.phc().as_str(), PHC);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_row_of_accounts_is_named_and_the_rest_is_taken() {
    let test = TestApp::start().await;
    let closed = ["A1,Surgery,gp_practice", "C1,Closed,gp_practice,,closed"];
    take_organisations(&test, &closed, UnknownParents::Refuse, ImportMode::Write).await;
    let file = [
        "A1,nurse@a.example,Nurse",
        "A1,NURSE@a.example,Nurse again",
        "A1,nobody,Nobody",
        "X9,lost@a.example,Lost",
        "C1,late@a.example,Late",
        "A1,noname@a.example",
        "A1,hash@a.example,Hash,user,$2b$12$bcrypt",
        "A1,last@a.example,Last",
    ];
    let expected = "2 0 0 6 3:address 4:address 8:password_hash 5:ods_code 6:ods_code 7:name";
    assert_eq!(take_accounts(&test, &file, ImportMode::DryRun).await, expected);
    assert_eq!(take_accounts(&test, &file, ImportMode::Write).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_several_parts_is_taken_whole() {
    on_both_engines(async |test| {
        test.add_practice("A1").await;
        let file: Vec<_> = (0..2_345).map(|n| format!("A1,n{n}@a.example,Nurse Number{n}")).collect();
        assert_eq!(take_accounts(&test, &file, ImportMode::Write).await, "2345 0 0 0");
        assert_eq!(take_accounts(&test, &file, ImportMode::Write).await, "0 0 2345 0");
    })
    .await;
}
