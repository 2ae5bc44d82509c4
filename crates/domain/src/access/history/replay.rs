//! What other policies would have made of many sign-ins, added up.

use std::collections::HashMap;
use std::hash::Hash;

use serde::{Deserialize, Serialize};

use super::{Experience, KeptSignIn};
use crate::access::Policies;
use crate::id::{AccountId, ApplicationId, OrganisationId};

/// Sign-ins that are replayed under a draft, one after the other.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    sign_ins: u64,
    totals: Changes,
    organisations: HashMap<OrganisationId, Changes>,
    applications: HashMap<Option<ApplicationId>, Changes>,
    people: HashMap<(AccountId, Option<ApplicationId>), (OrganisationId, Experience, u32)>,
}

/// How many sign-ins would have been harder, by what the person would have met instead; and how many easier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// They would have been prompted.
    pub prompted: u64,
    /// They would have been asked to register, and could have put it off.
    pub may_register: u64,
    /// They would have had to register.
    pub must_register: u64,
    /// They could not have come in with what they had.
    pub stranded: u64,
    /// Nobody would have come in.
    pub blocked: u64,
    /// They would have met less than they did.
    pub milder: u64,
}

/// What would have changed for one organisation, or for one application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupChanges<Id> {
    /// Which one.
    pub of: Id,
    /// How many sign-ins.
    pub changes: Changes,
    /// How many people would have met more than they did.
    pub people: u64,
}

/// Somebody who would have met more on the way to one application than they did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Affected {
    /// Who.
    pub account: AccountId,
    /// Their organisation.
    pub organisation: OrganisationId,
    /// On the way to which application; nothing for our own pages.
    pub application: Option<ApplicationId>,
    /// The hardest that they would have met.
    pub worst: Experience,
    /// In how many sign-ins they would have met more.
    pub sign_ins: u32,
}

/// What a replay has found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplayReport {
    /// How many sign-ins were replayed.
    pub sign_ins: u64,
    /// What would have changed in all.
    pub totals: Changes,
    /// How many people would have met more than they did.
    pub people: u64,
    /// By organisation, the hardest hit first.
    pub organisations: Vec<GroupChanges<OrganisationId>>,
    /// By application, the hardest hit first.
    pub applications: Vec<GroupChanges<Option<ApplicationId>>>,
    /// Who, on the way to which application, the hardest hit first; not all, where there are very many.
    pub affected: Vec<Affected>,
    /// How many there are in all.
    pub affected_count: u64,
}

impl Changes {
    fn note(&mut self, was: Experience, would: Experience) {
        if would < was {
            self.milder += 1;
            return;
        }
        match would {
            _ if would == was => {}
            Experience::Unprompted => {}
            Experience::Prompted => self.prompted += 1,
            Experience::MayRegister => self.may_register += 1,
            Experience::MustRegister => self.must_register += 1,
            Experience::Stranded => self.stranded += 1,
            Experience::Blocked => self.blocked += 1,
        }
    }

    /// How many sign-ins would have been harder.
    pub const fn harder(&self) -> u64 {
        self.prompted + self.may_register + self.must_register + self.stranded + self.blocked
    }

    /// What is worst counts before what is many.
    fn severity(&self) -> (u64, u64, u64) {
        (self.blocked + self.stranded, self.must_register, self.harder())
    }
}

impl Replay {
    /// Replays one sign-in: what the person met, and what they would have met under `draft`.
    pub fn add(&mut self, draft: &Policies, kept: &KeptSignIn, organisation: OrganisationId, was: Experience) {
        let would = kept.experience(draft);
        self.sign_ins += 1;
        if would == was {
            return;
        }
        self.totals.note(was, would);
        self.organisations.entry(organisation).or_default().note(was, would);
        self.applications.entry(kept.application).or_default().note(was, would);
        if would > was {
            let person = self.people.entry((kept.account, kept.application)).or_insert((organisation, would, 0));
            *person = (organisation, person.1.max(would), person.2.saturating_add(1));
        }
    }

    /// How many were replayed so far.
    pub const fn sign_ins(&self) -> u64 {
        self.sign_ins
    }

    /// What was found, with so many people at most.
    pub fn report(self, most_people: usize) -> ReplayReport {
        let of_organisation = distinct(self.people.iter().map(|((account, _), (of, ..))| (*of, *account)));
        let of_application = distinct(self.people.keys().map(|(account, application)| (*application, *account)));
        let everybody = distinct(self.people.keys().map(|(account, _)| ((), *account)));
        let mut affected: Vec<_> = self
            .people
            .iter()
            .map(|((account, application), (organisation, worst, sign_ins))| Affected {
                account: *account,
                organisation: *organisation,
                application: *application,
                worst: *worst,
                sign_ins: *sign_ins,
            })
            .collect();
        let hardest = |one: &Affected| (std::cmp::Reverse((one.worst, one.sign_ins)), one.account, one.application);
        affected.sort_by_key(hardest);
        let affected_count = u64::try_from(affected.len()).unwrap_or(u64::MAX);
        affected.truncate(most_people);
        ReplayReport {
            sign_ins: self.sign_ins,
            totals: self.totals,
            people: everybody.get(&()).copied().unwrap_or(0),
            organisations: sorted(self.organisations, &of_organisation),
            applications: sorted(self.applications, &of_application),
            affected,
            affected_count,
        }
    }
}

/// How many different people belong to each.
fn distinct<Id: Eq + Hash + Copy>(pairs: impl Iterator<Item = (Id, AccountId)>) -> HashMap<Id, u64> {
    let all: std::collections::HashSet<_> = pairs.collect();
    let mut counts = HashMap::new();
    for (id, _) in all {
        *counts.entry(id).or_insert(0) += 1;
    }
    counts
}

fn sorted<Id: Eq + Hash + Copy + Ord>(
    changes: HashMap<Id, Changes>,
    people: &HashMap<Id, u64>,
) -> Vec<GroupChanges<Id>> {
    let group = |(of, changes)| GroupChanges { of, changes, people: people.get(&of).copied().unwrap_or(0) };
    let mut groups: Vec<_> = changes.into_iter().map(group).collect();
    groups.sort_by_key(|group| (std::cmp::Reverse(group.changes.severity()), group.of));
    groups
}
