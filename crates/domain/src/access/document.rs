//! Everything that is published together, as one text: a file, a page and the database hold the same.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use similar::{ChangeTag, TextDiff};

use crate::access::text::memory;
use crate::access::{
    ActiveLocation, AssignedBy, BadPolicy, Baseline, Baselines, Names, Policies, PolicyText, Principal,
    RegistrationRules, RegistrationText, principal,
};
use crate::id::{AccountId, PolicyId};

/// The longest text that is read, in bytes.
pub const LONGEST_DOCUMENT: usize = 1_000_000;

/// The policies, the baselines, the rules for registering and the accounts for breaking glass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct PolicyDocument {
    /// Addresses of accounts that no policy is about [CA-16].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub break_glass: Vec<String>,
    /// What holds for registering.
    pub registration: RegistrationText,
    /// The baselines that groups and organisations have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub baseline: Vec<BaselineText>,
    /// The policies.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub policy: Vec<PolicyText>,
}

/// The baseline of a group or an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaselineText {
    /// `group:NAME` or `organisation:CODE`.
    pub of: String,
    /// The baseline.
    pub is: Baseline,
    /// For how long a browser that its owner has had remembered spares the prompt, such as `14 days`; not at all if it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remember: Option<String>,
}

impl BaselineText {
    fn memory(&self) -> Result<Option<Duration>, BadPolicy> {
        self.remember.as_deref().map(memory).transpose()
    }
}

/// What is wrong with a document, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadDocument {
    /// It is too long to be read.
    #[error("it is longer than {LONGEST_DOCUMENT} bytes")]
    TooLong,
    /// It is no TOML, or has something in it that is not known.
    #[error("{0}")]
    Unreadable(String),
    /// A policy is none.
    #[error("policy `{name}`: {why}")]
    Policy {
        /// Its name.
        name: String,
        /// Why.
        why: BadPolicy,
    },
    /// A policy has no name, or one that is too long or has control characters.
    #[error("a policy needs a name of at most 100 characters, found `{0}`")]
    Name(String),
    /// Two policies have one name.
    #[error("two policies are called `{0}`")]
    Twice(String),
    /// What a baseline is of is neither a group nor an organisation that is there.
    #[error("baseline of `{of}`: {why}")]
    Baseline {
        /// What it is of.
        of: String,
        /// Why.
        why: BadPolicy,
    },
    /// One group or organisation has two baselines.
    #[error("`{0}` has two baselines")]
    TwoBaselines(String),
    /// The rules for registering are none.
    #[error("registration: {0}")]
    Registration(BadPolicy),
    /// There is no account of this address.
    #[error("break-glass: there is no account `{0}`")]
    BreakGlass(String),
}

/// The names that a document uses: what has to be looked up before it is made ready.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Addresses of accounts.
    pub accounts: BTreeSet<String>,
    /// Names of groups.
    pub groups: BTreeSet<String>,
    /// Codes of organisations.
    pub organisations: BTreeSet<String>,
    /// Client identifiers of applications.
    pub applications: BTreeSet<String>,
    /// Names of named locations.
    pub locations: BTreeSet<String>,
}

/// One line of what has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiffLine {
    /// It is as it was.
    Same(String),
    /// It is new.
    Added(String),
    /// It is gone.
    Removed(String),
}

impl PolicyDocument {
    /// Reads a document.
    ///
    /// # Errors
    /// Says where it is no TOML, and what in it is not known.
    pub fn parse(text: &str) -> Result<Self, BadDocument> {
        if text.len() > LONGEST_DOCUMENT {
            return Err(BadDocument::TooLong);
        }
        toml::from_str(text).map_err(|error| BadDocument::Unreadable(error.to_string()))
    }

    /// The document as text: the same for the same document.
    pub fn text(&self) -> String {
        toml::to_string_pretty(self).unwrap_or_default()
    }

    /// The names that it uses.
    pub fn wanted(&self) -> Wanted {
        let mut wanted = Wanted { accounts: self.break_glass.iter().cloned().collect(), ..Wanted::default() };
        let scopes = self.policy.iter().flat_map(|policy| [&policy.include, &policy.exclude]);
        for scope in scopes.clone() {
            wanted.applications.extend(scope.applications.iter().filter(|name| *name != "portal").cloned());
            wanted.locations.extend(scope.locations.iter().filter(|name| *name != "any").cloned());
        }
        let people = scopes.flat_map(|scope| &scope.people).chain(self.baseline.iter().map(|baseline| &baseline.of));
        for (kind, name) in people.filter_map(|text| text.split_once(':')) {
            let list = match kind {
                "account" => &mut wanted.accounts,
                "group" => &mut wanted.groups,
                "organisation" => &mut wanted.organisations,
                _ => continue,
            };
            list.insert(name.to_owned());
        }
        wanted
    }

    /// Everything that is wrong with it; nothing where it can be published.
    pub fn problems(&self, names: &Names) -> Vec<BadDocument> {
        let mut problems = Vec::new();
        let mut seen = BTreeSet::new();
        for policy in &self.policy {
            if policy.name.trim().is_empty() || policy.name.chars().count() > 100 || has_control(&policy.name) {
                problems.push(BadDocument::Name(policy.name.clone()));
            }
            if !seen.insert(&policy.name) {
                problems.push(BadDocument::Twice(policy.name.clone()));
            }
            if let Err(why) = policy.resolve(NOBODYS, names) {
                problems.push(BadDocument::Policy { name: policy.name.clone(), why });
            }
        }
        let mut seen = BTreeSet::new();
        for baseline in &self.baseline {
            let of = &baseline.of;
            if !seen.insert(of) {
                problems.push(BadDocument::TwoBaselines(of.clone()));
            }
            if let Err(why) = owner(of, names).and_then(|_| baseline.memory()) {
                problems.push(BadDocument::Baseline { of: of.clone(), why });
            }
        }
        problems.extend(self.registration.resolve().err().map(BadDocument::Registration));
        let unknown = self.break_glass.iter().filter(|address| !names.accounts.contains_key(*address));
        problems.extend(unknown.map(|address| BadDocument::BreakGlass(address.clone())));
        problems
    }

    /// Makes it ready for deciding.
    ///
    /// What it names and what is not there any more makes the policy block whomever else it is about; a baseline or an account
    /// that is not there any more is left out.
    ///
    /// # Errors
    /// For a document that could not have been published: [`problems`](Self::problems) says what else is wrong.
    pub fn compile(
        &self,
        names: &Names,
        ids: &HashMap<String, PolicyId>,
        locations: Vec<ActiveLocation>,
    ) -> Result<Policies, BadDocument> {
        let mut policies = Vec::with_capacity(self.policy.len());
        for policy in &self.policy {
            let id = ids.get(&policy.name).ok_or_else(|| BadDocument::Name(policy.name.clone()))?;
            let bad = |why| BadDocument::Policy { name: policy.name.clone(), why };
            policies.push(policy.resolve_saved(*id, names).map_err(bad)?);
        }
        let rules = self.registration.resolve().map_err(BadDocument::Registration)?;
        let break_glass = self.break_glass.iter().filter_map(|address| names.accounts.get(address).copied());
        Ok(ready(policies, self.baselines(names)?, locations, rules, break_glass))
    }

    fn baselines(&self, names: &Names) -> Result<Baselines, BadDocument> {
        let mut baselines = Baselines::default();
        for baseline in &self.baseline {
            let bad = |why| BadDocument::Baseline { of: baseline.of.clone(), why };
            let by = match owner(&baseline.of, names) {
                Ok(Principal::Group(group)) => {
                    baselines.groups.insert(group, baseline.is);
                    AssignedBy::Group(group)
                }
                Ok(Principal::Organisation(organisation)) => {
                    baselines.organisations.insert(organisation, baseline.is);
                    AssignedBy::Organisation(organisation)
                }
                Ok(Principal::Account(_) | Principal::Role(_)) | Err(BadPolicy::Unknown(_)) => continue,
                Err(why) => return Err(bad(why)),
            };
            baselines.remember.extend(baseline.memory().map_err(bad)?.map(|window| (by, window)));
        }
        Ok(baselines)
    }

    /// The names of its policies.
    pub fn policy_names(&self) -> Vec<String> {
        self.policy.iter().map(|policy| policy.name.clone()).collect()
    }

    /// What has changed from `before`, line by line.
    pub fn diff(&self, before: &Self) -> Vec<DiffLine> {
        let (old, new) = (before.text(), self.text());
        let diff = TextDiff::from_lines(&old, &new);
        let line = |text: &str| text.trim_end_matches('\n').to_owned();
        diff.iter_all_changes()
            .map(|change| match change.tag() {
                ChangeTag::Equal => DiffLine::Same(line(change.value())),
                ChangeTag::Insert => DiffLine::Added(line(change.value())),
                ChangeTag::Delete => DiffLine::Removed(line(change.value())),
            })
            .collect()
    }
}

fn ready(
    policies: Vec<crate::access::Policy>,
    baselines: Baselines,
    locations: Vec<ActiveLocation>,
    rules: RegistrationRules,
    break_glass: impl Iterator<Item = AccountId>,
) -> Policies {
    Policies::new(policies, baselines, locations).with_rules(rules).with_break_glass(break_glass)
}

/// Whom a baseline is of.
fn owner(of: &str, names: &Names) -> Result<Principal, BadPolicy> {
    match principal(of, names)? {
        found @ (Principal::Group(_) | Principal::Organisation(_)) => Ok(found),
        Principal::Account(_) | Principal::Role(_) => {
            let expected = "`group:` or `organisation:` and a name";
            Err(BadPolicy::Malformed { expected, found: of.to_owned() })
        }
    }
}

fn has_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}

/// For reading a policy that is not kept.
const NOBODYS: PolicyId = PolicyId::from_uuid(uuid::Uuid::nil());

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Condition, PolicyState};
    use crate::id::{GroupId, OrganisationId};
    use crate::time::Timestamp;

    const TEXT: &str = r#"
break-glass = ["safe@leeds.nhs.uk"]

[registration]
default-on-from = "2026-01-01"
first = "named-location-or-pass"

[[baseline]]
of = "organisation:RXX"
is = "named-location"

[[baseline]]
of = "group:nurses"
is = "standard"
remember = "14 days"

[[policy]]
name = "Keys for the records"
state = "report-only"
then = "require"
strength = "phishing_resistant"
grace = "14 days"

[policy.include]
people = ["group:nurses", "role:local_administrator"]
applications = ["records", "portal"]
locations = ["any", "Riverside"]
"#;

    fn names() -> Names {
        let now = Timestamp::from_seconds(0);
        Names {
            accounts: [("safe@leeds.nhs.uk".to_owned(), AccountId::new(now, [3; 10]))].into(),
            groups: [("nurses".to_owned(), GroupId::new(now, [1; 10]))].into(),
            organisations: [("RXX".to_owned(), OrganisationId::new(now, [2; 10]))].into(),
            applications: [("records".to_owned(), crate::id::ApplicationId::new(now, [4; 10]))].into(),
            locations: [("Riverside".to_owned(), crate::id::NamedLocationId::new(now, [5; 10]))].into(),
        }
    }

    fn ids() -> HashMap<String, PolicyId> {
        [("Keys for the records".to_owned(), PolicyId::new(Timestamp::from_seconds(0), [9; 10]))].into()
    }

    #[test]
    fn a_document_is_written_and_read_again_as_the_same() {
        let document = PolicyDocument::parse(TEXT).unwrap();
        assert_eq!(PolicyDocument::parse(&document.text()).unwrap(), document);
        assert_eq!(document.problems(&names()), []);
        let empty = PolicyDocument::default();
        assert_eq!(PolicyDocument::parse(&empty.text()).unwrap(), empty);
        assert_eq!(PolicyDocument::parse("").unwrap(), empty);
    }

    #[test]
    fn every_name_that_it_uses_is_wanted() {
        let wanted = PolicyDocument::parse(TEXT).unwrap().wanted();
        let texts = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(" ");
        let all = [&wanted.accounts, &wanted.groups, &wanted.organisations, &wanted.applications, &wanted.locations];
        assert_eq!(all.map(texts), ["safe@leeds.nhs.uk", "nurses", "RXX", "records", "Riverside"]);
    }

    #[test]
    fn everything_that_is_wrong_is_said_with_its_place() {
        let policy = "[[policy]]\nname = \"A\"\nstate = \"on\"\nthen = \"block\"\n";
        for (text, expected) in [
            ("policy = 3", "invalid type"),
            ("when = \"always\"", "unknown field"),
            (&format!("{policy}{policy}"), "two policies are called `A`"),
            (&format!("{policy}include.people = [\"group:doctors\"]"), "policy `A`: there is no `group:doctors`"),
            (&policy.replace("\"A\"", "\" \""), "needs a name"),
            ("[[baseline]]\nof = \"role:staff\"\nis = \"standard\"", "baseline of `role:staff`: expected `group:`"),
            (
                "[[baseline]]\nof = \"group:nurses\"\nis = \"standard\"\nremember = \"91 days\"",
                "baseline of `group:nurses`: expected a time of at most 90 days",
            ),
            ("[[baseline]]\nof = \"group:x\"\nis = \"standard\"", "there is no `group:x`"),
            ("registration.default-on-from = \"soon\"", "registration: expected a day"),
            ("break-glass = [\"nobody@leeds.nhs.uk\"]", "no account `nobody@leeds.nhs.uk`"),
        ] {
            let found = match PolicyDocument::parse(text) {
                Ok(document) => {
                    document.problems(&names()).iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
                }
                Err(error) => error.to_string(),
            };
            assert!(found.contains(expected), "{text}: {found}");
        }
        assert_eq!(PolicyDocument::parse(&"#".repeat(LONGEST_DOCUMENT + 1)), Err(BadDocument::TooLong));
    }

    #[test]
    fn what_is_gone_since_makes_its_policy_block_and_leaves_the_rest() {
        let document = PolicyDocument::parse(TEXT).unwrap();
        let whole = document.compile(&names(), &ids(), Vec::new()).unwrap();
        assert_eq!(whole.list()[0].missing, None);
        assert!(whole.is_break_glass(names().accounts["safe@leeds.nhs.uk"]));
        let gone = Names { groups: HashMap::new(), accounts: HashMap::new(), ..names() };
        let rest = document.compile(&gone, &ids(), Vec::new()).unwrap();
        assert_eq!((rest.list()[0].missing, rest.list()[0].state), (Some(Condition::People), PolicyState::ReportOnly));
        assert_eq!(rest.baselines().organisations.len(), 1);
    }

    #[test]
    fn a_difference_shows_what_was_added_and_removed() {
        let before = PolicyDocument::parse(TEXT).unwrap();
        let mut after = before.clone();
        after.policy[0].state = PolicyState::On;
        let changed: Vec<_> =
            after.diff(&before).into_iter().filter(|line| !matches!(line, DiffLine::Same(_))).collect();
        let (removed, added) = ("state = \"report-only\"".to_owned(), "state = \"on\"".to_owned());
        assert_eq!(changed, [DiffLine::Removed(removed), DiffLine::Added(added)]);
        assert!(before.diff(&before).iter().all(|line| matches!(line, DiffLine::Same(_))));
    }
}
