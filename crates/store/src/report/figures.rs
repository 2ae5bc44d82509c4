//! How many people are covered, by organisation.

use wardkey_domain::directory::{OdsCode, OrganisationKind};
use wardkey_domain::id::OrganisationId;
use wardkey_domain::permission::Extent;
use wardkey_domain::report::{Coverage, Facets};

use crate::directory::{disjoint, wrong};
use crate::{Row, StoreError, Tx, args};

/// An organisation, and how many of its people are covered, with those of all below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganisationFigures {
    /// The organisation.
    pub id: OrganisationId,
    /// Its code.
    pub ods_code: OdsCode,
    /// What it is called.
    pub name: String,
    /// What type of body it is.
    pub kind: OrganisationKind,
    /// How many people are covered in it and below.
    pub coverage: Coverage,
}

/// How many people of an extent are covered.
pub async fn coverage_of(tx: &mut Tx, extent: &Extent) -> Result<Coverage, StoreError> {
    let mut coverage = Coverage::default();
    for (start, end) in disjoint(extent) {
        let sql = "SELECT f.facets, CAST(SUM(f.accounts) AS BIGINT) AS accounts \
                   FROM organisations o JOIN figures f ON f.organisation_id = o.id \
                   WHERE o.path >= $1 AND o.path < $2 GROUP BY f.facets";
        for row in tx.all(sql, args![start, end]).await? {
            count(&mut coverage, &row)?;
        }
    }
    Ok(coverage)
}

/// How many of the people of one organisation are covered, without those of any below it.
pub async fn own_coverage(tx: &mut Tx, organisation: OrganisationId) -> Result<Coverage, StoreError> {
    let mut coverage = Coverage::default();
    let sql = "SELECT facets, accounts FROM figures WHERE organisation_id = $1";
    for row in tx.all(sql, args![organisation]).await? {
        count(&mut coverage, &row)?;
    }
    Ok(coverage)
}

/// What a statement reads of organisations `c`, each with the figures `f` of all that lie at and below it: the range of paths that
/// `end_of` ends.
macro_rules! with_figures {
    ($which:literal) => {
        concat!(
            "SELECT c.id, c.ods_code, c.name, c.kind, f.facets, CAST(SUM(f.accounts) AS BIGINT) AS accounts \
             FROM organisations c JOIN organisations o \
             ON o.path >= c.path AND o.path < SUBSTR(c.path, 1, LENGTH(c.path) - 1) || '0' \
             LEFT JOIN figures f ON f.organisation_id = o.id WHERE ",
            $which,
            " GROUP BY c.id, c.ods_code, c.name, c.kind, f.facets ORDER BY c.name, c.id"
        )
    };
}

/// The organisations right below `parent`, or those at the top, each with how many people are covered in it and below, by name.
pub async fn coverage_by_organisation(
    tx: &mut Tx,
    parent: Option<OrganisationId>,
) -> Result<Vec<OrganisationFigures>, StoreError> {
    let rows = match parent {
        Some(parent) => tx.all(with_figures!("c.parent_id = $1"), args![parent]).await?,
        None => tx.all(with_figures!("c.parent_id IS NULL"), args![]).await?,
    };
    by_organisation(&rows)
}

/// These organisations, each with how many people are covered in it and below, by name.
pub async fn coverage_of_organisations(
    tx: &mut Tx,
    organisations: &[OrganisationId],
) -> Result<Vec<OrganisationFigures>, StoreError> {
    let mut found = Vec::new();
    for organisation in organisations {
        found.extend(by_organisation(&tx.all(with_figures!("c.id = $1"), args![*organisation]).await?)?);
    }
    found.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(found)
}

fn by_organisation(rows: &[Row]) -> Result<Vec<OrganisationFigures>, StoreError> {
    let mut found: Vec<OrganisationFigures> = Vec::new();
    for row in rows {
        let id: OrganisationId = row.get("id")?;
        if found.last().is_none_or(|last| last.id != id) {
            found.push(OrganisationFigures {
                id,
                ods_code: row.get::<String>("ods_code")?.parse().map_err(|_| wrong("ods_code"))?,
                name: row.get("name")?,
                kind: row.get::<String>("kind")?.parse().map_err(|_| wrong("kind"))?,
                coverage: Coverage::default(),
            });
        }
        if let Some(last) = found.last_mut() {
            count(&mut last.coverage, row)?;
        }
    }
    Ok(found)
}

fn count(coverage: &mut Coverage, row: &Row) -> Result<(), StoreError> {
    let facets: Option<i64> = row.get("facets")?;
    let accounts: Option<i64> = row.get("accounts")?;
    let (Some(facets), Some(accounts)) = (facets, accounts) else { return Ok(()) };
    // What an older release has counted differently is counted again before long.
    if let Some(counted) = Facets::from_i64(facets).read() {
        coverage.count(&counted, u64::try_from(accounts).unwrap_or(0));
    }
    Ok(())
}
