//! Finding people.

use wardkey_domain::directory::{AccountKind, StatusName};
use wardkey_domain::id::AccountId;
use wardkey_domain::op::Op;
use wardkey_domain::permission::{Action, Extent};
use wardkey_store as store;
use wardkey_store::directory::{Cursor, PeopleQuery};

use crate::{App, Error, Result};

/// One person found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundPerson {
    /// The account.
    pub id: AccountId,
    /// The name that pages show.
    pub display_name: String,
    /// Its address.
    pub address: String,
    /// Its kind.
    pub kind: AccountKind,
    /// Its status.
    pub status: StatusName,
    /// What its organisation is called.
    pub organisation: String,
    /// The code of its organisation.
    pub ods_code: String,
}

/// One page of people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundPeople {
    /// The people.
    pub people: Vec<FoundPerson>,
    /// What to pass as `after` for the next page, if there is one.
    pub next: Option<String>,
}

const PAGE: u32 = 20;

/// The people whose name has words that begin like those in `text`, or whose address begins like it, among those that
/// the actor may see.
///
/// # Errors
/// When the actor may not look for anybody.
pub async fn find_people(app: &App, op: &Op, text: &str, after: Option<&str>) -> Result<FoundPeople> {
    let extent = op.extent(Action::FindPeople);
    if extent == Extent::Nothing {
        return Err(Error::NotFound("page"));
    }
    let after = after.map(read_cursor).transpose()?;
    let mut tx = app.store().read().await?;
    let query = PeopleQuery { text, extent: &extent, after: after.as_ref(), limit: PAGE + 1 };
    let mut found = store::directory::find_people(&mut tx, &query).await?;
    let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = found.len() > page;
    found.truncate(page);
    let next = found.last().filter(|_| more).map(|last| write_cursor(&last.cursor));
    let people = found
        .into_iter()
        .map(|person| FoundPerson {
            id: person.account.id,
            display_name: person.account.display_name,
            address: person.account.address.to_string(),
            kind: person.account.kind,
            status: person.account.status.name(),
            organisation: person.organisation_name,
            ods_code: person.ods_code,
        })
        .collect();
    Ok(FoundPeople { people, next })
}

fn write_cursor(cursor: &Cursor) -> String {
    format!("{}~{}", cursor.account, cursor.key)
}

fn read_cursor(text: &str) -> Result<Cursor> {
    let parsed = text
        .split_once('~')
        .and_then(|(account, key)| Some(Cursor { key: key.to_owned(), account: account.parse().ok()? }));
    parsed.ok_or_else(|| Error::invalid("after", "this page of the list does not exist"))
}
