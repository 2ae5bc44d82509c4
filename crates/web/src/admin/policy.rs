//! Policies: what is in force, changing and publishing it, and what was before.

use axum::extract::Path;
use http::StatusCode;
use serde::Serialize;
use wardkey_domain::access::{Baseline, DiffLine, FirstFactorWhere, PolicyDocument, SkipWhere};
use wardkey_domain::factor::definition;
use wardkey_domain::permission::{Action, Extent};
use wardkey_domain::time::Timestamp;
use wardkey_usecases::access::{
    Draft, PolicyHistory, Publication, ReplayState, StoredReplay, check_policies, confirm_policies, list_replays,
    policy_history, policy_text, publish_policies, roll_back_policies,
};
use wardkey_usecases::signin::{Destination, PortalPage};

use super::policy_words::{PolicyRow, people, row};
use crate::drawn::Answer;
use crate::error::{OrFreshFactor, PageError};
use crate::form::Checked;
use crate::goto::Goto;
use crate::notice::Notice;
use crate::page::Page;
use crate::person::Person;
use crate::routes;
use crate::view::{moment, written_day};

/// The page that shows what is in force.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PoliciesView {
    /// Whether the person may change it.
    pub(crate) may_manage: bool,
    /// The number of the set in force; nothing where none was published.
    pub(crate) version: Option<i64>,
    /// Until when it waits to be confirmed, if it does.
    pub(crate) confirm_by: Option<String>,
    /// Whether the session that looks began after they were published, and may confirm them.
    pub(crate) is_fresh: bool,
    pub(crate) policies: Vec<PolicyRow>,
    pub(crate) baselines: Vec<BaselineRow>,
    pub(crate) default_on: String,
    pub(crate) skips_at_work: bool,
    pub(crate) registers_at_work: bool,
    pub(crate) break_glass: Vec<String>,
    pub(crate) sets: Vec<SetRow>,
    pub(crate) replays: Vec<ReplayRow>,
}

/// A replay that somebody has asked for.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ReplayRow {
    pub(crate) id: String,
    pub(crate) at: String,
    /// `waiting`, `finished` or `failed`.
    pub(crate) state: &'static str,
}

/// The baseline of a group or an organisation.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BaselineRow {
    /// Whose, in words.
    pub(crate) of: String,
    pub(crate) named_location: bool,
    /// For how long a browser is remembered, if it is.
    pub(crate) remember: Option<String>,
}

/// A set that was published.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SetRow {
    pub(crate) version: i64,
    pub(crate) at: String,
    pub(crate) by: Option<String>,
    pub(crate) reason: String,
    /// `in-force`, `waits`, `replaced`, `rolled-back` or `lapsed`.
    pub(crate) state: &'static str,
}

/// The page on which the text is changed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct EditView {
    pub(crate) text: String,
}

/// The page that shows what publishing would come to.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CheckView {
    pub(crate) text: String,
    /// The number of the set that it would replace; empty for none.
    pub(crate) base: String,
    pub(crate) problems: Vec<String>,
    pub(crate) lines: Vec<LineView>,
    pub(crate) changes: usize,
    pub(crate) can_be_replayed: bool,
    pub(crate) reason: String,
}

/// One line of what would change.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct LineView {
    /// `same`, `added` or `removed`.
    pub(crate) what: &'static str,
    pub(crate) text: String,
}

const HERE: Destination = Destination::PortalPage(PortalPage::Admin);
/// How many lines that are the same are shown before and after one that is not.
const AROUND: usize = 3;

/// `GET /admin/policies`
pub(crate) async fn see(person: Person) -> Result<Page, PageError> {
    let history = policy_history(person.app(), &person.op).await?;
    overview(&person, &history).await
}

async fn overview(person: &Person, history: &PolicyHistory) -> Result<Page, PageError> {
    let may_manage = person.op.extent(Action::ManagePolicies) == Extent::Everything;
    let mut view = PoliciesView::of(history, may_manage, person.op.now);
    let began = person.authenticated.session.facts().started_at;
    view.is_fresh = history.in_force.set.as_ref().is_some_and(|set| began > set.published_at);
    if may_manage {
        let replays = list_replays(person.app(), &person.op).await?;
        view.replays = replays.iter().map(ReplayRow::of).collect();
    }
    Ok(Page::new("admin/policies.html", person.admin_frame(), view))
}

/// `GET /admin/policies/edit`
pub(crate) async fn edit_form(person: Person) -> Result<Page, PageError> {
    may_manage(&person)?;
    let text = policy_text(person.app(), &person.op, None).await?;
    Ok(edit(&person, text))
}

/// `GET /admin/policies/edit/{version}`: an older set, to be published again.
pub(crate) async fn edit_older(person: Person, Path(version): Path<i64>) -> Result<Page, PageError> {
    may_manage(&person)?;
    let text = policy_text(person.app(), &person.op, Some(version)).await?;
    Ok(edit(&person, text))
}

/// `POST /admin/policies/check`: shows what publishing would come to, or goes back to the text.
pub(crate) async fn check(person: Person, form: Checked) -> Result<Page, PageError> {
    let text = form.text("text");
    if form.text("do") == "change" {
        may_manage(&person)?;
        return Ok(edit(&person, text.to_owned()));
    }
    let draft = check_policies(person.app(), &person.op, text).await?;
    Ok(checked(&person, &draft, ""))
}

/// `POST /admin/policies/publish`
pub(crate) async fn publish(person: Person, form: Checked) -> Result<Answer, PageError> {
    let (app, op) = (person.app(), &person.op);
    let (text, reason) = (form.text("text"), form.text("reason"));
    let base = match form.text("base") {
        "" => None,
        number => Some(number.parse().map_err(|_| PageError::NotFound)?),
    };
    match publish_policies(app, op, text, base, reason).await {
        Ok(Publication::Published(_)) => Ok(Goto::to(routes::ADMIN_POLICIES).notice(Notice::PoliciesPublished).into()),
        Ok(Publication::Refused(_)) => Ok(checked(&person, &check_policies(app, op, text).await?, reason).into()),
        Err(error @ (wardkey_usecases::Error::Invalid(_) | wardkey_usecases::Error::Conflict(_))) => {
            let draft = check_policies(app, op, text).await?;
            Ok(checked(&person, &draft, reason).refused(error)?.into())
        }
        Err(error) => Err(error).or_fresh_factor(HERE),
    }
}

/// `POST /admin/policies/{version}/confirm`
pub(crate) async fn confirm(person: Person, Path(version): Path<i64>, _form: Checked) -> Result<Answer, PageError> {
    answered(&person, confirm_policies(person.app(), &person.op, version).await, Notice::PoliciesConfirmed).await
}

/// `POST /admin/policies/{version}/take-back`
pub(crate) async fn take_back(person: Person, Path(version): Path<i64>, _form: Checked) -> Result<Answer, PageError> {
    answered(&person, roll_back_policies(person.app(), &person.op, version).await, Notice::PoliciesTakenBack).await
}

async fn answered(person: &Person, done: wardkey_usecases::Result<()>, notice: Notice) -> Result<Answer, PageError> {
    match done {
        Ok(()) => Ok(Goto::to(routes::ADMIN_POLICIES).notice(notice).into()),
        Err(error @ wardkey_usecases::Error::Conflict(_)) => {
            let history = policy_history(person.app(), &person.op).await?;
            Ok(overview(person, &history).await?.refused(error)?.into())
        }
        Err(error) => Err(error.into()),
    }
}

fn may_manage(person: &Person) -> Result<(), PageError> {
    match person.op.extent(Action::ManagePolicies) {
        Extent::Everything => Ok(()),
        Extent::Subtrees(_) | Extent::Nothing => Err(PageError::NotFound),
    }
}

fn edit(person: &Person, text: String) -> Page {
    Page::new("admin/policies-edit.html", person.admin_frame(), EditView { text })
}

pub(super) fn checked(person: &Person, draft: &Draft, reason: &str) -> Page {
    let page = Page::new("admin/policies-check.html", person.admin_frame(), CheckView::of(draft, reason));
    if draft.problems.is_empty() { page } else { page.status(StatusCode::UNPROCESSABLE_ENTITY) }
}

impl CheckView {
    fn of(draft: &Draft, reason: &str) -> Self {
        let is_change = |line: &DiffLine| !matches!(line, DiffLine::Same(_));
        let near = |place: usize| {
            let from = place.saturating_sub(AROUND);
            draft.diff.iter().skip(from).take(2 * AROUND + 1).any(is_change)
        };
        let shown = draft.diff.iter().enumerate().filter(|(place, _)| near(*place)).map(|(_, line)| match line {
            DiffLine::Same(text) => LineView { what: "same", text: text.clone() },
            DiffLine::Added(text) => LineView { what: "added", text: text.clone() },
            DiffLine::Removed(text) => LineView { what: "removed", text: text.clone() },
        });
        Self {
            text: draft.text.clone(),
            base: draft.base.map(|base| base.to_string()).unwrap_or_default(),
            problems: draft.problems.clone(),
            lines: shown.collect(),
            changes: draft.diff.iter().filter(|line| is_change(line)).count(),
            can_be_replayed: draft.can_be_replayed,
            reason: reason.to_owned(),
        }
    }
}

impl PoliciesView {
    fn of(history: &PolicyHistory, may_manage: bool, now: Timestamp) -> Self {
        let in_force = history.in_force.set.as_ref();
        let document: &PolicyDocument = &history.in_force.document;
        let rows = history.sets.iter().map(|set| SetRow {
            version: set.version,
            at: moment(set.published_at),
            by: set.published_by.and_then(|id| history.people.get(&id).cloned()),
            reason: set.reason.clone(),
            state: match (set.rolled_back_at, set.confirmed_at, set.confirm_by) {
                (Some(_), _, _) => "rolled-back",
                (None, Some(_), _) if in_force.is_some_and(|own| own.version == set.version) => "in-force",
                (None, Some(_), _) => "replaced",
                (None, None, Some(by)) if now < by => "waits",
                (None, None, _) => "lapsed",
            },
        });
        let waits = in_force.filter(|set| set.confirmed_at.is_none()).and_then(|set| set.confirm_by);
        let registration = &document.registration;
        Self {
            may_manage,
            version: in_force.map(|set| set.version),
            confirm_by: waits.map(moment),
            is_fresh: false,
            policies: document.policy.iter().map(|policy| row(policy, &history.in_force.names)).collect(),
            baselines: document
                .baseline
                .iter()
                .map(|own| BaselineRow {
                    of: people(&own.of),
                    named_location: own.is == Baseline::NamedLocation,
                    remember: own.remember.clone(),
                })
                .collect(),
            default_on: written_day(registration.default_on_from.as_deref().unwrap_or("2023-10-05")),
            skips_at_work: registration.skip == SkipWhere::NamedLocation,
            registers_at_work: registration.first == FirstFactorWhere::NamedLocationOrPass,
            break_glass: document.break_glass.clone(),
            sets: rows.collect(),
            replays: Vec::new(),
        }
    }
}

impl ReplayRow {
    fn of(replay: &StoredReplay) -> Self {
        Self {
            id: replay.id.to_string(),
            at: moment(replay.asked_at),
            state: match replay.state {
                ReplayState::Waiting => "waiting",
                ReplayState::Finished => "finished",
                ReplayState::Failed => "failed",
            },
        }
    }
}

/// The names of factors, for a sentence.
pub(super) fn factor_names(kinds: &[wardkey_domain::factor::FactorKind]) -> String {
    kinds.iter().map(|kind| definition(*kind).name.to_lowercase()).collect::<Vec<_>>().join(", ")
}
