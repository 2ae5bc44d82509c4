//! Marking an account as compromised [CMP-1].

use axum::extract::Path;
use serde::Serialize;
use wardkey_domain::access::Hold;
use wardkey_domain::access::compromise::SUSPECTED_FOR;
use wardkey_domain::directory::Account;
use wardkey_domain::time::Timestamp;
use wardkey_usecases::access::{HeldFacts, Marking, account_to_mark, mark_compromised, next_marking};
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
use crate::view::{time_of_day, today};

/// The page that says what will happen, and asks since when and why.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CompromiseView {
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) action: String,
    pub(crate) back: String,
    /// What the marking will be called, so that a form that is sent twice marks once.
    pub(crate) marking: String,
    /// What the case is called that is open already.
    pub(crate) case: Option<String>,
    /// Whether somebody signs in with the account.
    pub(crate) signs_in: bool,
    pub(crate) day: String,
    pub(crate) month: String,
    pub(crate) year: String,
    pub(crate) time: String,
    /// The reason that was typed.
    pub(crate) reason: String,
}

const HERE: Destination = Destination::PortalPage(PortalPage::Admin);

/// `GET /admin/people/{id}/compromise`
pub(crate) async fn form(person: Person, Path(id): Path<String>) -> Result<Page, PageError> {
    let (account, held) = account_to_mark(person.app(), &person.op, account_id(&id)?).await.or_fresh_factor(HERE)?;
    let since = person.op.now.minus(SUSPECTED_FOR);
    let [day, month, year] = today(since);
    let view = CompromiseView {
        marking: next_marking(person.app(), &person.op).to_string(),
        day,
        month,
        year,
        time: time_of_day(since),
        ..empty(&account, held)
    };
    Ok(page(&person, view))
}

/// `POST /admin/people/{id}/compromise`
pub(crate) async fn mark(person: Person, Path(id): Path<String>, form: Checked) -> Result<Answer, PageError> {
    let id = account_id(&id)?;
    let (account, held) = account_to_mark(person.app(), &person.op, id).await.or_fresh_factor(HERE)?;
    let marking = form.text("marking").parse().map_err(|_| PageError::NotFound)?;
    let marked = match since(&form) {
        Ok(since) => {
            let marking = Marking { id: marking, since: Some(since), why: form.text("reason") };
            mark_compromised(person.app(), &person.op, id, marking).await
        }
        Err(error) => Err(error),
    };
    match marked {
        Ok(marked) => Ok(Goto::to(routes::case(marked.case)).notice(Notice::AccountCompromised).into()),
        Err(error) => {
            let text = |field: &str| form.text(field).to_owned();
            let view = CompromiseView {
                marking: text("marking"),
                day: text("day"),
                month: text("month"),
                year: text("year"),
                time: text("time"),
                reason: text("reason"),
                ..empty(&account, held)
            };
            Ok(page(&person, view).refused(error)?.into())
        }
    }
}

fn since(form: &Checked) -> Answered<Timestamp> {
    let day = [form.text("day"), form.text("month"), form.text("year")];
    let wrong = "Enter the day and the time from when on somebody else may have had it, for example 23 11 2026, 9:00";
    london(day, form.text("time")).ok_or_else(|| Error::invalid("date", wrong.to_owned()))
}

fn empty(account: &Account, held: Option<HeldFacts>) -> CompromiseView {
    let open = held.filter(|held| held.hold == Hold::Compromised);
    CompromiseView {
        name: account.display_name.clone(),
        address: account.address.to_string(),
        action: routes::admin_compromise(account.id),
        back: routes::admin_account(account.id),
        marking: String::new(),
        case: open.map(|held| held.number.to_string()),
        signs_in: account.kind.may_sign_in(),
        day: String::new(),
        month: String::new(),
        year: String::new(),
        time: String::new(),
        reason: String::new(),
    }
}

fn page(person: &Person, view: CompromiseView) -> Page {
    Page::new("admin/compromise.html", person.admin_frame(), view)
}
