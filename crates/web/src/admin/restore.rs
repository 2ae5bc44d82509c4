//! Giving a compromised account back to its owner [CMP-3].

use axum::extract::Path;
use serde::Serialize;
use wardkey_domain::access::compromise::CaseStanding;
use wardkey_domain::id::CaseId;
use wardkey_domain::permission::Action;
use wardkey_usecases::access::{self, CaseFacts, GivenBack, Restored, see_case};
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

/// The page that asks why.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RestoreView {
    pub(crate) number: String,
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) action: String,
    pub(crate) back: String,
    /// `password`, `activation` or `nothing`: what the person will be given.
    pub(crate) given: &'static str,
    /// Whether each point of the check-list is done.
    pub(crate) complete: bool,
    /// The reason that was typed.
    pub(crate) reason: String,
}

/// The page that shows how the owner gets in, once.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RestoredView {
    pub(crate) name: String,
    pub(crate) address: String,
    /// `password` or `activation`.
    pub(crate) given: &'static str,
    pub(crate) secret: String,
    pub(crate) back: String,
}

/// `GET /admin/cases/{id}/restore`
pub(crate) async fn form(person: Person, Path(id): Path<String>) -> Result<Answer, PageError> {
    let facts = permitted(&person, case_id(&id)?).await?;
    if facts.case.standing != CaseStanding::Open {
        return Ok(Goto::to(routes::case(facts.case.id)).into());
    }
    Ok(question(&person, &facts, "").into())
}

/// `POST /admin/cases/{id}/restore`
pub(crate) async fn restore(person: Person, Path(id): Path<String>, form: Checked) -> Result<Answer, PageError> {
    let facts = permitted(&person, case_id(&id)?).await?;
    let reason = form.text("reason");
    match access::restore(person.app(), &person.op, facts.case.id, reason).await {
        Ok(restored) => Ok(shown(&person, facts.case.id, &restored)),
        Err(error) => Ok(question(&person, &facts, reason).refused(error)?.into()),
    }
}

async fn permitted(person: &Person, id: CaseId) -> Result<CaseFacts, PageError> {
    let facts = see_case(person.app(), &person.op, id).await?;
    let asked = account_to_change(person.app(), &person.op, Action::RestoreAccount, facts.case.account).await;
    asked.or_fresh_factor(CASES)?;
    Ok(facts)
}

fn question(person: &Person, facts: &CaseFacts, reason: &str) -> Page {
    let kind = facts.account.kind;
    let view = RestoreView {
        number: facts.case.number.to_string(),
        name: facts.account.display_name.clone(),
        address: facts.account.address.to_string(),
        action: routes::case_restore(facts.case.id),
        back: routes::case(facts.case.id),
        given: match (kind.may_sign_in(), facts.own.is_empty()) {
            (false, _) => "nothing",
            (true, false) => "password",
            (true, true) => "activation",
        },
        complete: facts.case.next(kind).is_none(),
        reason: reason.to_owned(),
    };
    Page::new("admin/restore.html", person.admin_frame(), view)
}

fn shown(person: &Person, case: CaseId, restored: &Restored) -> Answer {
    let (given, secret) = match &restored.given {
        GivenBack::Password(secret) => ("password", secret),
        GivenBack::Activation(secret) => ("activation", secret),
        GivenBack::Nothing => return Goto::to(routes::case(case)).notice(Notice::AccountRestored).into(),
    };
    let view = RestoredView {
        name: restored.account.display_name.clone(),
        address: restored.account.address.to_string(),
        given,
        secret: secret.expose().clone(),
        back: routes::case(case),
    };
    Page::new("admin/restored.html", person.admin_frame(), view).into()
}
