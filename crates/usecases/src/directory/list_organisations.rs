//! The organisations that somebody looks after.

use wardkey_domain::directory::{OdsCode, Organisation};
use wardkey_domain::op::Op;
use wardkey_domain::permission::{Action, Extent};
use wardkey_store as store;

use crate::{App, Error, Result};

/// Some of the organisations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedOrganisations {
    /// The organisations, by code.
    pub organisations: Vec<Organisation>,
    /// What to pass as `after` for those that follow, if there are any.
    pub next: Option<OdsCode>,
}

/// The organisations in which the actor may look for people, by code, after that of `after`, at most `most`.
///
/// # Errors
/// When there are none.
pub async fn list_organisations(app: &App, op: &Op, after: Option<&OdsCode>, most: u32) -> Result<ListedOrganisations> {
    let extent = op.extent(Action::FindPeople);
    if extent == Extent::Nothing {
        return Err(Error::NotFound("page"));
    }
    let mut tx = app.store().read().await?;
    let limit = most.saturating_add(1);
    let mut organisations = store::directory::list_organisations(&mut tx, &extent, after, limit).await?;
    let page = usize::try_from(most).unwrap_or(usize::MAX);
    let more = organisations.len() > page;
    organisations.truncate(page);
    let next = organisations.last().filter(|_| more).map(|last| last.ods_code.clone());
    Ok(ListedOrganisations { organisations, next })
}
