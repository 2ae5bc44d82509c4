//! Importing organisations from a file.

use std::collections::HashMap;

use wardkey_domain::audit::Event;
use wardkey_domain::directory::{Field, OdsCode, Organisation, OrganisationPlan, OrganisationRow, RowError};
use wardkey_domain::id::OrganisationId;
use wardkey_domain::op::Op;
use wardkey_domain::permission::{Action, Extent, Target};
use wardkey_store::{self as store, Tx};

use super::import::{ImportMode, ImportProgress, ImportReport, IncomingRow, TRIES, worth_another_try};
use super::target::require_fresh_factor;
use crate::{App, Error, Result};

/// What to do with an organisation whose parent is neither here nor in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownParents {
    /// Refuse its row.
    Refuse,
    /// Leave it where it is, or add it at the top: a public report names commissioners that nobody has imported yet.
    Ignore,
}

/// How many rows share a transaction.
const PART: usize = 500;

/// Adds and changes organisations; parents and children may stand in any order. The rows that can be taken are taken, the
/// others are reported, each with its line.
///
/// # Errors
/// When the actor may not import anything, or the store fails; what was committed until then stays.
pub async fn import_organisations(
    app: &App,
    op: &Op,
    rows: impl IntoIterator<Item = IncomingRow<OrganisationRow>>,
    unknown_parents: UnknownParents,
    mode: ImportMode,
    progress: &mut dyn FnMut(ImportProgress<'_>),
) -> Result<ImportReport> {
    if op.extent(Action::ImportOrganisations) == Extent::Nothing {
        return Err(Error::NotFound("page"));
    }
    require_fresh_factor(app, op)?;
    let mut import = Import { app, op, mode, seen: HashMap::new(), planned: HashMap::new() };
    let mut rows = rows.into_iter();
    let mut total = ImportReport::default();
    let mut waiting = Vec::new();
    loop {
        let mut part = Vec::with_capacity(PART);
        let mut refused = 0;
        for incoming in rows.by_ref().take(PART) {
            match incoming.row.and_then(|row| import.first_time(row, incoming.line)) {
                Ok(row) => part.push((incoming.line, row)),
                Err(errors) => {
                    refused += 1;
                    progress(ImportProgress::Refused { line: incoming.line, errors: &errors });
                }
            }
        }
        if part.is_empty() && refused == 0 {
            break;
        }
        let outcome = import.take(&part, refused, IfUnknown::Wait).await?;
        waiting.extend(outcome.waiting);
        total = total.plus(report(&outcome.refusals, outcome.report, progress));
    }
    // Children that stood before their parents: each round settles at least one level.
    loop {
        let before = waiting.len();
        let mut still = Vec::new();
        for part in waiting.chunks(PART) {
            let outcome = import.take(part, 0, IfUnknown::Wait).await?;
            still.extend(outcome.waiting);
            total = total.plus(report(&outcome.refusals, outcome.report, progress));
        }
        waiting = still;
        if waiting.is_empty() || waiting.len() == before {
            break;
        }
    }
    let last_resort = match unknown_parents {
        UnknownParents::Refuse => IfUnknown::Refuse,
        UnknownParents::Ignore => IfUnknown::Ignore,
    };
    for part in waiting.chunks(PART) {
        let outcome = import.take(part, 0, last_resort).await?;
        total = total.plus(report(&outcome.refusals, outcome.report, progress));
    }
    progress(ImportProgress::Rows(total.rows()));
    Ok(total)
}

fn report(
    refusals: &[(u64, RowError)],
    report: ImportReport,
    progress: &mut dyn FnMut(ImportProgress<'_>),
) -> ImportReport {
    for (line, error) in refusals {
        progress(ImportProgress::Refused { line: *line, errors: std::slice::from_ref(error) });
    }
    report
}

struct Import<'a> {
    app: &'a App,
    op: &'a Op,
    mode: ImportMode,
    seen: HashMap<OdsCode, u64>,
    /// In a dry run, the organisations as they would be.
    planned: HashMap<OdsCode, Organisation>,
}

/// What to do with a row whose parent is not known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum IfUnknown {
    Wait,
    Refuse,
    Ignore,
}

#[derive(Clone, Copy)]
enum Saved {
    Added,
    Changed,
}

#[derive(Default)]
struct Outcome {
    report: ImportReport,
    refusals: Vec<(u64, RowError)>,
    waiting: Vec<(u64, OrganisationRow)>,
    planned: Vec<Organisation>,
}

impl Import<'_> {
    fn first_time(&mut self, row: OrganisationRow, line: u64) -> std::result::Result<OrganisationRow, Vec<RowError>> {
        match self.seen.insert(row.ods_code.clone(), line) {
            None => Ok(row),
            Some(first) => {
                self.seen.insert(row.ods_code, first);
                Err(vec![RowError::new(Field::OdsCode, format!("line {first} has this code already"))])
            }
        }
    }

    async fn take(&mut self, part: &[(u64, OrganisationRow)], refused: u64, if_unknown: IfUnknown) -> Result<Outcome> {
        let mut attempt = 0;
        loop {
            let outcome = self.try_to_take(part, refused, if_unknown).await;
            if attempt >= TRIES || !worth_another_try(&outcome, attempt).await {
                let mut outcome = outcome?;
                self.planned.extend(outcome.planned.drain(..).map(|each| (each.ods_code.clone(), each)));
                return Ok(outcome);
            }
            attempt += 1;
        }
    }

    async fn try_to_take(
        &self,
        part: &[(u64, OrganisationRow)],
        refused: u64,
        if_unknown: IfUnknown,
    ) -> Result<Outcome> {
        let mut tx = match self.mode {
            ImportMode::Write => self.app.store().begin().await?,
            ImportMode::DryRun => self.app.store().read().await?,
        };
        let mut outcome = Outcome::default();
        outcome.report.refused = refused;
        for (line, row) in part {
            match self.plan(&mut tx, row, if_unknown, &outcome.planned).await? {
                None => outcome.waiting.push((*line, row.clone())),
                Some(OrganisationPlan::Refuse(error)) => {
                    outcome.report.refused += 1;
                    outcome.refusals.push((*line, error));
                }
                Some(OrganisationPlan::Unchanged(_)) => outcome.report.unchanged += 1,
                Some(OrganisationPlan::Add(organisation)) => {
                    outcome.report.added += 1;
                    self.save(&mut tx, organisation, Saved::Added, &mut outcome.planned).await?;
                }
                Some(OrganisationPlan::Change(organisation)) => {
                    outcome.report.changed += 1;
                    self.save(&mut tx, organisation, Saved::Changed, &mut outcome.planned).await?;
                }
            }
        }
        if self.mode == ImportMode::Write {
            let ImportReport { added, changed, unchanged, refused } = outcome.report;
            if outcome.report.rows() > 0 {
                let event = Event::OrganisationsImported { added, changed, unchanged, refused };
                store::audit::append(&mut tx, self.op, None, event).await?;
            }
            tx.commit().await?;
        }
        Ok(outcome)
    }

    /// What to do with a row; nothing yet when it must wait for its parent.
    async fn plan(
        &self,
        tx: &mut Tx,
        row: &OrganisationRow,
        if_unknown: IfUnknown,
        planned: &[Organisation],
    ) -> Result<Option<OrganisationPlan>> {
        let existing = self.find(tx, &row.ods_code, planned).await?;
        let parent = match &row.parent {
            Some(code) => self.find(tx, code, planned).await?,
            None => None,
        };
        if parent.is_none() && row.parent.is_some() {
            match if_unknown {
                IfUnknown::Wait => return Ok(None),
                IfUnknown::Refuse => {
                    let why = "no organisation has this code, here or in the file";
                    return Ok(Some(OrganisationPlan::Refuse(RowError::new(Field::Parent, why))));
                }
                IfUnknown::Ignore => {}
            }
        }
        // A new organisation needs the right where it comes to lie; an old one where it lies, and where it moves to.
        let places = match (&existing, &parent) {
            (Some(existing), Some(parent)) => self.may_touch(Some(existing)) && self.may_touch(Some(parent)),
            (Some(place), None) | (None, Some(place)) => self.may_touch(Some(place)),
            (None, None) => self.may_touch(None),
        };
        if !places {
            let why = "you may not import this organisation";
            return Ok(Some(OrganisationPlan::Refuse(RowError::new(Field::OdsCode, why))));
        }
        let id = OrganisationId::new(self.op.now, self.app.id_entropy());
        Ok(Some(row.clone().plan(existing, parent.as_ref(), id, self.op.now)))
    }

    /// Whether the actor may import an organisation here, or at the top.
    fn may_touch(&self, place: Option<&Organisation>) -> bool {
        match place {
            Some(place) => self.op.require(Action::ImportOrganisations, &Target::organisation(&place.path)).is_ok(),
            None => self.op.require_everywhere(Action::ImportOrganisations).is_ok(),
        }
    }

    async fn find(&self, tx: &mut Tx, code: &OdsCode, planned: &[Organisation]) -> Result<Option<Organisation>> {
        let in_this_part = planned.iter().rev().find(|each| each.ods_code == *code);
        if let Some(found) = in_this_part.or_else(|| self.planned.get(code)) {
            return Ok(Some(found.clone()));
        }
        Ok(store::directory::find_organisation_by_code(tx, code).await?)
    }

    async fn save(
        &self,
        tx: &mut Tx,
        organisation: Organisation,
        saved: Saved,
        planned: &mut Vec<Organisation>,
    ) -> Result<()> {
        if self.mode == ImportMode::DryRun {
            planned.push(organisation);
            return Ok(());
        }
        let change = match saved {
            Saved::Added => {
                store::directory::insert_organisation(tx, &organisation).await?;
                "added"
            }
            Saved::Changed => {
                store::directory::save_organisation(tx, &organisation).await?;
                "changed"
            }
        };
        let event = Event::OrganisationSaved { organisation: organisation.id, change: change.into() };
        store::audit::append(tx, self.op, Some(organisation.id), event).await?;
        Ok(())
    }
}
