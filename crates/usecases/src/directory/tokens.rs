//! Hardware tokens: taken in from a file, given to people, and taken back [MET-8].

use std::collections::HashMap;

use wardkey_domain::audit::Event;
use wardkey_domain::directory::{Account, Field, OdsCode, Organisation, RowError};
use wardkey_domain::factor::hardware_token::TokenRow;
use wardkey_domain::id::{AccountId, CredentialId};
use wardkey_domain::op::Op;
use wardkey_domain::permission::{Action, Extent, Target};
use wardkey_store::credential::StoredToken;
use wardkey_store::{self as store, Tx};

use super::import::{ImportMode, ImportProgress, ImportReport, IncomingRow};
use super::target::{changed_meanwhile, load, load_to_change, require_fresh_factor};
use crate::access::refuse_compromised;
use crate::{App, Error, Result};

/// How many rows share a transaction.
const PART: usize = 500;

/// Whether the actor may take tokens in for any organisation.
pub fn may_import_tokens(op: &Op) -> bool {
    op.extent(Action::ImportTokens) != Extent::Nothing
}

/// Takes tokens in for an organisation, and gives each to whom its row names. The rows that can be taken are taken; the others are
/// reported, each with its line. The same file twice changes nothing.
///
/// # Errors
/// When the actor may not, there is no such organisation, or the store fails; what was committed until then stays.
pub async fn import_tokens(
    app: &App,
    op: &Op,
    organisation: &OdsCode,
    rows: impl IntoIterator<Item = IncomingRow<TokenRow>, IntoIter: Send>,
    mode: ImportMode,
    progress: &mut (dyn FnMut(ImportProgress<'_>) + Send),
) -> Result<ImportReport> {
    require_fresh_factor(app, op)?;
    let mut tx = app.store().read().await?;
    let found = store::directory::find_organisation_by_code(&mut tx, organisation).await?;
    let organisation = found.ok_or(Error::NotFound("organisation"))?;
    op.require(Action::ImportTokens, &Target::organisation(&organisation.path))?;
    drop(tx);
    let import = Import { app, op, organisation: &organisation, mode };
    let (mut rows, mut seen, mut total) = (rows.into_iter(), HashMap::new(), ImportReport::default());
    loop {
        let part: Vec<_> = rows.by_ref().take(PART).map(|incoming| first_time(&mut seen, incoming)).collect();
        if part.is_empty() {
            break;
        }
        total = total.plus(import.take(part, progress).await?);
        progress(ImportProgress::Rows(total.rows()));
    }
    Ok(total)
}

/// A row whose number another row of the file has already is refused.
fn first_time(seen: &mut HashMap<String, u64>, incoming: IncomingRow<TokenRow>) -> IncomingRow<TokenRow> {
    let IncomingRow { line, row } = incoming;
    let row = row.and_then(|row| match seen.insert(row.name.serial.clone(), line) {
        None => Ok(row),
        Some(first) => Err(vec![RowError::new(Field::SerialNumber, format!("line {first} has this number already"))]),
    });
    IncomingRow { line, row }
}

struct Import<'a> {
    app: &'a App,
    op: &'a Op,
    organisation: &'a Organisation,
    mode: ImportMode,
}

/// What became of a row.
enum Taken {
    Added,
    Changed,
    Unchanged,
}

impl Import<'_> {
    async fn take(
        &self,
        part: Vec<IncomingRow<TokenRow>>,
        progress: &mut (dyn FnMut(ImportProgress<'_>) + Send),
    ) -> Result<ImportReport> {
        let mut tx = match self.mode {
            ImportMode::Write => self.app.store().begin().await?,
            ImportMode::DryRun => self.app.store().read().await?,
        };
        let mut report = ImportReport::default();
        for IncomingRow { line, row } in part {
            let taken = match row {
                Ok(row) => self.token(&mut tx, &row).await?.map_err(|error| vec![error]),
                Err(errors) => Err(errors),
            };
            match taken {
                Ok(Taken::Added) => report.added += 1,
                Ok(Taken::Changed) => report.changed += 1,
                Ok(Taken::Unchanged) => report.unchanged += 1,
                Err(errors) => {
                    report.refused += 1;
                    progress(ImportProgress::Refused { line, errors: &errors });
                }
            }
        }
        if self.mode == ImportMode::Write {
            let ImportReport { added, changed, unchanged, refused } = report;
            let organisation = self.organisation.id;
            let event = Event::TokensImported { organisation, added, changed, unchanged, refused };
            store::audit::append(&mut tx, self.op, Some(organisation), event).await?;
            tx.commit().await?;
        }
        Ok(report)
    }

    async fn token(&self, tx: &mut Tx, row: &TokenRow) -> Result<std::result::Result<Taken, RowError>> {
        let owner = match self.owner(tx, row).await? {
            Ok(owner) => owner,
            Err(error) => return Ok(Err(error)),
        };
        let writes = self.mode == ImportMode::Write;
        let known = store::credential::find_token(tx, self.organisation.id, &row.name.serial).await?;
        let Some(known) = known else {
            if writes {
                self.add(tx, row, owner.as_ref()).await?;
            }
            return Ok(Ok(Taken::Added));
        };
        let is_same = known.name == row.name
            && known.shape == row.shape
            && store::credential::has_seed(tx, known.id, &row.seed).await?;
        if !is_same {
            let other = "another token of the organisation has this number: remove that from stock first";
            return Ok(Err(RowError::new(Field::SerialNumber, other)));
        }
        match owner.as_ref().map(|owner| owner.id) {
            None => Ok(Ok(Taken::Unchanged)),
            owner if owner == known.account => Ok(Ok(Taken::Unchanged)),
            Some(_) if known.account.is_some() => {
                Ok(Err(RowError::new(Field::Upn, "somebody else has this token: take it back first")))
            }
            Some(owner) => {
                if writes {
                    give(tx, self.op, &known, owner).await?;
                }
                Ok(Ok(Taken::Changed))
            }
        }
    }

    async fn add(&self, tx: &mut Tx, row: &TokenRow, owner: Option<&Account>) -> Result<()> {
        let token = StoredToken {
            id: CredentialId::new(self.op.now, self.app.id_entropy()),
            organisation: self.organisation.id,
            account: owner.map(|owner| owner.id),
            credential: None,
            name: row.name.clone(),
            shape: row.shape,
        };
        if !store::credential::insert_token(tx, &token, &row.seed, self.op.now).await? {
            return Err(changed_meanwhile());
        }
        if let Some(owner) = owner {
            note_assigned(tx, self.op, owner, token.id).await?;
        }
        Ok(())
    }

    /// Whom a row names, if it names somebody.
    async fn owner(&self, tx: &mut Tx, row: &TokenRow) -> Result<std::result::Result<Option<Account>, RowError>> {
        let Some(address) = &row.upn else { return Ok(Ok(None)) };
        let nobody = || Ok(Err(RowError::new(Field::Upn, "no account that you look after has this address")));
        let Some(account) = store::directory::find_account_by_address(tx, address).await? else { return nobody() };
        // SECURITY: an account elsewhere and none are one answer.
        match load(tx, self.op, Action::AssignToken, account.id).await {
            Ok(loaded) if store::access::hold_of(tx, loaded.account.id).await?.opens().is_err() => {
                Ok(Err(RowError::new(Field::Upn, "this account is marked as compromised")))
            }
            Ok(loaded) if loaded.account.kind.may_sign_in() => Ok(Ok(Some(loaded.account))),
            Ok(_) => Ok(Err(RowError::new(Field::Upn, "nobody signs in with this account"))),
            Err(Error::NotFound(_) | Error::Forbidden(_)) => nobody(),
            Err(error) => Err(error),
        }
    }
}

/// Gives a token that nobody has to an account, whose owner activates it by a code.
///
/// # Errors
/// When the actor may not, or there is no such token in stock that is theirs to give.
pub async fn assign_token(app: &App, op: &Op, id: AccountId, serial: &str) -> Result<()> {
    let serial = serial.trim();
    if serial.is_empty() {
        return Err(Error::invalid("serial", "Enter the number that is printed on the token"));
    }
    let mut tx = app.store().begin().await?;
    let loaded = load_to_change(app, &mut tx, op, Action::AssignToken, id).await?;
    refuse_compromised(&mut tx, &loaded.account).await?;
    if !loaded.account.kind.may_sign_in() || loaded.account.status.may_sign_in().is_err() {
        return Err(Error::Conflict("Nobody signs in with this account, so it gets no token.".to_owned()));
    }
    let mut found = stocked(&mut tx, op, serial).await?;
    if found.len() > 1 {
        // Two makers, or two organisations, use one number: the person's own organisation's is meant.
        found.retain(|token| token.organisation == loaded.account.organisation);
    }
    let token = found.into_iter().next();
    let token = token.ok_or_else(|| Error::invalid("serial", "There is no token with this number in stock"))?;
    if token.account.is_some() {
        return Err(Error::invalid("serial", "Somebody has this token already: take it back first"));
    }
    give(&mut tx, op, &token, loaded.account.id).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes a token back that is not in use.
///
/// # Errors
/// When the actor may not, or the account has no such token, or uses it.
pub async fn take_token_back(app: &App, op: &Op, id: AccountId, token: CredentialId) -> Result<()> {
    let mut tx = app.store().begin().await?;
    let loaded = load_to_change(app, &mut tx, op, Action::AssignToken, id).await?;
    let held = store::credential::list_tokens(&mut tx, id).await?;
    let token = held.into_iter().find(|held| held.id == token).ok_or(Error::NotFound("token"))?;
    if token.credential.is_some() {
        return Err(Error::Conflict("This token is in use. Make the person enrol again first.".to_owned()));
    }
    if !store::credential::assign_token(&mut tx, &token, None, op.now).await? {
        return Err(changed_meanwhile());
    }
    let event = Event::TokenTakenBack { account: id, token: token.id };
    store::audit::append(&mut tx, op, Some(loaded.account.organisation), event).await?;
    tx.commit().await?;
    Ok(())
}

/// Forgets a token in stock, so that another may have its number.
///
/// # Errors
/// When the actor may not, or there is no such token in stock.
pub async fn remove_token(app: &App, op: &Op, organisation: &OdsCode, serial: &str) -> Result<()> {
    require_fresh_factor(app, op)?;
    let mut tx = app.store().begin().await?;
    let found = store::directory::find_organisation_by_code(&mut tx, organisation).await?;
    let organisation = found.ok_or(Error::NotFound("organisation"))?;
    op.require(Action::ImportTokens, &Target::organisation(&organisation.path))?;
    let token = store::credential::find_token(&mut tx, organisation.id, serial.trim()).await?;
    let token = token.ok_or(Error::NotFound("token"))?;
    if !store::credential::delete_token(&mut tx, token.id).await? {
        return Err(Error::Conflict("somebody has this token: take it back first".to_owned()));
    }
    let event = Event::TokenRemoved { organisation: organisation.id, token: token.id };
    store::audit::append(&mut tx, op, Some(organisation.id), event).await?;
    tx.commit().await?;
    Ok(())
}

/// The tokens with this number, of organisations whose tokens the actor may give away.
async fn stocked(tx: &mut Tx, op: &Op, serial: &str) -> Result<Vec<StoredToken>> {
    let mut found = Vec::new();
    for token in store::credential::find_tokens(tx, serial).await? {
        let organisation = store::directory::find_organisation(tx, token.organisation).await?;
        let may_give = |organisation: Organisation| {
            op.require(Action::AssignToken, &Target::organisation(&organisation.path)).is_ok()
        };
        if organisation.is_some_and(may_give) {
            found.push(token);
        }
    }
    Ok(found)
}

async fn give(tx: &mut Tx, op: &Op, token: &StoredToken, to: AccountId) -> Result<()> {
    if !store::credential::assign_token(tx, token, Some(to), op.now).await? {
        return Err(changed_meanwhile());
    }
    let account = store::directory::find_account(tx, to).await?.ok_or(Error::NotFound("account"))?;
    note_assigned(tx, op, &account, token.id).await
}

async fn note_assigned(tx: &mut Tx, op: &Op, account: &Account, token: CredentialId) -> Result<()> {
    let event = Event::TokenAssigned { account: account.id, token };
    store::audit::append(tx, op, Some(account.organisation), event).await?;
    Ok(())
}
