//! Who is protected, from one organisation down: what a practice manager and a region look at [ADM-13, RPT-6].

use serde::Serialize;
use wardkey_domain::directory::{OdsCode, Organisation};
use wardkey_domain::report::{Cover, Coverage, MfaStatus, PeopleFilter};
use wardkey_usecases::report::{
    CoverageFacts, FoundPerson, OrganisationCoverage, Reminded, SearchFor, find_people, may_remind, remind_people,
    see_coverage,
};

use super::people::{Search, capital};
use crate::address::Segment;
use crate::drawn::Answer;
use crate::error::PageError;
use crate::form::Checked;
use crate::goto::Goto;
use crate::notice::Notice;
use crate::page::Page;
use crate::person::Person;
use crate::routes;
use crate::view::moment;

/// The page.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CoverageView {
    /// The organisation that it is about; nothing for all that the person looks after.
    pub(crate) organisation: Option<OrganisationView>,
    /// Those above it that the person looks after, the highest first.
    pub(crate) above: Vec<OrganisationView>,
    pub(crate) figures: FiguresView,
    /// How many belong to the organisation itself, where some belong to those below.
    pub(crate) own: Option<FiguresView>,
    pub(crate) below: Vec<BelowView>,
    /// The first of those who are not protected, and what each does next.
    pub(crate) uncovered: Vec<UncoveredView>,
    /// Whether there are more.
    pub(crate) more: bool,
    /// How many accounts nobody has counted yet.
    pub(crate) uncounted: u64,
    /// Where they are reminded, for whoever may.
    pub(crate) remind: Option<String>,
}

/// One organisation.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OrganisationView {
    pub(crate) name: String,
    pub(crate) code: String,
    /// What type of body it is.
    pub(crate) kind: String,
    pub(crate) href: String,
}

/// How many are protected.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FiguresView {
    pub(crate) people: u64,
    pub(crate) covered: u64,
    pub(crate) phishing_resistant: u64,
    pub(crate) excepted: u64,
    pub(crate) uncovered: u64,
    pub(crate) postponed: u64,
    pub(crate) privileged: u64,
    pub(crate) privileged_without: u64,
    /// How many of a hundred are protected, with one place; nothing where there is nobody.
    pub(crate) percent: Option<String>,
    /// How wide each part of a bar is that is 720 wide: protected, excepted, not protected.
    pub(crate) parts: [u64; 3],
    /// The lists of the people behind the figures.
    pub(crate) hrefs: Hrefs,
}

/// Where the people behind a figure are listed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Hrefs {
    covered: String,
    excepted: String,
    uncovered: String,
    privileged: String,
}

/// One organisation below.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BelowView {
    pub(crate) organisation: OrganisationView,
    pub(crate) figures: FiguresView,
}

/// Somebody who is not protected.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct UncoveredView {
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) organisation: String,
    /// `sign-in`, `set-up` or `more-time`: what they do next.
    pub(crate) next: &'static str,
    pub(crate) signed_in: Option<String>,
    pub(crate) see: String,
}

const WIDTH: u64 = 720;

/// `GET /admin/coverage`
pub(crate) async fn all(person: Person) -> Result<Page, PageError> {
    let facts = see_coverage(person.app(), &person.op, None).await?;
    page(&person, facts).await
}

/// `GET /admin/coverage/{code}`
pub(crate) async fn one(person: Person, Segment(code): Segment<OdsCode>) -> Result<Page, PageError> {
    let facts = see_coverage(person.app(), &person.op, Some(&code)).await?;
    page(&person, facts).await
}

/// `POST /admin/coverage/{code}/remind`
pub(crate) async fn remind(
    person: Person,
    Segment(code): Segment<OdsCode>,
    _form: Checked,
) -> Result<Answer, PageError> {
    let notice = match remind_people(person.app(), &person.op, &code).await {
        Ok(Reminded::Sent(_)) => Notice::PeopleReminded,
        Ok(Reminded::NotAgain) => Notice::PeopleRemindedBefore,
        Ok(Reminded::Nobody) => Notice::NobodyToRemind,
        Err(error) => {
            let facts = see_coverage(person.app(), &person.op, Some(&code)).await?;
            return Ok(page(&person, facts).await?.refused(error)?.into());
        }
    };
    Ok(Goto::to(routes::admin_coverage(code.as_str())).notice(notice).into())
}

async fn page(person: &Person, facts: CoverageFacts) -> Result<Page, PageError> {
    let organisation = facts.organisation.as_ref().map(|(own, _)| own.ods_code.to_string()).unwrap_or_default();
    let filter = PeopleFilter { cover: Some(Cover::Uncovered), ..PeopleFilter::default() };
    let search = SearchFor { text: String::new(), organisation, filter };
    let found = find_people(person.app(), &person.op, &search, None).await?;
    let remind = facts.organisation.as_ref().filter(|(own, _)| may_remind(&person.op, own));
    let remind = remind.map(|(own, _)| routes::admin_remind(own.ods_code.as_str()));
    let mut view = CoverageView::of(facts);
    view.remind = remind;
    view.more = found.next.is_some();
    view.uncovered = found.people.into_iter().map(UncoveredView::from).collect();
    Ok(Page::new("admin/coverage.html", person.admin_frame(), view))
}

impl CoverageView {
    pub(crate) fn of(facts: CoverageFacts) -> Self {
        let CoverageFacts { organisation, all, own, below, uncounted } = facts;
        let (organisation, above) = organisation.map_or((None, Vec::new()), |(own, above)| (Some(own), above));
        let code = organisation.as_ref().map(|own| own.ods_code.to_string()).unwrap_or_default();
        let own = own.filter(|own| own.people != all.people).map(|own| FiguresView::of(&own, &code));
        Self {
            organisation: organisation.as_ref().map(OrganisationView::from),
            above: above.iter().map(OrganisationView::from).collect(),
            figures: FiguresView::of(&all, &code),
            own,
            below: below.into_iter().map(BelowView::from).collect(),
            uncovered: Vec::new(),
            more: false,
            uncounted,
            remind: None,
        }
    }
}

impl From<&Organisation> for OrganisationView {
    fn from(organisation: &Organisation) -> Self {
        Self {
            name: organisation.name.clone(),
            code: organisation.ods_code.to_string(),
            kind: capital(organisation.kind.words()),
            href: routes::admin_coverage(organisation.ods_code.as_str()),
        }
    }
}

impl From<OrganisationCoverage> for BelowView {
    fn from(row: OrganisationCoverage) -> Self {
        Self {
            figures: FiguresView::of(&row.coverage, &row.ods_code),
            organisation: OrganisationView {
                href: routes::admin_coverage(&row.ods_code),
                name: row.name,
                code: row.ods_code,
                kind: capital(row.kind.words()),
            },
        }
    }
}

impl From<FoundPerson> for UncoveredView {
    fn from(person: FoundPerson) -> Self {
        let next = match (person.mfa, person.last_signed_in_at) {
            (Some(MfaStatus::Postponed), _) => "more-time",
            (_, None) => "sign-in",
            (_, Some(_)) => "set-up",
        };
        Self {
            name: person.display_name,
            address: person.address,
            organisation: format!("{} ({})", person.organisation, person.ods_code),
            next,
            signed_in: person.last_signed_in_at.map(moment),
            see: routes::admin_account(person.id),
        }
    }
}

impl FiguresView {
    pub(crate) fn of(coverage: &Coverage, code: &str) -> Self {
        let &Coverage {
            people,
            covered,
            phishing_resistant,
            excepted,
            uncovered,
            postponed,
            never_signed_in: _,
            privileged,
            privileged_without,
        } = coverage;
        Self {
            people,
            covered,
            phishing_resistant,
            excepted,
            uncovered,
            postponed,
            privileged,
            privileged_without,
            percent: coverage.per_mille().map(percent),
            parts: parts([covered, excepted, uncovered]),
            hrefs: Hrefs::of(code),
        }
    }
}

/// As `98.7`, and a whole number without its place.
fn percent(per_mille: u64) -> String {
    match (per_mille / 10, per_mille % 10) {
        (whole, 0) => whole.to_string(),
        (whole, tenth) => format!("{whole}.{tenth}"),
    }
}

/// How wide each part is. What is there is seen: nobody's part is narrower than two.
fn parts(numbers: [u64; 3]) -> [u64; 3] {
    let all = numbers.iter().sum::<u64>().max(1);
    let mut parts = numbers.map(|number| if number == 0 { 0 } else { (number * WIDTH / all).max(2) });
    let over = parts.iter().sum::<u64>().saturating_sub(WIDTH);
    if let Some(widest) = parts.iter_mut().max() {
        *widest -= over;
    }
    parts
}

impl Hrefs {
    fn of(code: &str) -> Self {
        let people = Search { organisation: code.to_owned(), ..Search::default() };
        let cover = |cover: &str| Search { cover: cover.to_owned(), ..people.clone() }.href(None);
        Self {
            covered: cover("yes"),
            excepted: cover("excepted"),
            uncovered: cover("no"),
            privileged: Search { role: "privileged".to_owned(), status: "active".to_owned(), ..people }.href(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_wide_as_the_chart_and_hides_nobody() {
        for numbers in [[1, 1, 1], [100_000, 0, 1], [0, 0, 5], [7, 1, 100_000], [719, 1, 1]] {
            let parts = parts(numbers);
            assert!(
                parts.iter().sum::<u64>() <= WIDTH && parts.iter().sum::<u64>() >= WIDTH - 3,
                "{numbers:?} {parts:?}"
            );
            assert!(
                numbers.iter().zip(parts).all(|(number, part)| (*number == 0) == (part == 0)),
                "{numbers:?} {parts:?}"
            );
        }
        assert_eq!(parts([0, 0, 0]), [0, 0, 0]);
    }

    #[test]
    fn a_share_has_one_place() {
        assert_eq!([percent(1_000), percent(987), percent(990), percent(0)], ["100", "98.7", "99", "0"]);
    }
}
