//! What a policy makes of sign-ins, as numbers and a chart; and switching it on, to report only, or off [CA-9, CA-11].

use axum::extract::Path;
use serde::{Deserialize, Serialize};
use wardkey_domain::access::{PolicyDocument, PolicyState};
use wardkey_domain::id::PolicyId;
use wardkey_domain::permission::{Action, Extent};
use wardkey_usecases::access::{Impact, Period, ResultCounts, check_policies, impact, policy_text};

use super::policy::checked;
use crate::address::Params;
use crate::error::PageError;
use crate::form::Checked;
use crate::page::Page;
use crate::person::Person;

/// The page of one policy.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ImpactView {
    pub(crate) id: String,
    pub(crate) name: String,
    /// `on`, `report-only`, `off`, or nothing where it is not in force any more.
    pub(crate) state: Option<&'static str>,
    pub(crate) may_manage: bool,
    /// `24h`, `7d` or `30d`.
    pub(crate) over: &'static str,
    pub(crate) sign_ins: u64,
    pub(crate) counts: CountsView,
    pub(crate) people: CountsView,
    pub(crate) columns: Vec<ColumnView>,
    /// The highest column.
    pub(crate) most: u64,
    pub(crate) organisations: Vec<GroupView>,
    pub(crate) applications: Vec<GroupView>,
}

/// How many, by what the policy made of them.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct CountsView {
    pub(crate) success: u64,
    pub(crate) action: u64,
    pub(crate) failure: u64,
}

/// One hour or day.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ColumnView {
    pub(crate) name: String,
    pub(crate) counts: CountsView,
    /// Where it stands in the chart, which is 720 wide and 200 high.
    pub(crate) x: u64,
    pub(crate) width: u64,
    /// The three parts from the foot: where each begins, and how high it is.
    pub(crate) parts: [PartView; 3],
    /// Whether its name is written below.
    pub(crate) named: bool,
}

/// One part of a column.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct PartView {
    pub(crate) what: &'static str,
    pub(crate) y: u64,
    pub(crate) height: u64,
}

/// One organisation or application.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct GroupView {
    pub(crate) name: String,
    pub(crate) counts: CountsView,
}

/// What stands in the address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Over {
    over: String,
}

const WIDTH: u64 = 720;
const HEIGHT: u64 = 200;
/// How wide the name of a column may be.
const NAME: u64 = 100;

/// `GET /admin/policies/impact/{policy}`
pub(crate) async fn see(
    person: Person,
    Path(policy): Path<PolicyId>,
    Params(asked): Params<Over>,
) -> Result<Page, PageError> {
    let period = Period::parse(&asked.over).unwrap_or_default();
    let found = impact(person.app(), &person.op, policy, period).await?;
    let may_manage = person.op.extent(Action::ManagePolicies) == Extent::Everything;
    let view = ImpactView::of(policy, found, period, may_manage);
    Ok(Page::new("admin/policy-impact.html", person.admin_frame(), view))
}

/// `POST /admin/policies/state`: shows what would change if a policy had another state.
pub(crate) async fn state(person: Person, form: Checked) -> Result<Page, PageError> {
    let (app, op) = (person.app(), &person.op);
    let state = match form.text("state") {
        "on" => PolicyState::On,
        "report-only" => PolicyState::ReportOnly,
        "off" => PolicyState::Off,
        _ => return Err(PageError::NotFound),
    };
    let text = policy_text(app, op, None).await?;
    let mut document = PolicyDocument::parse(&text).map_err(|_| PageError::NotFound)?;
    let name = form.text("policy");
    let own = document.policy.iter_mut().find(|policy| policy.name == name).ok_or(PageError::NotFound)?;
    own.state = state;
    let draft = check_policies(app, op, &document.text()).await?;
    Ok(checked(&person, &draft, ""))
}

impl ImpactView {
    pub(crate) fn of(id: PolicyId, found: Impact, period: Period, may_manage: bool) -> Self {
        let most = found.columns.iter().map(|(_, counts)| counts.all()).max().unwrap_or(0);
        let count = u64::try_from(found.columns.len()).unwrap_or(1).max(1);
        let every = match period {
            Period::Day => 6,
            Period::Week => 1,
            Period::Month => 7,
        };
        let columns = found.columns.into_iter().zip(0_u64..).map(|((name, counts), place)| ColumnView {
            name,
            counts: counts.into(),
            x: place * WIDTH / count,
            width: (WIDTH / count).saturating_sub(4).max(2),
            parts: parts(counts, most),
            named: place % every == 0 && place * WIDTH / count + NAME <= WIDTH,
        });
        let group = |(name, counts): (String, ResultCounts)| GroupView { name, counts: counts.into() };
        Self {
            id: id.to_string(),
            name: found.name,
            state: found.state.map(|state| match state {
                PolicyState::On => "on",
                PolicyState::ReportOnly => "report-only",
                PolicyState::Off => "off",
            }),
            may_manage,
            over: period.as_str(),
            sign_ins: found.sign_ins,
            counts: found.counts.into(),
            people: found.people.into(),
            columns: columns.collect(),
            most,
            organisations: found.organisations.into_iter().map(group).collect(),
            applications: found
                .applications
                .into_iter()
                .map(|(name, counts)| group((name.unwrap_or_else(|| "Wardkey".to_owned()), counts)))
                .collect(),
        }
    }
}

/// The parts of a column from its foot: what is worst stands lowest, where it is seen first.
fn parts(counts: ResultCounts, most: u64) -> [PartView; 3] {
    let height = |count: u64| (count * HEIGHT).checked_div(most).unwrap_or(0);
    let mut foot = HEIGHT;
    [("failure", counts.failure), ("action", counts.action_required), ("success", counts.success)].map(
        |(what, count)| {
            // What is there is seen.
            let height = height(count).max(u64::from(count > 0) * 2).min(foot);
            foot -= height;
            PartView { what, y: foot, height }
        },
    )
}

impl From<ResultCounts> for CountsView {
    fn from(counts: ResultCounts) -> Self {
        Self { success: counts.success, action: counts.action_required, failure: counts.failure }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_as_high_as_what_it_counts_and_shows_the_least() {
        let of = |success, action_required, failure| ResultCounts { success, action_required, failure };
        let heights = |counts, most| parts(counts, most).map(|part| (part.y, part.height));
        assert_eq!(heights(of(50, 30, 20), 100), [(160, 40), (100, 60), (0, 100)]);
        assert_eq!(heights(of(999, 0, 1), 1_000), [(198, 2), (198, 0), (0, 198)]);
        assert_eq!(heights(of(0, 0, 0), 0), [(200, 0), (200, 0), (200, 0)]);
    }
}
