//! Whom a person asks for help.

use serde::{Deserialize, Serialize};

use super::import::{note, optional_name};
use super::{AccountAddress, Field, RowError};

/// Whom a person asks for help; each sign-in, enrolment and refusal page shows one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpContact {
    /// What the contact is called, such as "Riverside Surgery help desk".
    pub name: String,
    /// The telephone number, as it is to be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telephone: Option<String>,
    /// The e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// When somebody answers, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<String>,
}

/// The columns of a help contact, as a file of organisations has them; each may be empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HelpFields<'a> {
    /// What the contact is called.
    pub name: &'a str,
    /// The telephone number.
    pub telephone: &'a str,
    /// The e-mail address.
    pub address: &'a str,
    /// When somebody answers, in words.
    pub hours: &'a str,
}

/// What an import asks for about a help contact; what it does not name stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HelpRow {
    /// What the contact is called.
    pub name: Option<String>,
    /// The telephone number.
    pub telephone: Option<String>,
    /// The e-mail address.
    pub address: Option<String>,
    /// When somebody answers, in words.
    pub hours: Option<String>,
}

impl HelpRow {
    pub(super) fn check(errors: &mut Vec<RowError>, fields: &HelpFields<'_>) -> Self {
        let name = optional_name(errors, Field::HelpName, fields.name);
        let telephone = optional_name(errors, Field::HelpTelephone, fields.telephone);
        if telephone.as_ref().is_some_and(|number| !number.bytes().any(|byte| byte.is_ascii_digit())) {
            errors.push(RowError::new(Field::HelpTelephone, "a telephone number has digits"));
        }
        let address = match fields.address.trim() {
            "" => None,
            text => note(errors, Field::HelpAddress, AccountAddress::parse(text)).map(String::from),
        };
        let hours = optional_name(errors, Field::HelpHours, fields.hours);
        Self { name, telephone, address, hours }
    }

    /// The contact that comes of the row and of the one that is there.
    ///
    /// # Errors
    /// When a new contact has no name.
    pub(super) fn over(self, existing: Option<HelpContact>) -> Result<Option<HelpContact>, RowError> {
        if self == Self::default() {
            return Ok(existing);
        }
        let (name, old) = match existing {
            Some(old) => (self.name.unwrap_or_else(|| old.name.clone()), Some(old)),
            None => (self.name.ok_or_else(|| RowError::new(Field::HelpName, "a new help contact needs a name"))?, None),
        };
        let (telephone, address, hours) =
            old.map_or_else(Default::default, |old| (old.telephone, old.address, old.hours));
        Ok(Some(HelpContact {
            name,
            telephone: self.telephone.or(telephone),
            address: self.address.or(address),
            hours: self.hours.or(hours),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(fields: HelpFields<'_>) -> Result<HelpRow, Vec<&'static str>> {
        let mut errors = Vec::new();
        let row = HelpRow::check(&mut errors, &fields);
        if errors.is_empty() { Ok(row) } else { Err(errors.iter().map(|error| error.field.as_str()).collect()) }
    }

    #[test]
    fn what_a_row_does_not_name_stays_as_it_is() {
        let desk = HelpFields { name: "IT  desk", telephone: "01632 960 001", ..HelpFields::default() };
        let first = row(desk).unwrap().over(None).unwrap().unwrap();
        assert_eq!((first.name.as_str(), first.telephone.as_deref()), ("IT desk", Some("01632 960 001")));
        assert_eq!(HelpRow::default().over(Some(first.clone())), Ok(Some(first.clone())));
        let hours = HelpFields { hours: "8am to 6pm", ..HelpFields::default() };
        let second = row(hours).unwrap().over(Some(first.clone())).unwrap().unwrap();
        assert_eq!(second, HelpContact { hours: Some("8am to 6pm".to_owned()), ..first });
    }

    #[test]
    fn a_contact_that_helps_nobody_is_refused() {
        let hours = HelpFields { hours: "8am to 6pm", ..HelpFields::default() };
        assert_eq!(row(hours).unwrap().over(None).unwrap_err().field, Field::HelpName);
        let wrong = HelpFields { name: "Desk", telephone: "none", address: "desk", ..HelpFields::default() };
        assert_eq!(row(wrong), Err(vec!["help_telephone", "help_address"]));
    }
}
