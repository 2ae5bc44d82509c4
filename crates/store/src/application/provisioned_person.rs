//! People as an application that provisions them sees them: accounts, and what the application calls each [RFC 7643 §3.1].

use wardkey_domain::directory::{Account, OdsCode, OrganisationPath};
use wardkey_domain::id::{AccountId, ApplicationId, OrganisationId};
use wardkey_domain::time::Timestamp;

use crate::directory::{account_columns, account_from_row, end_of, wrong};
use crate::{Row, StoreError, Tx, args};

/// What an application calls a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonLink {
    /// Whose words these are.
    pub application: ApplicationId,
    /// Whom they are about.
    pub account: AccountId,
    /// Who answers for the application.
    pub organisation: OrganisationId,
    /// The name by which it knows the person.
    pub user_name: String,
    /// What else it calls the person.
    pub external_id: Option<String>,
    /// When it switched the account off, unless it has switched it on since.
    pub switched_off_at: Option<Timestamp>,
    /// When it deleted the person: from then on there is none for it.
    pub ended_at: Option<Timestamp>,
    /// Counts the changes.
    pub version: i64,
}

/// An account, as an application sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedAccount {
    /// The account.
    pub account: Account,
    /// The code of its organisation.
    pub ods_code: OdsCode,
    /// What the application calls it, if it has said so.
    pub link: Option<PersonLink>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            account_columns!(),
            ", o.ods_code, l.organisation_id AS link_organisation_id, l.user_name, l.external_id, l.switched_off_at, \
             l.ended_at, l.version AS link_version \
             FROM accounts a JOIN organisations o ON o.id = a.organisation_id \
             LEFT JOIN provisioned_people l ON l.application_id = $1 AND l.account_id = a.id ",
            $rest
        )
    };
}

/// What makes an account somebody whom applications see; those that one of them deleted are none for it.
macro_rules! listed {
    ($begin:literal, $end:literal) => {
        concat!(
            $begin,
            "o.path >= $2 AND o.path < $3 AND a.kind IN ('user', 'guest') \
             AND a.status NOT IN ('deleted', 'deleted_permanently') AND l.ended_at IS NULL \
             AND (CAST($4 AS INTEGER) = 2 OR CAST($4 AS INTEGER) = \
                  (CASE WHEN a.status IN ('active', 'leaver') THEN 1 ELSE 0 END)) ",
            $end
        )
    };
}

fn read(row: &Row, application: ApplicationId) -> Result<LinkedAccount, StoreError> {
    let account = account_from_row(row)?;
    let ods_code = row.get::<String>("ods_code")?.parse().map_err(|_| wrong("ods_code"))?;
    let link = match row.get::<Option<i64>>("link_version")? {
        None => None,
        Some(version) => Some(PersonLink {
            application,
            account: account.id,
            organisation: row.get("link_organisation_id")?,
            user_name: row.get("user_name")?,
            external_id: row.get("external_id")?,
            switched_off_at: row.get("switched_off_at")?,
            ended_at: row.get("ended_at")?,
            version,
        }),
    };
    Ok(LinkedAccount { account, ods_code, link })
}

/// The account with this identifier, as `application` sees it; whether it may is not asked here.
pub async fn find_linked(
    tx: &mut Tx,
    application: ApplicationId,
    account: AccountId,
) -> Result<Option<LinkedAccount>, StoreError> {
    let row = tx.opt(select!("WHERE a.id = $2"), args![application, account]).await?;
    row.as_ref().map(|row| read(row, application)).transpose()
}

/// The account that `application` knows by this name, in small letters.
pub async fn find_by_user_name(
    tx: &mut Tx,
    application: ApplicationId,
    key: &str,
) -> Result<Option<AccountId>, StoreError> {
    let sql = "SELECT account_id FROM provisioned_people \
               WHERE application_id = $1 AND user_name_key = $2 AND ended_at IS NULL";
    tx.opt(sql, args![application, key]).await?.map(|row| row.get("account_id")).transpose()
}

/// The accounts that `application` calls this, the first few: it alone sees to it that there is one.
pub async fn list_by_external_id(
    tx: &mut Tx,
    application: ApplicationId,
    external_id: &str,
) -> Result<Vec<AccountId>, StoreError> {
    let sql = "SELECT account_id FROM provisioned_people \
               WHERE application_id = $1 AND external_id = $2 AND ended_at IS NULL ORDER BY account_id LIMIT 50";
    let rows = tx.all(sql, args![application, external_id]).await?;
    rows.iter().map(|row| row.get("account_id")).collect()
}

/// Holds an account until the transaction ends, if it is as it was read. Says whether it is.
///
/// Whoever else changes it waits, and finds another version.
pub async fn hold_account(tx: &mut Tx, account: &Account) -> Result<bool, StoreError> {
    let sql = "UPDATE accounts SET version = version WHERE id = $1 AND version = $2";
    Ok(tx.exec(sql, args![account.id, account.version]).await? == 1)
}

/// Saves what an application calls a person: a new row for version 0, otherwise over the row of the version before. Says whether it
/// did.
///
/// # Errors
/// [`StoreError::Unique`] when the application calls somebody else by that name.
pub async fn save_link(tx: &mut Tx, link: &PersonLink) -> Result<bool, StoreError> {
    let sql = "INSERT INTO provisioned_people (application_id, account_id, organisation_id, user_name, user_name_key, \
               external_id, switched_off_at, ended_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
               ON CONFLICT (application_id, account_id) DO UPDATE SET organisation_id = excluded.organisation_id, \
               user_name = excluded.user_name, user_name_key = excluded.user_name_key, \
               external_id = excluded.external_id, switched_off_at = excluded.switched_off_at, \
               ended_at = excluded.ended_at, version = excluded.version \
               WHERE provisioned_people.version = excluded.version - 1";
    let saved = tx
        .exec(
            sql,
            args![
                link.application,
                link.account,
                link.organisation,
                &link.user_name,
                link.user_name.to_lowercase(),
                link.external_id.as_deref(),
                link.switched_off_at,
                link.ended_at,
                link.version,
            ],
        )
        .await?;
    Ok(saved == 1)
}

/// How many accounts of any kind there are, by the counts that the organisations keep.
pub async fn count_accounts_in(tx: &mut Tx, place: Place<'_>) -> Result<i64, StoreError> {
    let sql = "SELECT CAST(COALESCE(SUM(account_count), 0) AS BIGINT) AS accounts FROM organisations \
               WHERE path >= $1 AND path < $2";
    let (begin, end) = place.range();
    tx.opt(sql, args![begin, end]).await?.map_or(Ok(0), |row| row.get("accounts"))
}

/// Where the people of a list belong.
#[derive(Clone, Copy, Debug)]
pub enum Place<'a> {
    /// To an organisation or one below it.
    Within(&'a OrganisationPath),
    /// To this very organisation.
    At(&'a OrganisationPath),
}

impl Place<'_> {
    fn range(self) -> (String, String) {
        match self {
            Self::Within(path) => (path.to_text(), end_of(&path.to_text())),
            // What lies below goes on with a digit, and each of those comes after this mark.
            Self::At(path) => (path.to_text(), format!("{}!", path.to_text())),
        }
    }
}

/// Which people a list is about.
#[derive(Clone, Copy, Debug)]
pub struct PeopleIn<'a> {
    /// Who asks.
    pub application: ApplicationId,
    /// Where they belong.
    pub place: Place<'a>,
    /// Only those who may sign in, or only those who may not.
    pub active: Option<bool>,
}

impl PeopleIn<'_> {
    fn wanted(&self) -> i32 {
        self.active.map_or(2, i32::from)
    }
}

/// How many people that are.
pub async fn count_people_in(tx: &mut Tx, people: &PeopleIn<'_>) -> Result<i64, StoreError> {
    let sql = listed!(
        "SELECT COUNT(*) AS people FROM accounts a JOIN organisations o ON o.id = a.organisation_id \
         LEFT JOIN provisioned_people l ON l.application_id = $1 AND l.account_id = a.id WHERE ",
        ""
    );
    let (begin, end) = people.place.range();
    let row = tx.opt(sql, args![people.application, begin, end, people.wanted()]).await?;
    row.map_or(Ok(0), |row| row.get("people"))
}

/// Those people, by organisation and address, without the first `skipped`.
pub async fn list_people_in(
    tx: &mut Tx,
    people: &PeopleIn<'_>,
    skipped: i64,
    limit: u32,
) -> Result<Vec<LinkedAccount>, StoreError> {
    const SQL: &str = concat!(select!("WHERE "), listed!("", "ORDER BY o.path, a.address LIMIT $5 OFFSET $6"));
    let (begin, end) = people.place.range();
    let rows = tx.all(SQL, args![people.application, begin, end, people.wanted(), limit, skipped]).await?;
    rows.iter().map(|row| read(row, people.application)).collect()
}

/// How many people `application` has switched off since then who had an account for a day or longer, counted up to `most`.
pub async fn count_leavers(
    tx: &mut Tx,
    application: ApplicationId,
    since: Timestamp,
    most: u32,
) -> Result<u32, StoreError> {
    const DAY: i64 = 86_400_000_000;
    let sql = "SELECT COUNT(*) AS leavers FROM (SELECT 1 FROM provisioned_people l JOIN accounts a ON a.id = l.account_id \
               WHERE l.application_id = $1 AND l.switched_off_at > $2 AND a.created_at <= l.switched_off_at - $3 \
               LIMIT $4) leaving";
    let row = tx.opt(sql, args![application, since, DAY, most]).await?;
    row.map_or(Ok(0), |row| row.get("leavers"))
}

/// The codes of the open organisations in a place, the first so many.
pub async fn list_codes_in(tx: &mut Tx, place: Place<'_>, limit: u32) -> Result<Vec<String>, StoreError> {
    let sql =
        "SELECT ods_code FROM organisations WHERE path >= $1 AND path < $2 AND status = 'open' ORDER BY path LIMIT $3";
    let (begin, end) = place.range();
    let rows = tx.all(sql, args![begin, end, limit]).await?;
    rows.iter().map(|row| row.get("ods_code")).collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use wardkey_domain::directory::{AccountStatus, Organisation};

    use super::*;
    use crate::both_engines;
    use crate::directory::testing::{sample_account, sample_organisation};
    use crate::directory::{insert_account, insert_organisation};

    const ME: ApplicationId = ApplicationId::from_uuid(Uuid::from_u128(50));
    const OTHER: ApplicationId = ApplicationId::from_uuid(Uuid::from_u128(51));

    fn link(account: &Account, name: &str) -> PersonLink {
        PersonLink {
            application: ME,
            account: account.id,
            organisation: account.organisation,
            user_name: name.to_owned(),
            external_id: Some("7".to_owned()),
            switched_off_at: None,
            ended_at: None,
            version: 0,
        }
    }

    /// A trust with a site, each with an account, and another trust with one.
    async fn people(tx: &mut Tx) -> (Organisation, [Account; 3]) {
        let trust = sample_organisation(1, "RAA", None);
        let site = sample_organisation(2, "RAB", Some(&trust));
        let other = sample_organisation(3, "RBB", None);
        for organisation in [&trust, &site, &other] {
            insert_organisation(tx, organisation).await.unwrap();
        }
        let accounts = [
            sample_account(5, "a@a.example", &trust),
            Account {
                status: AccountStatus::Disabled { since: Timestamp::from_seconds(9) },
                ..sample_account(6, "b@a.example", &site)
            },
            sample_account(7, "c@b.example", &other),
        ];
        for account in &accounts {
            insert_account(tx, account).await.unwrap();
        }
        (trust, accounts)
    }

    both_engines!(a_list_has_those_of_its_extent_and_goes_on_where_it_stopped, |store| async {
        let mut tx = store.begin().await.unwrap();
        let (trust, [first, second, _]) = people(&mut tx).await;
        let place = Place::Within(&trust.path);
        assert_eq!(count_accounts_in(&mut tx, place).await.unwrap(), 2);
        for (active, expected) in
            [(None, vec![first.id, second.id]), (Some(true), vec![first.id]), (Some(false), vec![second.id])]
        {
            let people = PeopleIn { application: ME, place, active };
            let listed = list_people_in(&mut tx, &people, 0, 10).await.unwrap();
            assert_eq!(listed.iter().map(|one| one.account.id).collect::<Vec<_>>(), expected);
            assert_eq!(count_people_in(&mut tx, &people).await.unwrap(), i64::try_from(expected.len()).unwrap());
        }
        let people = PeopleIn { application: ME, place, active: None };
        let rest = list_people_in(&mut tx, &people, 1, 10).await.unwrap();
        assert_eq!((rest.len(), rest[0].account.id, rest[0].ods_code.as_str()), (1, second.id, "RAB"));
        assert_eq!(list_codes_in(&mut tx, place, 10).await.unwrap(), ["RAA", "RAB"]);
        let alone = PeopleIn { place: Place::At(&trust.path), ..people };
        let listed = list_people_in(&mut tx, &alone, 0, 10).await.unwrap();
        assert_eq!(listed.iter().map(|one| one.account.id).collect::<Vec<_>>(), [first.id]);
        assert_eq!(count_accounts_in(&mut tx, alone.place).await.unwrap(), 1);
    });

    both_engines!(each_application_has_names_of_its_own, |store| async {
        let mut tx = store.begin().await.unwrap();
        let (trust, [first, second, _]) = people(&mut tx).await;
        assert!(save_link(&mut tx, &link(&first, "Nia.Rowe")).await.unwrap());
        assert_eq!(find_by_user_name(&mut tx, ME, "nia.rowe").await.unwrap(), Some(first.id));
        assert_eq!(find_by_user_name(&mut tx, OTHER, "nia.rowe").await.unwrap(), None);
        assert_eq!(list_by_external_id(&mut tx, ME, "7").await.unwrap(), [first.id]);
        assert_eq!(list_by_external_id(&mut tx, OTHER, "7").await.unwrap(), []);
        assert_eq!(find_linked(&mut tx, ME, first.id).await.unwrap().unwrap().link, Some(link(&first, "Nia.Rowe")));
        assert_eq!(find_linked(&mut tx, OTHER, first.id).await.unwrap().unwrap().link, None);
        let ended = PersonLink { ended_at: Some(Timestamp::from_seconds(9)), version: 1, ..link(&first, "Nia.Rowe") };
        assert!(save_link(&mut tx, &ended).await.unwrap());
        assert!(!save_link(&mut tx, &ended).await.unwrap(), "the version before is gone");
        assert_eq!(find_by_user_name(&mut tx, ME, "nia.rowe").await.unwrap(), None);
        let people = PeopleIn { application: ME, place: Place::Within(&trust.path), active: None };
        assert_eq!(list_people_in(&mut tx, &people, 0, 10).await.unwrap().len(), 1);
        assert!(save_link(&mut tx, &link(&second, "nia.rowe")).await.unwrap(), "the name is free again");
        let taken = PersonLink { ended_at: None, version: 2, ..ended };
        assert!(save_link(&mut tx, &taken).await.unwrap_err().is_unique().is_some());
    });

    both_engines!(an_account_that_changed_since_is_not_held, |store| async {
        let mut tx = store.begin().await.unwrap();
        let (_, [first, ..]) = people(&mut tx).await;
        assert!(hold_account(&mut tx, &first).await.unwrap());
        assert!(!hold_account(&mut tx, &Account { version: 3, ..first }).await.unwrap());
    });

    both_engines!(those_whom_an_application_switched_off_are_counted, |store| async {
        let mut tx = store.begin().await.unwrap();
        let (_, [first, second, third]) = people(&mut tx).await;
        let at = |seconds| Some(Timestamp::from_seconds(seconds));
        for (account, switched_off_at) in [(&first, at(100_000)), (&second, at(50_000)), (&third, at(200_000))] {
            let name = account.address.as_str();
            assert!(save_link(&mut tx, &PersonLink { switched_off_at, ..link(account, name) }).await.unwrap());
        }
        // The second was switched off within a day of being made.
        assert_eq!(count_leavers(&mut tx, ME, Timestamp::from_seconds(1), 10).await.unwrap(), 2);
        assert_eq!(count_leavers(&mut tx, ME, Timestamp::from_seconds(150_000), 10).await.unwrap(), 1);
        assert_eq!(count_leavers(&mut tx, ME, Timestamp::from_seconds(1), 1).await.unwrap(), 1);
        assert_eq!(count_leavers(&mut tx, OTHER, Timestamp::from_seconds(1), 10).await.unwrap(), 0);
    });
}
