//! Importing accounts from a file.
//!
//! Rows are taken in parts, each in a transaction of its own, so that memory stays bounded, sign-ins go on meanwhile and
//! an import that was interrupted is simply started again: a row that was dealt with changes nothing the second time.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use wardkey_domain::audit::{Event, Word};
use wardkey_domain::directory::{Account, AccountPlan, Field, OdsCode, Organisation, RowError};
use wardkey_domain::factor::password::PasswordHash;
use wardkey_domain::id::{AccountId, OrganisationId};
use wardkey_domain::op::{Actor, Op};
use wardkey_domain::permission::{Action, Extent, Target};
use wardkey_domain::session::EndedWhy;
use wardkey_store::{self as store, Tx};

use super::import::{ImportMode, ImportProgress, ImportReport, IncomingAccount, IncomingRow, TRIES, worth_another_try};
use super::target::{changed_meanwhile, end_everything, require_fresh_factor};
use crate::{App, Error, Result};

/// How many rows share a transaction: the embedded engine lets nobody else write meanwhile.
const PART: usize = 1_000;

/// Adds and changes accounts. The rows that can be taken are taken; the others are reported, each with its line.
///
/// An account that exists keeps its status, its kind, its password and what holds it; a password hash is taken only by an account
/// that has none, and never by one that is marked as compromised.
///
/// # Errors
/// When the actor may not import anything, or the store fails; what was committed until then stays.
pub async fn import_accounts(
    app: &App,
    op: &Op,
    rows: impl IntoIterator<Item = IncomingRow<IncomingAccount>>,
    mode: ImportMode,
    progress: &mut dyn FnMut(ImportProgress<'_>),
) -> Result<ImportReport> {
    if op.extent(Action::ImportAccounts) == Extent::Nothing {
        return Err(Error::NotFound("page"));
    }
    require_fresh_factor(app, op)?;
    let mut import = Import { app, op, mode, organisations: HashMap::new(), seen: Seen::default() };
    let mut rows = rows.into_iter();
    let mut total = ImportReport::default();
    loop {
        let mut part = Vec::with_capacity(PART);
        let mut refused = 0;
        for incoming in rows.by_ref().take(PART) {
            let accepted = incoming.row.and_then(|row| match import.seen.first_line(&row, incoming.line) {
                None => Ok(row),
                Some(first) => {
                    Err(vec![RowError::new(Field::Address, format!("line {first} has this address already"))])
                }
            });
            match accepted {
                Ok(row) => part.push((incoming.line, row)),
                Err(errors) => {
                    refused += 1;
                    progress(ImportProgress::Refused { line: incoming.line, errors: &errors });
                }
            }
        }
        if part.is_empty() && refused == 0 {
            return Ok(total);
        }
        let mut report = ImportReport { refused, ..ImportReport::default() };
        if !part.is_empty() || mode == ImportMode::Write {
            let outcome = import.take(&part, refused).await?;
            for (line, error) in &outcome.refusals {
                progress(ImportProgress::Refused { line: *line, errors: std::slice::from_ref(error) });
            }
            report = outcome.report;
        }
        total = total.plus(report);
        progress(ImportProgress::Rows(total.rows()));
    }
}

struct Import<'a> {
    app: &'a App,
    op: &'a Op,
    mode: ImportMode,
    /// What was looked up; organisations change too rarely to ask again for every row.
    organisations: HashMap<OdsCode, Option<Arc<Organisation>>>,
    seen: Seen,
}

/// What became of a part.
struct Outcome {
    report: ImportReport,
    refusals: Vec<(u64, RowError)>,
}

/// The organisations kept in memory, at most.
const KEPT_ORGANISATIONS: usize = 20_000;

impl Import<'_> {
    async fn take(&mut self, part: &[(u64, IncomingAccount)], refused: u64) -> Result<Outcome> {
        let mut attempt = 0;
        loop {
            let outcome = self.try_to_take(part, refused).await;
            if attempt >= TRIES || !worth_another_try(&outcome, attempt).await {
                return outcome;
            }
            attempt += 1;
        }
    }

    async fn try_to_take(&mut self, part: &[(u64, IncomingAccount)], refused: u64) -> Result<Outcome> {
        let mut tx = match self.mode {
            ImportMode::Write => self.app.store().begin().await?,
            ImportMode::DryRun => self.app.store().read().await?,
        };
        let addresses: Vec<_> = part.iter().map(|(_, row)| &row.row.address).collect();
        let existing = store::directory::accounts_at(&mut tx, &addresses).await?;
        let mut existing: HashMap<_, _> =
            existing.into_iter().map(|account| (account.address.clone(), account)).collect();
        let mut plans = Plans::default();
        let mut refusals = Vec::new();
        for (line, incoming) in part {
            let existing = existing.remove(&incoming.row.address);
            match self.plan(&mut tx, incoming, existing).await? {
                AccountPlan::Refuse(error) => refusals.push((*line, error)),
                plan => plans.note(plan, incoming),
            }
        }
        let mut report = ImportReport {
            refused: refused + u64::try_from(refusals.len()).unwrap_or(u64::MAX),
            ..ImportReport::default()
        };
        self.write(&mut tx, plans, &mut report).await?;
        if self.mode == ImportMode::Write {
            let ImportReport { added, changed, unchanged, refused } = report;
            let event = Event::AccountsImported { added, changed, unchanged, refused };
            store::audit::append(&mut tx, self.op, None, event).await?;
            tx.commit().await?;
        }
        Ok(Outcome { report, refusals })
    }

    async fn plan(
        &mut self,
        tx: &mut Tx,
        incoming: &IncomingAccount,
        existing: Option<Account>,
    ) -> Result<AccountPlan> {
        let unknown = |why: &str| AccountPlan::Refuse(RowError::new(Field::OdsCode, why));
        let Some(organisation) = self.organisation(tx, &incoming.row.ods_code).await? else {
            return Ok(unknown("no organisation has this code"));
        };
        if self.op.require(Action::ImportAccounts, &Target::organisation(&organisation.path)).is_err() {
            return Ok(unknown("you may not import accounts of this organisation"));
        }
        if incoming.password.is_some()
            && let Some(existing) = &existing
            && store::access::hold_of(tx, existing.id).await?.opens().is_err()
        {
            let why = "the account is marked as compromised, so it takes no password from a file";
            return Ok(AccountPlan::Refuse(RowError::new(Field::PasswordHash, why)));
        }
        let (id, before) = (AccountId::new(self.op.now, self.app.id_entropy()), existing.clone());
        let plan = incoming.row.clone().plan(existing, &organisation, id, self.op.now);
        if let (AccountPlan::Change(..), Some(before)) = (&plan, before)
            && !matches!(self.op.actor, Actor::Operator(_) | Actor::System(_))
        {
            let roles = store::directory::list_account_roles(tx, before.id, self.op.now).await?;
            if self.op.require(Action::ImportAccounts, &Target::account(&before, &roles)).is_err() {
                return Ok(AccountPlan::Refuse(RowError::new(Field::Address, "you may not change this account")));
            }
        }
        Ok(plan)
    }

    async fn organisation(&mut self, tx: &mut Tx, code: &OdsCode) -> Result<Option<Arc<Organisation>>> {
        if let Some(known) = self.organisations.get(code) {
            return Ok(known.clone());
        }
        if self.organisations.len() >= KEPT_ORGANISATIONS {
            self.organisations.clear();
        }
        let found = store::directory::find_organisation_by_code(tx, code).await?.map(Arc::new);
        self.organisations.insert(code.clone(), found.clone());
        Ok(found)
    }

    /// Carries out what was planned, or in a dry run only counts it.
    async fn write(&self, tx: &mut Tx, plans: Plans<'_>, report: &mut ImportReport) -> Result<()> {
        let count = |plans: usize| u64::try_from(plans).unwrap_or(u64::MAX);
        report.added = count(plans.added.len());
        report.changed = count(plans.changed.len());
        report.unchanged = count(plans.unchanged);
        if self.mode == ImportMode::Write {
            store::directory::insert_accounts(tx, &plans.added).await?;
            let added: Vec<_> = plans.added.iter().map(|account| account.id).collect();
            crate::report::count_now(self.app, tx, &added, self.op.now).await?;
            for account in &plans.added {
                self.note(tx, account, "added").await?;
            }
            for (account, fields) in &plans.changed {
                self.change(tx, account, fields).await?;
            }
        }
        for password in plans.passwords {
            self.take_password(tx, password, report).await?;
        }
        Ok(())
    }

    /// Gives an account that has none the password of its row.
    async fn take_password(&self, tx: &mut Tx, password: Password<'_>, report: &mut ImportReport) -> Result<()> {
        let Password { account, organisation, hash, given_to } = password;
        if self.mode == ImportMode::DryRun {
            let takes_it = given_to != GivenTo::New && store::credential::password(tx, account).await?.is_none();
            count_password(takes_it, given_to, report);
            return Ok(());
        }
        let takes_it = store::credential::insert_password(tx, account, organisation, hash, None, self.op.now).await?;
        if takes_it && given_to != GivenTo::New {
            let event = Event::PasswordSet { account, by: "import".into() };
            store::audit::append(tx, self.op, Some(organisation), event).await?;
        }
        count_password(takes_it, given_to, report);
        Ok(())
    }

    async fn change(&self, tx: &mut Tx, account: &Account, fields: &[Field]) -> Result<()> {
        if !store::directory::save_account(tx, account).await? {
            return Err(changed_meanwhile());
        }
        if fields.contains(&Field::OdsCode) {
            // Sessions carry the organisation, so those that were begun in the old one end.
            end_everything(tx, self.op, account, EndedWhy::EndedByAdministrator, None).await?;
        }
        let changed = fields.iter().map(|field| Word::from(field.as_str())).collect();
        let event = Event::AccountChanged { account: account.id, changed };
        store::audit::append(tx, self.op, Some(account.organisation), event).await?;
        Ok(())
    }

    async fn note(&self, tx: &mut Tx, account: &Account, change: &'static str) -> Result<()> {
        let event =
            Event::AccountImported { account: account.id, organisation: account.organisation, change: change.into() };
        store::audit::append(tx, self.op, Some(account.organisation), event).await?;
        Ok(())
    }
}

/// A password hash on its way to an account.
struct Password<'a> {
    account: AccountId,
    organisation: OrganisationId,
    hash: &'a PasswordHash,
    given_to: GivenTo,
}

/// What else the row does to the account.
#[derive(Clone, Copy, PartialEq, Eq)]
enum GivenTo {
    New,
    Changed,
    Unchanged,
}

/// For an account that is otherwise as it was, a first password is the change.
const fn count_password(takes_it: bool, given_to: GivenTo, report: &mut ImportReport) {
    if takes_it && matches!(given_to, GivenTo::Unchanged) {
        report.unchanged = report.unchanged.saturating_sub(1);
        report.changed += 1;
    }
}

/// What is to be done with a part.
#[derive(Default)]
struct Plans<'a> {
    added: Vec<Account>,
    changed: Vec<(Account, Vec<Field>)>,
    unchanged: usize,
    passwords: Vec<Password<'a>>,
}

impl<'a> Plans<'a> {
    fn note(&mut self, plan: AccountPlan, incoming: &'a IncomingAccount) {
        let (account, organisation, given_to) = match &plan {
            AccountPlan::Add(account) => (account.id, account.organisation, GivenTo::New),
            AccountPlan::Change(account, _) => (account.id, account.organisation, GivenTo::Changed),
            AccountPlan::Unchanged(account) => (account.id, account.organisation, GivenTo::Unchanged),
            AccountPlan::Refuse(_) => return,
        };
        if let Some(hash) = &incoming.password {
            self.passwords.push(Password { account, organisation, hash, given_to });
        }
        match plan {
            AccountPlan::Add(account) => self.added.push(account),
            AccountPlan::Change(account, fields) => self.changed.push((account, fields)),
            AccountPlan::Unchanged(_) | AccountPlan::Refuse(_) => self.unchanged += 1,
        }
    }
}

/// The lines on which addresses were seen, by a keyed hash: twelve bytes a row, however long the address is.
#[derive(Default)]
struct Seen {
    lines: HashMap<u64, u32>,
    hasher: RandomState,
}

impl Seen {
    /// The earlier line that has the same address, if there is one.
    fn first_line(&mut self, incoming: &IncomingAccount, line: u64) -> Option<u32> {
        match self.lines.entry(self.hasher.hash_one(incoming.row.address.as_str())) {
            Entry::Occupied(first) => Some(*first.get()),
            Entry::Vacant(place) => {
                place.insert(u32::try_from(line).unwrap_or(u32::MAX));
                None
            }
        }
    }
}
