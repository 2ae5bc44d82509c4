//! The baseline: what is asked of an account when no policy asks for more. Each account has exactly one [CA-1].

use std::collections::HashMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

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

impl Baselines {
    /// The baseline of an account: the most specific that was assigned. A group is more specific than an organisation; of two
    /// groups the stricter wins.
    pub fn of(&self, account: &Subject<'_>) -> (Baseline, AssignedBy) {
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

    /// The baseline that an organisation gives: its own, or that of the nearest above it. `organisations` has the nearest first.
    pub fn of_organisation(&self, mut organisations: impl Iterator<Item = OrganisationId>) -> Baseline {
        organisations
            .find_map(|organisation| self.organisations.get(&organisation).copied())
            .unwrap_or(Baseline::Standard)
    }

    /// For how long a browser of the account may be remembered: as long as whoever has assigned its baseline says. Of several groups
    /// the shortest counts, and one that says nothing says no.
    pub fn memory_of(&self, account: &Subject<'_>) -> Option<Duration> {
        let groups = account.groups.iter().filter(|group| self.groups.contains_key(*group));
        let said: Vec<_> = groups.map(|group| self.remember.get(&AssignedBy::Group(*group)).copied()).collect();
        if said.is_empty() {
            return self.remember.get(&self.of(account).1).copied();
        }
        said.into_iter().collect::<Option<Vec<_>>>()?.into_iter().min()
    }
}
