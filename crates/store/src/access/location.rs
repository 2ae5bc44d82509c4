//! Named locations, one by one.

use wardkey_domain::access::{
    Attestation, InForce, LocationName, NamedLocation, Proposal, Ranges, Standing, Submission, Suspension, Terms,
};
use wardkey_domain::audit::Reason;
use wardkey_domain::id::{AccountId, NamedLocationId};
use wardkey_domain::time::Timestamp;

use super::bump_epoch;
use crate::{Row, StoreError, Tx, args};

/// What became of a named location that was to be inserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted {
    /// It was.
    Yes,
    /// This one was inserted before: a page was sent twice.
    Already,
    /// Another one has its name, or had it once.
    NameTaken,
}

/// Inserts a draft.
pub async fn insert_location(tx: &mut Tx, location: &NamedLocation) -> Result<Inserted, StoreError> {
    let sql = "INSERT INTO named_locations (id, organisation_id, name, name_key, connection, standing, created_at, version) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, 0) ON CONFLICT DO NOTHING";
    let arguments = args![
        location.id,
        location.organisation,
        location.name.as_str(),
        location.name.key(),
        location.connection.as_str(),
        location.standing.as_str(),
        location.created_at
    ];
    if tx.exec(sql, arguments).await? == 1 {
        let before = NamedLocation { version: 0, ..location.clone() };
        save_location(tx, &before).await?;
        return Ok(Inserted::Yes);
    }
    let known = tx.opt("SELECT id FROM named_locations WHERE id = $1", args![location.id]).await?;
    Ok(if known.is_some() { Inserted::Already } else { Inserted::NameTaken })
}

/// The named location with this identifier.
pub async fn find_location(tx: &mut Tx, id: NamedLocationId) -> Result<Option<NamedLocation>, StoreError> {
    let sql = "SELECT id, organisation_id, name, connection, standing, standing_at, standing_reason, standing_by, owner_id, \
               ranges, attested_by, attested_at, attested_until, proposed_owner, proposed_ranges, proposed_by, proposed_at, \
               submitted_by, submitted_at, created_at, version FROM named_locations WHERE id = $1";
    tx.opt(sql, args![id]).await?.as_ref().map(from_row).transpose()
}

/// Saves where a named location stands; says whether nobody else changed it since it was read. Begins a new epoch if what is
/// active may have changed.
///
/// SECURITY: of two who decide at once, one gets `true`.
pub async fn save_location(tx: &mut Tx, location: &NamedLocation) -> Result<bool, StoreError> {
    let Columns { in_force, proposal, submitted, at, reason, by } = Columns::of(&location.standing);
    let sql = "UPDATE named_locations SET standing = $3, standing_at = $4, standing_reason = $5, standing_by = $6, \
               owner_id = $7, ranges = $8, attested_by = $9, attested_at = $10, \
               reminded = CASE WHEN attested_until = $11 THEN reminded ELSE 0 END, attested_until = $11, \
               proposed_owner = $12, proposed_ranges = $13, proposed_by = $14, proposed_at = $15, submitted_by = $16, \
               submitted_at = $17, version = version + 1 WHERE id = $1 AND version = $2";
    let attestation = in_force.map(|in_force| in_force.attestation);
    let arguments = args![
        location.id,
        location.version,
        location.standing.as_str(),
        at,
        reason.map(Reason::as_str),
        by,
        in_force.map(|in_force| in_force.terms.owner),
        in_force.map(|in_force| in_force.terms.ranges.to_text()),
        attestation.map(|attestation| attestation.by),
        attestation.map(|attestation| attestation.at),
        attestation.map(|attestation| attestation.until),
        proposal.map(|proposal| proposal.terms.owner),
        proposal.map(|proposal| proposal.terms.ranges.to_text()),
        proposal.map(|proposal| proposal.by),
        proposal.map(|proposal| proposal.at),
        submitted.map(|(by, _)| by),
        submitted.map(|(_, at)| at)
    ];
    if tx.exec(sql, arguments).await? != 1 {
        return Ok(false);
    }
    match &location.standing {
        Standing::Draft(_) | Standing::Submitted(_) | Standing::Rejected { .. } => {}
        Standing::Active(_) | Standing::Suspended(..) | Standing::Retired { .. } => bump_epoch(tx).await?,
    }
    Ok(true)
}

/// What a standing has for the columns of its row.
#[derive(Default)]
struct Columns<'a> {
    in_force: Option<&'a InForce>,
    proposal: Option<&'a Proposal>,
    submitted: Option<(AccountId, Timestamp)>,
    at: Option<Timestamp>,
    reason: Option<&'a Reason>,
    by: Option<&'static str>,
}

impl<'a> Columns<'a> {
    fn of(standing: &'a Standing) -> Self {
        match standing {
            Standing::Draft(proposal) => Self { proposal: Some(proposal), ..Self::default() },
            Standing::Submitted(submission) => Self::submitted(Some(submission)),
            Standing::Rejected { proposal, at, reason } => {
                Self { proposal: Some(proposal), at: Some(*at), reason: Some(reason), ..Self::default() }
            }
            Standing::Active(in_force) => {
                Self { in_force: Some(in_force), ..Self::submitted(in_force.change.as_ref()) }
            }
            Standing::Suspended(in_force, Suspension { at, authority, reason }) => Self {
                in_force: Some(in_force),
                at: Some(*at),
                reason: Some(reason),
                by: Some(authority.as_str()),
                ..Self::submitted(in_force.change.as_ref())
            },
            Standing::Retired { at } => Self { at: Some(*at), ..Self::default() },
        }
    }

    fn submitted(submission: Option<&'a Submission>) -> Self {
        let submitted = submission.map(|submission| (submission.by, submission.at));
        Self { proposal: submission.map(|submission| &submission.proposal), submitted, ..Self::default() }
    }
}

fn from_row(row: &Row) -> Result<NamedLocation, StoreError> {
    Ok(NamedLocation {
        id: row.get("id")?,
        organisation: row.get("organisation_id")?,
        name: name_in(row)?,
        connection: row.get::<String>("connection")?.parse().map_err(|_| wrong("connection"))?,
        standing: standing(row)?,
        created_at: row.get("created_at")?,
        version: row.get("version")?,
    })
}

fn standing(row: &Row) -> Result<Standing, StoreError> {
    Ok(match row.get::<String>("standing")?.as_str() {
        "draft" => Standing::Draft(proposal(row)?),
        "submitted" => Standing::Submitted(submission(row)?),
        "rejected" => {
            Standing::Rejected { proposal: proposal(row)?, at: row.get("standing_at")?, reason: reason(row)? }
        }
        "active" => Standing::Active(in_force(row)?),
        "suspended" => {
            let by: String = row.get("standing_by")?;
            let authority = by.parse().map_err(|_| wrong("standing_by"))?;
            let suspension = Suspension { at: row.get("standing_at")?, authority, reason: reason(row)? };
            Standing::Suspended(in_force(row)?, suspension)
        }
        "retired" => Standing::Retired { at: row.get("standing_at")? },
        _ => return Err(wrong("standing")),
    })
}

fn proposal(row: &Row) -> Result<Proposal, StoreError> {
    let terms = Terms { owner: row.get("proposed_owner")?, ranges: ranges_in(row, "proposed_ranges")? };
    Ok(Proposal { terms, by: row.get("proposed_by")?, at: row.get("proposed_at")? })
}

fn submission(row: &Row) -> Result<Submission, StoreError> {
    Ok(Submission { proposal: proposal(row)?, by: row.get("submitted_by")?, at: row.get("submitted_at")? })
}

fn in_force(row: &Row) -> Result<InForce, StoreError> {
    let change = row.get::<Option<Timestamp>>("submitted_at")?.map(|_| submission(row)).transpose()?;
    let terms = Terms { owner: row.get("owner_id")?, ranges: ranges_in(row, "ranges")? };
    Ok(InForce { terms, attestation: attestation_in(row)?, change })
}

fn reason(row: &Row) -> Result<Reason, StoreError> {
    Reason::parse(&row.get::<String>("standing_reason")?).map_err(|_| wrong("standing_reason"))
}

/// Reads the name of a named location.
pub(super) fn name_in(row: &Row) -> Result<LocationName, StoreError> {
    LocationName::parse(&row.get::<String>("name")?).map_err(|_| wrong("name"))
}

/// Reads who vouches for a named location, and until when.
pub(super) fn attestation_in(row: &Row) -> Result<Attestation, StoreError> {
    Ok(Attestation { by: row.get("attested_by")?, at: row.get("attested_at")?, until: row.get("attested_until")? })
}

/// Reads the ranges in the column `column`.
pub(super) fn ranges_in(row: &Row, column: &str) -> Result<Ranges, StoreError> {
    Ranges::stored(&row.get::<String>(column)?).map_err(|_| wrong(column))
}

/// A column that holds a word which the domain does not know.
pub(super) fn wrong(column: &str) -> StoreError {
    StoreError::Column { column: column.to_owned(), found: "a word of another meaning" }
}
