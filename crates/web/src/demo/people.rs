//! What the demonstration shows besides the product.

use serde::Serialize;

use crate::demo::DemoPhone;

/// The demonstration's people and phone.
#[derive(Debug)]
pub struct Demo {
    people: Vec<PersonRow>,
    phone: DemoPhone,
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
        Self { people, phone }
    }

    /// Who can sign in with what.
    pub fn people(&self) -> &[PersonRow] {
        &self.people
    }

    /// The phone.
    pub const fn phone(&self) -> &DemoPhone {
        &self.phone
    }
}
