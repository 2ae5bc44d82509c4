//! The case of a compromised account: what to do next, and what was done [CMP-3].

use axum::extract::Path;
use serde::Serialize;
use wardkey_domain::access::Hold;
use wardkey_domain::access::compromise::{CaseDeed, CaseStanding, Point, Tick};
use wardkey_domain::factor::definition;
use wardkey_domain::id::CaseId;
use wardkey_domain::permission::Action;
use wardkey_usecases::access::{
    self, CaseFacts, QuarantinedFactor, StoredCaseDeed, decide_factor, see_case, tick_point,
};
use wardkey_usecases::credential::HeldCredential;
use wardkey_usecases::signin::{Destination, PortalPage};

use crate::error::{OrFreshFactor, PageError};
use crate::form::Checked;
use crate::goto::Goto;
use crate::notice::Notice;
use crate::page::Page;
use crate::person::Person;
use crate::routes;
use crate::view::{NumberView, moment};

#[derive(Clone, Debug, Serialize)]
pub(crate) struct CaseView {
    pub(crate) number: String,
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) organisation: String,
    /// The page of the account.
    pub(crate) account: String,
    pub(crate) opened: String,
    pub(crate) suspected_since: String,
    /// When the account was given back, if it was.
    pub(crate) restored: Option<String>,
    /// Whether the account is of a kind with which software signs in: it is not given back.
    pub(crate) is_application: bool,
    pub(crate) points: Vec<PointView>,
    /// Factors that were quarantined.
    pub(crate) factors: Vec<FactorView>,
    /// Factors that the person can use.
    pub(crate) own: Vec<OwnView>,
    /// Whether each point is done.
    pub(crate) complete: bool,
    /// Whether the person may work on it.
    pub(crate) may_work: bool,
    /// Where the account is given back, for whoever may.
    pub(crate) restore: Option<String>,
    /// Where it is marked again, for whoever may.
    pub(crate) mark_again: Option<String>,
    pub(crate) pin: PinView,
    pub(crate) deeds: Vec<DeedRow>,
}

/// A point of the check-list.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PointView {
    /// Its word; the template has the sentences.
    pub(crate) word: &'static str,
    /// Who did it, and when.
    pub(crate) done: Option<DoneView>,
    /// Whether it is to be done next.
    pub(crate) is_next: bool,
    /// Where it is ticked, if somebody says that it is done.
    pub(crate) action: Option<String>,
}

/// Who has done something, and when.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct DoneView {
    pub(crate) at: String,
    /// Nothing for an operator at the command line.
    pub(crate) by: Option<String>,
}

/// A quarantined factor.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FactorView {
    pub(crate) label: String,
    pub(crate) kind: &'static str,
    pub(crate) number: Option<NumberView>,
    pub(crate) added: String,
    pub(crate) last_used: Option<String>,
    /// `kept` or `removed`.
    pub(crate) verdict: Option<&'static str>,
    pub(crate) decided: Option<DoneView>,
    pub(crate) action: String,
}

/// A factor that the person can use.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OwnView {
    pub(crate) label: String,
    pub(crate) kind: &'static str,
    pub(crate) added: String,
}

/// How the pin stands.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PinView {
    /// `none`, `pinned` or `asked`.
    pub(crate) standing: &'static str,
    /// Who has asked, and until when it can be confirmed.
    pub(crate) asked_by: Option<String>,
    pub(crate) until: Option<String>,
    /// Whether the person who looks has asked.
    pub(crate) is_own: bool,
    /// Where it is lifted, for whoever may.
    pub(crate) href: Option<String>,
}

/// Something that was done.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct DeedRow {
    pub(crate) at: String,
    pub(crate) by: Option<String>,
    /// Its word; the template has the sentences.
    pub(crate) word: &'static str,
    /// The word of a point.
    pub(crate) point: Option<&'static str>,
    /// The name of a factor.
    pub(crate) factor: Option<String>,
    pub(crate) since: Option<String>,
    pub(crate) quarantined: Option<u32>,
    pub(crate) reason: Option<String>,
}

pub(super) const CASES: Destination = Destination::PortalPage(PortalPage::Cases);

/// `GET /admin/cases/{id}`
pub(crate) async fn see(person: Person, Path(id): Path<String>) -> Result<Page, PageError> {
    let facts = see_case(person.app(), &person.op, case_id(&id)?).await?;
    Ok(Page::new("admin/case.html", person.admin_frame(), CaseView::of(&facts)))
}

/// `POST /admin/cases/{id}/points/{point}`
pub(crate) async fn tick(
    person: Person,
    Path((id, point)): Path<(String, String)>,
    _form: Checked,
) -> Result<Goto, PageError> {
    let (id, point) = (case_id(&id)?, point.parse().map_err(|_| PageError::NotFound)?);
    tick_point(person.app(), &person.op, id, point).await.or_fresh_factor(CASES)?;
    Ok(Goto::to(routes::case(id)).notice(Notice::CasePointTicked))
}

/// `POST /admin/cases/{id}/factors/{factor}`
pub(crate) async fn decide(
    person: Person,
    Path((id, factor)): Path<(String, String)>,
    form: Checked,
) -> Result<Goto, PageError> {
    let (id, factor) = (case_id(&id)?, factor.parse().map_err(|_| PageError::NotFound)?);
    let verdict = form.text("verdict").parse().map_err(|_| PageError::BadRequest)?;
    decide_factor(person.app(), &person.op, id, factor, verdict).await.or_fresh_factor(CASES)?;
    Ok(Goto::to(routes::case(id)).notice(Notice::FactorDecided))
}

/// An address that names no case names no page either.
pub(super) fn case_id(text: &str) -> Result<CaseId, PageError> {
    text.parse().map_err(|_| PageError::NotFound)
}

impl CaseView {
    fn of(facts: &CaseFacts) -> Self {
        let (case, kind) = (&facts.case, facts.account.kind);
        let may = |action: Action| facts.permitted.contains(&action);
        let is_open = case.is_open();
        let next = case.next(kind).filter(|_| is_open);
        let points = Point::ALL.into_iter().filter(|point| point.is_needed(kind));
        let complete = next.is_none();
        let is_application = !kind.may_sign_in() && kind.may_have_password();
        let may_restore = is_open && complete && !is_application && may(Action::RestoreAccount);
        Self {
            number: case.number.to_string(),
            name: facts.account.display_name.clone(),
            address: facts.account.address.to_string(),
            organisation: facts.organisation.clone(),
            account: routes::admin_account(case.account),
            opened: moment(case.opened_at),
            suspected_since: moment(case.suspected_since),
            restored: match case.standing {
                CaseStanding::Open => None,
                CaseStanding::Restored { at, .. } => Some(moment(at)),
            },
            is_application,
            points: points.map(|point| PointView::of(facts, point, next)).collect(),
            factors: facts.quarantined.iter().map(|factor| FactorView::of(case.id, factor)).collect(),
            own: facts.own.iter().map(OwnView::from).collect(),
            complete,
            may_work: is_open && may(Action::WorkOnCase),
            restore: may_restore.then(|| routes::case_restore(case.id)),
            mark_again: (is_open && may(Action::MarkCompromised)).then(|| routes::admin_compromise(case.account)),
            pin: PinView::of(facts),
            deeds: facts.deeds.iter().map(|deed| DeedRow::of(deed, &facts.quarantined)).collect(),
        }
    }
}

impl PointView {
    fn of(facts: &CaseFacts, point: Point, next: Option<Point>) -> Self {
        let done = facts.case.check_list.tick(point);
        let may_tick = facts.case.is_open() && facts.permitted.contains(&Action::WorkOnCase) && point.is_said();
        Self {
            word: point.as_str(),
            done: done.map(|tick| done_by(facts, tick)),
            is_next: next == Some(point),
            action: (may_tick && done.is_none()).then(|| routes::case_point(facts.case.id, point.as_str())),
        }
    }
}

fn done_by(facts: &CaseFacts, tick: Tick) -> DoneView {
    let by = facts.names.iter().find(|(account, _)| Some(*account) == tick.by).map(|(_, name)| name.clone());
    DoneView { at: moment(tick.at), by }
}

impl FactorView {
    fn of(case: CaseId, factor: &QuarantinedFactor) -> Self {
        let credential = &factor.held.credential;
        Self {
            label: credential.label.to_string(),
            kind: definition(credential.kind).name,
            number: factor.held.masked.as_deref().map(NumberView::of),
            added: moment(credential.created_at),
            last_used: credential.last_used_at.map(moment),
            verdict: factor.decided.as_ref().map(|(verdict, ..)| verdict.as_str()),
            decided: factor.decided.as_ref().map(|(_, at, by)| DoneView { at: moment(*at), by: by.clone() }),
            action: routes::case_factor(case, credential.id),
        }
    }
}

impl From<&HeldCredential> for OwnView {
    fn from(held: &HeldCredential) -> Self {
        let credential = &held.credential;
        Self {
            label: credential.label.to_string(),
            kind: definition(credential.kind).name,
            added: moment(credential.created_at),
        }
    }
}

impl PinView {
    fn of(facts: &CaseFacts) -> Self {
        let is_pinned = facts.held.is_some_and(|held| held.hold == Hold::Pinned && held.case == facts.case.id);
        let lift = facts.lift.as_ref().filter(|_| is_pinned);
        let standing = match (is_pinned, lift) {
            (false, _) => "none",
            (true, None) => "pinned",
            (true, Some(_)) => "asked",
        };
        let may_lift = is_pinned && facts.permitted.contains(&Action::LiftPin);
        Self {
            standing,
            asked_by: lift.map(|lift| lift.asked_by.clone()),
            until: lift.map(|lift| moment(lift.expires_at)),
            is_own: lift.is_some_and(|lift| lift.is_own),
            href: may_lift.then(|| routes::case_lift(facts.case.id)),
        }
    }
}

impl DeedRow {
    fn of(stored: &StoredCaseDeed, factors: &[access::QuarantinedFactor]) -> Self {
        let row = Self {
            at: moment(stored.at),
            by: stored.by.clone(),
            word: "",
            point: None,
            factor: None,
            since: None,
            quarantined: None,
            reason: stored.reason.clone(),
        };
        match stored.deed {
            CaseDeed::Marked { since, quarantined } => {
                Self { word: "marked", since: Some(moment(since)), quarantined: Some(quarantined), ..row }
            }
            CaseDeed::Ticked { point } => Self { word: "ticked", point: Some(point.as_str()), ..row },
            CaseDeed::Decided { credential, verdict } => {
                let factor = factors.iter().find(|factor| factor.held.credential.id == credential);
                let factor = factor.map(|factor| factor.held.credential.label.to_string());
                Self { word: verdict.as_str(), factor, ..row }
            }
            CaseDeed::Restored => Self { word: "restored", ..row },
            CaseDeed::LiftAsked => Self { word: "lift_asked", ..row },
            CaseDeed::Lifted => Self { word: "lifted", ..row },
        }
    }
}
