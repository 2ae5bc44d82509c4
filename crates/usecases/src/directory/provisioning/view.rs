//! People and groups as an application sees them, and as it wants them.

use wardkey_domain::id::{AccountId, GroupId};
use wardkey_domain::time::Timestamp;
use wardkey_store::application::{LinkedAccount, ProvisionedGroup};

/// Somebody, as an application sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvisionedPerson {
    /// The account.
    pub id: AccountId,
    /// What the application calls them; the address, until it has said.
    pub user_name: String,
    /// What else it calls them.
    pub external_id: Option<String>,
    /// The given name.
    pub given_name: Option<String>,
    /// The family name.
    pub family_name: Option<String>,
    /// The name that people see.
    pub display_name: String,
    /// The address.
    pub address: String,
    /// The ODS code of the organisation.
    pub ods_code: String,
    /// Whether they may sign in.
    pub active: bool,
    /// Since when there is the account.
    pub created_at: Timestamp,
    /// Changes with every change of the above.
    pub version: String,
}

impl ProvisionedPerson {
    pub(super) fn of(seen: LinkedAccount) -> Self {
        let LinkedAccount { account, ods_code, link } = seen;
        let version = version(account.version, link.as_ref().map(|link| link.version));
        let (user_name, external_id) = match link {
            Some(link) => (link.user_name, link.external_id),
            None => (account.address.as_str().to_owned(), None),
        };
        Self {
            id: account.id,
            user_name,
            external_id,
            active: account.status.may_sign_in().is_ok(),
            given_name: account.given_name,
            family_name: account.family_name,
            display_name: account.display_name,
            address: account.address.as_str().to_owned(),
            ods_code: ods_code.as_str().to_owned(),
            created_at: account.created_at,
            version,
        }
    }
}

/// Of what the account and what the application calls it have each changed how often. What nobody has said yet is no version.
fn version(account: i64, link: Option<i64>) -> String {
    format!("{account}.{}", link.map_or(0, |link| link + 1))
}

/// Somebody, as an application wants them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonWish {
    /// What it calls them.
    pub user_name: String,
    /// What else it calls them.
    pub external_id: Option<String>,
    /// The given name.
    pub given_name: Option<String>,
    /// The family name.
    pub family_name: Option<String>,
    /// The name that people see; made of the others when it is left out.
    pub display_name: Option<String>,
    /// The address; the user name when it is left out and looks like one.
    pub address: Option<String>,
    /// The ODS code of the organisation; for somebody new the application's own when it is left out.
    pub ods_code: Option<String>,
    /// Whether they may sign in; as it is when it is left out.
    pub active: Option<bool>,
}

/// A group, as the application that keeps it sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvisionedGroupView {
    /// The group.
    pub id: GroupId,
    /// What it is called.
    pub display_name: String,
    /// What else it is called.
    pub external_id: Option<String>,
    /// Who is in it; empty when that was not asked for.
    pub members: Vec<AccountId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Changes with every change of the above.
    pub version: String,
}

impl ProvisionedGroupView {
    pub(super) fn of(group: ProvisionedGroup, members: Vec<AccountId>) -> Self {
        let ProvisionedGroup { id, display_name, external_id, created_at, version, .. } = group;
        Self { id, display_name, external_id, members, created_at, version: version.to_string() }
    }
}

/// A group, as an application wants it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupWish {
    /// What it is called.
    pub display_name: String,
    /// What else it is called.
    pub external_id: Option<String>,
    /// Who is in it: identifiers, as the application writes them.
    pub members: Vec<String>,
}
