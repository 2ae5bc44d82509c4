//! Giving somebody more time to register [ENR-6].

use axum::extract::Path;
use serde::Serialize;
use wardkey_domain::directory::Account;
use wardkey_domain::time::Timestamp;
use wardkey_usecases::access::{may_postpone, postpone_registration};
use wardkey_usecases::signin::{Destination, PortalPage};
use wardkey_usecases::{Error, Result as Answered, london};

use super::account::account_id;
use crate::drawn::Answer;
use crate::error::{OrFreshFactor, PageError};
use crate::form::Checked;
use crate::goto::Goto;
use crate::notice::Notice;
use crate::page::Page;
use crate::person::Person;
use crate::routes;

/// The page that asks for a day, and for the risk that is taken.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PostponeView {
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) action: String,
    pub(crate) back: String,
    pub(crate) day: String,
    pub(crate) month: String,
    pub(crate) year: String,
    /// The risk that was typed.
    pub(crate) reason: String,
}

const HERE: Destination = Destination::PortalPage(PortalPage::Admin);

/// `GET /admin/people/{id}/postpone`
pub(crate) async fn form(person: Person, Path(id): Path<String>) -> Result<Page, PageError> {
    let account = may_postpone(person.app(), &person.op, account_id(&id)?).await.or_fresh_factor(HERE)?;
    Ok(question(&person, &account, None))
}

/// `POST /admin/people/{id}/postpone`
pub(crate) async fn postpone(person: Person, Path(id): Path<String>, form: Checked) -> Result<Answer, PageError> {
    let account = may_postpone(person.app(), &person.op, account_id(&id)?).await.or_fresh_factor(HERE)?;
    let done = match ends_at(&form) {
        Ok(ends_at) => {
            let risk = form.text("reason");
            postpone_registration(person.app(), &person.op, account.id, risk, ends_at).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(_) => Ok(Goto::to(routes::admin_account(account.id)).notice(Notice::RegistrationPostponed).into()),
        Err(error) => Ok(question(&person, &account, Some(&form)).refused(error)?.into()),
    }
}

/// The beginning of the day that was typed, in London.
fn ends_at(form: &Checked) -> Answered<Timestamp> {
    let day = [form.text("day"), form.text("month"), form.text("year")];
    let wrong =
        || Error::invalid("date", "Enter the day on which they set it up at the latest, for example 23 11 2026");
    london(day, "0:00").ok_or_else(wrong)
}

fn question(person: &Person, account: &Account, form: Option<&Checked>) -> Page {
    let text = |field: &str| form.map_or_else(String::new, |form| form.text(field).to_owned());
    let view = PostponeView {
        name: account.display_name.clone(),
        address: account.address.to_string(),
        action: routes::admin_postpone(account.id),
        back: routes::admin_account(account.id),
        day: text("day"),
        month: text("month"),
        year: text("year"),
        reason: text("reason"),
    };
    Page::new("admin/postpone.html", person.admin_frame(), view)
}
