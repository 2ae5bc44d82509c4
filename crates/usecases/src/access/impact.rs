//! What a policy makes of sign-ins, in numbers: also one that only reports, before it is switched on [CA-11].

use std::collections::HashMap;
use std::time::Duration;

use wardkey_domain::access::PolicyState;
use wardkey_domain::id::PolicyId;
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_domain::time::Timestamp;
use wardkey_store::access::{ImpactQuery, ResultCounts};
use wardkey_store::{self as store, Tx};

use super::compiled;
use super::publish::require_sight;
use crate::moment::{day_begins, written_day_of};
use crate::{App, Error, Result};

/// How far back is looked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Period {
    /// The last 24 hours.
    #[default]
    Day,
    /// Today, and the six days before.
    Week,
    /// Today, and the 29 days before.
    Month,
}

/// What a policy has made of sign-ins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impact {
    /// The policy's name.
    pub name: String,
    /// Its state now; nothing where it is not in force any more.
    pub state: Option<PolicyState>,
    /// How many sign-ins there were, whatever policies made of them.
    pub sign_ins: u64,
    /// How many it was about.
    pub counts: ResultCounts,
    /// How many people each result was about.
    pub people: ResultCounts,
    /// Hour by hour, or day by day, each with what it is called: the oldest first.
    pub columns: Vec<(String, ResultCounts)>,
    /// The organisations hit hardest, by name.
    pub organisations: Vec<(String, ResultCounts)>,
    /// The applications hit hardest, by name; nothing stands for our own pages.
    pub applications: Vec<(Option<String>, ResultCounts)>,
}

/// How many organisations and applications are named.
const NAMED: usize = 20;
const HOUR: Duration = Duration::from_secs(3_600);

impl Period {
    /// Every period, the shortest first.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// The word for it in an address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
        }
    }

    /// The period of a word; nothing for any other.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|period| period.as_str() == word)
    }

    /// When each hour or day of it begins, with what that is called: the oldest first.
    fn columns(self, now: Timestamp) -> Vec<(Timestamp, String)> {
        let days = match self {
            Self::Day => {
                let hour = i64::try_from(HOUR.as_micros()).unwrap_or(1);
                let begun = Timestamp::from_micros(now.as_micros() / hour * hour);
                let begins = (0..24).rev().map(|ago| begun.minus(HOUR * ago));
                return begins.map(|at| (at, crate::moment::time_of_day(at))).collect();
            }
            Self::Week => 7,
            Self::Month => 30,
        };
        (0..days).rev().map(|ago| day_begins(now, ago)).map(|at| (at, written_day_of(at))).collect()
    }
}

/// What a policy has made of the sign-ins of everybody whom the actor may see.
///
/// # Errors
/// Not found for somebody who may not see policies, and for a policy that there never was.
pub async fn impact(app: &App, op: &Op, policy: PolicyId, period: Period) -> Result<Impact> {
    require_sight(op)?;
    let extent = op.extent(Action::SeePolicies);
    let mut tx = app.store().read().await?;
    let compiled = compiled::compiled(app, &mut tx, op.now).await?;
    let name = compiled.names.get(&policy).cloned().ok_or(Error::NotFound("policy"))?;
    let columns = period.columns(op.now);
    let since = columns.first().map_or(op.now, |(at, _)| *at);
    let query = ImpactQuery { policy, extent: &extent, since };
    let hours = store::access::list_hourly_results(&mut tx, query).await?;
    let mut counts = ResultCounts::default();
    let mut summed: Vec<_> = columns.iter().map(|(_, name)| (name.clone(), ResultCounts::default())).collect();
    for (at, own) in hours {
        counts = counts.and(own);
        let place = columns.partition_point(|(begins, _)| *begins <= at).saturating_sub(1);
        if let Some((_, column)) = summed.get_mut(place) {
            *column = column.and(own);
        }
    }
    let organisations = store::access::list_results_of_organisations(&mut tx, query).await?;
    let applications = store::access::list_results_of_applications(&mut tx, query).await?;
    let mut named = Vec::new();
    for group in hardest(organisations) {
        let found = store::directory::find_organisation(&mut tx, group.of).await?;
        named.push((found.map_or_else(|| "?".to_owned(), |found| found.name), group.counts));
    }
    let mut names = Names::default();
    let mut towards = Vec::new();
    for group in hardest(applications) {
        towards.push((names.of(&mut tx, group.of).await?, group.counts));
    }
    Ok(Impact {
        state: compiled.policies.list().iter().find(|own| own.id == policy).map(|own| own.state),
        sign_ins: store::access::count_sign_ins(&mut tx, &extent, since).await?,
        people: store::access::count_people_of_results(&mut tx, query).await?,
        organisations: named,
        applications: towards,
        columns: summed,
        counts,
        name,
    })
}

fn hardest<Id: Ord + Copy>(
    mut groups: Vec<store::access::GroupCounts<Id>>,
) -> impl Iterator<Item = store::access::GroupCounts<Id>> {
    groups.sort_by_key(|group| {
        let ResultCounts { failure, action_required, success } = group.counts;
        (std::cmp::Reverse((failure, action_required, success)), group.of)
    });
    groups.into_iter().take(NAMED)
}

/// The names of applications that were looked up.
#[derive(Default)]
pub(super) struct Names(HashMap<wardkey_domain::id::ApplicationId, String>);

impl Names {
    pub(super) async fn of(
        &mut self,
        tx: &mut Tx,
        id: Option<wardkey_domain::id::ApplicationId>,
    ) -> Result<Option<String>> {
        let Some(id) = id else { return Ok(None) };
        if let Some(known) = self.0.get(&id) {
            return Ok(Some(known.clone()));
        }
        let found = store::application::find_application(tx, id).await?;
        let name = found.map_or_else(|| "an application that is gone".to_owned(), |found| found.name);
        self.0.insert(id, name.clone());
        Ok(Some(name))
    }
}
