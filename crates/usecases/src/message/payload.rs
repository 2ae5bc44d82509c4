//! What a row of the outbox says: to whom, and what. It is sealed, and erased when it has left.

use serde::{Deserialize, Serialize};
use wardkey_domain::directory::{HelpContact, OdsCode};
use wardkey_domain::factor::telephone::PhoneNumber;
use wardkey_domain::id::{CredentialId, PushRequestId};
use wardkey_domain::secret::Secret;

use crate::{Error, Result};

/// To whom a message goes, and what it says; never in which words.
#[derive(Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub(super) enum Payload {
    /// A code in a text message.
    Text {
        to: PhoneNumber,
        code: String,
        application: Option<String>,
        organisation: String,
        minutes: u64,
        report: String,
    },
    /// A call; with a code in the strict setting.
    Call { to: PhoneNumber, code: Option<String>, application: Option<String>, organisation: String, ods_code: OdsCode },
    /// A wake-up of an app.
    Push { credential: CredentialId, request: PushRequestId },
    /// News by e-mail.
    Mail(Box<MailPayload>),
}

/// News by e-mail.
#[derive(Serialize, Deserialize)]
pub(super) struct MailPayload {
    pub(super) to: String,
    pub(super) name: String,
    pub(super) organisation: String,
    /// Whom it is about, for administrators.
    pub(super) about: Option<About>,
    pub(super) factor: Option<String>,
    pub(super) label: Option<String>,
    pub(super) number: Option<String>,
    pub(super) old_number: Option<String>,
    pub(super) application: Option<String>,
    /// When it happened, in seconds since 1970.
    pub(super) at: i64,
    /// How many accounts it is about.
    pub(super) accounts: Option<u32>,
    /// How many recovery codes are left.
    #[serde(default)]
    pub(super) left: Option<u32>,
    /// Which named location it is about.
    #[serde(default)]
    pub(super) location: Option<AboutLocation>,
    /// The number of the case that it is about.
    #[serde(default)]
    pub(super) case: Option<i64>,
    /// When it ends, in seconds since 1970.
    #[serde(default)]
    pub(super) until: Option<i64>,
    /// Whether what is on the person's phone is removed then.
    #[serde(default)]
    pub(super) re_enrol: bool,
    /// Whether the account was locked.
    pub(super) locked: bool,
    pub(super) help: HelpContact,
}

/// Whom news for administrators is about.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct About {
    /// Their name.
    pub(crate) name: String,
    /// The name of their organisation.
    pub(crate) organisation: String,
    /// The address of their account.
    pub(crate) address: String,
}

/// Which named location news are about.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AboutLocation {
    /// Its name.
    pub(crate) name: String,
    /// The name of its organisation.
    pub(crate) organisation: String,
    /// Whether it is about a change of one in force.
    pub(crate) change: bool,
    /// Why it was rejected.
    pub(crate) reason: Option<String>,
    /// When its attestation ends, in seconds since 1970.
    pub(crate) until: Option<i64>,
}

impl Payload {
    /// The bytes to seal.
    pub(super) fn to_bytes(&self) -> Result<Secret<Vec<u8>>> {
        let bytes = serde_json::to_vec(self).map_err(|error| Error::internal("write a message down", error))?;
        Ok(Secret::new(bytes))
    }

    /// What was sealed.
    pub(super) fn from_bytes(bytes: &Secret<Vec<u8>>) -> Result<Self> {
        serde_json::from_slice(bytes.expose()).map_err(|error| Error::internal("read a message", error))
    }
}
