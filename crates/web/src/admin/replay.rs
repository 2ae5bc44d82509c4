//! Replaying the last thirty days under a draft of policies.

use axum::extract::Path;
use serde::{Deserialize, Serialize};
use wardkey_domain::access::history::Changes;
use wardkey_domain::id::ReplayId;
use wardkey_usecases::access::{
    AffectedPerson, Asked, FoundByReplay, ReplayState, SeenReplay, ask_replay, check_policies, experience, see_replay,
};

use super::policy::checked;
use crate::address::Params;
use crate::drawn::Answer;
use crate::error::PageError;
use crate::form::Checked;
use crate::goto::Goto;
use crate::page::Page;
use crate::person::Person;
use crate::routes;
use crate::view::moment;

/// The page of a replay.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ReplayView {
    pub(crate) id: String,
    pub(crate) asked_by: Option<String>,
    pub(crate) asked_at: String,
    pub(crate) since: String,
    pub(crate) sign_ins: u64,
    pub(crate) done: u64,
    /// `waiting`, `finished` or `failed`.
    pub(crate) state: &'static str,
    pub(crate) text: String,
    pub(crate) found: Option<FoundView>,
}

/// What it has found.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FoundView {
    pub(crate) sign_ins: u64,
    pub(crate) people: u64,
    pub(crate) totals: Changes,
    pub(crate) harder: u64,
    pub(crate) organisations: Vec<ChangedView>,
    /// How many more organisations there are.
    pub(crate) more_organisations: usize,
    pub(crate) applications: Vec<ChangedView>,
    pub(crate) affected: Vec<AffectedView>,
    pub(crate) affected_count: u64,
    /// Where the next lines are.
    pub(crate) next: Option<String>,
    pub(crate) previous: Option<String>,
}

/// One organisation or application.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ChangedView {
    pub(crate) name: String,
    pub(crate) people: u64,
    pub(crate) changes: Changes,
}

/// One person.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct AffectedView {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) organisation: String,
    pub(crate) application: Option<String>,
    pub(crate) worst: &'static str,
    pub(crate) words: &'static str,
    pub(crate) sign_ins: u32,
}

/// What stands in the address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct From {
    from: usize,
}

/// How many people are on a page.
const PAGE: usize = 50;
/// How many organisations are named.
const ORGANISATIONS: usize = 50;

/// `POST /admin/policies/replays`
pub(crate) async fn ask(person: Person, form: Checked) -> Result<Answer, PageError> {
    let (app, op) = (person.app(), &person.op);
    let text = form.text("text");
    match ask_replay(app, op, text).await {
        Ok(Asked::Waits(id)) => Ok(Goto::to(format!("{}/{id}", routes::ADMIN_REPLAYS)).into()),
        Ok(Asked::Refused(_)) => Ok(checked(&person, &check_policies(app, op, text).await?, "").into()),
        Err(error @ wardkey_usecases::Error::Conflict(_)) => {
            Ok(checked(&person, &check_policies(app, op, text).await?, "").refused(error)?.into())
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /admin/policies/replays/{replay}`
pub(crate) async fn see(
    person: Person,
    Path(id): Path<ReplayId>,
    Params(asked): Params<From>,
) -> Result<Page, PageError> {
    let seen = see_replay(person.app(), &person.op, id).await?;
    Ok(Page::new("admin/policy-replay.html", person.admin_frame(), ReplayView::of(seen, asked.from)))
}

impl ReplayView {
    pub(crate) fn of(seen: SeenReplay, from: usize) -> Self {
        let SeenReplay { replay, asked_by, found } = seen;
        Self {
            asked_by,
            asked_at: moment(replay.asked_at),
            since: moment(replay.since),
            sign_ins: replay.sign_ins,
            done: replay.done,
            state: match replay.state {
                ReplayState::Waiting => "waiting",
                ReplayState::Finished => "finished",
                ReplayState::Failed => "failed",
            },
            text: replay.document,
            found: found.map(|found| FoundView::of(found, from, &format!("{}/{}", routes::ADMIN_REPLAYS, replay.id))),
            id: replay.id.to_string(),
        }
    }
}

impl FoundView {
    fn of(found: FoundByReplay, from: usize, here: &str) -> Self {
        let listed = found.affected.len();
        let page = |from: usize| format!("{here}?from={from}#people");
        let changed = |(name, people, changes)| ChangedView { name, people, changes };
        let more_organisations = found.organisations.len().saturating_sub(ORGANISATIONS);
        Self {
            sign_ins: found.sign_ins,
            people: found.people,
            totals: found.totals,
            harder: found.totals.harder(),
            organisations: found.organisations.into_iter().take(ORGANISATIONS).map(changed).collect(),
            more_organisations,
            applications: found
                .applications
                .into_iter()
                .map(|(name, people, changes)| changed((name.unwrap_or_else(|| "Wardkey".to_owned()), people, changes)))
                .collect(),
            affected: found.affected.into_iter().skip(from).take(PAGE).map(AffectedView::of).collect(),
            affected_count: found.affected_count,
            next: (from + PAGE < listed).then(|| page(from + PAGE)),
            previous: (from > 0).then(|| page(from.saturating_sub(PAGE))),
        }
    }
}

impl AffectedView {
    fn of(person: AffectedPerson) -> Self {
        Self {
            href: format!("{}/{}", routes::ADMIN_PEOPLE, person.of.account),
            name: person.display_name,
            organisation: person.organisation,
            application: person.application,
            worst: person.of.worst.as_str(),
            words: experience(person.of.worst),
            sign_ins: person.of.sign_ins,
        }
    }
}
