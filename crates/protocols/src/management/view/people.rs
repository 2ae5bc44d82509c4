//! People in lists, and their sign-ins.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use wardkey_domain::id::ApplicationId;
use wardkey_domain::report::MfaStatus;
use wardkey_domain::time::Timestamp;
use wardkey_usecases::audit::{SignInOutcome, SignInRecord};
use wardkey_usecases::report::{FoundPeople, FoundPerson};

use crate::management::word;

/// Some people.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct People {
    /// The people.
    people: Vec<Person>,
    /// What to pass as `after` for those that follow; nothing after the last.
    #[schema(required = true)]
    pub next: Option<String>,
}

/// A person in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Person {
    /// The account.
    id: Uuid,
    /// The name that pages show.
    #[schema(example = "Jo Nurse")]
    name: String,
    /// The address that names it.
    #[schema(example = "jo.nurse@riverside-surgery.example")]
    address: String,
    /// Its kind.
    #[schema(schema_with = word::kind)]
    kind: &'static str,
    /// Its status.
    #[schema(schema_with = word::status)]
    status: &'static str,
    /// What its organisation is called.
    #[schema(example = "Riverside Surgery")]
    organisation: String,
    /// The code of its organisation.
    #[schema(example = "A81001")]
    ods_code: String,
    /// How it stands with multi-factor authentication; nothing in the seconds after it was added.
    #[schema(schema_with = word::mfa_or_null, required = true)]
    mfa: Option<&'static str>,
    /// The second factors of its own that count.
    #[schema(schema_with = word::methods)]
    methods: Vec<&'static str>,
    /// Whether it holds a privileged role.
    privileged: bool,
    /// When somebody signed in with it last.
    #[schema(format = DateTime, required = true)]
    last_signed_in_at: Option<String>,
}

impl From<FoundPeople> for People {
    fn from(found: FoundPeople) -> Self {
        Self { people: found.people.into_iter().map(Person::from).collect(), next: found.next }
    }
}

impl From<FoundPerson> for Person {
    fn from(person: FoundPerson) -> Self {
        Self {
            id: person.id.uuid(),
            name: person.display_name,
            address: person.address,
            kind: person.kind.as_str(),
            status: person.status.as_str(),
            organisation: person.organisation,
            ods_code: person.ods_code,
            mfa: person.mfa.map(MfaStatus::as_str),
            methods: person.methods.iter().map(|kind| kind.as_str()).collect(),
            privileged: person.is_privileged,
            last_signed_in_at: person.last_signed_in_at.map(Timestamp::to_utc),
        }
    }
}

/// Some sign-ins.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SignIns {
    /// The sign-ins, the newest first.
    sign_ins: Vec<SignIn>,
    /// What to pass as `after` for older ones; nothing after the oldest.
    #[schema(required = true)]
    pub next: Option<String>,
}

/// A sign-in, or some that were refused alike.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SignIn {
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// Whether it led in.
    signed_in: bool,
    /// The factors by which it did.
    factors: Vec<String>,
    /// Why it was refused, in a word; `docs/reference/errors.md` lists them.
    #[schema(required = true, example = "wrong_password")]
    refusal: Option<String>,
    /// How many times.
    times: u32,
    /// What the application is called; nothing for the portal, or for one that is gone.
    #[schema(required = true)]
    application: Option<String>,
    /// The network address that it came from.
    #[schema(required = true, example = "192.0.2.1")]
    network_address: Option<String>,
    /// The browser that it came from, in few words.
    #[schema(required = true, example = "Chrome on Windows")]
    browser: Option<String>,
}

/// How many sign-ins the use case has at most.
const FULL: usize = 20;

impl SignIns {
    /// These, with the names of their applications.
    pub fn of(records: Vec<SignInRecord>, names: &BTreeMap<ApplicationId, String>) -> Self {
        let next = records.last().filter(|_| records.len() >= FULL).map(|last| last.number.to_string());
        Self { sign_ins: records.into_iter().map(|record| SignIn::of(record, names)).collect(), next }
    }
}

impl SignIn {
    fn of(record: SignInRecord, names: &BTreeMap<ApplicationId, String>) -> Self {
        let (factors, refusal, times) = match record.outcome {
            SignInOutcome::SignedIn(factors) => (factors.iter().map(ToString::to_string).collect(), None, 1),
            SignInOutcome::Refused(word, times) => (Vec::new(), Some(word.to_string()), times),
        };
        Self {
            at: record.at.to_utc(),
            signed_in: refusal.is_none(),
            factors,
            refusal,
            times,
            application: record.application.and_then(|id| names.get(&id).cloned()),
            network_address: record.address,
            browser: record.browser,
        }
    }
}
