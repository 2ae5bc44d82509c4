//! The queries on `organisations`.

use wardkey_domain::directory::{HelpContact, OdsCode, Organisation, OrganisationPath};
use wardkey_domain::factor::FactorKind;
use wardkey_domain::id::OrganisationId;
use wardkey_domain::permission::Extent;

use super::extent::disjoint;
use crate::{Row, StoreError, Tx, args};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, ods_code, name, kind, parent_id, path, status, help_contact, created_at FROM organisations ",
            $rest
        )
    };
}

/// The organisation with this identifier.
pub async fn find_organisation(tx: &mut Tx, id: OrganisationId) -> Result<Option<Organisation>, StoreError> {
    tx.opt(select!("WHERE id = $1"), args![id]).await?.as_ref().map(from_row).transpose()
}

/// The organisation with this ODS code.
pub async fn find_organisation_by_code(tx: &mut Tx, code: &OdsCode) -> Result<Option<Organisation>, StoreError> {
    tx.opt(select!("WHERE ods_code = $1"), args![code.as_str()]).await?.as_ref().map(from_row).transpose()
}

/// The organisations of an extent, by code, from after that of `after` on, at most `limit`.
pub async fn list_organisations(
    tx: &mut Tx,
    extent: &Extent,
    after: Option<&OdsCode>,
    limit: u32,
) -> Result<Vec<Organisation>, StoreError> {
    let after = after.map_or("", OdsCode::as_str);
    let mut found: Vec<Organisation> = Vec::new();
    for (start, end) in disjoint(extent) {
        let sql = select!("WHERE path >= $1 AND path < $2 AND ods_code > $3 ORDER BY ods_code LIMIT $4");
        for row in tx.all(sql, args![start, end, after, limit]).await? {
            found.push(from_row(&row)?);
        }
    }
    found.sort_by(|left, right| left.ods_code.cmp(&right.ods_code));
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// Adds an organisation.
///
/// # Errors
/// [`StoreError::Unique`] when its code is taken.
pub async fn insert_organisation(tx: &mut Tx, organisation: &Organisation) -> Result<(), StoreError> {
    tx.exec(
        "INSERT INTO organisations (id, ods_code, name, kind, parent_id, path, status, help_contact, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            organisation.id,
            organisation.ods_code.as_str(),
            organisation.name.as_str(),
            organisation.kind.as_str(),
            organisation.parent,
            organisation.path.to_text(),
            organisation.status.as_str(),
            contact_json(organisation.help_contact.as_ref())?,
            organisation.created_at,
        ],
    )
    .await?;
    Ok(())
}

/// Saves an organisation's facts; when it has moved, everything below it moves along.
pub async fn save_organisation(tx: &mut Tx, organisation: &Organisation) -> Result<(), StoreError> {
    let Some(row) = tx.opt("SELECT path FROM organisations WHERE id = $1", args![organisation.id]).await? else {
        return Ok(());
    };
    let old: String = row.get("path")?;
    let new = organisation.path.to_text();
    if old != new {
        // The subtree includes the organisation itself. Paths are ASCII, so characters count like bytes.
        tx.exec(
            "UPDATE organisations SET path = $1 || SUBSTR(path, CAST($2 AS INTEGER)) WHERE path >= $3 AND path < $4",
            args![new, i64::try_from(old.len() + 1).unwrap_or(i64::MAX), old.as_str(), end_of(&old)],
        )
        .await?;
    }
    tx.exec(
        "UPDATE organisations SET name = $2, kind = $3, parent_id = $4, status = $5, help_contact = $6 WHERE id = $1",
        args![
            organisation.id,
            organisation.name.as_str(),
            organisation.kind.as_str(),
            organisation.parent,
            organisation.status.as_str(),
            contact_json(organisation.help_contact.as_ref())?,
        ],
    )
    .await?;
    Ok(())
}

/// Sets or removes whom an organisation's people ask for help.
pub async fn set_help_contact(
    tx: &mut Tx,
    id: OrganisationId,
    contact: Option<&HelpContact>,
) -> Result<(), StoreError> {
    tx.exec("UPDATE organisations SET help_contact = $2 WHERE id = $1", args![id, contact_json(contact)?]).await?;
    Ok(())
}

/// Whom the people of an organisation ask for help: its own contact, or that of the nearest one above that has one.
pub async fn help_contact(tx: &mut Tx, id: OrganisationId) -> Result<Option<HelpContact>, StoreError> {
    let Some(found) = find_organisation(tx, id).await? else { return Ok(None) };
    if found.help_contact.is_some() {
        return Ok(found.help_contact);
    }
    for above in found.path.ids().rev().skip(1) {
        if let Some(contact) = find_organisation(tx, above).await?.and_then(|above| above.help_contact) {
            return Ok(Some(contact));
        }
    }
    Ok(None)
}

/// Switches factors off for the people of an organisation and of those below it.
pub async fn set_factors_off(tx: &mut Tx, id: OrganisationId, factors: &[FactorKind]) -> Result<(), StoreError> {
    let words: Vec<&str> = factors.iter().map(|factor| factor.as_str()).collect();
    tx.exec("UPDATE organisations SET factors_off = $2 WHERE id = $1", args![id, serde_json::json!(words)]).await?;
    Ok(())
}

/// The factors that an organisation, or one above it, has switched off.
pub async fn list_factors_off(tx: &mut Tx, id: OrganisationId) -> Result<Vec<FactorKind>, StoreError> {
    let Some(found) = find_organisation(tx, id).await? else { return Ok(Vec::new()) };
    let mut off: Vec<FactorKind> = Vec::new();
    for body in found.path.ids() {
        let row = tx.opt("SELECT factors_off FROM organisations WHERE id = $1", args![body]).await?;
        let words: Option<serde_json::Value> = row.map(|row| row.get("factors_off")).transpose()?.flatten();
        let words: Vec<String> = words.and_then(|words| serde_json::from_value(words).ok()).unwrap_or_default();
        off.extend(words.iter().filter_map(|word| word.parse::<FactorKind>().ok()));
    }
    off.sort_unstable();
    off.dedup();
    Ok(off)
}

/// The end of the range of paths at and below `path`: the closing slash becomes the character after it.
pub(crate) fn end_of(path: &str) -> String {
    format!("{}0", path.strip_suffix('/').unwrap_or(path))
}

/// Reads the ancestry in the column `column`.
pub(crate) fn path_in(row: &Row, column: &str) -> Result<OrganisationPath, StoreError> {
    OrganisationPath::parse(&row.get::<String>(column)?).map_err(|_| wrong(column))
}

/// A column that holds a word which the domain does not know.
pub(crate) fn wrong(column: &str) -> StoreError {
    StoreError::Column { column: column.to_owned(), found: "a word of another meaning" }
}

fn contact_json(contact: Option<&HelpContact>) -> Result<Option<serde_json::Value>, StoreError> {
    contact.map(serde_json::to_value).transpose().map_err(|_| wrong("help_contact"))
}

fn from_row(row: &Row) -> Result<Organisation, StoreError> {
    let contact = match row.get::<Option<serde_json::Value>>("help_contact")? {
        Some(json) => Some(serde_json::from_value(json).map_err(|_| wrong("help_contact"))?),
        None => None,
    };
    Ok(Organisation {
        id: row.get("id")?,
        ods_code: row.get::<String>("ods_code")?.parse().map_err(|_| wrong("ods_code"))?,
        name: row.get("name")?,
        kind: row.get::<String>("kind")?.parse().map_err(|_| wrong("kind"))?,
        parent: row.get("parent_id")?,
        path: path_in(row, "path")?,
        status: row.get::<String>("status")?.parse().map_err(|_| wrong("status"))?,
        help_contact: contact,
        created_at: row.get("created_at")?,
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use uuid::Uuid;
    use wardkey_domain::directory::{OrganisationKind, OrganisationStatus};
    use wardkey_domain::time::Timestamp;

    use super::*;
    use crate::both_engines;

    pub(crate) fn sample(n: u128, code: &str, parent: Option<&Organisation>) -> Organisation {
        let id = OrganisationId::from_uuid(Uuid::from_u128(n));
        Organisation {
            id,
            ods_code: OdsCode::parse(code).unwrap(),
            name: format!("Organisation {code}"),
            kind: OrganisationKind::Trust,
            parent: parent.map(|parent| parent.id),
            path: parent.map_or_else(|| OrganisationPath::root(id), |parent| parent.path.child(id).unwrap()),
            status: OrganisationStatus::Open,
            help_contact: None,
            created_at: Timestamp::from_seconds(1),
        }
    }

    fn contact(name: &str) -> HelpContact {
        HelpContact { name: name.to_owned(), telephone: Some("01".to_owned()), address: None, hours: None }
    }

    both_engines!(an_organisation_is_found_by_identifier_and_by_code, |store| async {
        let mut tx = store.begin().await.unwrap();
        let mut trust = sample(1, "RAA", None);
        trust.help_contact = Some(contact("Desk"));
        let site = sample(2, "RAA01", Some(&trust));
        insert_organisation(&mut tx, &trust).await.unwrap();
        insert_organisation(&mut tx, &site).await.unwrap();
        assert_eq!(find_organisation(&mut tx, trust.id).await.unwrap(), Some(trust.clone()));
        assert_eq!(find_organisation_by_code(&mut tx, &site.ods_code).await.unwrap(), Some(site.clone()));
        let taken = insert_organisation(&mut tx, &sample(3, "RAA", None)).await.unwrap_err();
        assert!(taken.is_unique().is_some_and(|what| what.contains("ods_code")), "{taken}");
    });

    both_engines!(organisations_are_listed_by_code_inside_an_extent, |store| async {
        let mut tx = store.begin().await.unwrap();
        let trust = sample(1, "RAA", None);
        let (site, other) = (sample(2, "A1", Some(&trust)), sample(3, "B1", None));
        for each in [&trust, &site, &other] {
            insert_organisation(&mut tx, each).await.unwrap();
        }
        let everything = Extent::Everything;
        let theirs = Extent::Subtrees(vec![trust.path.clone()]);
        let two = Extent::Subtrees(vec![other.path.clone(), site.path.clone()]);
        for (extent, after, limit, expected) in [
            (&everything, None, 9, vec!["A1", "B1", "RAA"]),
            (&everything, Some("A1"), 9, vec!["B1", "RAA"]),
            (&everything, None, 2, vec!["A1", "B1"]),
            (&theirs, None, 9, vec!["A1", "RAA"]),
            (&theirs, Some("B1"), 9, vec!["RAA"]),
            (&two, None, 9, vec!["A1", "B1"]),
            (&two, None, 1, vec!["A1"]),
            (&Extent::Nothing, None, 9, vec![]),
        ] {
            let after = after.map(|code| OdsCode::parse(code).unwrap());
            let found = list_organisations(&mut tx, extent, after.as_ref(), limit).await.unwrap();
            let codes: Vec<_> = found.iter().map(|one| one.ods_code.as_str()).collect();
            assert_eq!(codes, expected, "{extent:?} {after:?} {limit}");
        }
    });

    both_engines!(a_factor_that_is_off_is_off_for_everybody_below, |store| async {
        let mut tx = store.begin().await.unwrap();
        let trust = sample(1, "RAA", None);
        let site = sample(2, "RAA01", Some(&trust));
        insert_organisation(&mut tx, &trust).await.unwrap();
        insert_organisation(&mut tx, &site).await.unwrap();
        assert_eq!(list_factors_off(&mut tx, site.id).await.unwrap(), []);
        set_factors_off(&mut tx, trust.id, &[FactorKind::Sms]).await.unwrap();
        set_factors_off(&mut tx, site.id, &[FactorKind::VoiceCall, FactorKind::Sms]).await.unwrap();
        assert_eq!(list_factors_off(&mut tx, site.id).await.unwrap(), [FactorKind::Sms, FactorKind::VoiceCall]);
        assert_eq!(list_factors_off(&mut tx, trust.id).await.unwrap(), [FactorKind::Sms]);
        set_factors_off(&mut tx, site.id, &[]).await.unwrap();
        assert_eq!(list_factors_off(&mut tx, site.id).await.unwrap(), [FactorKind::Sms]);
    });

    both_engines!(what_lies_below_an_organisation_moves_with_it, |store| async {
        let mut tx = store.begin().await.unwrap();
        let old = sample(1, "OLD", None);
        let new = sample(2, "NEW", None);
        let site = sample(3, "SITE", Some(&old));
        let ward = sample(4, "WARD", Some(&site));
        for each in [&old, &new, &site, &ward] {
            insert_organisation(&mut tx, each).await.unwrap();
        }
        let moved = site.clone().moved_below(Some(&new)).unwrap();
        save_organisation(&mut tx, &moved).await.unwrap();
        assert_eq!(find_organisation(&mut tx, site.id).await.unwrap(), Some(moved.clone()));
        let ward = find_organisation(&mut tx, ward.id).await.unwrap().unwrap();
        assert!(ward.path.is_within(new.id) && ward.path.is_within(site.id) && !ward.path.is_within(old.id));
        let top = moved.moved_below(None).unwrap();
        save_organisation(&mut tx, &top).await.unwrap();
        let ward = find_organisation(&mut tx, ward.id).await.unwrap().unwrap();
        assert!(ward.path.is_within(site.id) && !ward.path.is_within(new.id));
        tx.commit().await.unwrap();
    });

    both_engines!(help_comes_from_the_nearest_organisation_that_names_somebody, |store| async {
        let mut tx = store.begin().await.unwrap();
        let trust = sample(1, "RAA", None);
        let site = sample(2, "RAA01", Some(&trust));
        let ward = sample(3, "RAA02", Some(&site));
        for each in [&trust, &site, &ward] {
            insert_organisation(&mut tx, each).await.unwrap();
        }
        assert_eq!(help_contact(&mut tx, ward.id).await.unwrap(), None);
        set_help_contact(&mut tx, trust.id, Some(&contact("Trust"))).await.unwrap();
        assert_eq!(help_contact(&mut tx, ward.id).await.unwrap(), Some(contact("Trust")));
        set_help_contact(&mut tx, ward.id, Some(&contact("Ward"))).await.unwrap();
        assert_eq!(help_contact(&mut tx, ward.id).await.unwrap(), Some(contact("Ward")));
        set_help_contact(&mut tx, ward.id, None).await.unwrap();
        assert_eq!(help_contact(&mut tx, ward.id).await.unwrap(), Some(contact("Trust")));
    });
}
