//! The exceptions of everybody whom the actor looks after.

use std::collections::HashMap;

use uuid::Uuid;
use wardkey_domain::id::{AccountId, ExceptionRequestId};
use wardkey_domain::op::Op;
use wardkey_domain::permission::{Action, Extent};
use wardkey_domain::time::Timestamp;
use wardkey_store::access::{ListQuery, StandingKey};
use wardkey_store::{self as store, Tx};

use super::see::name;
use crate::{App, Error, Result};

/// A request that waits for somebody to decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedRequest {
    /// The request.
    pub id: ExceptionRequestId,
    /// The word of its reason.
    pub why: String,
    /// Who asked.
    pub asked_by: Option<String>,
    /// When.
    pub asked_at: Timestamp,
    /// How many accounts wait.
    pub accounts: u64,
    /// Whether the actor has asked for it, so that somebody else must decide.
    pub is_own: bool,
}

/// An exception that is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedStanding {
    /// Whose.
    pub account: AccountId,
    /// What they are called.
    pub display_name: String,
    /// What their organisation is called, with its code.
    pub organisation: String,
    /// `short` or `long`.
    pub kind: &'static str,
    /// The word of the reason.
    pub why: &'static str,
    /// From when on prompts are back.
    pub until: Timestamp,
    /// Who gave or approved it.
    pub given_by: Option<String>,
}

/// A postponement that is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedPostponement {
    /// Whose.
    pub account: AccountId,
    /// What they are called.
    pub display_name: String,
    /// What their organisation is called, with its code.
    pub organisation: String,
    /// From when on the person registers.
    pub until: Timestamp,
    /// Which risk is taken.
    pub risk: String,
}

/// Where the pages of the three lists begin.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pages<'a> {
    /// What waits.
    pub waiting: Option<&'a str>,
    /// What is in force.
    pub standing: Option<&'a str>,
    /// Postponements.
    pub postponed: Option<&'a str>,
}

/// One page of each list, with what to pass for the next if there is one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExceptionLists {
    /// What waits, the oldest first.
    pub waiting: Vec<ListedRequest>,
    /// Where its next page begins.
    pub more_waiting: Option<String>,
    /// What is in force, by its end.
    pub standing: Vec<ListedStanding>,
    /// Where its next page begins.
    pub more_standing: Option<String>,
    /// Postponements, by their end.
    pub postponed: Vec<ListedPostponement>,
    /// Where their next page begins.
    pub more_postponed: Option<String>,
}

const PAGE: u32 = 20;

/// Whether the actor sees the lists at all.
pub fn may_see_exceptions(op: &Op) -> bool {
    op.extent(Action::RequestLongException) != Extent::Nothing
}

/// What waits and what is in force among everybody whom the actor looks after.
///
/// # Errors
/// When the actor looks after nobody.
pub async fn list_exceptions(app: &App, op: &Op, pages: Pages<'_>) -> Result<ExceptionLists> {
    let extent = op.extent(Action::RequestLongException);
    if extent == Extent::Nothing {
        return Err(Error::NotFound("page"));
    }
    let mut tx = app.store().read().await?;
    let mut names = Names::default();
    let mut lists = ExceptionLists::default();
    let after = pages.waiting.map(|text| text.parse().map_err(|_| no_page())).transpose()?;
    let query = ListQuery { extent: &extent, after, limit: PAGE + 1 };
    let (waiting, more) = page(store::access::list_waiting(&mut tx, query).await?);
    lists.more_waiting = waiting.last().filter(|_| more).map(|last| last.id.to_string());
    for request in waiting {
        lists.waiting.push(ListedRequest {
            id: request.id,
            why: request.why,
            asked_by: names.of(&mut tx, request.asked_by).await?,
            asked_at: request.asked_at,
            accounts: request.accounts,
            is_own: op.account().map(|actor| actor.id) == request.asked_by,
        });
    }
    let query = ListQuery { extent: &extent, after: pages.standing.map(read_key).transpose()?, limit: PAGE + 1 };
    let (standing, more) = page(store::access::list_standing(&mut tx, query, op.now).await?);
    for listed in standing {
        let Some(given) = listed.of.standing.given().copied() else { continue };
        lists.more_standing = more.then(|| write_key(given.ends_at, listed.of.id.uuid()));
        lists.standing.push(ListedStanding {
            account: listed.of.account,
            display_name: listed.display_name,
            organisation: format!("{} ({})", listed.organisation, listed.ods_code),
            kind: listed.of.ground.kind().as_str(),
            why: listed.of.ground.word(),
            until: given.ends_at,
            given_by: names.of(&mut tx, given.by).await?,
        });
    }
    let query = ListQuery { extent: &extent, after: pages.postponed.map(read_key).transpose()?, limit: PAGE + 1 };
    let (postponed, more) = page(store::access::list_postponements(&mut tx, query, op.now).await?);
    for listed in postponed {
        lists.more_postponed = more.then(|| write_key(listed.of.ends_at, listed.of.id.uuid()));
        lists.postponed.push(ListedPostponement {
            account: listed.of.account,
            display_name: listed.display_name,
            organisation: format!("{} ({})", listed.organisation, listed.ods_code),
            until: listed.of.ends_at,
            risk: listed.of.risk.as_str().to_owned(),
        });
    }
    Ok(lists)
}

/// The rows of one page, and whether there are more.
fn page<Row>(mut rows: Vec<Row>) -> (Vec<Row>, bool) {
    let most = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = rows.len() > most;
    rows.truncate(most);
    (rows, more)
}

fn write_key(end: Timestamp, id: Uuid) -> String {
    format!("{}~{id}", end.as_micros())
}

fn read_key(text: &str) -> Result<StandingKey> {
    let parsed = text
        .split_once('~')
        .and_then(|(end, id)| Some((Timestamp::from_micros(end.parse().ok()?), id.parse::<Uuid>().ok()?)));
    parsed.ok_or_else(no_page)
}

fn no_page() -> Error {
    Error::NotFound("page")
}

/// Names that were looked up.
#[derive(Default)]
struct Names(HashMap<AccountId, Option<String>>);

impl Names {
    async fn of(&mut self, tx: &mut Tx, id: Option<AccountId>) -> Result<Option<String>> {
        let Some(id) = id else { return Ok(None) };
        if let Some(known) = self.0.get(&id) {
            return Ok(known.clone());
        }
        let found = name(tx, Some(id)).await?;
        self.0.insert(id, found.clone());
        Ok(found)
    }
}
