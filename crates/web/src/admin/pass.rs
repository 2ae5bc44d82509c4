//! Giving somebody a temporary access pass [ADM-14].

use std::time::Duration;

use axum::extract::Path;
use serde::Serialize;
use wardkey_domain::directory::Account;
use wardkey_domain::factor::temporary_access_pass::PassTerms;
use wardkey_domain::permission::Action;
use wardkey_usecases::directory::{self, IssuedPass, account_to_change};
use wardkey_usecases::signin::{Destination, PortalPage};
use wardkey_usecases::{Error, Result as Answered, london};

use super::account::account_id;
use crate::drawn::Answer;
use crate::error::{OrFreshFactor, PageError};
use crate::form::Checked;
use crate::page::Page;
use crate::person::Person;
use crate::routes;
use crate::view::{moment, today};

/// The page that asks for how long, and why.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PassView {
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) action: String,
    pub(crate) back: String,
    /// What the pass will be called, so that a form that is sent twice gives one.
    pub(crate) pass: String,
    /// The times that may be chosen, in minutes.
    pub(crate) lifetimes: Vec<u64>,
    /// The one that is chosen, in minutes.
    pub(crate) lifetime: String,
    /// `once` or `several`.
    pub(crate) uses: String,
    /// Whether every pass is for enrolling.
    pub(crate) only_to_enrol: bool,
    /// `now` or `later`.
    pub(crate) start: String,
    pub(crate) day: String,
    pub(crate) month: String,
    pub(crate) year: String,
    pub(crate) time: String,
    /// The reason that was typed.
    pub(crate) reason: String,
}

/// The page that shows a pass, once.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct IssuedView {
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) secret: String,
    /// From when on, if it is not good yet.
    pub(crate) from: Option<String>,
    pub(crate) until: String,
    pub(crate) multi_use: bool,
    pub(crate) back: String,
}

const HERE: Destination = Destination::PortalPage(PortalPage::Admin);

/// The times that people choose from, as far as the organisation allows them.
const LIFETIMES: [u64; 10] = [10, 30, 60, 120, 240, 480, 1_440, 4_320, 10_080, 43_200];

/// `GET /admin/people/{id}/pass`
pub(crate) async fn form(person: Person, Path(id): Path<String>) -> Result<Page, PageError> {
    let account = account_to_change(person.app(), &person.op, Action::IssuePass, account_id(&id)?).await;
    let account = account.or_fresh_factor(HERE)?;
    let [day, month, year] = today(person.op.now);
    let rules = &person.app().settings().signin.pass;
    let lifetime = (rules.lifetime.min(rules.longest).as_secs() / 60).to_string();
    let view = PassView {
        pass: directory::next_pass(person.app(), &person.op).to_string(),
        lifetime,
        uses: "once".to_owned(),
        start: "now".to_owned(),
        day,
        month,
        year,
        time: String::new(),
        reason: String::new(),
        ..empty(&person, &account)
    };
    Ok(page(&person, view))
}

/// `POST /admin/people/{id}/pass`
pub(crate) async fn issue(person: Person, Path(id): Path<String>, form: Checked) -> Result<Answer, PageError> {
    let id = account_id(&id)?;
    let account = account_to_change(person.app(), &person.op, Action::IssuePass, id).await.or_fresh_factor(HERE)?;
    let pass = form.text("pass").parse().map_err(|_| PageError::NotFound)?;
    let issued = match terms(&form) {
        Ok(terms) => directory::issue_pass(person.app(), &person.op, id, pass, &terms, form.text("reason")).await,
        Err(error) => Err(error),
    };
    match issued {
        Ok(issued) => Ok(shown(&person, &account, &issued).into()),
        Err(error) => {
            let text = |field: &str| form.text(field).to_owned();
            let view = PassView {
                pass: text("pass"),
                lifetime: text("lifetime"),
                uses: text("uses"),
                start: text("start"),
                day: text("day"),
                month: text("month"),
                year: text("year"),
                time: text("time"),
                reason: text("reason"),
                ..empty(&person, &account)
            };
            Ok(page(&person, view).refused(error)?.into())
        }
    }
}

fn terms(form: &Checked) -> Answered<PassTerms> {
    let minutes: u64 = form
        .text("lifetime")
        .parse()
        .map_err(|_| Error::invalid("lifetime", "Select for how long the pass is good".to_owned()))?;
    let starts_at = if form.text("start") == "later" {
        let day = [form.text("day"), form.text("month"), form.text("year")];
        let typed = london(day, form.text("time"));
        let wrong = || {
            Error::invalid(
                "date",
                "Enter the day and the time from when on it is good, for example 23 11 2026, 9:00".to_owned(),
            )
        };
        Some(typed.ok_or_else(wrong)?)
    } else {
        None
    };
    let lifetime = Some(Duration::from_secs(minutes.saturating_mul(60)));
    Ok(PassTerms { starts_at, lifetime, multi_use: form.text("uses") == "several" })
}

fn empty(person: &Person, account: &Account) -> PassView {
    let rules = &person.app().settings().signin.pass;
    let longest = rules.longest.as_secs() / 60;
    let default = rules.lifetime.min(rules.longest).as_secs() / 60;
    let mut lifetimes: Vec<u64> = LIFETIMES.into_iter().filter(|minutes| *minutes <= longest).collect();
    lifetimes.extend([default, longest]);
    lifetimes.sort_unstable();
    lifetimes.dedup();
    PassView {
        name: account.display_name.clone(),
        address: account.address.to_string(),
        action: routes::admin_issue_pass(account.id),
        back: routes::admin_account(account.id),
        pass: String::new(),
        lifetimes,
        lifetime: String::new(),
        uses: String::new(),
        only_to_enrol: rules.only_to_enrol,
        start: String::new(),
        day: String::new(),
        month: String::new(),
        year: String::new(),
        time: String::new(),
        reason: String::new(),
    }
}

fn page(person: &Person, view: PassView) -> Page {
    Page::new("admin/pass.html", person.admin_frame(), view)
}

fn shown(person: &Person, account: &Account, issued: &IssuedPass) -> Page {
    let view = IssuedView {
        name: account.display_name.clone(),
        address: account.address.to_string(),
        secret: issued.code.expose().clone(),
        from: (issued.starts_at > person.op.now).then(|| moment(issued.starts_at)),
        until: moment(issued.expires_at),
        multi_use: issued.multi_use,
        back: routes::admin_account(account.id),
    };
    Page::new("admin/issued-pass.html", person.admin_frame(), view)
}
