//! What an imported row asks for, compared with what is there: the decision that makes an import repeatable.

use super::{
    Account, AccountKind, AccountRow, AccountStatus, BadPath, Field, Organisation, OrganisationPath, OrganisationRow,
    OrganisationStatus, RowError,
};
use crate::id::{AccountId, OrganisationId};
use crate::time::Timestamp;

/// What to do with a row of accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountPlan {
    /// Add this account.
    Add(Account),
    /// Save this account, which differs from the stored one in these columns.
    Change(Account, Vec<Field>),
    /// Nothing: all of it is so already.
    Unchanged(Account),
    /// Nothing, because of this.
    Refuse(RowError),
}

/// What to do with a row of organisations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrganisationPlan {
    /// Add this organisation.
    Add(Organisation),
    /// Save this organisation.
    Change(Organisation),
    /// Nothing: all of it is so already.
    Unchanged(Organisation),
    /// Nothing, because of this.
    Refuse(RowError),
}

impl AccountRow {
    /// Compares the row with the account that has its address, if one has.
    ///
    /// `organisation` is the one that the row names, `id` the identifier of a new account.
    pub fn plan(
        self,
        existing: Option<Account>,
        organisation: &Organisation,
        id: AccountId,
        now: Timestamp,
    ) -> AccountPlan {
        let Some(existing) = existing else { return self.add(organisation, id, now) };
        if self.kind.is_some_and(|kind| kind != existing.kind) {
            // A conversion changes what the account may be used for, and ends what it was used for [ACC-1, ACC-2].
            let message = format!("the account is a {} and an import cannot convert it", existing.kind.words());
            return AccountPlan::Refuse(RowError::new(Field::Kind, message));
        }
        let mut account = existing.clone();
        let mut changed = Vec::new();
        if account.organisation != organisation.id {
            if !organisation.takes_accounts() {
                return AccountPlan::Refuse(closed());
            }
            account.organisation = organisation.id;
            account.path = organisation.path.clone();
            changed.push(Field::OdsCode);
        }
        if let Some(name) = self.display_name
            && name != account.display_name
        {
            account.display_name = name;
            changed.push(Field::Name);
        }
        if self.given_name.is_some() && self.given_name != account.given_name {
            account.given_name = self.given_name;
            changed.push(Field::GivenName);
        }
        if self.family_name.is_some() && self.family_name != account.family_name {
            account.family_name = self.family_name;
            changed.push(Field::FamilyName);
        }
        if changed.is_empty() { AccountPlan::Unchanged(existing) } else { AccountPlan::Change(account, changed) }
    }

    fn add(self, organisation: &Organisation, id: AccountId, now: Timestamp) -> AccountPlan {
        if !organisation.takes_accounts() {
            return AccountPlan::Refuse(closed());
        }
        let Some(display_name) = self.display_name else {
            return AccountPlan::Refuse(RowError::new(Field::Name, "a new account needs a name"));
        };
        AccountPlan::Add(Account {
            id,
            organisation: organisation.id,
            path: organisation.path.clone(),
            kind: self.kind.unwrap_or(AccountKind::User),
            address: self.address,
            display_name,
            given_name: self.given_name,
            family_name: self.family_name,
            status: AccountStatus::Active,
            created_at: now,
            last_signed_in_at: None,
            version: 0,
        })
    }
}

fn closed() -> RowError {
    RowError::new(Field::OdsCode, "the organisation is closed and takes no accounts")
}

impl OrganisationRow {
    /// Compares the row with the organisation that has its code, if one has.
    ///
    /// `parent` is the one that the row names, `id` the identifier of a new organisation.
    pub fn plan(
        self,
        existing: Option<Organisation>,
        parent: Option<&Organisation>,
        id: OrganisationId,
        now: Timestamp,
    ) -> OrganisationPlan {
        let Some(existing) = existing else { return self.add(parent, id, now) };
        let mut organisation = existing.clone();
        organisation.name = self.name;
        organisation.kind = self.kind;
        organisation.status = self.status.unwrap_or(organisation.status);
        organisation.help_contact = match self.help.over(organisation.help_contact) {
            Ok(contact) => contact,
            Err(why) => return OrganisationPlan::Refuse(why),
        };
        if let Some(parent) = parent
            && organisation.parent != Some(parent.id)
        {
            organisation = match organisation.moved_below(Some(parent)) {
                Ok(organisation) => organisation,
                Err(why) => return OrganisationPlan::Refuse(RowError::new(Field::Parent, why)),
            };
        }
        if organisation == existing {
            OrganisationPlan::Unchanged(existing)
        } else {
            OrganisationPlan::Change(organisation)
        }
    }

    fn add(self, parent: Option<&Organisation>, id: OrganisationId, now: Timestamp) -> OrganisationPlan {
        let path: Result<_, BadPath> =
            parent.map_or_else(|| Ok(OrganisationPath::root(id)), |parent| parent.path.child(id));
        let path = match path {
            Ok(path) => path,
            Err(why) => return OrganisationPlan::Refuse(RowError::new(Field::Parent, why)),
        };
        let help_contact = match self.help.over(None) {
            Ok(contact) => contact,
            Err(why) => return OrganisationPlan::Refuse(why),
        };
        OrganisationPlan::Add(Organisation {
            id,
            ods_code: self.ods_code,
            name: self.name,
            kind: self.kind,
            parent: parent.map(|parent| parent.id),
            path,
            status: self.status.unwrap_or(OrganisationStatus::Open),
            help_contact,
            created_at: now,
        })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::{AccountFields, OdsCode, OrganisationFields, OrganisationKind};
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(60);

    fn organisation(n: u128, status: OrganisationStatus) -> Organisation {
        let id = OrganisationId::from_uuid(Uuid::from_u128(n));
        Organisation {
            id,
            ods_code: OdsCode::parse(&format!("R{n}")).unwrap(),
            name: "A trust".to_owned(),
            kind: OrganisationKind::Trust,
            parent: None,
            path: OrganisationPath::root(id),
            status,
            help_contact: None,
            created_at: NOW,
        }
    }

    fn account_row(name: &str, kind: &str) -> AccountRow {
        let fields =
            AccountFields { ods_code: "R1", address: "nurse@a.example", name, kind, ..AccountFields::default() };
        AccountRow::check(&fields).unwrap()
    }

    fn plan(row: AccountRow, existing: Option<Account>, organisation: &Organisation) -> String {
        match row.plan(existing, organisation, AccountId::from_uuid(Uuid::from_u128(9)), NOW) {
            AccountPlan::Add(account) => format!("add {}", account.display_name),
            AccountPlan::Change(_, changed) => {
                format!("change {}", changed.iter().map(|field| field.as_str()).collect::<Vec<_>>().join(" "))
            }
            AccountPlan::Unchanged(_) => "unchanged".to_owned(),
            AccountPlan::Refuse(error) => format!("refuse {}", error.field.as_str()),
        }
    }

    #[test]
    fn the_same_row_twice_changes_nothing() {
        let trust = organisation(1, OrganisationStatus::Open);
        let AccountPlan::Add(account) =
            account_row("Nia", "").plan(None, &trust, AccountId::from_uuid(Uuid::from_u128(9)), NOW)
        else {
            panic!("a new account is added");
        };
        assert_eq!(plan(account_row("Nia", "user"), Some(account.clone()), &trust), "unchanged");
        assert_eq!(plan(account_row("", ""), Some(account.clone()), &trust), "unchanged");
        assert_eq!(plan(account_row("Nia Rowe", ""), Some(account.clone()), &trust), "change name");
        assert_eq!(plan(account_row("Nia", "guest"), Some(account.clone()), &trust), "refuse kind");
        let other = organisation(2, OrganisationStatus::Open);
        assert_eq!(plan(account_row("", ""), Some(account), &other), "change ods_code");
    }

    #[test]
    fn a_closed_organisation_takes_no_accounts_but_keeps_those_it_has() {
        let closed = organisation(1, OrganisationStatus::Closed);
        assert_eq!(plan(account_row("Nia", ""), None, &closed), "refuse ods_code");
        let open = organisation(1, OrganisationStatus::Open);
        let id = AccountId::from_uuid(Uuid::from_u128(9));
        let AccountPlan::Add(account) = account_row("Nia", "").plan(None, &open, id, NOW) else {
            panic!("a new account is added");
        };
        assert_eq!(plan(account_row("Nia", ""), Some(account), &closed), "unchanged");
        assert_eq!(plan(account_row("", ""), None, &open), "refuse name");
    }

    #[test]
    fn an_organisation_is_added_moved_and_left_alone() {
        let parent = organisation(1, OrganisationStatus::Open);
        let fields = |status| OrganisationFields {
            ods_code: "R2",
            name: "A trust",
            kind: "trust",
            status,
            ..OrganisationFields::default()
        };
        let row = |status| OrganisationRow::check(&fields(status)).unwrap();
        let id = OrganisationId::from_uuid(Uuid::from_u128(2));
        let OrganisationPlan::Add(added) = row("").plan(None, None, id, NOW) else { panic!("it is added") };
        assert_eq!(row("").plan(Some(added.clone()), None, id, NOW), OrganisationPlan::Unchanged(added.clone()));
        let OrganisationPlan::Change(moved) = row("").plan(Some(added.clone()), Some(&parent), id, NOW) else {
            panic!("it moves")
        };
        assert!(moved.path.is_within(parent.id));
        assert_eq!(row("").plan(Some(moved.clone()), None, id, NOW), OrganisationPlan::Unchanged(moved.clone()));
        let OrganisationPlan::Change(closed) = row("closed").plan(Some(moved), None, id, NOW) else {
            panic!("it closes")
        };
        assert_eq!(row("").plan(Some(closed.clone()), None, id, NOW), OrganisationPlan::Unchanged(closed.clone()));
        let OrganisationPlan::Refuse(error) = row("").plan(Some(added.clone()), Some(&added), id, NOW) else {
            panic!("it cannot lie below itself")
        };
        assert_eq!(error.field, Field::Parent);
    }
}
