//! Policies as people write them: in a file, on a page, in the corpus. Names stand for identifiers, and nothing is left out.

use std::collections::HashMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::access::grace::beginning_of_day;
use crate::access::{
    ClientKind, Condition, Controls, Country, Device, FirstFactorWhere, Frequency, Grace, LONGEST_MEMORY, Located,
    Outcome, Policy, PolicyState, Principal, RegistrationRules, Requirement, Risk, Scope, SkipWhere, Target,
};
use crate::directory::{AccountKind, Role};
use crate::factor::FactorKind;
use crate::id::{AccountId, ApplicationId, GroupId, NamedLocationId, OrganisationId, PolicyId};
use crate::session::Strength;
use crate::time::Timestamp;

/// One policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PolicyText {
    /// What people call it.
    pub name: String,
    /// Whether it counts.
    pub state: PolicyState,
    /// What it is about.
    #[serde(default, skip_serializing_if = "ScopeText::is_empty")]
    pub include: ScopeText,
    /// What it is not about.
    #[serde(default, skip_serializing_if = "ScopeText::is_empty")]
    pub exclude: ScopeText,
    /// It is only about accounts whose factors reach less.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds_less_than: Option<Strength>,
    /// It is only about sign-ins of at least this risk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk_from: Option<Risk>,
    /// What it asks for.
    pub then: OutcomeText,
    /// The strength, where it asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strength: Option<Strength>,
    /// The factors that count, where it names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub factors: Vec<FactorKind>,
    /// How long registering can be put off: `14 days`, `3 skips`, or a date and time such as `2026-12-01T00:00:00Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace: Option<String>,
    /// How often factors are asked for: `every time`, or a time such as `8 h`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frequency: Option<String>,
    /// Whether the session ends with the browser.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_persistent: bool,
    /// After how long without a request the session ends, such as `30 min`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle: Option<String>,
    /// For how long a browser may be remembered at most, such as `8 h`, where the baseline allows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remember: Option<String>,
}

/// What a policy includes, or excludes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScopeText {
    /// `account:ADDRESS`, `group:NAME`, `role:ROLE` or `organisation:CODE`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<String>,
    /// Kinds of account.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<AccountKind>,
    /// `portal`, or an application by its name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub applications: Vec<String>,
    /// Kinds of program.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<ClientKind>,
    /// `any`, or a named location by its name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<String>,
    /// Countries by their two letters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<String>,
    /// `known` or `new`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<Device>,
}

/// What a policy asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutcomeText {
    /// Nobody comes in.
    Block,
    /// The strength, by the factors, that it names.
    Require,
    /// A factor must be registered now.
    Register,
    /// Nothing but its session controls.
    ControlsOnly,
}

/// What holds for registering.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct RegistrationText {
    /// The day, such as `2023-10-05`, from which on new accounts register when they first sign in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_on_from: Option<String>,
    /// Where registering can be put off.
    pub skip: SkipWhere,
    /// Where a first factor can be registered.
    pub first: FirstFactorWhere,
}

impl RegistrationText {
    /// The rules that are meant.
    ///
    /// # Errors
    /// When the day is none.
    pub fn resolve(&self) -> Result<RegistrationRules, BadPolicy> {
        let usual = RegistrationRules::default();
        let default_on_from = self.default_on_from.as_deref().map_or(Ok(usual.default_on_from), |text| {
            let malformed = || BadPolicy::Malformed { expected: "a day such as `2023-10-05`", found: text.to_owned() };
            let day: jiff::civil::Date = text.parse().map_err(|_| malformed())?;
            beginning_of_day(day).ok_or_else(malformed)
        })?;
        Ok(RegistrationRules { default_on_from, skip: self.skip, first: self.first })
    }
}

/// What names stand for.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Accounts, by address.
    pub accounts: HashMap<String, AccountId>,
    /// Groups, by name.
    pub groups: HashMap<String, GroupId>,
    /// Organisations, by code.
    pub organisations: HashMap<String, OrganisationId>,
    /// Applications, by name.
    pub applications: HashMap<String, ApplicationId>,
    /// Named locations, by name.
    pub locations: HashMap<String, NamedLocationId>,
}

/// Why a text is no policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPolicy {
    /// There is nothing of this name.
    #[error("there is no `{0}`")]
    Unknown(String),
    /// It is none of the forms that may stand there.
    #[error("expected {expected}, found `{found}`")]
    Malformed {
        /// What may stand there.
        expected: &'static str,
        /// What does.
        found: String,
    },
    /// It asks for a strength or for factors without saying that it requires them, or the other way round.
    #[error("`then = \"require\"` needs `strength`, `factors` or both, and nothing else has them")]
    Requirement,
    /// It has a grace without requiring anything.
    #[error("`grace` is for `then = \"require\"` only")]
    GraceOfNothing,
}

impl ScopeText {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What is meant, and the first condition that names something that is not there.
    fn resolve(&self, names: &Names) -> Result<(Scope, Option<(Condition, BadPolicy)>), BadPolicy> {
        let mut missing = None;
        let people = known(Condition::People, self.people.iter().map(|text| principal(text, names)), &mut missing)?;
        let applications = self.applications.iter().map(|text| target(text, names));
        let applications = known(Condition::Application, applications, &mut missing)?;
        let locations = self.locations.iter().map(|text| located(text, names));
        let locations = known(Condition::Location, locations, &mut missing)?;
        let scope = Scope {
            people,
            kinds: self.kinds.clone(),
            applications,
            clients: self.clients.clone(),
            locations,
            countries: self.countries.iter().map(|text| country(text)).collect::<Result<_, _>>()?,
            devices: self.devices.clone(),
        };
        Ok((scope, missing))
    }
}

/// What is there of a list; notes in `missing` what is not.
fn known<T>(
    condition: Condition,
    list: impl Iterator<Item = Result<T, BadPolicy>>,
    missing: &mut Option<(Condition, BadPolicy)>,
) -> Result<Vec<T>, BadPolicy> {
    let mut found = Vec::new();
    for one in list {
        match one {
            Ok(one) => found.push(one),
            Err(why @ BadPolicy::Unknown(_)) => drop(missing.get_or_insert((condition, why))),
            Err(why) => return Err(why),
        }
    }
    Ok(found)
}

impl PolicyText {
    /// The policy that is meant.
    ///
    /// # Errors
    /// Says what is wrong first.
    pub fn resolve(&self, id: PolicyId, names: &Names) -> Result<Policy, BadPolicy> {
        match self.resolve_with(id, names)? {
            (policy, None) => Ok(policy),
            (_, Some(why)) => Err(why),
        }
    }

    /// The policy that is meant, although something that it names is not there any more: it says so, and blocks whomever else it
    /// is about.
    ///
    /// # Errors
    /// Says what else is wrong first.
    pub fn resolve_saved(&self, id: PolicyId, names: &Names) -> Result<Policy, BadPolicy> {
        self.resolve_with(id, names).map(|(policy, _)| policy)
    }

    fn resolve_with(&self, id: PolicyId, names: &Names) -> Result<(Policy, Option<BadPolicy>), BadPolicy> {
        let controls = Controls {
            frequency: self.frequency.as_deref().map(frequency).transpose()?,
            not_persistent: self.not_persistent,
            idle: self.idle.as_deref().map(duration).transpose()?,
            remember: self.remember.as_deref().map(duration).transpose()?,
        };
        let ((include, gone), (exclude, gone_too)) = (self.include.resolve(names)?, self.exclude.resolve(names)?);
        let (missing, why) = gone.or(gone_too).unzip();
        let policy = Policy {
            id,
            name: self.name.clone(),
            state: self.state,
            include,
            exclude,
            holds_less_than: self.holds_less_than,
            risk_from: self.risk_from,
            outcome: self.outcome()?,
            controls,
            missing,
        };
        Ok((policy, why))
    }

    fn outcome(&self) -> Result<Outcome, BadPolicy> {
        let names_requirement = self.strength.is_some() || !self.factors.is_empty();
        if names_requirement != (self.then == OutcomeText::Require) {
            return Err(BadPolicy::Requirement);
        }
        let grace = self.grace.as_deref().map(grace).transpose()?;
        match (self.then, grace) {
            (OutcomeText::Require, grace) => {
                let strength = self.strength.unwrap_or(Strength::MultiFactor);
                let among = (!self.factors.is_empty()).then(|| self.factors.iter().copied().collect());
                Ok(Outcome::Require(Requirement { strength, among }, grace.unwrap_or(Grace::None)))
            }
            (_, Some(_)) => Err(BadPolicy::GraceOfNothing),
            (OutcomeText::Block, None) => Ok(Outcome::Block),
            (OutcomeText::Register, None) => Ok(Outcome::Register),
            (OutcomeText::ControlsOnly, None) => Ok(Outcome::ControlsOnly),
        }
    }
}

/// Reads `account:`, `group:`, `role:` or `organisation:` and a name.
///
/// # Errors
/// When it is none of these, or there is nothing of this name.
pub fn principal(text: &str, names: &Names) -> Result<Principal, BadPolicy> {
    let expected = "`account:`, `group:`, `role:` or `organisation:` and a name";
    let malformed = || BadPolicy::Malformed { expected, found: text.to_owned() };
    let (kind, name) = text.split_once(':').ok_or_else(malformed)?;
    let unknown = || BadPolicy::Unknown(text.to_owned());
    match kind {
        "account" => names.accounts.get(name).copied().map(Principal::Account).ok_or_else(unknown),
        "group" => names.groups.get(name).copied().map(Principal::Group).ok_or_else(unknown),
        "organisation" => names.organisations.get(name).copied().map(Principal::Organisation).ok_or_else(unknown),
        "role" => name.parse::<Role>().map(Principal::Role).map_err(|_| unknown()),
        _ => Err(malformed()),
    }
}

fn target(text: &str, names: &Names) -> Result<Target, BadPolicy> {
    if text == "portal" {
        return Ok(Target::Portal);
    }
    let application = names.applications.get(text).copied();
    application.map(Target::Application).ok_or_else(|| BadPolicy::Unknown(text.to_owned()))
}

fn located(text: &str, names: &Names) -> Result<Located, BadPolicy> {
    if text == "any" {
        return Ok(Located::Anywhere);
    }
    names.locations.get(text).copied().map(Located::At).ok_or_else(|| BadPolicy::Unknown(text.to_owned()))
}

fn country(text: &str) -> Result<Country, BadPolicy> {
    let expected = "the two letters of a country";
    Country::parse(text).map_err(|_| BadPolicy::Malformed { expected, found: text.to_owned() })
}

fn frequency(text: &str) -> Result<Frequency, BadPolicy> {
    if text == "every time" { Ok(Frequency::EveryTime) } else { duration(text).map(Frequency::After) }
}

/// For how long a baseline lets a browser be remembered.
pub(super) fn memory(text: &str) -> Result<Duration, BadPolicy> {
    let expected = "a time of at most 90 days, such as `8 h` or `14 days`";
    let found = duration(text).ok().filter(|found| *found <= LONGEST_MEMORY);
    found.ok_or_else(|| BadPolicy::Malformed { expected, found: text.to_owned() })
}

fn duration(text: &str) -> Result<Duration, BadPolicy> {
    let expected = "a time such as `30 min`, `8 h` or `7 days`";
    let malformed = || BadPolicy::Malformed { expected, found: text.to_owned() };
    let (number, unit) = text.split_once(' ').ok_or_else(malformed)?;
    let number: u32 = number.parse().map_err(|_| malformed())?;
    let unit = match unit {
        "min" => 60,
        "h" => 3_600,
        "day" | "days" => 86_400,
        _ => return Err(malformed()),
    };
    Ok(Duration::from_secs(u64::from(number) * unit))
}

fn grace(text: &str) -> Result<Grace, BadPolicy> {
    let expected = "`14 days`, `3 skips`, or a date and time such as `2026-12-01T00:00:00Z`";
    let malformed = || BadPolicy::Malformed { expected, found: text.to_owned() };
    match text.split_once(' ') {
        Some((number, "day" | "days")) => number.parse().map(Grace::Days).map_err(|_| malformed()),
        Some((number, "skip" | "skips")) => number.parse().map(Grace::Skips).map_err(|_| malformed()),
        Some(_) => Err(malformed()),
        None => {
            let end: jiff::Timestamp = text.parse().map_err(|_| malformed())?;
            Ok(Grace::Until(Timestamp::from_micros(end.as_microsecond())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let now = Timestamp::from_seconds(0);
        Names { groups: [("nurses".to_owned(), GroupId::new(now, [1; 10]))].into(), ..Names::default() }
    }

    fn read(text: &str) -> Result<Policy, String> {
        let text: PolicyText = toml::from_str(text).map_err(|error| error.to_string())?;
        let written = toml::to_string(&text).unwrap();
        assert_eq!(toml::from_str::<PolicyText>(&written).unwrap(), text, "it is written and read again as the same");
        let id = PolicyId::new(Timestamp::from_seconds(0), [0; 10]);
        text.resolve(id, &names()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_policy_is_read_with_everything_that_it_says() {
        let policy = read(
            "name = \"Nurses abroad\"\nstate = \"report-only\"\nthen = \"require\"\nstrength = \"phishing_resistant\"\n\
             factors = [\"webauthn\", \"smartcard\"]\ngrace = \"3 skips\"\nfrequency = \"8 h\"\nidle = \"30 min\"\n\
             remember = \"12 h\"\n[include]\npeople = [\"group:nurses\", \"role:staff\"]\n[exclude]\ncountries = [\"gb\"]\n",
        );
        let policy = policy.unwrap();
        assert_eq!(policy.include.people.len(), 2);
        assert_eq!(policy.exclude.countries, [Country::parse("GB").unwrap()]);
        let among = Some([FactorKind::WebAuthn, FactorKind::Smartcard].into_iter().collect());
        let required = Requirement { strength: Strength::PhishingResistant, among };
        assert_eq!(policy.outcome, Outcome::Require(required, Grace::Skips(3)));
        assert_eq!(policy.controls.frequency, Some(Frequency::After(Duration::from_secs(8 * 3_600))));
        assert_eq!(policy.controls.idle, Some(Duration::from_secs(1_800)));
        assert_eq!(policy.controls.remember, Some(Duration::from_secs(12 * 3_600)));
    }

    #[test]
    fn what_is_no_policy_says_why() {
        let head = "name = \"x\"\nstate = \"on\"\n";
        for (rest, expected) in [
            ("then = \"block\"\nstrength = \"multi_factor\"", "needs `strength`"),
            ("then = \"require\"", "needs `strength`"),
            ("then = \"block\"\ngrace = \"3 days\"", "`grace` is for"),
            ("then = \"require\"\nstrength = \"multi_factor\"\ngrace = \"soon\"", "found `soon`"),
            ("then = \"controls-only\"\nidle = \"30 moons\"", "found `30 moons`"),
            ("then = \"block\"\ninclude.people = [\"group:doctors\"]", "there is no `group:doctors`"),
            ("then = \"block\"\ninclude.people = [\"nurses\"]", "expected `account:`"),
            ("then = \"block\"\ninclude.locations = [\"Nowhere\"]", "there is no `Nowhere`"),
            ("then = \"block\"\nexclude.countries = [\"United Kingdom\"]", "two letters"),
            ("then = \"blok\"", "unknown variant"),
            ("then = \"block\"\nwhen = \"always\"", "unknown field"),
        ] {
            let error = read(&format!("{head}{rest}\n")).unwrap_err();
            assert!(error.contains(expected), "{rest}: {error}");
        }
    }
}
