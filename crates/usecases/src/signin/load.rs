//! The account as the engine sees it.

use wardkey_domain::credential::PasswordStanding;
use wardkey_domain::directory::{Account, AccountAddress, OrganisationStatus};
use wardkey_domain::factor::FactorKind;
use wardkey_domain::id::AccountId;
use wardkey_domain::op::Op;
use wardkey_domain::signin::{EnrolledFactor, Person};
use wardkey_store::{self as store, Tx};

use crate::{App, Result};

/// The account with this identifier, with everything that the engine asks about; `None` if it is gone.
pub(super) async fn person(app: &App, tx: &mut Tx, op: &Op, id: AccountId) -> Result<Option<Person>> {
    match store::directory::find_account(tx, id).await? {
        Some(account) => Ok(Some(facts(app, tx, op, &account).await?)),
        None => Ok(None),
    }
}

/// The account that an address as typed belongs to.
pub(super) async fn account_at(tx: &mut Tx, address: &str) -> Result<Option<Account>> {
    let Ok(address) = AccountAddress::parse(address) else {
        return Ok(None);
    };
    Ok(store::directory::find_account_by_address(tx, &address).await?)
}

/// The facts of an account.
pub(super) async fn facts(app: &App, tx: &mut Tx, op: &Op, account: &Account) -> Result<Person> {
    let organisation = store::directory::find_organisation(tx, account.organisation).await?;
    let roles = store::directory::list_account_roles(tx, account.id, op.now).await?;
    let password = store::credential::password(tx, account.id).await?;
    let mut credentials = store::credential::list_credentials(tx, account.id).await?;
    credentials.retain(|credential| credential.is_active() && credential.kind != FactorKind::Password);
    credentials.sort_by_key(|credential| (!credential.is_default, credential.created_at));
    Ok(Person {
        id: account.id,
        organisation: account.organisation,
        kind: account.kind,
        status: account.status,
        organisation_open: organisation.is_some_and(|organisation| organisation.status == OrganisationStatus::Open),
        privileged: roles.iter().any(|grant| grant.role.is_privileged()),
        password: password.map(|password| {
            PasswordStanding::of(&app.settings().password, password.set_at, password.must_change, op.now)
        }),
        factors: credentials
            .into_iter()
            .map(|credential| EnrolledFactor {
                credential: credential.id,
                kind: credential.kind,
                label: credential.label,
            })
            .collect(),
    })
}
