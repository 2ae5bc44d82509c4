//! Lifting the pin of an account that was given back: one person asks, another confirms [CMP-2].

use axum::extract::Path;
use serde::Serialize;
use wardkey_domain::id::CaseId;
use wardkey_domain::permission::Action;
use wardkey_usecases::access::{CaseFacts, ask_to_lift_pin, lift_pin, see_case};
use wardkey_usecases::directory::account_to_change;

use super::case::{CASES, case_id};
use crate::drawn::Answer;
use crate::error::{OrFreshFactor, PageError};
use crate::form::Checked;
use crate::goto::Goto;
use crate::notice::Notice;
use crate::page::Page;
use crate::person::Person;
use crate::routes;
use crate::view::moment;

/// The page that asks, or that asks whether to confirm.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct LiftView {
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) action: String,
    pub(crate) back: String,
    /// `ask`, `confirm` or `wait`.
    pub(crate) step: &'static str,
    pub(crate) asked_by: Option<String>,
    pub(crate) asked_at: Option<String>,
    pub(crate) until: Option<String>,
    /// The reason that was typed.
    pub(crate) reason: String,
}

/// `GET /admin/cases/{id}/lift`
pub(crate) async fn form(person: Person, Path(id): Path<String>) -> Result<Page, PageError> {
    let facts = permitted(&person, case_id(&id)?).await?;
    Ok(page(&person, &facts, ""))
}

/// `POST /admin/cases/{id}/lift`
pub(crate) async fn lift(person: Person, Path(id): Path<String>, form: Checked) -> Result<Answer, PageError> {
    let facts = permitted(&person, case_id(&id)?).await?;
    let (app, op, account, reason) = (person.app(), &person.op, facts.case.account, form.text("reason"));
    let (done, notice) = match form.text("step") {
        "ask" => (ask_to_lift_pin(app, op, account, reason).await, Notice::PinLiftAsked),
        "confirm" => (lift_pin(app, op, account, reason).await, Notice::PinLifted),
        _ => return Err(PageError::BadRequest),
    };
    match done {
        Ok(()) => Ok(Goto::to(routes::case(facts.case.id)).notice(notice).into()),
        Err(error) => {
            // As it stands now: somebody else may have been faster.
            let facts = permitted(&person, facts.case.id).await?;
            Ok(page(&person, &facts, reason).refused(error)?.into())
        }
    }
}

async fn permitted(person: &Person, id: CaseId) -> Result<CaseFacts, PageError> {
    let facts = see_case(person.app(), &person.op, id).await?;
    let asked = account_to_change(person.app(), &person.op, Action::LiftPin, facts.case.account).await;
    asked.or_fresh_factor(CASES)?;
    Ok(facts)
}

fn page(person: &Person, facts: &CaseFacts, reason: &str) -> Page {
    let lift = facts.lift.as_ref();
    let view = LiftView {
        name: facts.account.display_name.clone(),
        address: facts.account.address.to_string(),
        action: routes::case_lift(facts.case.id),
        back: routes::case(facts.case.id),
        step: match lift {
            None => "ask",
            Some(lift) if lift.is_own => "wait",
            Some(_) => "confirm",
        },
        asked_by: lift.map(|lift| lift.asked_by.clone()),
        asked_at: lift.map(|lift| moment(lift.asked_at)),
        until: lift.map(|lift| moment(lift.expires_at)),
        reason: reason.to_owned(),
    };
    Page::new("admin/lift.html", person.admin_frame(), view)
}
