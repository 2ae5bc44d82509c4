//! Finding people: by the beginning of any word of their name, by their address, and by what is counted of them.
//!
//! There are two ways to the same list. *By word* goes along the words that begin as was typed, and leaves out whom the filter does not
//! want; it is fast where most of those are wanted. *By place* goes from organisation to organisation, skips those whose figures
//! say that nobody there is wanted, and is fast where few are. [`find_people`] takes the one that has less to look at, and a page
//! goes on as the one before it began.

use uuid::Uuid;
use wardkey_domain::access::{Baseline, Baselines};
use wardkey_domain::directory::{Account, OrganisationPath, search_words};
use wardkey_domain::id::{AccountId, OrganisationId};
use wardkey_domain::permission::Extent;
use wardkey_domain::report::{Counted, Facets, Masks, PeopleFilter};
use wardkey_domain::time::Timestamp;

use crate::directory::{SUBTREES, account_columns, account_from_row, disjoint, path_in};
use crate::{Row, StoreError, Tx, Val, args};

/// What to look for.
#[derive(Clone, Copy, Debug)]
pub struct PeopleQuery<'a> {
    /// What was typed: words of a name, or the beginning of an address with its at sign; nothing for everybody.
    pub text: &'a str,
    /// Which people are wanted.
    pub filter: &'a PeopleFilter,
    /// The baselines that organisations give.
    pub baselines: &'a Baselines,
    /// Where to look.
    pub extent: &'a Extent,
    /// The last person of the page before.
    pub after: Option<&'a Cursor>,
    /// How many to return at most.
    pub limit: u32,
    /// Now.
    pub now: Timestamp,
}

/// One person found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The account.
    pub account: Account,
    /// What its organisation is called.
    pub organisation_name: String,
    /// The code of its organisation.
    pub ods_code: String,
    /// What is counted of it; nothing in the second after it was added.
    pub counted: Option<Counted>,
    /// Where the next page begins.
    pub cursor: Cursor,
}

/// A place in a list of people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// In a list by word.
    Word {
        /// The word by which the last person was found.
        word: String,
        /// The last person.
        account: AccountId,
    },
    /// In a list by address: the last person.
    Address(AccountId),
    /// In a list by place: the last person.
    Place(AccountId),
}

/// Comes before every account.
const NOBODY: AccountId = AccountId::from_uuid(Uuid::nil());
/// Up to so many it is faster to look at each, whatever else is asked.
const FEW: i64 = 20_000;
/// Organisations looked at in one statement.
const PLACES: u32 = 64;

macro_rules! within {
    ($a:literal, $b:literal, $c:literal, $d:literal, $e:literal, $f:literal, $g:literal, $h:literal) => {
        concat!(
            "((o.path >= ",
            $a,
            " AND o.path < ",
            $b,
            ") OR (o.path >= ",
            $c,
            " AND o.path < ",
            $d,
            ") OR (o.path >= ",
            $e,
            " AND o.path < ",
            $f,
            ") OR (o.path >= ",
            $g,
            " AND o.path < ",
            $h,
            "))"
        )
    };
}

/// Whether the facets in `$of` are among those that the eight masks from `$a` on want.
macro_rules! among {
    ($of:literal, $($mask:literal),+) => { concat!($("(", $of, " & ", $mask, ") <> 0 AND "),+, "TRUE") };
}

/// Whether an account has a word that begins so, unless there is none to begin with.
macro_rules! has_word {
    ($account:literal, $first:literal, $last:literal) => {
        concat!(
            "(",
            $first,
            " = '' OR EXISTS (SELECT 1 FROM account_words x WHERE x.account_id = ",
            $account,
            " AND x.word >= ",
            $first,
            " AND x.word < ",
            $last,
            "))"
        )
    };
}

const BY_WORD: &str = concat!(
    "SELECT w.word AS found_by, p.facets, o.name AS organisation_name, o.ods_code, ",
    account_columns!(),
    " FROM account_words w JOIN accounts a ON a.id = w.account_id JOIN organisations o ON o.id = a.organisation_id \
     LEFT JOIN people p ON p.account_id = w.account_id \
     WHERE w.word >= $1 AND w.word < $2 AND (w.word, w.account_id) > ($3, $4) \
     AND NOT EXISTS (SELECT 1 FROM account_words e WHERE e.account_id = w.account_id AND e.word >= $5 AND e.word < w.word) \
     AND ",
    has_word!("w.account_id", "$6", "$7"),
    " AND ",
    has_word!("w.account_id", "$8", "$9"),
    " AND ",
    within!("$10", "$11", "$12", "$13", "$14", "$15", "$16", "$17"),
    " AND ",
    among!("COALESCE(p.facets, $18)", "$19", "$20", "$21", "$22", "$23", "$24", "$25", "$26"),
    " AND COALESCE(p.signed_in_day, $27) >= $27 AND COALESCE(p.signed_in_day, $27) < $28",
    " ORDER BY w.word, w.account_id LIMIT $29"
);

const BY_ADDRESS: &str = concat!(
    "SELECT p.facets, o.name AS organisation_name, o.ods_code, ",
    account_columns!(),
    " FROM accounts a JOIN organisations o ON o.id = a.organisation_id LEFT JOIN people p ON p.account_id = a.id \
     WHERE a.address >= $1 AND a.address < $2 AND a.address > $3 AND ",
    within!("$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11"),
    " AND ",
    among!("COALESCE(p.facets, $12)", "$13", "$14", "$15", "$16", "$17", "$18", "$19", "$20"),
    " AND COALESCE(p.signed_in_day, $21) >= $21 AND COALESCE(p.signed_in_day, $21) < $22",
    " ORDER BY a.address LIMIT $23"
);

/// Organisations where somebody may be wanted, and whether any of those has the wanted baseline by a group.
const PLACES_WITH: &str = concat!(
    "SELECT o.id, o.path, CASE WHEN EXISTS (SELECT 1 FROM figures g WHERE g.organisation_id = o.id AND (g.facets & $12) <> 0 AND ",
    among!("g.facets", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11"),
    ") THEN 1 ELSE 0 END AS by_group FROM organisations o WHERE o.path >= $1 AND o.path < $2 \
     AND EXISTS (SELECT 1 FROM figures f WHERE f.organisation_id = o.id AND ",
    among!("f.facets", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11"),
    ") ORDER BY o.path LIMIT $3"
);

const AT_PLACE: &str = concat!(
    "SELECT p.facets, o.name AS organisation_name, o.ods_code, ",
    account_columns!(),
    " FROM people p JOIN accounts a ON a.id = p.account_id JOIN organisations o ON o.id = a.organisation_id \
     WHERE p.organisation_id = $1 AND a.organisation_id = $1 AND (p.sort_name, p.account_id) > ($2, $3) AND ",
    among!("p.facets", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11"),
    " AND p.signed_in_day >= $12 AND p.signed_in_day < $13 AND ",
    has_word!("p.account_id", "$14", "$15"),
    " AND ",
    has_word!("p.account_id", "$16", "$17"),
    " AND ",
    has_word!("p.account_id", "$18", "$19"),
    " ORDER BY p.sort_name, p.account_id LIMIT $20"
);

const COUNT_WANTED: &str = concat!(
    "SELECT CAST(COALESCE(SUM(f.accounts), 0) AS BIGINT) AS wanted FROM organisations o \
     JOIN figures f ON f.organisation_id = o.id WHERE o.path >= $1 AND o.path < $2 AND ",
    among!("f.facets", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10"),
);

/// Accounts of whom nothing is counted yet.
const COUNT_UNCOUNTED: &str = "SELECT CAST(COALESCE(SUM(o.account_count), 0) AS BIGINT) \
    - CAST(COALESCE(SUM((SELECT SUM(f.accounts) FROM figures f WHERE f.organisation_id = o.id)), 0) AS BIGINT) AS uncounted \
    FROM organisations o WHERE o.path >= $1 AND o.path < $2";

const COUNT_WORD: &str = "SELECT COUNT(*) AS found FROM \
    (SELECT 1 AS one FROM account_words WHERE word >= $1 AND word < $2 LIMIT $3) AS few";

/// The people that a search finds, in a steady order, page by page.
///
/// Each word that was typed (the three longest count) must begin some word of the name or of the address before its at sign. A text
/// with an at sign is the beginning of an address. Nothing typed finds everybody whom the filter wants.
pub async fn find_people(tx: &mut Tx, query: &PeopleQuery<'_>) -> Result<Vec<Person>, StoreError> {
    let words = Words::of(query.text);
    match query.after {
        _ if words.words.is_empty() && !query.text.trim().is_empty() => Ok(Vec::new()),
        Some(Cursor::Word { word, account }) => by_word(tx, query, words, (word.clone(), *account)).await,
        Some(Cursor::Address(account)) => by_address(tx, query, Some(*account)).await,
        Some(Cursor::Place(account)) => by_place(tx, query, &words, Some(*account)).await,
        None if query.text.contains('@') => by_address(tx, query, None).await,
        None => {
            let words = words.rarest_first(tx).await?;
            if prefers_place(tx, query, &words).await? {
                by_place(tx, query, &words, None).await
            } else {
                by_word(tx, query, words, (String::new(), NOBODY)).await
            }
        }
    }
}

/// The words to look for: three, of which the last may be missing.
#[derive(Clone, Debug, Default)]
struct Words {
    words: Vec<String>,
    /// How many have the first of them, where that was counted, and at most one more than [`FEW`].
    rarest: Option<i64>,
}

impl Words {
    fn of(text: &str) -> Self {
        let mut words = search_words(text);
        words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
        words.truncate(3);
        Self { words, rarest: None }
    }

    /// The word that the fewest have first: the list goes along it.
    async fn rarest_first(mut self, tx: &mut Tx) -> Result<Self, StoreError> {
        let mut counted = Vec::new();
        for word in self.words {
            let row = tx.opt(COUNT_WORD, args![&word, end_of_prefix(&word), FEW + 1]).await?;
            counted.push((row.map_or(Ok(0), |row| row.get("found"))?, word));
        }
        counted.sort_by_key(|(found, _): &(i64, String)| *found);
        self.rarest = counted.first().map(|(found, _)| *found);
        self.words = counted.into_iter().map(|(_, word)| word).collect();
        Ok(self)
    }

    /// The word at `place` and the end of those that begin so; empty where there is none.
    fn range(&self, place: usize) -> (String, String) {
        self.words.get(place).map_or_else(Default::default, |word| (word.clone(), end_of_prefix(word)))
    }
}

/// Whether the list goes by place: whether there is no word to go by, or fewer people are wanted than have it.
async fn prefers_place(tx: &mut Tx, query: &PeopleQuery<'_>, words: &Words) -> Result<bool, StoreError> {
    let Some(rarest) = words.rarest else { return Ok(true) };
    // Counting whom a filter wants in the whole country takes longer than looking at everybody with a rare word.
    if *query.extent == Extent::Everything && (rarest <= FEW || query.filter.is_empty()) {
        return Ok(false);
    }
    // Somebody who is not counted yet has no place.
    if query.filter.is_empty() && uncounted(tx, query.extent).await? > 0 {
        return Ok(false);
    }
    let mut wanted = 0;
    for (start, end) in disjoint(query.extent) {
        let mut values = args![start, end];
        values.extend(masks(union(query.filter)));
        let row = tx.opt(COUNT_WANTED, values).await?;
        wanted += row.map_or(Ok(0), |row| row.get::<i64>("wanted"))?;
    }
    Ok(wanted < rarest)
}

/// How many accounts of an extent nobody has counted yet: everybody after an upgrade or a restore, for some minutes.
pub async fn uncounted(tx: &mut Tx, extent: &Extent) -> Result<i64, StoreError> {
    let mut uncounted = 0;
    for (start, end) in disjoint(extent) {
        let row = tx.opt(COUNT_UNCOUNTED, args![start, end]).await?;
        uncounted += row.map_or(Ok(0), |row| row.get::<i64>("uncounted"))?;
    }
    Ok(uncounted.max(0))
}

async fn by_word(
    tx: &mut Tx,
    query: &PeopleQuery<'_>,
    mut words: Words,
    (key, account): (String, AccountId),
) -> Result<Vec<Person>, StoreError> {
    // A page that goes on has the word by which the one before it went.
    if let Some(place) = words.words.iter().position(|word| key.starts_with(word.as_str())) {
        words.words.swap(0, place);
    }
    let ((first, first_end), (second, second_end), (third, third_end)) =
        (words.range(0), words.range(1), words.range(2));
    let narrowed = |(key, account): (String, AccountId)| {
        // Starting at the cursor's word lets the index jump there.
        let start = if key > first { key.clone() } else { first.clone() };
        args![start, &first_end, key, account, &first, &second, &second_end, &third, &third_end]
    };
    let after = |last: &Person| match &last.cursor {
        Cursor::Word { word, account } => (word.clone(), *account),
        Cursor::Address(account) | Cursor::Place(account) => (String::new(), *account),
    };
    wanted(tx, query, BY_WORD, (key, account), narrowed, after).await
}

async fn by_address(tx: &mut Tx, query: &PeopleQuery<'_>, after: Option<AccountId>) -> Result<Vec<Person>, StoreError> {
    let typed = query.text.trim().to_ascii_lowercase();
    let end = end_of_prefix(&typed);
    let last = match after {
        None => String::new(),
        Some(account) => {
            let row = tx.opt("SELECT address FROM accounts WHERE id = $1", args![account]).await?;
            row.map_or(Ok(String::new()), |row| row.get("address"))?
        }
    };
    let after = |last: &Person| last.account.address.to_string();
    wanted(tx, query, BY_ADDRESS, last, |last: String| args![&typed, &end, last], after).await
}

/// Runs a statement that is narrowed to [`SUBTREES`] ranges for every so many of the extent, from `place` on, again and again until
/// there are as many as are asked for of those whom the filter wants.
///
/// The statement knows which baseline somebody's groups give them, but not which one their organisation does.
async fn wanted<P>(
    tx: &mut Tx,
    query: &PeopleQuery<'_>,
    sql: &'static str,
    mut place: P,
    narrowed: impl Fn(P) -> Vec<Val>,
    after: impl Fn(&Person) -> P,
) -> Result<Vec<Person>, StoreError> {
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    loop {
        let mut page = each_range(tx, query, sql, &narrowed(place)).await?;
        page.sort_by(|left, right| left.in_order_of().cmp(&right.in_order_of()));
        page.truncate(limit);
        let last = (page.len() == limit).then(|| page.last().map(&after)).flatten();
        found.extend(page.into_iter().filter(|person| has_wanted_baseline(query, person)));
        found.truncate(limit);
        match last {
            Some(last) if found.len() < limit => place = last,
            Some(_) | None => return Ok(found),
        }
    }
}

async fn each_range(
    tx: &mut Tx,
    query: &PeopleQuery<'_>,
    sql: &'static str,
    first: &[Val],
) -> Result<Vec<Person>, StoreError> {
    // Somebody who was added a moment ago is not counted yet, and is found all the same where nothing is wanted of them.
    let uncounted = if query.filter.is_empty() { -1_i64 } else { 0 };
    let (from, to) = query.filter.days(query.now);
    let nothing = ("0".to_owned(), "0".to_owned());
    let mut found = Vec::new();
    for ranges in disjoint(query.extent).chunks(SUBTREES) {
        let mut values = first.to_vec();
        for (start, end) in ranges.iter().chain(std::iter::repeat(&nothing)).take(SUBTREES) {
            values.extend(args![start, end]);
        }
        values.push(Val::from(uncounted));
        values.extend(masks(union(query.filter)));
        values.extend(args![from, to, query.limit]);
        for row in tx.all(sql, values).await? {
            let person = if sql == BY_WORD {
                let word = row.get("found_by")?;
                person(&row, |account| Cursor::Word { word, account })?
            } else {
                person(&row, Cursor::Address)?
            };
            found.push(person);
        }
    }
    Ok(found)
}

fn has_wanted_baseline(query: &PeopleQuery<'_>, person: &Person) -> bool {
    query.filter.baseline.is_none_or(|wanted| {
        let by_group = person.counted.and_then(|counted| counted.baseline);
        let theirs = || query.baselines.of_organisation(person.account.path.ids().rev());
        wanted == by_group.unwrap_or_else(theirs)
    })
}

async fn by_place(
    tx: &mut Tx,
    query: &PeopleQuery<'_>,
    words: &Words,
    after: Option<AccountId>,
) -> Result<Vec<Person>, StoreError> {
    let mut begin = match after {
        None => None,
        Some(account) => place_of(tx, account).await?,
    };
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    for (start, end) in disjoint(query.extent) {
        let mut start = match &begin {
            Some((path, ..)) if *path >= end => continue,
            Some((path, ..)) if *path > start => path.clone(),
            Some(_) | None => start,
        };
        loop {
            let mut values = args![&start, &end, PLACES];
            values.extend(masks(union(query.filter)));
            values.push(Val::from(query.filter.by_group()));
            let places = tx.all(PLACES_WITH, values).await?;
            for row in &places {
                let (id, path): (OrganisationId, OrganisationPath) = (row.get("id")?, path_in(row, "path")?);
                let text = path.to_text();
                let from = begin.take_if(|(begin, ..)| *begin == text).map(|(_, name, account)| (name, account));
                let theirs = query.baselines.of_organisation(path.ids().rev());
                let has_some =
                    query.filter.baseline.is_none_or(|wanted| wanted == theirs) || row.get::<i64>("by_group")? != 0;
                if has_some {
                    let left = limit.saturating_sub(found.len());
                    found.extend(at_place(tx, query, words, (id, theirs), from, left).await?);
                }
                if found.len() >= limit {
                    return Ok(found);
                }
                // A space comes before everything that a path below this one goes on with.
                start = format!("{text} ");
            }
            if places.len() < usize::try_from(PLACES).unwrap_or(usize::MAX) {
                break;
            }
        }
    }
    Ok(found)
}

async fn at_place(
    tx: &mut Tx,
    query: &PeopleQuery<'_>,
    words: &Words,
    (organisation, theirs): (OrganisationId, Baseline),
    from: Option<(String, AccountId)>,
    limit: usize,
) -> Result<Vec<Person>, StoreError> {
    let (name, account) = from.unwrap_or_else(|| (String::new(), NOBODY));
    let mut values = args![organisation, name, account];
    values.extend(masks(query.filter.masks(theirs)));
    let (from, to) = query.filter.days(query.now);
    values.extend(args![from, to]);
    for place in 0..3 {
        let (word, end) = words.range(place);
        values.extend(args![word, end]);
    }
    values.push(Val::from(i64::try_from(limit).unwrap_or(i64::MAX)));
    tx.all(AT_PLACE, values).await?.iter().map(|row| person(row, Cursor::Place)).collect()
}

/// The path of an account's organisation, and its place there.
async fn place_of(tx: &mut Tx, account: AccountId) -> Result<Option<(String, String, AccountId)>, StoreError> {
    let sql = "SELECT o.path, p.sort_name FROM people p JOIN organisations o ON o.id = p.organisation_id WHERE p.account_id = $1";
    let Some(row) = tx.opt(sql, args![account]).await? else { return Ok(None) };
    Ok(Some((row.get("path")?, row.get("sort_name")?, account)))
}

fn person(row: &Row, cursor: impl FnOnce(AccountId) -> Cursor) -> Result<Person, StoreError> {
    let account = account_from_row(row)?;
    let facets: Option<i64> = row.get("facets")?;
    Ok(Person {
        organisation_name: row.get("organisation_name")?,
        ods_code: row.get("ods_code")?,
        counted: facets.and_then(|facets| Facets::from_i64(facets).read()),
        cursor: cursor(account.id),
        account,
    })
}

impl Person {
    /// By what people found in several subtrees are put into one order.
    fn in_order_of(&self) -> (&str, AccountId) {
        match &self.cursor {
            Cursor::Word { word, account } => (word, *account),
            Cursor::Address(account) | Cursor::Place(account) => (self.account.address.as_str(), *account),
        }
    }
}

/// What is wanted of an account, whatever its organisation gives it.
fn union(filter: &PeopleFilter) -> Masks {
    filter.masks(filter.baseline.unwrap_or(Baseline::Standard))
}

fn masks(masks: Masks) -> Vec<Val> {
    masks.to_i64().into_iter().map(Val::from).collect()
}

/// The end of the range of texts that begin with `prefix`.
fn end_of_prefix(prefix: &str) -> String {
    format!("{prefix}{}", char::MAX)
}

#[cfg(test)]
mod tests {
    use wardkey_domain::directory::Organisation;

    use super::*;
    use crate::both_engines;
    use crate::directory::testing::{sample_account as sample, sample_organisation};
    use crate::directory::{insert_account, insert_organisation, save_account};
    use crate::report::tests::count_all;

    const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

    async fn page(
        tx: &mut Tx,
        text: &str,
        extent: &Extent,
        filter: &PeopleFilter,
        after: Option<&Cursor>,
        limit: u32,
    ) -> Vec<Person> {
        let baselines = Baselines::default();
        let query = PeopleQuery { text, filter, baselines: &baselines, extent, after, limit, now: NOW };
        find_people(tx, &query).await.unwrap()
    }

    async fn names(tx: &mut Tx, text: &str, extent: &Extent) -> Vec<String> {
        count_all(tx, NOW).await;
        let found = page(tx, text, extent, &PeopleFilter::default(), None, 20).await;
        found.into_iter().map(|person| person.account.display_name).collect()
    }

    fn person(n: u128, name: &str, address: &str, organisation: &Organisation) -> Account {
        let mut account = sample(n, address, organisation);
        account.family_name = None;
        account.display_name = name.to_owned();
        account
    }

    both_engines!(people_are_found_by_the_beginning_of_any_word, |store| async {
        let mut tx = store.begin().await.unwrap();
        let trust = sample_organisation(1, "RAA", None);
        insert_organisation(&mut tx, &trust).await.unwrap();
        insert_account(&mut tx, &person(5, "Siân O'Neill", "ward.sister@a.example", &trust)).await.unwrap();
        insert_account(&mut tx, &person(6, "Ann Annison", "clerk@a.example", &trust)).await.unwrap();
        let all = Extent::Everything;
        for text in ["siân", "NEILL", "o'nei", "sister", "ward sis", "ward.sister@a.ex", "neill siâ"] {
            assert_eq!(names(&mut tx, text, &all).await, ["Siân O'Neill"], "{text}");
        }
        assert_eq!(names(&mut tx, "ann", &all).await, ["Ann Annison"]);
        for text in ["example", "neill clerk", "%", "sister@a.example"] {
            assert!(names(&mut tx, text, &all).await.is_empty(), "{text}");
        }
    });

    both_engines!(a_search_stays_inside_its_extent, |store| async {
        let mut tx = store.begin().await.unwrap();
        let mut subtrees = Vec::new();
        for n in 1..=6 {
            let top = sample_organisation(n, &format!("R{n}"), None);
            let site = sample_organisation(n + 100, &format!("S{n}"), Some(&top));
            insert_organisation(&mut tx, &top).await.unwrap();
            insert_organisation(&mut tx, &site).await.unwrap();
            insert_account(&mut tx, &person(n + 1_000, &format!("Nurse {n}"), &format!("n{n}@a.example"), &site))
                .await
                .unwrap();
            subtrees.push(top.path);
        }
        assert_eq!(names(&mut tx, "nurse", &Extent::Everything).await.len(), 6);
        assert_eq!(names(&mut tx, "nurse", &Extent::Nothing).await.len(), 0);
        let one = Extent::Subtrees(vec![subtrees[2].clone()]);
        assert_eq!(names(&mut tx, "nurse", &one).await, ["Nurse 3"]);
        assert_eq!(names(&mut tx, "n3@a", &one).await, ["Nurse 3"]);
        assert_eq!(names(&mut tx, "n4@a", &one).await.len(), 0);
        subtrees.push(subtrees[0].clone());
        subtrees.remove(1);
        assert_eq!(names(&mut tx, "nurse", &Extent::Subtrees(subtrees)).await.len(), 5);
    });

    both_engines!(pages_follow_each_other_without_gaps, |store| async {
        let mut tx = store.begin().await.unwrap();
        let trust = sample_organisation(1, "RAA", None);
        insert_organisation(&mut tx, &trust).await.unwrap();
        for n in 0..25 {
            let name = format!("Nu{} Nurse", ["a", "b", "c"][(n % 3) as usize]);
            insert_account(&mut tx, &person(100 + n, &name, &format!("n{n}@a.example"), &trust)).await.unwrap();
        }
        count_all(&mut tx, NOW).await;
        let here = Extent::Subtrees(vec![trust.path.clone()]);
        for (text, extent, expected) in
            [("nu", &Extent::Everything, 25), ("n1@", &here, 1), ("", &here, 25), ("nu", &here, 25)]
        {
            let mut after = None;
            let mut seen = Vec::new();
            loop {
                let page = page(&mut tx, text, extent, &PeopleFilter::default(), after.as_ref(), 4).await;
                let Some(last) = page.last() else { break };
                after = Some(last.cursor.clone());
                seen.extend(page.into_iter().map(|person| person.account.id));
            }
            let count = seen.len();
            seen.sort();
            seen.dedup();
            assert_eq!((seen.len(), count), (expected, expected), "{text} {extent:?}");
        }
    });

    both_engines!(a_new_name_is_found_and_the_old_one_is_not, |store| async {
        let mut tx = store.begin().await.unwrap();
        let trust = sample_organisation(1, "RAA", None);
        insert_organisation(&mut tx, &trust).await.unwrap();
        let mut account = person(5, "Ada Byron", "ada@a.example", &trust);
        insert_account(&mut tx, &account).await.unwrap();
        account.display_name = "Ada Lovelace".to_owned();
        assert!(save_account(&mut tx, &account).await.unwrap());
        assert_eq!(names(&mut tx, "love", &Extent::Everything).await, ["Ada Lovelace"]);
        assert!(names(&mut tx, "byron", &Extent::Everything).await.is_empty());
    });
}
