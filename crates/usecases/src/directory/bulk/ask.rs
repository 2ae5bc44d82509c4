//! Asking for a change to many accounts: what, to whom, and why. Nothing is changed by it.

use std::collections::HashMap;

use wardkey_domain::audit::Reason;
use wardkey_domain::directory::{
    Account, AccountAddress, BulkActor, BulkChange, BulkCounts, BulkDeed, BulkStanding, OdsCode, Organisation,
    RowStanding,
};
use wardkey_domain::id::{AccountId, BulkChangeId, OrganisationId};
use wardkey_domain::op::{ActingAccount, Op};
use wardkey_domain::permission::{Action, Extent, Target};
use wardkey_store::directory::{BulkRow, StoredBulkChange};
use wardkey_store::{self as store, Tx};

use super::deed::action;
use crate::audit::reason;
use crate::directory::require_fresh_factor;
use crate::report::{SearchFor, everybody_found};
use crate::{App, Error, Result};

/// How many rows are written in one transaction: the embedded engine lets nobody else write meanwhile.
const PART: usize = 500;

/// A change that is asked for.
#[derive(Clone, Debug)]
pub struct NewBulkChange<'a> {
    /// What is done.
    pub deed: BulkDeed,
    /// The code of the organisation that the accounts move to, when they do.
    pub destination: &'a str,
    /// Why.
    pub why: &'a str,
    /// To whom.
    pub whom: Whom,
}

/// Whom a change is about.
#[derive(Clone, Debug)]
pub enum Whom {
    /// Whoever has these addresses.
    Addresses(Vec<TypedAddress>),
    /// Everybody who is found by this.
    Found(SearchFor),
}

/// An address as it was typed, or as it stands in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedAddress {
    /// The line that it stands in.
    pub line: u32,
    /// The text, or why there is none.
    pub text: std::result::Result<String, String>,
}

/// What came of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AskedBulk {
    /// The change, which is checked now.
    pub id: BulkChangeId,
}

/// The changes that the actor may ask for.
pub fn bulk_deeds(op: &Op) -> Vec<BulkDeed> {
    let may = |deed: &BulkDeed| op.account().is_some() && op.extent(action(*deed)) != Extent::Nothing;
    BulkDeed::ALL.iter().copied().filter(may).collect()
}

/// Whether the actor may ask for any now: what a page asks before it asks for addresses.
///
/// # Errors
/// When they may not; a fresh second factor may be needed first [SES-8].
pub fn may_ask_for_bulk(app: &App, op: &Op) -> Result<()> {
    if bulk_deeds(op).is_empty() {
        return Err(Error::NotFound("page"));
    }
    require_fresh_factor(app, op)
}

/// The addresses of those of these accounts that the actor may see.
///
/// # Errors
/// When the store fails.
pub async fn addresses_of(app: &App, op: &Op, accounts: &[AccountId]) -> Result<Vec<String>> {
    let extent = op.extent(Action::SeeAccount);
    let mut tx = app.store().read().await?;
    let mut addresses = Vec::new();
    for account in accounts {
        let found = store::directory::find_account(&mut tx, *account).await?;
        addresses.extend(found.filter(|found| extent.covers(&found.path)).map(|found| found.address.to_string()));
    }
    Ok(addresses)
}

/// Asks for a change. Each row is checked by itself next, and nothing is done before somebody has confirmed it.
///
/// # Errors
/// When the actor may do this nowhere; `Invalid` for no reason, nobody, too many, or an organisation that takes no accounts.
pub async fn ask_for_bulk_change(app: &App, op: &Op, new: NewBulkChange<'_>) -> Result<AskedBulk> {
    let actor = op.account().ok_or(Error::NotFound("page"))?;
    if op.extent(action(new.deed)) == Extent::Nothing {
        return Err(Error::NotFound("page"));
    }
    require_fresh_factor(app, op)?;
    let reason = reason(new.why)?;
    let mut tx = app.store().read().await?;
    let destination = destination(&mut tx, op, &new).await?;
    let id = BulkChangeId::new(op.now, app.id_entropy());
    let rows = rows(app, &mut tx, op, actor.organisation, new.whom).await?;
    drop(tx);
    for part in rows.chunks(PART) {
        let mut tx = app.store().begin().await?;
        store::directory::insert_bulk_rows(&mut tx, id, part).await?;
        tx.commit().await?;
    }
    let stored = change(op, actor, (id, new.deed, destination.map(|found| found.id)), reason, &rows);
    let mut tx = app.store().begin().await?;
    store::directory::insert_bulk_change(&mut tx, &stored).await?;
    tx.commit().await?;
    Ok(AskedBulk { id })
}

fn change(
    op: &Op,
    actor: &ActingAccount,
    (id, deed, destination): (BulkChangeId, BulkDeed, Option<OrganisationId>),
    reason: Reason,
    rows: &[BulkRow],
) -> StoredBulkChange {
    let mut counts = BulkCounts::default();
    for row in rows {
        match row.standing {
            RowStanding::Refused => counts.refused += 1,
            _unchecked => counts.unchecked += 1,
        }
    }
    let change = BulkChange {
        id,
        organisation: actor.organisation,
        deed,
        destination,
        actor: BulkActor { account: actor.id, session: actor.session, at: op.now },
        asked_by: actor.id,
        approved_by: None,
        standing: BulkStanding::Checking,
        done_at: None,
        line: 0,
        counts,
        version: 0,
    };
    StoredBulkChange { change, reason, asked_at: op.now }
}

/// Where the accounts go, when they move.
async fn destination(tx: &mut Tx, op: &Op, new: &NewBulkChange<'_>) -> Result<Option<Organisation>> {
    if new.deed != BulkDeed::Move {
        return Ok(None);
    }
    // SECURITY: what lies elsewhere is not told from what is not there.
    let unknown = || Error::invalid("destination", "No organisation that you look after has this ODS code");
    let code = OdsCode::parse(new.destination).map_err(|_| unknown())?;
    let found = store::directory::find_organisation_by_code(tx, &code).await?.ok_or_else(unknown)?;
    op.require(action(BulkDeed::Move), &Target::organisation(&found.path)).map_err(|_| unknown())?;
    if !found.takes_accounts() {
        return Err(Error::invalid("destination", "This organisation is closed and takes no accounts"));
    }
    Ok(Some(found))
}

async fn rows(app: &App, tx: &mut Tx, op: &Op, organisation: OrganisationId, whom: Whom) -> Result<Vec<BulkRow>> {
    let most = app.settings().access.bulk.most_rows;
    let rows = match whom {
        Whom::Found(search) => found(app, tx, op, &search, most).await?,
        Whom::Addresses(addresses) => typed(organisation, addresses),
    };
    match rows.len() {
        0 => Err(Error::invalid("addresses", "Enter the email addresses, or choose a file that has them")),
        some if some > most => {
            let why = format!("These are more than {most} accounts. Do it in parts");
            Err(Error::invalid("addresses", why))
        }
        _some => Ok(rows),
    }
}

async fn found(app: &App, tx: &mut Tx, op: &Op, search: &SearchFor, most: usize) -> Result<Vec<BulkRow>> {
    let people = everybody_found(app, tx, op, search, most + 1).await?;
    if people.is_empty() {
        return Err(Error::invalid("addresses", "Nobody is found by this any more"));
    }
    let row = |(line, account): (u32, Account)| BulkRow {
        account: Some(account.id),
        ..unchecked(line, account.organisation, account.address.to_string())
    };
    Ok((1..).zip(people.into_iter().map(|person| person.account)).map(row).collect())
}

/// A row for each line. What is no address, or stands in another line already, is refused at once.
fn typed(organisation: OrganisationId, addresses: Vec<TypedAddress>) -> Vec<BulkRow> {
    let mut seen: HashMap<String, u32> = HashMap::with_capacity(addresses.len());
    let mut rows = Vec::with_capacity(addresses.len());
    let mut last = 0;
    for TypedAddress { line, text } in addresses {
        // INVARIANT: the lines of a change grow, whatever a reader says.
        last = line.max(last + 1);
        let refused = |text: String, why: String| BulkRow {
            standing: RowStanding::Refused,
            why: Some(why),
            ..unchecked(last, organisation, text)
        };
        rows.push(match text {
            Err(why) => refused(String::new(), why),
            Ok(text) => {
                let shown: String = text.chars().take(MOST_SHOWN).collect();
                match AccountAddress::parse(&text) {
                    Err(_) => refused(shown, "This is not an email address.".to_owned()),
                    Ok(address) => match seen.insert(address.as_str().to_owned(), last) {
                        None => unchecked(last, organisation, address.to_string()),
                        Some(first) => {
                            seen.insert(address.as_str().to_owned(), first);
                            refused(shown, format!("This address stands in line {first} already."))
                        }
                    },
                }
            }
        });
    }
    rows
}

/// What is no address may be anything: so much of it is kept.
const MOST_SHOWN: usize = 100;

const fn unchecked(line: u32, organisation: OrganisationId, typed: String) -> BulkRow {
    BulkRow {
        line,
        organisation,
        typed,
        account: None,
        standing: RowStanding::Unchecked,
        why: None,
        done_at: None,
        was: None,
    }
}
