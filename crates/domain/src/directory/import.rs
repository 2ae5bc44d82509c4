//! Rows of an import: what each column must hold before anything is written.
//!
//! An empty cell of a column that may be empty asks for nothing: what is there already stays as it is.

use super::{
    AccountAddress, AccountKind, HelpFields, HelpRow, OdsCode, OrganisationKind, OrganisationStatus, clean_name,
};

/// A column that a row can be wrong in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The organisation's code.
    OdsCode,
    /// A name.
    Name,
    /// The type of organisation or the kind of account.
    Kind,
    /// The code of the organisation above.
    Parent,
    /// Whether it is open.
    Status,
    /// What the help contact is called.
    HelpName,
    /// The help contact's telephone number.
    HelpTelephone,
    /// The help contact's e-mail address.
    HelpAddress,
    /// When the help contact answers.
    HelpHours,
    /// The account's address.
    Address,
    /// The given name.
    GivenName,
    /// The family name.
    FamilyName,
    /// The password hash.
    PasswordHash,
    /// The address of the account that a token is for.
    Upn,
    /// The number on a token.
    SerialNumber,
    /// The key of a token.
    SecretKey,
    /// For how many seconds a token shows a code.
    TimeInterval,
    /// Who made it.
    Manufacturer,
    /// What its maker calls it.
    Model,
    /// The hash that its codes are made with.
    HashFunction,
    /// The row as a whole.
    Row,
}

impl Field {
    /// The column's name, as our own files spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OdsCode => "ods_code",
            Self::Name => "name",
            Self::Kind => "kind",
            Self::Parent => "parent",
            Self::Status => "status",
            Self::HelpName => "help_name",
            Self::HelpTelephone => "help_telephone",
            Self::HelpAddress => "help_address",
            Self::HelpHours => "help_hours",
            Self::Address => "address",
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::PasswordHash => "password_hash",
            Self::Upn => "upn",
            Self::SerialNumber => "serial number",
            Self::SecretKey => "secret key",
            Self::TimeInterval => "time interval",
            Self::Manufacturer => "manufacturer",
            Self::Model => "model",
            Self::HashFunction => "hash function",
            Self::Row => "row",
        }
    }
}

/// One thing that is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// The column.
    pub field: Field,
    /// What to do about it, for the person who made the file.
    pub message: String,
}

impl RowError {
    /// An error in `field`.
    pub fn new(field: Field, message: impl ToString) -> Self {
        Self { field, message: message.to_string() }
    }
}

/// The columns of an organisation, as the file has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OrganisationFields<'a> {
    /// The ODS code.
    pub ods_code: &'a str,
    /// The name.
    pub name: &'a str,
    /// The word of an [`OrganisationKind`].
    pub kind: &'a str,
    /// The ODS code of the organisation above; may be empty.
    pub parent: &'a str,
    /// `open` or `closed`; may be empty.
    pub status: &'a str,
    /// Whom its people ask for help.
    pub help: HelpFields<'a>,
}

/// An organisation, as an import asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganisationRow {
    /// Its code.
    pub ods_code: OdsCode,
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: OrganisationKind,
    /// The code of the organisation above it.
    pub parent: Option<OdsCode>,
    /// Whether it is open.
    pub status: Option<OrganisationStatus>,
    /// Whom its people ask for help.
    pub help: HelpRow,
}

impl OrganisationRow {
    /// Checks every column.
    ///
    /// # Errors
    /// Everything that is wrong with the row, not just the first thing.
    pub fn check(fields: &OrganisationFields<'_>) -> Result<Self, Vec<RowError>> {
        let mut errors = Vec::new();
        let ods_code = note(&mut errors, Field::OdsCode, OdsCode::parse(fields.ods_code));
        let name = note(&mut errors, Field::Name, clean_name(fields.name));
        let kind = note(&mut errors, Field::Kind, organisation_kind(fields.kind));
        let parent = match fields.parent.trim() {
            "" => Some(None),
            text => note(&mut errors, Field::Parent, OdsCode::parse(text)).map(Some),
        };
        if let (Some(code), Some(Some(parent))) = (&ods_code, &parent)
            && code == parent
        {
            errors.push(RowError::new(Field::Parent, "an organisation cannot be above itself"));
        }
        let status = match fields.status.trim().to_ascii_lowercase().as_str() {
            "" => Some(None),
            text => note(&mut errors, Field::Status, text.parse()).map(Some),
        };
        let help = HelpRow::check(&mut errors, &fields.help);
        match (ods_code, name, kind, parent, status) {
            (Some(ods_code), Some(name), Some(kind), Some(parent), Some(status)) if errors.is_empty() => {
                Ok(Self { ods_code, name, kind, parent, status, help })
            }
            _ => Err(errors),
        }
    }
}

/// The columns of an account, as the file has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountFields<'a> {
    /// The ODS code of its organisation.
    pub ods_code: &'a str,
    /// The address.
    pub address: &'a str,
    /// The name that pages show; when empty it is put together from the given and the family name.
    pub name: &'a str,
    /// The given name; may be empty.
    pub given_name: &'a str,
    /// The family name; may be empty.
    pub family_name: &'a str,
    /// The word of an [`AccountKind`]; may be empty.
    pub kind: &'a str,
    /// A ready Argon2 hash in PHC form; may be empty. The import checks it and never computes one.
    pub password_hash: &'a str,
}

/// An account, as an import asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    /// The code of its organisation.
    pub ods_code: OdsCode,
    /// Its address.
    pub address: AccountAddress,
    /// The name that pages show.
    pub display_name: Option<String>,
    /// The given name.
    pub given_name: Option<String>,
    /// The family name.
    pub family_name: Option<String>,
    /// Its kind.
    pub kind: Option<AccountKind>,
}

impl AccountRow {
    /// Checks every column but the password hash, which the caller reads with the credential rules.
    ///
    /// # Errors
    /// Everything that is wrong with the row, not just the first thing.
    pub fn check(fields: &AccountFields<'_>) -> Result<Self, Vec<RowError>> {
        let mut errors = Vec::new();
        let ods_code = note(&mut errors, Field::OdsCode, OdsCode::parse(fields.ods_code));
        let address = note(&mut errors, Field::Address, AccountAddress::parse(fields.address));
        let given_name = optional_name(&mut errors, Field::GivenName, fields.given_name);
        let family_name = optional_name(&mut errors, Field::FamilyName, fields.family_name);
        let full_name = format!("{} {}", fields.given_name, fields.family_name);
        let display_name = if fields.name.trim().is_empty() { full_name.as_str() } else { fields.name };
        let display_name = optional_name(&mut errors, Field::Name, display_name);
        let kind = match fields.kind.trim().to_ascii_lowercase().as_str() {
            "" => None,
            text => note(&mut errors, Field::Kind, text.parse::<AccountKind>()),
        };
        if kind.is_some_and(|kind| !kind.may_have_password()) && !fields.password_hash.trim().is_empty() {
            errors.push(RowError::new(Field::PasswordHash, "a shared mailbox has no password"));
        }
        match (ods_code, address) {
            (Some(ods_code), Some(address)) if errors.is_empty() => {
                Ok(Self { ods_code, address, display_name, given_name, family_name, kind })
            }
            _ => Err(errors),
        }
    }
}

fn organisation_kind(text: &str) -> Result<OrganisationKind, String> {
    text.trim().to_ascii_lowercase().parse().map_err(|_| {
        let known: Vec<_> = OrganisationKind::ALL.iter().map(|kind| kind.as_str()).collect();
        format!("unknown type of organisation; it is one of {}", known.join(", "))
    })
}

pub(super) fn optional_name(errors: &mut Vec<RowError>, field: Field, text: &str) -> Option<String> {
    if text.trim().is_empty() {
        return None;
    }
    note(errors, field, clean_name(text))
}

pub(super) fn note<T, E: ToString>(errors: &mut Vec<RowError>, field: Field, outcome: Result<T, E>) -> Option<T> {
    match outcome {
        Ok(value) => Some(value),
        Err(why) => {
            errors.push(RowError::new(field, why));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields_in_error(outcome: Result<impl Sized, Vec<RowError>>) -> Vec<&'static str> {
        outcome.err().unwrap_or_default().iter().map(|error| error.field.as_str()).collect()
    }

    #[test]
    fn a_good_organisation_row_passes() {
        let row = OrganisationRow::check(&OrganisationFields {
            ods_code: "a81001",
            name: " The  Surgery ",
            kind: "GP_practice",
            parent: "QHM",
            ..OrganisationFields::default()
        })
        .unwrap();
        assert_eq!((row.ods_code.as_str(), row.name.as_str()), ("A81001", "The Surgery"));
        assert_eq!((row.kind, row.status), (OrganisationKind::GpPractice, None));
        assert_eq!(row.parent.unwrap().as_str(), "QHM");
    }

    #[test]
    fn every_wrong_column_of_an_organisation_is_named() {
        let wrong = OrganisationFields {
            ods_code: "?",
            name: "",
            kind: "castle",
            parent: "-",
            status: "ajar",
            ..OrganisationFields::default()
        };
        assert_eq!(fields_in_error(OrganisationRow::check(&wrong)), ["ods_code", "name", "kind", "parent", "status"]);
        let own = OrganisationFields {
            ods_code: "A1",
            name: "A",
            kind: "trust",
            parent: "a1",
            ..OrganisationFields::default()
        };
        assert_eq!(fields_in_error(OrganisationRow::check(&own)), ["parent"]);
    }

    #[test]
    fn a_good_account_row_passes() {
        let fields = AccountFields {
            ods_code: "A81001",
            address: "Nurse@Riverside.example",
            given_name: "Nia",
            family_name: "Rowe",
            ..AccountFields::default()
        };
        let row = AccountRow::check(&fields).unwrap();
        assert_eq!((row.display_name.as_deref(), row.kind), (Some("Nia Rowe"), None));
        assert_eq!(row.address.as_str(), "nurse@riverside.example");
    }

    #[test]
    fn every_wrong_column_of_an_account_is_named() {
        let wrong =
            AccountFields { ods_code: "", address: "nurse", name: "a\u{1}", kind: "robot", ..AccountFields::default() };
        assert_eq!(fields_in_error(AccountRow::check(&wrong)), ["ods_code", "address", "name", "kind"]);
        let mailbox = AccountFields {
            ods_code: "A1",
            address: "rota@a.example",
            name: "Rota",
            kind: "shared_mailbox",
            password_hash: "$argon2id$",
            ..AccountFields::default()
        };
        assert_eq!(fields_in_error(AccountRow::check(&mailbox)), ["password_hash"]);
    }
}
