//! How many people are covered, from one organisation down.

use wardkey_domain::directory::{OdsCode, Organisation, OrganisationKind, OrganisationPath};
use wardkey_domain::id::OrganisationId;
use wardkey_domain::op::Op;
use wardkey_domain::permission::{Action, Extent, Target};
use wardkey_domain::report::Coverage;
use wardkey_store::{self as store, Tx};

use crate::{App, Error, Result};

/// An organisation, and how many are covered in it and below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganisationCoverage {
    /// The organisation.
    pub id: OrganisationId,
    /// Its code.
    pub ods_code: String,
    /// What it is called.
    pub name: String,
    /// What type of body it is.
    pub kind: OrganisationKind,
    /// How many are covered.
    pub coverage: Coverage,
}

/// How many people are covered, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverageFacts {
    /// The organisation that it is about, with those above it that the actor sees, the highest first; nothing for all that the actor
    /// sees together.
    pub organisation: Option<(Organisation, Vec<Organisation>)>,
    /// How many of its people, and of those of all below it, are covered.
    pub all: Coverage,
    /// How many of its own people are.
    pub own: Option<Coverage>,
    /// Each organisation right below.
    pub below: Vec<OrganisationCoverage>,
    /// How many accounts nobody has counted yet, after an upgrade or a restore.
    pub uncounted: u64,
}

/// Whether the actor sees how many people are covered anywhere.
pub fn may_see_coverage(op: &Op) -> bool {
    op.extent(Action::SeeCoverage) != Extent::Nothing
}

/// How many people are covered in the organisation with this code, or in all that the actor sees.
///
/// Whoever looks after one organisation sees it right away.
///
/// # Errors
/// When the actor may not see the organisation, or none at all.
pub async fn see_coverage(app: &App, op: &Op, code: Option<&OdsCode>) -> Result<CoverageFacts> {
    let extent = op.extent(Action::SeeCoverage).disjoint();
    let mut tx = app.store().read().await?;
    let organisation = match (code, &extent) {
        (_, Extent::Nothing) => return Err(Error::NotFound("page")),
        (Some(code), Extent::Everything | Extent::Subtrees(_)) => {
            let found = store::directory::find_organisation_by_code(&mut tx, code).await?;
            let found = found.ok_or(Error::NotFound("organisation"))?;
            op.require(Action::SeeCoverage, &Target::organisation(&found.path))?;
            Some(found)
        }
        (None, Extent::Subtrees(paths)) => match paths.as_slice() {
            [only] => store::directory::find_organisation(&mut tx, only.organisation()).await?,
            _ => None,
        },
        (None, Extent::Everything) => None,
    };
    let Some(organisation) = organisation else {
        let all = store::report::coverage_of(&mut tx, &extent).await?;
        let below = match &extent {
            Extent::Nothing | Extent::Everything => store::report::coverage_by_organisation(&mut tx, None).await?,
            Extent::Subtrees(paths) => {
                let tops: Vec<_> = paths.iter().map(OrganisationPath::organisation).collect();
                store::report::coverage_of_organisations(&mut tx, &tops).await?
            }
        };
        let uncounted = uncounted(&mut tx, &extent).await?;
        let below = below.into_iter().map(figures).collect();
        return Ok(CoverageFacts { organisation: None, all, own: None, below, uncounted });
    };
    let here = Extent::Subtrees(vec![organisation.path.clone()]);
    let all = store::report::coverage_of(&mut tx, &here).await?;
    let below = store::report::coverage_by_organisation(&mut tx, Some(organisation.id)).await?;
    let own = store::report::own_coverage(&mut tx, organisation.id).await?;
    let above = above(&mut tx, op, &organisation).await?;
    Ok(CoverageFacts {
        organisation: Some((organisation, above)),
        all,
        own: Some(own),
        below: below.into_iter().map(figures).collect(),
        uncounted: uncounted(&mut tx, &here).await?,
    })
}

async fn uncounted(tx: &mut Tx, extent: &Extent) -> Result<u64> {
    Ok(u64::try_from(store::report::uncounted(tx, extent).await?).unwrap_or(0))
}

async fn above(tx: &mut Tx, op: &Op, organisation: &Organisation) -> Result<Vec<Organisation>> {
    let mut above = Vec::new();
    for id in organisation.path.ids().filter(|id| *id != organisation.id) {
        let Some(found) = store::directory::find_organisation(tx, id).await? else { continue };
        if op.require(Action::SeeCoverage, &Target::organisation(&found.path)).is_ok() {
            above.push(found);
        }
    }
    Ok(above)
}

fn figures(row: store::report::OrganisationFigures) -> OrganisationCoverage {
    let store::report::OrganisationFigures { id, ods_code, name, kind, coverage } = row;
    OrganisationCoverage { id, ods_code: ods_code.to_string(), name, kind, coverage }
}
