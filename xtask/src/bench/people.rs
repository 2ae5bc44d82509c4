//! Finding people among two million, and how many of them are covered.

use std::collections::HashMap;
use std::io;
use std::time::{Duration, Instant};

use uuid::Uuid;
use wardkey_domain::access::Baselines;
use wardkey_domain::directory::{
    AccountKind, BulkDeed, OdsCode, Organisation, OrganisationKind, OrganisationPath, OrganisationStatus, Role,
    StatusName,
};
use wardkey_domain::factor::FactorKind;
use wardkey_domain::id::{AccountId, OrganisationId, SessionId};
use wardkey_domain::op::{ActingAccount, Actor, Op, Origin};
use wardkey_domain::permission::Extent;
use wardkey_domain::report::{Cover, MfaStatus, PeopleFilter, ReportKind, SignedIn};
use wardkey_domain::time::Timestamp;
use wardkey_store::report::{Cursor, PeopleQuery, Person};
use wardkey_store::testing::{analyse_tables, fill_with_people};
use wardkey_testkit::{EngineKind, Person as TestPerson, TestApp};
use wardkey_usecases::App;
use wardkey_usecases::directory::{
    NewBulkChange, TypedAddress, Whom, approve_bulk_change, ask_for_bulk_change, confirm_bulk_change, see_bulk_change,
    work_on_bulk_changes,
};
use wardkey_usecases::report::{count_changes, take_report};

const ACCOUNTS: u32 = 2_000_000;
const ORGANISATIONS: u32 = 10_000;
/// How many are written in one transaction.
const PAGE: u32 = 100_000;
/// The region, the boards and the practices of each, counted from the top.
const REGIONS: u32 = 7;
const BOARDS: u32 = 42;

/// One of the hundred largest.
const LARGE: u32 = 53;
/// How many a change is about.
const CHANGED: u32 = 50_000;
/// How many sign-ins are measured beside nothing else.
const SIGN_INS: usize = 100;

/// What was measured.
pub struct Figures {
    /// Counting everybody once: accounts a second.
    pub counted_per_s: f64,
    /// Finding people by what was typed.
    pub search_p99_ms: f64,
    /// Finding them by how they stand.
    pub filter_p99_ms: f64,
    /// The slowest of all, and which it was.
    pub slowest: (f64, String),
    /// How many are covered, by region.
    pub rollup_ms: f64,
    /// The MFA Status report of an organisation with twenty thousand people, as a table.
    pub status_report_ms: f64,
    /// Enabling MFA for fifty thousand, from asking to the last of them.
    pub bulk_s: f64,
    /// How much longer the slowest of a hundred sign-ins takes meanwhile.
    pub bulk_sign_in_growth: f64,
}

/// Measures all of it on an engine.
pub async fn measure(engine: EngineKind) -> io::Result<Figures> {
    let test = TestApp::on_engine(engine).await;
    fill(&test).await?;
    let began = Instant::now();
    let operator = test.operator();
    while count_changes(&test.app, &operator).await.map_err(io::Error::other)? {}
    let counted_per_s = f64::from(ACCOUNTS) / began.elapsed().as_secs_f64();
    analyse(&test).await?;

    let mut slowest = (0.0, String::new());
    let any = PeopleFilter::default();
    let searches = [
        ("a", any),
        ("ab", any),
        ("abc", any),
        ("abcson", any),
        ("ab cd", any),
        ("abie bcd", any),
        ("zz 199", any),
        ("qqqson 19", any),
        ("abie.bcd", any),
        ("1999999", any),
        ("abie.abcson.1@", any),
        ("nobody", any),
        ("a", PeopleFilter { mfa: Some(MfaStatus::Pinned), ..any }),
        ("abc", PeopleFilter { cover: Some(Cover::Uncovered), ..any }),
        ("b", PeopleFilter { kind: Some(AccountKind::Guest), signed_in: Some(SignedIn::Never), ..any }),
    ];
    let search_p99_ms = p99(&test, &searches, &mut slowest).await?;
    let filters = [
        PeopleFilter { cover: Some(Cover::Uncovered), ..any },
        PeopleFilter { mfa: Some(MfaStatus::Pinned), ..any },
        PeopleFilter { mfa: Some(MfaStatus::Compromised), ..any },
        PeopleFilter { method: Some(FactorKind::WebAuthn), kind: Some(AccountKind::Guest), ..any },
        PeopleFilter { status: Some(StatusName::Disabled), is_privileged: Some(true), ..any },
        PeopleFilter { is_privileged: Some(true), cover: Some(Cover::Uncovered), ..any },
        PeopleFilter { signed_in: Some(SignedIn::Never), mfa: Some(MfaStatus::Pinned), ..any },
        PeopleFilter { signed_in: Some(SignedIn::NotWithin(365)), ..any },
        PeopleFilter { signed_in: Some(SignedIn::Within(2)), cover: Some(Cover::Uncovered), ..any },
        PeopleFilter { kind: Some(AccountKind::SharedMailbox), ..any },
        any,
    ];
    let filters = filters.map(|filter| ("", filter));
    let filter_p99_ms = p99(&test, &filters, &mut slowest).await?;

    let mut rollup_ms: f64 = 0.0;
    for parent in [None, Some(organisation_id(1)), Some(organisation_id(2)), Some(organisation_id(2 + REGIONS))] {
        let mut tx = test.app.store().read().await.map_err(io::Error::other)?;
        let began = Instant::now();
        let rows = wardkey_store::report::coverage_by_organisation(&mut tx, parent).await.map_err(io::Error::other)?;
        rollup_ms = rollup_ms.max(began.elapsed().as_secs_f64() * 1_000.0);
        if rows.iter().map(|row| row.coverage.people).sum::<u64>() == 0 {
            return Err(io::Error::other("nobody is counted"));
        }
    }
    let began = Instant::now();
    let code = OdsCode::parse(&code_of(LARGE)).map_err(io::Error::other)?;
    let table =
        take_report(&test.app, &operator, ReportKind::MfaStatus, Some(&code)).await.map_err(io::Error::other)?;
    let status_report_ms = began.elapsed().as_secs_f64() * 1_000.0;
    if table.matches("\r\n").count() < 20_000 {
        return Err(io::Error::other("people are missing from the report"));
    }
    let (bulk_s, bulk_sign_in_growth) = bulk(&test).await?;
    Ok(Figures {
        counted_per_s,
        search_p99_ms,
        filter_p99_ms,
        slowest,
        rollup_ms,
        status_report_ms,
        bulk_s,
        bulk_sign_in_growth,
    })
}

/// Brings the planner's statistics up to date, as a server that runs does within a minute.
async fn analyse(test: &TestApp) -> io::Result<()> {
    let mut tx = test.app.store().begin().await.map_err(io::Error::other)?;
    analyse_tables(&mut tx).await.map_err(io::Error::other)?;
    tx.commit().await.map_err(io::Error::other)
}

/// Enables MFA for fifty thousand people while somebody signs in again and again; says how long it took, and how much longer the slow
/// ones of the sign-ins took meanwhile.
async fn bulk(test: &TestApp) -> io::Result<(f64, f64)> {
    let everybody = Extent::Subtrees(vec![path(2)]);
    let baselines = Baselines::default();
    let query = PeopleQuery {
        text: "",
        filter: &PeopleFilter { kind: Some(AccountKind::User), is_privileged: Some(false), ..PeopleFilter::default() },
        baselines: &baselines,
        extent: &everybody,
        after: None,
        limit: CHANGED,
        now: test.app.now(),
    };
    let mut tx = test.app.store().read().await.map_err(io::Error::other)?;
    let found = wardkey_store::report::find_people(&mut tx, &query).await.map_err(io::Error::other)?;
    drop(tx);
    let typed = |(line, person): (u32, Person)| TypedAddress { line, text: Ok(person.account.address.to_string()) };
    let addresses: Vec<_> = (1..).zip(found).map(typed).collect();
    if addresses.len() != CHANGED as usize {
        return Err(io::Error::other("there are not fifty thousand people"));
    }
    let mut ops = Vec::new();
    for address in ["first@bench.example", "second@bench.example"] {
        let account = test.add_account(&code_of(1), address).await;
        test.give_role(address, Role::TenantAdministrator, &code_of(1)).await;
        ops.push(account.id);
    }
    let mut person = test.add_person(&code_of(LARGE), "nurse@bench.example").await;
    let mut browser = test.browser();
    person.sign_in_and_enrol(&mut browser, test.clock.now()).await;
    let alone = sign_ins(test, &person, |count| count < SIGN_INS).await;

    let began = Instant::now();
    let asked =
        NewBulkChange { deed: BulkDeed::EnableMfa, destination: "", why: "measured", whom: Whom::Addresses(addresses) };
    let (first, second) = (acting(test, ops[0]).await?, acting(test, ops[1]).await?);
    let id = ask_for_bulk_change(&test.app, &first, asked).await.map_err(io::Error::other)?.id;
    work(&test.app).await?;
    confirm_bulk_change(&test.app, &first, id).await.map_err(io::Error::other)?;
    approve_bulk_change(&test.app, &second, id).await.map_err(io::Error::other)?;
    let app = test.app.clone();
    let working = tokio::spawn(async move { work(&app).await });
    let beside = sign_ins(test, &person, |_| !working.is_finished()).await;
    working.await.map_err(io::Error::other)??;
    let took = began.elapsed().as_secs_f64();
    let change = see_bulk_change(&test.app, &first, id).await.map_err(io::Error::other)?.change;
    if change.counts.done != CHANGED {
        return Err(io::Error::other(format!("not everybody was changed: {:?}", change.counts)));
    }
    Ok((took, beside / alone))
}

async fn work(app: &App) -> io::Result<()> {
    let op = app.op(Actor::System("bench"), Origin::default());
    while work_on_bulk_changes(app, &op).await.map_err(io::Error::other)? {}
    Ok(())
}

/// Somebody signs in again and again; how long the slowest of a hundred takes, in milliseconds.
async fn sign_ins(test: &TestApp, person: &TestPerson, goes_on: impl Fn(usize) -> bool) -> f64 {
    let mut times = Vec::new();
    while goes_on(times.len()) {
        test.clock.next_code();
        let mut browser = test.browser();
        let began = Instant::now();
        person.sign_in(&mut browser, test.clock.now()).await;
        times.push(began.elapsed());
    }
    times.sort_unstable();
    times.get(times.len() * 99 / 100).map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
}

/// An operation by this account.
async fn acting(test: &TestApp, account: AccountId) -> io::Result<Op> {
    let now = test.app.now();
    let mut tx = test.app.store().read().await.map_err(io::Error::other)?;
    let actor = ActingAccount {
        id: account,
        organisation: organisation_id(1),
        session: SessionId::new(now, [7; 10]),
        roles: wardkey_store::directory::list_account_roles(&mut tx, account, now).await.map_err(io::Error::other)?,
        second_factor_at: now,
        unrestricted_factor_at: Some(now),
    };
    Ok(test.app.op(Actor::Account(actor), Origin::default()))
}

/// The code of an organisation.
fn code_of(number: u32) -> String {
    format!("Y{number:05}")
}

/// The 99th percentile of many searches, in the whole country, a region, a board and a large and a small organisation, with pages
/// that go on.
async fn p99(test: &TestApp, searches: &[(&str, PeopleFilter)], slowest: &mut (f64, String)) -> io::Result<f64> {
    let place = |number: u32| Extent::Subtrees(vec![path(number)]);
    let extents = [
        Extent::Everything,
        place(2),
        place(2 + REGIONS),
        place(BOARDS + REGIONS + 3),
        place(ORGANISATIONS - 3),
        Extent::Subtrees(vec![path(2 + REGIONS), path(ORGANISATIONS - 3), path(ORGANISATIONS - 5)]),
    ];
    let mut times = Vec::new();
    for turn in 0..3 {
        for (text, filter) in searches {
            for (number, extent) in extents.iter().enumerate() {
                let mut after: Option<Cursor> = None;
                for page in 0..3 {
                    let mut tx = test.app.store().read().await.map_err(io::Error::other)?;
                    let baselines = Baselines { organisations: HashMap::new(), ..Baselines::default() };
                    let now = Timestamp::from_seconds(20_400 * 86_400);
                    let after_this = after.as_ref();
                    let query =
                        PeopleQuery { text, filter, baselines: &baselines, extent, after: after_this, limit: 21, now };
                    let began = Instant::now();
                    let found = wardkey_store::report::find_people(&mut tx, &query).await.map_err(io::Error::other)?;
                    let took = began.elapsed();
                    // The first turn warms what a server that runs has warm.
                    if turn > 0 {
                        times.push(took);
                        note(slowest, took, || format!("{text:?} in extent {number}, page {page}: {filter:?}"));
                    }
                    let Some(last) = found.last().filter(|_| found.len() == 21) else { break };
                    after = Some(last.cursor.clone());
                }
            }
        }
    }
    times.sort_unstable();
    let place = times.len() * 99 / 100;
    times.get(place).map(|time| time.as_secs_f64() * 1_000.0).ok_or_else(|| io::Error::other("nothing was measured"))
}

fn note(slowest: &mut (f64, String), took: Duration, what: impl FnOnce() -> String) {
    let took = took.as_secs_f64() * 1_000.0;
    if took > slowest.0 {
        *slowest = (took, what());
    }
}

async fn fill(test: &TestApp) -> io::Result<()> {
    let store = test.app.store();
    let mut tx = store.begin().await.map_err(io::Error::other)?;
    for number in 1..=ORGANISATIONS {
        let organisation = Organisation {
            id: organisation_id(number),
            ods_code: OdsCode::parse(&code_of(number)).map_err(io::Error::other)?,
            name: format!("Organisation {number}"),
            kind: OrganisationKind::GpPractice,
            parent: parent(number).map(organisation_id),
            path: path(number),
            status: OrganisationStatus::Open,
            help_contact: None,
            created_at: Timestamp::from_seconds(1),
        };
        wardkey_store::directory::insert_organisation(&mut tx, &organisation).await.map_err(io::Error::other)?;
    }
    tx.commit().await.map_err(io::Error::other)?;
    for page in 0..ACCOUNTS / PAGE {
        let mut tx = store.begin().await.map_err(io::Error::other)?;
        let numbers = (page * PAGE, (page + 1) * PAGE);
        fill_with_people(&mut tx, ORGANISATIONS, numbers).await.map_err(io::Error::other)?;
        tx.commit().await.map_err(io::Error::other)?;
    }
    Ok(())
}

fn organisation_id(number: u32) -> OrganisationId {
    OrganisationId::from_uuid(Uuid::from_u128(number.into()))
}

/// Above regions is the country, above boards are regions, above all others are boards.
fn parent(number: u32) -> Option<u32> {
    match number {
        1 => None,
        number if number < 2 + REGIONS => Some(1),
        number if number < 2 + REGIONS + BOARDS => Some(2 + number % REGIONS),
        number => Some(2 + REGIONS + number % BOARDS),
    }
}

fn path(number: u32) -> OrganisationPath {
    let id = organisation_id(number);
    let above = parent(number).map(path);
    above.and_then(|above| above.child(id).ok()).unwrap_or_else(|| OrganisationPath::root(id))
}
