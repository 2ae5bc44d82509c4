//! Whom a person asks for help.

use serde::{Deserialize, Serialize};

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
