//! One's own account, as every page of the portal shows it.

use wardkey_domain::directory::{Account, HelpContact, Organisation};
use wardkey_domain::op::Op;
use wardkey_store as store;

use crate::{App, Error, Result};

/// One's own account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The account.
    pub account: Account,
    /// The organisation it belongs to.
    pub organisation: Organisation,
    /// Whom the person asks for help: the nearest organisation's contact, or the installation's.
    pub help: HelpContact,
}

/// The acting person's own account.
///
/// # Errors
/// Not found when nobody is signed in.
pub async fn profile(app: &App, op: &Op) -> Result<Profile> {
    let actor = op.account().ok_or(Error::NotFound("account"))?;
    let mut tx = app.store().read().await?;
    let account = store::directory::find_account(&mut tx, actor.id).await?.ok_or(Error::NotFound("account"))?;
    let organisation = store::directory::find_organisation(&mut tx, account.organisation)
        .await?
        .ok_or_else(|| Error::fault("find the organisation of an account"))?;
    let help = store::directory::help_contact(&mut tx, organisation.id).await?;
    Ok(Profile { account, organisation, help: help.unwrap_or_else(|| app.settings().help.clone()) })
}
