//! Whom somebody who cannot sign in should turn to.

use wardkey_domain::directory::{AccountAddress, HelpContact, OdsCode};
use wardkey_domain::op::Op;
use wardkey_store as store;

use crate::{App, Result};

/// How it is known where somebody belongs.
#[derive(Clone, Debug)]
pub enum Asker<'a> {
    /// They typed the code of their organisation. Anybody can.
    OrganisationCode(&'a str),
    /// They have proved the password of the account at this address, but cannot go on.
    Proved(&'a str),
}

/// Who helps the people of an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Helpers {
    /// The organisation's name.
    pub organisation: String,
    /// Its help contact, or that of one above it, or the installation's.
    pub contact: HelpContact,
    /// The names of its local administrators, or of those of the organisation above it.
    ///
    /// SECURITY: told only to people of the organisation: a stranger would use them to deceive its help desk.
    pub administrators: Vec<String>,
}

/// Says who helps, as far as the asker may know; nothing when there is no such organisation.
pub async fn who_helps(app: &App, op: &Op, asker: Asker<'_>) -> Result<Option<Helpers>> {
    let mut tx = app.store().read().await?;
    let organisation = match &asker {
        Asker::OrganisationCode(typed) => {
            let Ok(code) = OdsCode::parse(&typed.trim().to_uppercase()) else { return Ok(None) };
            store::directory::find_organisation_by_code(&mut tx, &code).await?
        }
        Asker::Proved(address) => {
            let Ok(address) = AccountAddress::parse(address) else { return Ok(None) };
            match store::directory::find_account_by_address(&mut tx, &address).await? {
                Some(account) => store::directory::find_organisation(&mut tx, account.organisation).await?,
                None => None,
            }
        }
    };
    let Some(organisation) = organisation else { return Ok(None) };
    let contact = store::directory::help_contact(&mut tx, organisation.id).await?;
    let administrators = match asker {
        Asker::OrganisationCode(_) => Vec::new(),
        Asker::Proved(_) => store::directory::local_administrators(&mut tx, &organisation, op.now).await?,
    };
    let contact = contact.unwrap_or_else(|| app.settings().help.clone());
    Ok(Some(Helpers { organisation: organisation.name, contact, administrators }))
}
