//! The MFA Status report, and what is picked from it [ADM-5, ADM-6, RPT-5].

use wardkey_domain::access::Baselines;
use wardkey_domain::audit::Event;
use wardkey_domain::directory::{OdsCode, Organisation};
use wardkey_domain::op::Op;
use wardkey_domain::permission::{Action, Extent, Target};
use wardkey_domain::report::{
    BadSnapshot, Counted, MfaStatus, ReportKind, STATUS_COLUMNS, SnapshotHead, StatusLine, StatusSource, Verified,
    sign_snapshot, verify_snapshot, write_row,
};
use wardkey_store::report::{Person, StatusDetail};
use wardkey_store::{self as store, Tx};

use super::find_people::{SearchFor, Slice, everybody_found, slice_of_found};
use crate::{App, Error, Result, access};

/// How many accounts a report has at most: whoever looks after more takes it organisation by organisation.
const MOST: usize = 50_000;

/// A report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusReport {
    /// The organisation that it is about, with everything below it; nothing for all that the actor looks after.
    pub organisation: Option<Organisation>,
    /// The accounts, by name.
    pub lines: Vec<StatusLine>,
}

/// Part of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusSlice {
    /// The accounts: perhaps fewer than were asked for, although there are more.
    pub lines: Vec<StatusLine>,
    /// What to pass as `after` for the next part, if there is one.
    pub next: Option<String>,
}

/// Whether the actor may see reports about anybody.
pub fn may_see_reports(op: &Op) -> bool {
    op.extent(Action::FindPeople) != Extent::Nothing
}

/// How the accounts of an organisation and all below it stand, or of everybody whom the actor looks after.
///
/// # Errors
/// When the actor may not see the organisation, or anybody; `Conflict` for too many.
pub async fn status_report(app: &App, op: &Op, kind: ReportKind, code: Option<&OdsCode>) -> Result<StatusReport> {
    if !may_see_reports(op) {
        return Err(Error::NotFound("page"));
    }
    let mut tx = app.store().read().await?;
    let (organisation, search) = looked_for(&mut tx, op, kind, code).await?;
    let people = everybody_found(app, &mut tx, op, &search, MOST + 1).await?;
    if people.len() > MOST {
        let why = "These are more than 50,000 accounts. Choose an organisation below.";
        return Err(Error::Conflict(why.to_owned()));
    }
    let mut lines = lines(app, &mut tx, op, people).await?;
    lines.retain(|line| kind.has(line));
    Ok(StatusReport { organisation, lines })
}

/// Part of a report. Who takes one part after the other has all of it, however many they are.
///
/// # Errors
/// When the actor may not see the organisation, or anybody; `Invalid` for a place where no part ended.
pub async fn take_slice(
    app: &App,
    op: &Op,
    kind: ReportKind,
    code: Option<&OdsCode>,
    slice: Slice<'_>,
) -> Result<StatusSlice> {
    if !may_see_reports(op) {
        return Err(Error::NotFound("page"));
    }
    let mut tx = app.store().read().await?;
    let (organisation, search) = looked_for(&mut tx, op, kind, code).await?;
    let (people, next) = slice_of_found(app, &mut tx, op, &search, slice).await?;
    let mut lines = lines(app, &mut tx, op, people).await?;
    drop(tx);
    lines.retain(|line| kind.has(line));
    let report = StatusReport { organisation, lines };
    note(app, op, kind, &report, false).await?;
    Ok(StatusSlice { lines: report.lines, next })
}

/// The organisation of this code, and whom a report looks at there.
async fn looked_for(
    tx: &mut Tx,
    op: &Op,
    kind: ReportKind,
    code: Option<&OdsCode>,
) -> Result<(Option<Organisation>, SearchFor)> {
    let organisation = match code {
        Some(code) => {
            let found = store::directory::find_organisation_by_code(tx, code).await?;
            let found = found.ok_or(Error::NotFound("organisation"))?;
            op.require(Action::FindPeople, &Target::organisation(&found.path))?;
            Some(found)
        }
        None => None,
    };
    let organisation_code = code.map(ToString::to_string).unwrap_or_default();
    let search = SearchFor { text: String::new(), organisation: organisation_code, filter: kind.filter() };
    Ok((organisation, search))
}

/// A report as a table.
///
/// # Errors
/// As [`status_report`].
pub async fn take_report(app: &App, op: &Op, kind: ReportKind, code: Option<&OdsCode>) -> Result<String> {
    let report = status_report(app, op, kind, code).await?;
    note(app, op, kind, &report, false).await?;
    Ok(table(&report))
}

/// A report as a table, signed with the key that signs the audit: whoever has it can prove that nobody has changed it since.
///
/// # Errors
/// As [`status_report`].
pub async fn take_snapshot(app: &App, op: &Op, kind: ReportKind, code: Option<&OdsCode>) -> Result<String> {
    let report = status_report(app, op, kind, code).await?;
    let mut tx = app.store().begin().await?;
    let key = match store::audit::signing_key(&mut tx).await? {
        Some(key) => key,
        None => {
            crate::audit::make_key(app, op, &mut tx).await?;
            let made = store::audit::signing_key(&mut tx).await?;
            made.ok_or_else(|| Error::fault("find the key that was made"))?
        }
    };
    tx.commit().await?;
    note(app, op, kind, &report, true).await?;
    let organisation = report.organisation.as_ref().map(|found| found.ods_code.to_string()).unwrap_or_default();
    let head = SnapshotHead { report: kind, organisation, at: op.now };
    Ok(sign_snapshot(&head, &table(&report), &key))
}

/// Verifies a report that was signed here.
///
/// # Errors
/// When the actor may not read the audit; `Invalid` when its signature does not hold.
pub async fn read_snapshot(app: &App, op: &Op, text: &str) -> Result<Verified> {
    op.require_everywhere(Action::ReadAudit)?;
    let keys = store::audit::list_keys(&mut app.store().read().await?).await?;
    // SECURITY: a key that somebody has put into the table has no private half that is sealed with ours.
    let ours: Vec<_> = keys.into_iter().filter(|(_, is_ours)| *is_ours).map(|(key, _)| key).collect();
    verify_snapshot(text, &ours).map_err(|why: BadSnapshot| Error::invalid("file", why.to_string()))
}

/// SECURITY: who took the names of how many people, and when.
async fn note(app: &App, op: &Op, kind: ReportKind, report: &StatusReport, signed: bool) -> Result<()> {
    let organisation = report.organisation.as_ref().map(|found| found.id);
    let rows = u32::try_from(report.lines.len()).unwrap_or(u32::MAX);
    let mut tx = app.store().begin().await?;
    let event = Event::ReportTaken { organisation, report: kind.as_str().into(), rows, signed };
    store::audit::append(&mut tx, op, organisation, event).await?;
    Ok(tx.commit().await?)
}

fn table(report: &StatusReport) -> String {
    let mut table = String::with_capacity(report.lines.len() * 192);
    write_row(&mut table, STATUS_COLUMNS);
    for line in &report.lines {
        let cells = line.cells();
        write_row(&mut table, cells.iter().map(String::as_str));
    }
    table
}

async fn lines(app: &App, tx: &mut Tx, op: &Op, people: Vec<Person>) -> Result<Vec<StatusLine>> {
    let policies = access::policies(app, tx, op.now).await?;
    let accounts: Vec<_> = people.iter().map(|person| person.account.id).collect();
    let mut details = store::report::status_details(tx, &accounts, op.now).await?;
    let line = |person: Person| {
        let detail = details.remove(&person.account.id).unwrap_or_default();
        // In the second after it was added nothing is counted of an account.
        let counted = person.counted?;
        Some(line(person, counted, detail, policies.baselines()))
    };
    Ok(people.into_iter().filter_map(line).collect())
}

fn line(person: Person, counted: Counted, detail: StatusDetail, baselines: &Baselines) -> StatusLine {
    let Person { account, organisation_name, ods_code, .. } = person;
    let of_organisation = || baselines.of_organisation(account.path.ids().rev());
    let counting = detail.enrolled.iter().filter(|(kind, _)| counted.methods.contains(*kind));
    StatusLine {
        ods_code,
        organisation: organisation_name,
        display_name: account.display_name.clone(),
        address: account.address.to_string(),
        kind: account.kind,
        status: account.status.name(),
        mfa: counted.mfa,
        source: source(&counted, detail.is_enabled),
        since: detail.mfa_since,
        baseline: counted.baseline.unwrap_or_else(of_organisation),
        methods: counted.methods,
        enrolled: u32::try_from(counting.clone().count()).unwrap_or(u32::MAX),
        default: detail.default,
        is_privileged: counted.is_privileged,
        exception: detail.exception.filter(|_| counted.mfa == MfaStatus::Excepted),
        last_second_factor_at: counting.filter_map(|(_, used)| *used).max(),
        last_signed_in_at: account.last_signed_in_at,
    }
}

/// Why an account stands as it does: what forces it on comes before what could be changed.
const fn source(counted: &Counted, is_enabled: bool) -> StatusSource {
    match counted.mfa {
        MfaStatus::Off => StatusSource::Kind,
        MfaStatus::Compromised | MfaStatus::Pinned => StatusSource::Compromise,
        MfaStatus::Unregistered | MfaStatus::Postponed | MfaStatus::Enforced | MfaStatus::Excepted => {
            if counted.is_privileged {
                StatusSource::Role
            } else if is_enabled {
                StatusSource::Administrator
            } else if counted.baseline.is_some() {
                StatusSource::Group
            } else {
                StatusSource::Organisation
            }
        }
    }
}
