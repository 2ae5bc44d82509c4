//! Finding people: by the beginning of any word of their name, or of their address.

use uuid::Uuid;
use wardkey_domain::directory::{Account, OrganisationPath, search_words};
use wardkey_domain::id::AccountId;
use wardkey_domain::permission::Extent;

use super::account::{account_columns, from_row};
use super::organisation::end_of;
use crate::{StoreError, Tx, Val, args};

/// What to look for.
#[derive(Clone, Copy, Debug)]
pub struct PeopleQuery<'a> {
    /// What was typed: words of a name, or the beginning of an address with its at sign.
    pub text: &'a str,
    /// Where to look.
    pub extent: &'a Extent,
    /// The last person of the page before.
    pub after: Option<&'a Cursor>,
    /// How many to return at most.
    pub limit: u32,
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
    /// Where the next page begins.
    pub cursor: Cursor,
}

/// A place in a list of people.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// The word or the address by which the last person was found.
    pub key: String,
    /// The last person.
    pub account: AccountId,
}

/// How many subtrees one statement can be narrowed to; more take more statements.
pub(crate) const SUBTREES: usize = 4;

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

const BY_WORDS: &str = concat!(
    "SELECT w.word AS found_by, o.name AS organisation_name, o.ods_code, ",
    account_columns!(),
    " FROM account_words w JOIN accounts a ON a.id = w.account_id JOIN organisations o ON o.id = a.organisation_id \
     WHERE w.word >= $1 AND w.word < $2 AND (w.word, w.account_id) > ($3, $4) \
     AND NOT EXISTS (SELECT 1 FROM account_words e WHERE e.account_id = w.account_id AND e.word >= $5 AND e.word < w.word) \
     AND ($6 = '' OR EXISTS (SELECT 1 FROM account_words x WHERE x.account_id = w.account_id AND x.word >= $6 AND x.word < $7)) \
     AND ($8 = '' OR EXISTS (SELECT 1 FROM account_words y WHERE y.account_id = w.account_id AND y.word >= $8 AND y.word < $9)) \
     AND ",
    within!("$10", "$11", "$12", "$13", "$14", "$15", "$16", "$17"),
    " ORDER BY w.word, w.account_id LIMIT $18"
);

const BY_ADDRESS: &str = concat!(
    "SELECT a.address AS found_by, o.name AS organisation_name, o.ods_code, ",
    account_columns!(),
    " FROM accounts a JOIN organisations o ON o.id = a.organisation_id \
     WHERE a.address >= $1 AND a.address < $2 AND a.address > $3 AND ",
    within!("$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11"),
    " ORDER BY a.address LIMIT $12"
);

/// The people that a search finds, in a steady order, page by page.
///
/// Each word that was typed (the three longest count) must begin some word of the name or of the address before its at
/// sign. A text with an at sign is the beginning of an address. Nothing typed finds nobody.
pub async fn find_people(tx: &mut Tx, query: &PeopleQuery<'_>) -> Result<Vec<Person>, StoreError> {
    let mut found: Vec<Person> = Vec::new();
    for ranges in path_ranges(query.extent).chunks(SUBTREES) {
        found.extend(find_within(tx, query, ranges).await?);
    }
    found.sort_by(|left, right| left.cursor.cmp(&right.cursor));
    // Subtrees may overlap.
    found.dedup_by(|left, right| left.account.id == right.account.id);
    found.truncate(usize::try_from(query.limit).unwrap_or(usize::MAX));
    Ok(found)
}

async fn find_within(
    tx: &mut Tx,
    query: &PeopleQuery<'_>,
    ranges: &[(String, String)],
) -> Result<Vec<Person>, StoreError> {
    let (key, account) = query.after.map_or(("", Uuid::nil()), |cursor| (&cursor.key, cursor.account.uuid()));
    let (sql, mut values) = if query.text.contains('@') {
        let address = query.text.trim().to_ascii_lowercase();
        let end = end_of_prefix(&address);
        (BY_ADDRESS, args![address, end, key])
    } else {
        let mut words = search_words(query.text);
        words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
        let mut words = words.into_iter();
        let Some(first) = words.next() else { return Ok(Vec::new()) };
        let (second, third) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        // Starting at the cursor's word lets the index jump there.
        let start = if key > first.as_str() { key } else { &first };
        let ends = [&first, &second, &third].map(|word| end_of_prefix(word));
        let [first_end, second_end, third_end] = ends;
        let start = start.to_owned();
        (BY_WORDS, args![start, first_end, key, account, first, second, second_end, third, third_end])
    };
    let nothing = ("0".to_owned(), "0".to_owned());
    for (start, end) in ranges.iter().chain(std::iter::repeat(&nothing)).take(SUBTREES) {
        values.extend(args![start, end]);
    }
    values.push(Val::from(query.limit));
    let mut people = Vec::new();
    for row in tx.all(sql, values).await? {
        let account = from_row(&row)?;
        people.push(Person {
            organisation_name: row.get("organisation_name")?,
            ods_code: row.get("ods_code")?,
            cursor: Cursor { key: row.get("found_by")?, account: account.id },
            account,
        });
    }
    Ok(people)
}

/// The ranges of paths that an extent covers.
pub(crate) fn path_ranges(extent: &Extent) -> Vec<(String, String)> {
    match extent {
        Extent::Nothing => Vec::new(),
        // Every path begins with a slash, and `0` is the character after it.
        Extent::Everything => vec![("/".to_owned(), "0".to_owned())],
        Extent::Subtrees(paths) => paths
            .iter()
            .map(OrganisationPath::to_text)
            .map(|path| {
                let end = end_of(&path);
                (path, end)
            })
            .collect(),
    }
}

/// The end of the range of texts that begin with `prefix`.
fn end_of_prefix(prefix: &str) -> String {
    format!("{prefix}{}", char::MAX)
}

#[cfg(test)]
mod tests {
    use wardkey_domain::directory::Organisation;

    use super::super::account::tests::sample;
    use super::super::organisation::insert_organisation;
    use super::super::organisation::tests::sample as sample_organisation;
    use super::super::{insert_account, save_account};
    use super::*;
    use crate::both_engines;

    async fn names(tx: &mut Tx, text: &str, extent: &Extent) -> Vec<String> {
        let found = find_people(tx, &PeopleQuery { text, extent, after: None, limit: 20 }).await.unwrap();
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
        for text in ["", "example", "neill clerk", "%", "sister@a.example"] {
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
        for text in ["nu", "n@"] {
            let text = text.trim_end_matches('@').to_owned() + if text.contains('@') { "1@" } else { "" };
            let mut after = None;
            let mut seen = Vec::new();
            loop {
                let query = PeopleQuery { text: &text, extent: &Extent::Everything, after: after.as_ref(), limit: 4 };
                let page = find_people(&mut tx, &query).await.unwrap();
                let Some(last) = page.last() else { break };
                after = Some(last.cursor.clone());
                seen.extend(page.into_iter().map(|person| person.account.id));
            }
            let count = seen.len();
            seen.sort();
            seen.dedup();
            assert_eq!((seen.len(), count), if text == "nu" { (25, 25) } else { (1, 1) }, "{text}");
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
