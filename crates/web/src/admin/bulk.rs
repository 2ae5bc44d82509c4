//! Changes to many accounts: asking for one, watching it, deciding of it [ADM-1, ADM-2, ADM-12].

use axum::extract::Path;
use serde::Serialize;
use wardkey_domain::directory::{BulkCounts, BulkDeed, BulkStanding};
use wardkey_domain::id::{AccountId, BulkChangeId};
use wardkey_domain::report::write_row;
use wardkey_usecases::directory::{
    self, BulkChangeFacts, ListedBulkChange, NewBulkChange, TypedAddress, Whom, approve_bulk_change,
    ask_for_bulk_change, bulk_deeds, confirm_bulk_change, discard_bulk_change, list_bulk_changes, may_ask_for_bulk,
    reject_bulk_change, see_bulk_change, stop_bulk_change, undo_bulk_change,
};
use wardkey_usecases::signin::{Destination, PortalPage};

use super::people::Search;
use crate::address::{Params, Segment};
use crate::download::Table;
use crate::drawn::Answer;
use crate::error::{OrFreshFactor, PageError};
use crate::form::{Checked, Fields, Upload};
use crate::goto::Goto;
use crate::notice::Notice;
use crate::page::Page;
use crate::person::Person;
use crate::routes;
use crate::view::moment;

/// A list is at most so many MiB: fifty thousand addresses, with what else stands in a report beside them.
const LIST_MIB: usize = 12;

/// The list.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct BulkListView {
    /// Those that wait for this person.
    pub(crate) waiting: Vec<BulkListRow>,
    /// Those that they have asked for.
    pub(crate) own: Vec<BulkListRow>,
    /// Whether they may ask for one.
    pub(crate) asks: bool,
}

/// One of them.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BulkListRow {
    pub(crate) deed: &'static str,
    pub(crate) standing: &'static str,
    pub(crate) accounts: u32,
    pub(crate) at: String,
    pub(crate) by: String,
    pub(crate) reason: String,
    pub(crate) href: String,
}

/// The form.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct NewBulkView {
    /// What may be done; the template has the words.
    pub(crate) deeds: Vec<&'static str>,
    pub(crate) deed: String,
    pub(crate) destination: String,
    pub(crate) reason: String,
    pub(crate) addresses: String,
    /// Whoever is found by this, in place of addresses.
    pub(crate) search: Option<Search>,
    /// What that is, in words.
    pub(crate) narrowed: Vec<String>,
}

/// One change.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BulkView {
    pub(crate) href: String,
    pub(crate) deed: &'static str,
    pub(crate) standing: &'static str,
    pub(crate) reason: String,
    pub(crate) asked_by: String,
    pub(crate) asked_at: String,
    pub(crate) approved_by: Option<String>,
    pub(crate) destination: Option<String>,
    pub(crate) rows: u32,
    /// How many of them were dealt with in the step under way.
    pub(crate) dealt_with: u32,
    /// How many there are in the step under way.
    pub(crate) in_step: u32,
    pub(crate) ready: u32,
    pub(crate) unchanged: u32,
    pub(crate) refused: u32,
    pub(crate) done: u32,
    pub(crate) failed: u32,
    pub(crate) undone: u32,
    pub(crate) kept: u32,
    pub(crate) in_the_way: Vec<BulkRowView>,
    /// How many more there are.
    pub(crate) more: u32,
    pub(crate) is_own: bool,
    pub(crate) may_approve: bool,
    pub(crate) needs_approval: bool,
    pub(crate) undo_until: Option<String>,
    pub(crate) can_be_undone: bool,
}

/// A row that somebody should look at.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BulkRowView {
    pub(crate) line: u32,
    pub(crate) address: String,
    pub(crate) why: String,
}

const HERE: Destination = Destination::PortalPage(PortalPage::BulkChanges);

/// `GET /admin/bulk`
pub(crate) async fn list(person: Person) -> Result<Page, PageError> {
    let (waiting, own) = list_bulk_changes(person.app(), &person.op).await?;
    let rows = |changes: Vec<ListedBulkChange>| changes.into_iter().map(BulkListRow::from).collect();
    let view = BulkListView { waiting: rows(waiting), own: rows(own), asks: !bulk_deeds(&person.op).is_empty() };
    Ok(Page::new("admin/bulk-changes.html", person.admin_frame(), view))
}

/// `GET /admin/bulk/new`: for addresses, or for everybody whom the search in the address finds.
pub(crate) async fn form(person: Person, Params(search): Params<Search>) -> Result<Page, PageError> {
    may_ask_for_bulk(person.app(), &person.op).or_fresh_factor(HERE)?;
    let search = Some(search).filter(Search::is_asked);
    if search.as_ref().is_some_and(|search| search.wanted().is_err()) {
        return Err(PageError::NotFound);
    }
    Ok(question(&person, NewBulkView::default().about(search)))
}

/// `POST /admin/bulk/ticked`: the form for those who were ticked in a list.
pub(crate) async fn ticked(person: Person, form: Checked) -> Result<Page, PageError> {
    may_ask_for_bulk(person.app(), &person.op).or_fresh_factor(HERE)?;
    let ticked: Vec<AccountId> = form.names().filter_map(|name| name.strip_prefix("tick-")?.parse().ok()).collect();
    let addresses = directory::addresses_of(person.app(), &person.op, &ticked).await?;
    let page = question(&person, NewBulkView { addresses: addresses.join("\n"), ..NewBulkView::default() });
    Ok(match addresses.is_empty() {
        true => page.error("addresses", "Tick at least one person, or enter the email addresses".to_owned()),
        false => page,
    })
}

/// `POST /admin/bulk/new`
pub(crate) async fn ask(person: Person, form: Upload<LIST_MIB>) -> Result<Answer, PageError> {
    may_ask_for_bulk(person.app(), &person.op).or_fresh_factor(HERE)?;
    let search = Search::of_form(&form).filter(Search::is_asked);
    let typed = NewBulkView {
        deed: form.text("deed").to_owned(),
        destination: form.text("destination").to_owned(),
        reason: form.text("reason").to_owned(),
        addresses: form.text("addresses").to_owned(),
        ..NewBulkView::default()
    };
    let Ok(deed) = typed.deed.parse::<BulkDeed>() else {
        let page = question(&person, typed.about(search));
        return Ok(page.error("deed", "Select what you want to do".to_owned()).into());
    };
    let whom = match &search {
        Some(search) => match search.wanted() {
            Ok(wanted) => Whom::Found(wanted),
            Err(_) => return Err(PageError::NotFound),
        },
        None => Whom::Addresses(addresses(&person, &form)),
    };
    let new = NewBulkChange { deed, destination: &typed.destination, why: &typed.reason, whom };
    match ask_for_bulk_change(person.app(), &person.op, new).await {
        Ok(asked) => Ok(Goto::to(routes::admin_bulk_change(asked.id)).into()),
        Err(error) => Ok(question(&person, typed.about(search)).refused(error)?.into()),
    }
}

/// The addresses that were typed, and those of a file; a file has lines of its own, which follow.
fn addresses(person: &Person, form: &Fields) -> Vec<TypedAddress> {
    let most = person.app().settings().access.bulk.most_rows + 1;
    let read = person.web.settings().address_reader.0;
    let mut all = read(form.text("addresses"), most);
    let file = form.secret("file");
    let room = most.saturating_sub(all.len());
    let in_file = read(file.expose(), room);
    if all.is_empty() {
        return in_file;
    }
    all.extend(in_file);
    all
}

/// `GET /admin/bulk/{id}`
pub(crate) async fn see(person: Person, Segment(id): Segment<BulkChangeId>) -> Result<Page, PageError> {
    let facts = see_bulk_change(person.app(), &person.op, id).await?;
    Ok(page(&person, facts))
}

/// `POST /admin/bulk/{id}/{step}`
pub(crate) async fn decide(
    person: Person,
    Path((id, step)): Path<(BulkChangeId, String)>,
    _form: Checked,
) -> Result<Answer, PageError> {
    let (app, op) = (person.app(), &person.op);
    let decided = match step.as_str() {
        "confirm" => confirm_bulk_change(app, op, id).await,
        "approve" => approve_bulk_change(app, op, id).await,
        "reject" => reject_bulk_change(app, op, id).await,
        "discard" => discard_bulk_change(app, op, id).await,
        "stop" => stop_bulk_change(app, op, id).await,
        "undo" => undo_bulk_change(app, op, id).await,
        _ => return Err(PageError::NotFound),
    };
    match decided {
        // Whoever has rejected it does not see it any more.
        Ok(BulkStanding::Dropped) => Ok(Goto::to(routes::ADMIN_BULK).notice(Notice::BulkChangeDropped).into()),
        Ok(_) => Ok(Goto::to(routes::admin_bulk_change(id)).into()),
        Err(error @ wardkey_usecases::Error::Conflict(_)) => {
            let facts = see_bulk_change(app, op, id).await?;
            Ok(page(&person, facts).refused(error)?.into())
        }
        Err(error) => Err(error).or_fresh_factor(HERE),
    }
}

/// `GET /admin/bulk/{id}/rows.csv`
pub(crate) async fn rows(person: Person, Segment(id): Segment<BulkChangeId>) -> Result<Table, PageError> {
    let rows = directory::bulk_rows(person.app(), &person.op, id).await?;
    let mut csv = String::with_capacity(rows.len() * 64);
    write_row(&mut csv, ["line", "address", "outcome", "why"]);
    for row in rows {
        let line = row.line.to_string();
        let why = row.why.as_deref().unwrap_or_default();
        write_row(&mut csv, [line.as_str(), row.typed.as_str(), row.standing.as_str(), why]);
    }
    Ok(Table { name: format!("bulk-change-{id}"), text: csv, kind: "csv" })
}

fn question(person: &Person, view: NewBulkView) -> Page {
    let deeds = bulk_deeds(&person.op).into_iter().map(BulkDeed::as_str).collect();
    Page::new("admin/new-bulk-change.html", person.admin_frame(), NewBulkView { deeds, ..view })
}

fn page(person: &Person, facts: BulkChangeFacts) -> Page {
    Page::new("admin/bulk-change.html", person.admin_frame(), BulkView::from(facts))
}

impl NewBulkView {
    /// About everybody whom a search finds, if there is one.
    fn about(self, search: Option<Search>) -> Self {
        let narrowed = search.as_ref().map(Search::words).unwrap_or_default();
        Self { search, narrowed, ..self }
    }
}

impl From<ListedBulkChange> for BulkListRow {
    fn from(listed: ListedBulkChange) -> Self {
        let ListedBulkChange { change, reason, asked_at, asked_by } = listed;
        Self {
            deed: change.deed.as_str(),
            standing: change.standing.as_str(),
            accounts: match change.standing {
                BulkStanding::Checking | BulkStanding::Dropped => change.counts.rows(),
                _checked => change.counts.rows() - change.counts.refused - change.counts.unchanged,
            },
            at: moment(asked_at),
            by: asked_by,
            reason,
            href: routes::admin_bulk_change(change.id),
        }
    }
}

impl From<BulkChangeFacts> for BulkView {
    fn from(facts: BulkChangeFacts) -> Self {
        let change = facts.change;
        let counts = change.counts;
        let rows = counts.rows();
        let BulkCounts { unchecked, ready, unchanged, refused, done, failed, undone, kept } = counts;
        // What could not be done or was so already when it was checked is in no later step.
        let doable = ready + done + failed + undone + kept;
        let (dealt_with, in_step) = match change.standing {
            BulkStanding::Checking => (rows - unchecked, rows),
            BulkStanding::Undoing => (undone + kept, done + undone + kept),
            _running => (doable - ready, doable),
        };
        let in_the_way = refused + failed + kept;
        let shown = u32::try_from(facts.in_the_way.len()).unwrap_or(u32::MAX);
        Self {
            href: routes::admin_bulk_change(change.id),
            deed: change.deed.as_str(),
            standing: change.standing.as_str(),
            reason: facts.reason,
            asked_by: facts.asked_by,
            asked_at: moment(facts.asked_at),
            approved_by: facts.approved_by,
            destination: facts.destination.map(|(name, code)| format!("{name} ({code})")),
            rows,
            dealt_with,
            in_step,
            ready,
            unchanged,
            refused,
            done,
            failed,
            undone,
            kept,
            more: in_the_way.saturating_sub(shown),
            in_the_way: facts
                .in_the_way
                .into_iter()
                .map(|row| BulkRowView { line: row.line, address: row.typed, why: row.why.unwrap_or_default() })
                .collect(),
            is_own: facts.is_own,
            may_approve: facts.may_approve,
            needs_approval: facts.needs_approval,
            undo_until: facts.undo_until.map(moment),
            can_be_undone: change.deed.can_be_undone(),
        }
    }
}
