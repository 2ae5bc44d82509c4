//! A policy: whom it is about, where and when, and what it asks for [CA-8].

use serde::{Deserialize, Serialize};

use crate::access::{Controls, Grace, Requirement};
use crate::directory::{AccountKind, Role};
use crate::id::{AccountId, ApplicationId, GroupId, NamedLocationId, OrganisationId, PolicyId};
use crate::session::Strength;

/// One policy. It only ever tightens what the baseline asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Its identifier.
    pub id: PolicyId,
    /// What people call it.
    pub name: String,
    /// Whether it counts.
    pub state: PolicyState,
    /// What it is about: each list that is not empty must be met.
    pub include: Scope,
    /// What it is not about, although it is included: exclude wins [CA-14].
    pub exclude: Scope,
    /// It is only about accounts whose factors reach less than this, if it says so.
    pub holds_less_than: Option<Strength>,
    /// It is only about sign-ins of at least this risk, if it says so.
    pub risk_from: Option<Risk>,
    /// What it asks for.
    pub outcome: Outcome,
    /// What holds for the session.
    pub controls: Controls,
    /// Something that it names and that is not there any more. SECURITY: whomever else it is about is blocked.
    pub missing: Option<Condition>,
}

/// Whether a policy counts [CA-9].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PolicyState {
    /// It is not looked at.
    Off,
    /// It is looked at, and what it would have done is written down.
    ReportOnly,
    /// It counts.
    On,
}

/// What a policy includes, or excludes. An empty list says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Who signs in.
    pub people: Vec<Principal>,
    /// What kind of account it is.
    pub kinds: Vec<AccountKind>,
    /// Where the person is on the way to.
    pub applications: Vec<Target>,
    /// What kind of program asks.
    pub clients: Vec<ClientKind>,
    /// The named locations of the network that the person is on.
    pub locations: Vec<Located>,
    /// The country of that network.
    pub countries: Vec<Country>,
    /// Whether the device has completed a sign-in before.
    pub devices: Vec<Device>,
}

/// Whom a policy or a baseline is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Principal {
    /// One account.
    Account(AccountId),
    /// The members of a group.
    Group(GroupId),
    /// Whoever holds a role, wherever.
    Role(Role),
    /// The people of an organisation and of all below it.
    Organisation(OrganisationId),
}

/// Where a sign-in leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// Our own pages.
    Portal,
    /// An application.
    Application(ApplicationId),
}

/// What kind of program asks for a sign-in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientKind {
    /// A web browser.
    #[default]
    Browser,
    /// A program on a desktop or a phone.
    Native,
    /// A network device, such as a VPN gateway.
    Radius,
}

/// A named location, or any of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Located {
    /// Any that is active.
    Anywhere,
    /// This one.
    At(NamedLocationId),
}

/// A country, as ISO 3166-1 alpha-2 writes it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country([u8; 2]);

/// A text that is no country's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected the two letters of a country, such as `GB`")]
pub struct BadCountry;

/// Whether a device has completed a sign-in of this account before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// It has.
    Known,
    /// It has not.
    New,
}

/// How likely it is that somebody else signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// Nothing speaks for it.
    None,
    /// A little does.
    Low,
    /// Much does.
    Medium,
    /// It is likely.
    High,
}

/// What a policy asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nobody comes in.
    Block,
    /// As much as this; whoever has no factor for it has so long to register one.
    Require(Requirement, Grace),
    /// A factor must be registered now, whatever else is asked for.
    Register,
    /// Nothing but its session controls.
    ControlsOnly,
}

/// What a policy looks at, in the order in which it does: the first that is not met is the one that is told [CA-10].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Who signs in.
    People,
    /// What kind of account it is.
    Kind,
    /// Where the person is on the way to.
    Application,
    /// What kind of program asks.
    Client,
    /// The network's named location.
    Location,
    /// The network's country.
    Country,
    /// The device.
    Device,
    /// The factors that the account has.
    Held,
    /// The risk.
    Risk,
}

impl Condition {
    /// Every condition, in the order in which they are looked at.
    pub const ALL: [Self; 9] = [
        Self::People,
        Self::Kind,
        Self::Application,
        Self::Client,
        Self::Location,
        Self::Country,
        Self::Device,
        Self::Held,
        Self::Risk,
    ];

    /// The word for it in stores, files and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Kind => "kind",
            Self::Application => "application",
            Self::Client => "client",
            Self::Location => "location",
            Self::Country => "country",
            Self::Device => "device",
            Self::Held => "held",
            Self::Risk => "risk",
        }
    }
}

impl ClientKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Browser, Self::Native, Self::Radius];
}

impl Risk {
    /// Every grade, from none to high.
    pub const ALL: [Self; 4] = [Self::None, Self::Low, Self::Medium, Self::High];
}

impl Country {
    /// Reads two letters, capital or small.
    ///
    /// # Errors
    /// For anything else.
    pub fn parse(text: &str) -> Result<Self, BadCountry> {
        match text.as_bytes() {
            [one, two] if one.is_ascii_alphabetic() && two.is_ascii_alphabetic() => {
                Ok(Self([one.to_ascii_uppercase(), two.to_ascii_uppercase()]))
            }
            _ => Err(BadCountry),
        }
    }

    /// The two letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl TryFrom<String> for Country {
    type Error = BadCountry;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.as_str().to_owned()
    }
}

impl std::fmt::Debug for Country {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
