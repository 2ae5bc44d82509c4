//! What the server has acknowledged, as its clients remember it.

use std::collections::{BTreeMap, BTreeSet};

use wardkey_testkit::Person;

/// Everything that was acknowledged, by address.
#[derive(Debug, Default)]
pub struct Ledger(pub BTreeMap<String, Entry>);

/// What one person remembers.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// The person, with a phone once the enrolment was acknowledged.
    pub person: Option<Person>,
    /// The tokens of sessions that were acknowledged.
    pub sessions: Vec<String>,
    /// Every code that was typed, acknowledged or not.
    pub typed: BTreeSet<String>,
    /// Those whose acceptance was acknowledged.
    pub spent: BTreeSet<String>,
    /// How many sign-ins were acknowledged.
    pub sign_ins: usize,
    /// Whether the server was asked for all of it after a restart.
    pub is_checked: bool,
    /// Authorization codes whose exchange was acknowledged, with their verifiers.
    pub exchanged: Vec<Exchanged>,
}

/// An exchange that was acknowledged.
#[derive(Clone, Debug)]
pub struct Exchanged {
    /// The code.
    pub code: String,
    /// Its verifier.
    pub verifier: String,
}

impl Ledger {
    /// What `address` remembers.
    pub fn entry(&mut self, address: &str) -> &mut Entry {
        self.0.entry(address.to_owned()).or_default()
    }
}
