//! Lists of people: by what leads to a few at once, or of an organisation, page by page.

use wardkey_domain::directory::{AccountAddress, OdsCode, Organisation};
use wardkey_domain::id::AccountId;
use wardkey_domain::op::Op;
use wardkey_domain::permission::{Action, Target};
use wardkey_store::application::{PeopleIn, Place};
use wardkey_store::{self as store, Tx};

use super::mine::{Mine, account_id, see};
use super::view::ProvisionedPerson;
use crate::{App, Error, Result};

/// How many accounts an application may reach that asks for all of them.
const MOST_LISTED: i64 = 100_000;
/// How many people are looked at one by one, when an index does not find those who are meant.
const MOST_LOOKED_AT: i64 = 5_000;
/// How many are read at once.
const PART: u32 = 500;

/// What leads to a few people at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exact {
    /// The identifier.
    Id(String),
    /// What the application calls them.
    UserName(String),
    /// What else it calls them.
    ExternalId(String),
    /// The address.
    Address(String),
}

/// Whom a list is about.
#[derive(Default)]
pub struct PeopleAsk<'a> {
    /// Those whom this leads to.
    pub exact: Option<Exact>,
    /// Those of this very organisation, by its code.
    pub ods_code: Option<String>,
    /// Those who may sign in, or those who may not.
    pub active: Option<bool>,
    /// Those of whom this holds: it is asked of each.
    pub matches: Option<&'a (dyn Fn(&ProvisionedPerson) -> bool + Send + Sync)>,
    /// How many are left out at the beginning.
    pub skipped: u64,
    /// How many are wanted.
    pub count: u32,
}

/// Some of the people whom a list is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PersonListing {
    /// So many there are, and these are some of them.
    Page {
        /// How many there are.
        total: u64,
        /// Some of them.
        people: Vec<ProvisionedPerson>,
    },
    /// More than `most` would have to be gone through.
    TooMany {
        /// How many are.
        most: u64,
    },
}

impl PersonListing {
    const NOBODY: Self = Self::Page { total: 0, people: Vec::new() };

    const fn too_many(most: i64) -> Self {
        Self::TooMany { most: most.unsigned_abs() }
    }
}

/// The people of a list whom the application sees.
///
/// # Errors
/// When the application may not look people up.
pub async fn list_provisioned_people(app: &App, op: &Op, ask: &PeopleAsk<'_>) -> Result<PersonListing> {
    let mine = Mine::of(op)?;
    op.require(Action::FindPeople, &Target::organisation(mine.path))?;
    let mut tx = app.store().read().await?;
    if let Some(exact) = &ask.exact {
        let found = find(&mut tx, op, &mine, exact).await?;
        return Ok(page_of(ask, found));
    }
    let place = match &ask.ods_code {
        None => None,
        Some(code) => {
            let Ok(code) = OdsCode::parse(code) else { return Ok(PersonListing::NOBODY) };
            let found = store::directory::find_organisation_by_code(&mut tx, &code).await?;
            let is_in_reach =
                |found: &Organisation| op.require(Action::FindPeople, &Target::organisation(&found.path)).is_ok();
            match found.filter(is_in_reach) {
                Some(found) => Some(found.path),
                None => return Ok(PersonListing::NOBODY),
            }
        }
    };
    let place = place.as_ref().map_or(Place::Within(mine.path), Place::At);
    let reached = store::application::count_accounts_in(&mut tx, place).await?;
    let people = PeopleIn { application: mine.application, place, active: ask.active };
    match ask.matches {
        Some(_) if reached > MOST_LOOKED_AT => Ok(PersonListing::too_many(MOST_LOOKED_AT)),
        Some(_) => {
            let all = read_all(&mut tx, &people).await?;
            Ok(page_of(ask, all))
        }
        None if reached > MOST_LISTED => Ok(PersonListing::too_many(MOST_LISTED)),
        None => {
            let total = store::application::count_people_in(&mut tx, &people).await?;
            let skipped = i64::try_from(ask.skipped).unwrap_or(i64::MAX);
            let listed = store::application::list_people_in(&mut tx, &people, skipped, ask.count).await?;
            let people = listed.into_iter().map(ProvisionedPerson::of).collect();
            Ok(PersonListing::Page { total: total.unsigned_abs(), people })
        }
    }
}

async fn read_all(tx: &mut Tx, people: &PeopleIn<'_>) -> Result<Vec<ProvisionedPerson>> {
    let mut all = Vec::new();
    loop {
        let read = i64::try_from(all.len()).unwrap_or(i64::MAX);
        let part = store::application::list_people_in(tx, people, read, PART).await?;
        let is_last = part.len() < PART as usize;
        all.extend(part.into_iter().map(ProvisionedPerson::of));
        // The counts of organisations are of accounts, and these are fewer; so this ends.
        if is_last {
            return Ok(all);
        }
    }
}

/// The page of those of `all` who are meant.
fn page_of(ask: &PeopleAsk<'_>, all: Vec<ProvisionedPerson>) -> PersonListing {
    let is_meant = |person: &ProvisionedPerson| {
        ask.active.is_none_or(|active| active == person.active)
            && ask.ods_code.as_ref().is_none_or(|code| code.eq_ignore_ascii_case(&person.ods_code))
            && ask.matches.is_none_or(|matches| matches(person))
    };
    let meant: Vec<_> = all.into_iter().filter(is_meant).collect();
    let total = u64::try_from(meant.len()).unwrap_or(u64::MAX);
    let skipped = usize::try_from(ask.skipped).unwrap_or(usize::MAX);
    PersonListing::Page { total, people: meant.into_iter().skip(skipped).take(ask.count as usize).collect() }
}

/// Those whom something leads to, and whom the application sees.
async fn find(tx: &mut Tx, op: &Op, mine: &Mine<'_>, exact: &Exact) -> Result<Vec<ProvisionedPerson>> {
    let mut ids: Vec<AccountId> = match exact {
        Exact::Id(text) => account_id(text).into_iter().collect(),
        Exact::ExternalId(text) => store::application::list_by_external_id(tx, mine.application, text).await?,
        Exact::Address(text) => by_address(tx, text).await?,
        Exact::UserName(text) => {
            let named = store::application::find_by_user_name(tx, mine.application, &text.to_lowercase()).await?;
            named.into_iter().chain(by_address(tx, text).await?).collect()
        }
    };
    ids.dedup();
    let mut found = Vec::new();
    for id in ids {
        match see(tx, op, mine, id).await {
            Ok(seen) => found.push(ProvisionedPerson::of(seen.linked)),
            Err(Error::NotFound(_)) => {}
            Err(other) => return Err(other),
        }
    }
    if let Exact::UserName(text) = exact {
        // Who has that address may be called otherwise.
        found.retain(|person| person.user_name.to_lowercase() == text.to_lowercase());
    }
    Ok(found)
}

async fn by_address(tx: &mut Tx, text: &str) -> Result<Vec<AccountId>> {
    let Ok(address) = AccountAddress::parse(text) else { return Ok(Vec::new()) };
    let found = store::directory::find_account_by_address(tx, &address).await?;
    Ok(found.map(|account| account.id).into_iter().collect())
}
