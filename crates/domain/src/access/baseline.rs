//! The baseline: what is asked of an account when no policy asks for more. Each account has exactly one [CA-1].

use std::collections::HashMap;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::access::Subject;
use crate::id::{GroupId, OrganisationId};

/// What is asked of an account when no policy asks for more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Baseline {
    /// Always prompted; no grace.
    Standard,
    /// Not prompted in a named location; fourteen days to register.
    NamedLocation,
}

/// The group of those for whom an administrator has enabled multi-factor authentication: the standard baseline, whatever their
/// organisation and their other groups say [CA-6]. It is built in: nobody makes it, and no policy names it.
pub const MFA_ENABLED: GroupId = GroupId::from_uuid(Uuid::from_u128(0x0000_6d66_6100_8e00_8000_656e_6162_6c65));

/// Who has assigned a baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AssignedBy {
    /// A group that the account is in.
    Group(GroupId),
    /// Its organisation, or the nearest above it that says something.
    Organisation(OrganisationId),
    /// Nobody: it is the one that everybody has.
    Nobody,
}

/// The baselines that groups and organisations have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baselines {
    /// Those of groups.
    pub groups: HashMap<GroupId, Baseline>,
    /// Those of organisations, and all below them that have none of their own.
    pub organisations: HashMap<OrganisationId, Baseline>,
    /// For how long a browser that its owner has had remembered spares the prompt of the baseline that each has assigned; not at
    /// all where nothing is said [AUT-11].
    pub remember: HashMap<AssignedBy, Duration>,
}

/// The longest that a browser may be remembered [SES-6].
pub const LONGEST_MEMORY: Duration = Duration::from_secs(90 * 86_400);

impl Baseline {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Standard, Self::NamedLocation];

    /// The word for it in stores, files and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::NamedLocation => "named-location",
        }
    }
}

/// A text that names no baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a baseline is `standard` or `named-location`")]
pub struct UnknownBaseline;

impl FromStr for Baseline {
    type Err = UnknownBaseline;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|baseline| baseline.as_str() == text).ok_or(UnknownBaseline)
    }
}

impl Baselines {
    /// The baseline of an account: the most specific that was assigned. A group is more specific than an organisation; of two
    /// groups the stricter wins.
    pub fn of(&self, account: &Subject<'_>) -> (Baseline, AssignedBy) {
        if account.groups.contains(&MFA_ENABLED) {
            return (Baseline::Standard, AssignedBy::Group(MFA_ENABLED));
        }
        self.assigned(account)
    }

    /// The baseline that an account has when nobody has enabled multi-factor authentication for it.
    fn assigned(&self, account: &Subject<'_>) -> (Baseline, AssignedBy) {
        let by_group = |group: &GroupId| Some((*self.groups.get(group)?, AssignedBy::Group(*group)));
        if let Some(found) = account.groups.iter().filter_map(by_group).min_by_key(|(baseline, _)| *baseline) {
            return found;
        }
        let by_organisation = |organisation: &OrganisationId| {
            Some((*self.organisations.get(organisation)?, AssignedBy::Organisation(*organisation)))
        };
        let nearest = account.organisations.iter().find_map(by_organisation);
        nearest.unwrap_or((Baseline::Standard, AssignedBy::Nobody))
    }

    /// The baseline that a group gives, if it gives any.
    pub fn of_group(groups: &HashMap<GroupId, Baseline>, group: GroupId) -> Option<Baseline> {
        if group == MFA_ENABLED { Some(Baseline::Standard) } else { groups.get(&group).copied() }
    }

    /// The baseline that an organisation gives: its own, or that of the nearest above it. `organisations` has the nearest first.
    pub fn of_organisation(&self, mut organisations: impl Iterator<Item = OrganisationId>) -> Baseline {
        organisations
            .find_map(|organisation| self.organisations.get(&organisation).copied())
            .unwrap_or(Baseline::Standard)
    }

    /// For how long a browser of the account may be remembered: as long as whoever has assigned its baseline says. Of several groups
    /// the shortest counts, and one that says nothing says no. Where multi-factor authentication was enabled for an account that
    /// would not be prompted everywhere, nothing is remembered.
    pub fn memory_of(&self, account: &Subject<'_>) -> Option<Duration> {
        let (baseline, by) = self.assigned(account);
        if account.groups.contains(&MFA_ENABLED) && baseline != Baseline::Standard {
            return None;
        }
        let groups = account.groups.iter().filter(|group| self.groups.contains_key(*group));
        let said: Vec<_> = groups.map(|group| self.remember.get(&AssignedBy::Group(*group)).copied()).collect();
        if said.is_empty() {
            return self.remember.get(&by).copied();
        }
        said.into_iter().collect::<Option<Vec<_>>>()?.into_iter().min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{FactorSet, GraceUsed, Hold};
    use crate::directory::AccountKind;
    use crate::id::AccountId;
    use crate::time::Timestamp;

    const PLACE: OrganisationId = OrganisationId::from_uuid(Uuid::from_u128(1));
    const NURSES: GroupId = GroupId::from_uuid(Uuid::from_u128(2));
    const MONTH: Duration = Duration::from_secs(30 * 86_400);

    /// The baseline and the memory of an account in these groups, where its organisation has `organisation`.
    fn of(organisation: Option<Baseline>, groups: &[GroupId]) -> (Baseline, Option<Duration>) {
        let baselines = Baselines {
            groups: HashMap::from([(NURSES, Baseline::NamedLocation)]),
            organisations: organisation.map(|baseline| (PLACE, baseline)).into_iter().collect(),
            remember: HashMap::from([
                (AssignedBy::Organisation(PLACE), MONTH),
                (AssignedBy::Group(NURSES), MONTH),
                (AssignedBy::Nobody, MONTH),
            ]),
        };
        let account = Subject {
            id: AccountId::from_uuid(Uuid::from_u128(3)),
            kind: AccountKind::User,
            created_at: Timestamp::from_seconds(0),
            roles: &[],
            groups,
            organisations: &[PLACE],
            factors: FactorSet::default(),
            hold: Hold::None,
            excepted_until: None,
            postponed_until: None,
            grace: GraceUsed::default(),
        };
        (baselines.of(&account).0, baselines.memory_of(&account))
    }

    #[test]
    fn who_is_enabled_is_prompted_whatever_organisation_and_groups_say() {
        use Baseline::{NamedLocation, Standard};
        assert_eq!(of(Some(NamedLocation), &[]), (NamedLocation, Some(MONTH)));
        assert_eq!(of(Some(NamedLocation), &[MFA_ENABLED]), (Standard, None));
        assert_eq!(of(Some(Standard), &[NURSES]), (NamedLocation, Some(MONTH)));
        assert_eq!(of(Some(Standard), &[NURSES, MFA_ENABLED]), (Standard, None));
        // Where it would be prompted everywhere anyhow, nothing is taken away.
        assert_eq!(of(Some(Standard), &[MFA_ENABLED]), (Standard, Some(MONTH)));
        assert_eq!(of(None, &[MFA_ENABLED]), (Standard, Some(MONTH)));
        let groups = HashMap::from([(NURSES, NamedLocation)]);
        assert_eq!(Baselines::of_group(&groups, MFA_ENABLED), Some(Standard));
        assert_eq!(Baselines::of_group(&groups, NURSES), Some(NamedLocation));
    }
}
