//! What the demonstration shows besides the product.

use serde::Serialize;
use wardkey_usecases::message::{CallCapture, Capture};

use crate::demo::DemoPhone;

/// The demonstration's people, phone, and what reaches it.
#[derive(Debug)]
pub struct Demo {
    people: Vec<PersonRow>,
    phone: DemoPhone,
    capture: Option<Capture>,
    calls: Option<CallCapture>,
}

/// One row of the table of who can sign in with what.
#[derive(Clone, Debug, Serialize)]
pub struct PersonRow {
    /// The address to sign in with.
    pub address: String,
    /// The password, where there is one.
    pub password: Option<String>,
    /// What comes after the password, in words.
    pub second_factor: String,
    /// What the person does.
    pub role: String,
    /// Where.
    pub organisation: String,
}

impl Demo {
    /// A demonstration with these people and this phone.
    pub const fn new(people: Vec<PersonRow>, phone: DemoPhone) -> Self {
        Self { people, phone, capture: None, calls: None }
    }

    /// The same, with a phone that receives the texts and mails of `capture` and rings for `calls`.
    #[must_use]
    pub fn with_messages(self, capture: Capture, calls: CallCapture) -> Self {
        Self { capture: Some(capture), calls: Some(calls), ..self }
    }

    /// Who can sign in with what.
    pub fn people(&self) -> &[PersonRow] {
        &self.people
    }

    /// The phone.
    pub const fn phone(&self) -> &DemoPhone {
        &self.phone
    }

    pub(crate) const fn capture(&self) -> Option<&Capture> {
        self.capture.as_ref()
    }

    pub(crate) const fn calls(&self) -> Option<&CallCapture> {
        self.calls.as_ref()
    }
}
