//! Organisations, and how many of their people are protected.

use serde::Serialize;
use utoipa::ToSchema;
use wardkey_domain::directory::Organisation as Own;
use wardkey_domain::report::Coverage as Counts;
use wardkey_usecases::directory::ListedOrganisations;
use wardkey_usecases::report::CoverageFacts;

use crate::management::word;

/// Some organisations.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Organisations {
    /// The organisations, by code.
    organisations: Vec<Organisation>,
    /// What to pass as `after` for those that follow; nothing after the last.
    #[schema(required = true)]
    pub next: Option<String>,
}

/// An organisation.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Organisation {
    /// Its code in the Organisation Data Service.
    #[schema(example = "A81001")]
    ods_code: String,
    /// What it is called.
    #[schema(example = "Riverside Surgery")]
    name: String,
    /// What type of body it is.
    #[schema(schema_with = word::organisation_kind)]
    kind: &'static str,
}

/// How many people are protected, and where.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Coverage {
    /// The organisation that it is about.
    #[schema(required = true)]
    organisation: Option<Organisation>,
    /// Those above it that the application sees, the highest first.
    above: Vec<Organisation>,
    /// The figures of it and all below it.
    all: Figures,
    /// The figures of its own people.
    #[schema(required = true)]
    own: Option<Figures>,
    /// Each organisation right below it.
    below: Vec<Below>,
    /// How many accounts nobody has counted yet, in the minutes after an upgrade or a restore.
    uncounted: u64,
}

/// An organisation, and how many people are protected in it and below.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Below {
    /// The organisation.
    organisation: Organisation,
    /// The figures of it and all below it.
    figures: Figures,
}

/// How many people are protected, of those who can sign in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Figures {
    /// Everybody who can sign in.
    people: u64,
    /// Those with a second factor that is asked for.
    covered: u64,
    /// Of those, the ones with a second factor that no look-alike site can pass on.
    phishing_resistant: u64,
    /// Those whose prompts are suspended.
    excepted: u64,
    /// Those without a second factor.
    uncovered: u64,
    /// Of those, the ones who have been given more time.
    postponed: u64,
    /// Those who have never signed in.
    never_signed_in: u64,
    /// Those with a privileged role.
    privileged: u64,
    /// Of those, the ones without a second factor that no look-alike site can pass on.
    privileged_without: u64,
}

impl From<ListedOrganisations> for Organisations {
    fn from(listed: ListedOrganisations) -> Self {
        Self {
            organisations: listed.organisations.into_iter().map(Organisation::from).collect(),
            next: listed.next.map(|code| code.to_string()),
        }
    }
}

impl From<Own> for Organisation {
    fn from(own: Own) -> Self {
        Self { ods_code: own.ods_code.to_string(), name: own.name, kind: own.kind.as_str() }
    }
}

impl From<CoverageFacts> for Coverage {
    fn from(facts: CoverageFacts) -> Self {
        let (organisation, above) = facts.organisation.map_or((None, Vec::new()), |(own, above)| (Some(own), above));
        let below = facts.below.into_iter().map(|row| Below {
            organisation: Organisation { ods_code: row.ods_code, name: row.name, kind: row.kind.as_str() },
            figures: Figures::from(row.coverage),
        });
        Self {
            organisation: organisation.map(Organisation::from),
            above: above.into_iter().map(Organisation::from).collect(),
            all: Figures::from(facts.all),
            own: facts.own.map(Figures::from),
            below: below.collect(),
            uncounted: facts.uncounted,
        }
    }
}

impl From<Counts> for Figures {
    fn from(counts: Counts) -> Self {
        let Counts {
            people,
            covered,
            phishing_resistant,
            excepted,
            uncovered,
            postponed,
            never_signed_in,
            privileged,
            privileged_without,
        } = counts;
        Self {
            people,
            covered,
            phishing_resistant,
            excepted,
            uncovered,
            postponed,
            never_signed_in,
            privileged,
            privileged_without,
        }
    }
}
