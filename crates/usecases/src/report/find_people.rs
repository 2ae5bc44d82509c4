//! Finding people.

use wardkey_domain::access::FactorSet;
use wardkey_domain::directory::{AccountKind, OdsCode, StatusName};
use wardkey_domain::id::AccountId;
use wardkey_domain::op::Op;
use wardkey_domain::permission::{Action, Extent};
use wardkey_domain::report::{MfaStatus, PeopleFilter};
use wardkey_domain::time::Timestamp;
use wardkey_store::report::{Cursor, PeopleQuery, Person};
use wardkey_store::{self as store, Tx};

use crate::{App, Error, Result, access};

/// Whom to look for: those of whom everything that is said here is true.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchFor {
    /// What was typed: the beginnings of words of a name, the beginning of an address, or an ODS code among them.
    pub text: String,
    /// The code of the organisation that they belong to, or that theirs lies below; anywhere if it is empty.
    pub organisation: String,
    /// What else is wanted.
    pub filter: PeopleFilter,
}

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
    /// How it stands with multi-factor authentication; nothing in the second after it was added.
    pub mfa: Option<MfaStatus>,
    /// The second factors of its own that count.
    pub methods: FactorSet,
    /// Whether it holds a privileged role.
    pub is_privileged: bool,
    /// When somebody signed in with it last.
    pub last_signed_in_at: Option<Timestamp>,
}

/// Which part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice<'a> {
    /// Where the part before ended, as it said itself; nothing for the first.
    pub after: Option<&'a str>,
    /// How many at most.
    pub most: u32,
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

/// Whether the actor may look for anybody.
pub fn may_find_people(op: &Op) -> bool {
    op.extent(Action::FindPeople) != Extent::Nothing
}

/// The people that are looked for, among those that the actor may see.
///
/// # Errors
/// When the actor may not look for anybody, or no organisation of theirs has the code.
pub async fn find_people(app: &App, op: &Op, search: &SearchFor, after: Option<&str>) -> Result<FoundPeople> {
    list_people(app, op, search, Slice { after, most: PAGE }).await
}

/// The same, as many as somebody wants.
///
/// # Errors
/// As [`find_people`].
pub async fn list_people(app: &App, op: &Op, search: &SearchFor, slice: Slice<'_>) -> Result<FoundPeople> {
    let mut tx = app.store().read().await?;
    let (found, next) = slice_of_found(app, &mut tx, op, search, slice).await?;
    let person = |person: Person| FoundPerson {
        id: person.account.id,
        address: person.account.address.to_string(),
        kind: person.account.kind,
        status: person.account.status.name(),
        organisation: person.organisation_name,
        ods_code: person.ods_code,
        mfa: person.counted.map(|counted| counted.mfa),
        methods: person.counted.map(|counted| counted.methods).unwrap_or_default(),
        is_privileged: person.counted.is_some_and(|counted| counted.is_privileged),
        last_signed_in_at: person.account.last_signed_in_at,
        display_name: person.account.display_name,
    };
    Ok(FoundPeople { people: found.into_iter().map(person).collect(), next })
}

/// As many of those who are looked for as a slice has, and where the next one begins, if there is one.
pub(crate) async fn slice_of_found(
    app: &App,
    tx: &mut Tx,
    op: &Op,
    search: &SearchFor,
    slice: Slice<'_>,
) -> Result<(Vec<Person>, Option<String>)> {
    let extent = op.extent(Action::FindPeople);
    if extent == Extent::Nothing {
        return Err(Error::NotFound("page"));
    }
    let after = slice.after.map(read_cursor).transpose()?;
    require_seen(tx, &extent, after.as_ref()).await?;
    let extent = narrowed(tx, extent, &search.organisation).await?;
    let (extent, text) = without_code(tx, extent, &search.text).await?;
    let policies = access::policies(app, tx, op.now).await?;
    let query = PeopleQuery {
        text: &text,
        filter: &search.filter,
        baselines: policies.baselines(),
        extent: &extent,
        after: after.as_ref(),
        limit: slice.most.saturating_add(1),
        now: op.now,
    };
    let mut found = store::report::find_people(tx, &query).await?;
    let most = usize::try_from(slice.most).unwrap_or(usize::MAX);
    let more = found.len() > most;
    found.truncate(most);
    let next = found.last().filter(|_| more).map(|last| write_cursor(&last.cursor));
    Ok((found, next))
}

/// Everybody who is looked for, at most `most`.
pub(crate) async fn everybody_found(
    app: &App,
    tx: &mut Tx,
    op: &Op,
    search: &SearchFor,
    most: usize,
) -> Result<Vec<Person>> {
    let extent = op.extent(Action::FindPeople);
    if extent == Extent::Nothing {
        return Err(Error::NotFound("page"));
    }
    let extent = narrowed(tx, extent, &search.organisation).await?;
    let (extent, text) = without_code(tx, extent, &search.text).await?;
    let policies = access::policies(app, tx, op.now).await?;
    let query = PeopleQuery {
        text: &text,
        filter: &search.filter,
        baselines: policies.baselines(),
        extent: &extent,
        after: None,
        limit: u32::try_from(most).unwrap_or(u32::MAX),
        now: op.now,
    };
    Ok(store::report::find_people(tx, &query).await?)
}

/// As much of an extent as lies in the organisation of a code that was typed.
async fn narrowed(tx: &mut Tx, extent: Extent, code: &str) -> Result<Extent> {
    if code.trim().is_empty() {
        return Ok(extent);
    }
    let unknown = || Error::invalid("organisation", "No organisation that you look after has this ODS code.");
    let code = OdsCode::parse(code).map_err(|_| unknown())?;
    let organisation = store::directory::find_organisation_by_code(tx, &code).await?.ok_or_else(unknown)?;
    match extent.within(&organisation.path) {
        // SECURITY: what lies elsewhere is not told from what is not there.
        Extent::Nothing => Err(unknown()),
        within => Ok(within),
    }
}

/// Narrows the extent to the organisation of a code among the words, and gives the other words. A word counts as a code where one of
/// the actor's organisations has it, and it has a digit or is all in capitals: `may` is a name and `MAY` may be a code.
async fn without_code(tx: &mut Tx, extent: Extent, text: &str) -> Result<(Extent, String)> {
    let looks_like_one = |word: &&str| {
        word.bytes().any(|byte| byte.is_ascii_digit()) || !word.bytes().any(|byte| byte.is_ascii_lowercase())
    };
    // No name and no address has a control character, and a database may take offence at one.
    if text.contains(char::is_control) {
        return Ok((Extent::Nothing, String::new()));
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    for (place, word) in words.iter().enumerate().filter(|(_, word)| looks_like_one(word)).take(3) {
        let Ok(code) = OdsCode::parse(word) else { continue };
        let Some(organisation) = store::directory::find_organisation_by_code(tx, &code).await? else { continue };
        let within = extent.within(&organisation.path);
        if within != Extent::Nothing {
            let others: Vec<_> =
                words.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, word)| *word).collect();
            return Ok((within, others.join(" ")));
        }
    }
    Ok((extent, text.to_owned()))
}

/// The last person of a page, and the word by which they were found where the list goes by word: a name that was not typed has no
/// place in an address.
fn write_cursor(cursor: &Cursor) -> String {
    match cursor {
        Cursor::Word { word, account } => format!("{account}~{word}"),
        Cursor::Address(account) => format!("{account}@"),
        Cursor::Place(account) => account.to_string(),
    }
}

/// SECURITY: where a list begins anew tells something of whom it began with, so that must be somebody whom the actor sees.
async fn require_seen(tx: &mut Tx, extent: &Extent, after: Option<&Cursor>) -> Result<()> {
    let (Some(Cursor::Address(account)) | Some(Cursor::Place(account))) = after else { return Ok(()) };
    let found = store::directory::find_account(tx, *account).await?;
    if found.is_some_and(|account| extent.covers(&account.path)) { Ok(()) } else { Err(no_such_page()) }
}

fn no_such_page() -> Error {
    Error::invalid("after", "this page of the list does not exist")
}

fn read_cursor(text: &str) -> Result<Cursor> {
    if text.contains(char::is_control) {
        return Err(no_such_page());
    }
    let parsed = if let Some((account, word)) = text.split_once('~') {
        account.parse().ok().map(|account| Cursor::Word { word: word.to_owned(), account })
    } else if let Some(account) = text.strip_suffix('@') {
        account.parse().ok().map(Cursor::Address)
    } else {
        text.parse().ok().map(Cursor::Place)
    };
    parsed.ok_or_else(no_such_page)
}
