//! Whom to ask for help.

use serde::Serialize;
use wardkey_domain::directory::HelpContact;

/// A help contact, as every sign-in, enrolment and refusal page shows it [WCAG 2.2, 3.2.6].
#[derive(Clone, Debug, Serialize)]
pub(crate) struct HelpView {
    name: String,
    telephone: Option<String>,
    /// The telephone number as a link wants it.
    dial: Option<String>,
    address: Option<String>,
    hours: Option<String>,
}

impl From<&HelpContact> for HelpView {
    fn from(contact: &HelpContact) -> Self {
        Self {
            name: contact.name.clone(),
            telephone: contact.telephone.clone(),
            dial: contact.telephone.as_deref().map(dialled),
            address: contact.address.clone(),
            hours: contact.hours.clone(),
        }
    }
}

fn dialled(number: &str) -> String {
    number.chars().filter(|character| character.is_ascii_digit() || *character == '+').collect()
}
