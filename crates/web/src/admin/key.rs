//! Registering a security key for somebody and handing it over [MET-5].

use axum::extract::Path;
use http::StatusCode;
use serde::Serialize;
use wardkey_domain::directory::Account;
use wardkey_domain::id::CredentialId;
use wardkey_domain::permission::Action;
use wardkey_usecases::Error;
use wardkey_usecases::credential::{AwaitedKey, KeyEnrolment};
use wardkey_usecases::directory::{self, Custody, account_to_change};
use wardkey_usecases::signin::{Destination, PortalPage};

use super::account::account_id;
use crate::drawn::Answer;
use crate::error::{OrFreshFactor, PageError};
use crate::form::Checked;
use crate::goto::Goto;
use crate::notice::Notice;
use crate::page::Page;
use crate::person::Person;
use crate::routes;
use crate::signin::{browser_failure, key_failed};
use crate::view::{moment, today};

/// The page that says what is going to happen.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BeginKeyView {
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) action: String,
    pub(crate) back: String,
}

/// The page that asks for the key.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RegisterKeyView {
    pub(crate) name: String,
    pub(crate) address: String,
    pub(crate) action: String,
    pub(crate) back: String,
    /// What the browser is asked, as JSON.
    pub(crate) options: String,
    pub(crate) until: String,
    pub(crate) model: String,
    pub(crate) serial: String,
    pub(crate) day: String,
    pub(crate) month: String,
    pub(crate) year: String,
}

const HERE: Destination = Destination::PortalPage(PortalPage::Admin);

/// `GET /admin/people/{id}/register-key`
pub(crate) async fn begin_form(person: Person, Path(id): Path<String>) -> Result<Page, PageError> {
    let account = account_to_change(person.app(), &person.op, Action::RegisterKey, account_id(&id)?).await;
    Ok(begin_page(&person, &account.or_fresh_factor(HERE)?))
}

fn begin_page(person: &Person, account: &Account) -> Page {
    let view = BeginKeyView {
        name: account.display_name.clone(),
        address: account.address.to_string(),
        action: routes::admin_begin_key(account.id),
        back: routes::admin_account(account.id),
    };
    Page::new("admin/begin-key.html", person.admin_frame(), view)
}

/// `POST /admin/people/{id}/register-key`
pub(crate) async fn begin(person: Person, Path(id): Path<String>, _form: Checked) -> Result<Answer, PageError> {
    let id = account_id(&id)?;
    match directory::begin_registering_key(person.app(), &person.op, id).await {
        Ok(key) => Ok(Goto::to(routes::admin_register_key(id, key)).into()),
        Err(error @ Error::Conflict(_)) => {
            let account = account_to_change(person.app(), &person.op, Action::RegisterKey, id).await?;
            Ok(begin_page(&person, &account).refused(error)?.into())
        }
        Err(error) => Err(error).or_fresh_factor(HERE),
    }
}

/// `GET /admin/people/{id}/register-key/{key}`
pub(crate) async fn form(person: Person, Path((id, key)): Path<(String, String)>) -> Result<Page, PageError> {
    let key: CredentialId = key.parse().map_err(|_| PageError::NotFound)?;
    let found = directory::registering_key(person.app(), &person.op, account_id(&id)?, key).await;
    let (account, awaited) = found.or_fresh_factor(HERE)?;
    let [day, month, year] = today(person.op.now);
    let custody = Custody { day, month, year, ..Custody::default() };
    Ok(page(&person, &account, &awaited, custody))
}

/// `POST /admin/people/{id}/register-key/{key}`
pub(crate) async fn register(
    person: Person,
    Path((id, key)): Path<(String, String)>,
    form: Checked,
) -> Result<Answer, PageError> {
    let (id, key) = (account_id(&id)?, key.parse().map_err(|_| PageError::NotFound)?);
    let text = |field: &str| form.text(field).to_owned();
    let custody = Custody {
        serial: text("serial"),
        model: text("model"),
        day: text("day"),
        month: text("month"),
        year: text("year"),
    };
    let (account, awaited) =
        directory::registering_key(person.app(), &person.op, id, key).await.or_fresh_factor(HERE)?;
    if let Some(sentence) = browser_failure(&form) {
        return Ok(page(&person, &account, &awaited, custody).error("", sentence).into());
    }
    match directory::register_key(person.app(), &person.op, id, key, form.text("answer"), &custody).await {
        Ok(KeyEnrolment::Enrolled(_)) => Ok(Goto::to(routes::admin_account(id)).notice(Notice::KeyRegistered).into()),
        Ok(KeyEnrolment::Refused(failure, awaited)) => {
            let mut page = page(&person, &account, &awaited, custody).status(StatusCode::UNPROCESSABLE_ENTITY);
            page.errors.push(key_failed(failure));
            Ok(page.into())
        }
        Err(error) => Ok(page(&person, &account, &awaited, custody).refused(error)?.into()),
    }
}

fn page(person: &Person, account: &Account, awaited: &AwaitedKey, custody: Custody) -> Page {
    let Custody { serial, model, day, month, year } = custody;
    let view = RegisterKeyView {
        name: account.display_name.clone(),
        address: account.address.to_string(),
        action: routes::admin_register_key(account.id, awaited.id),
        back: routes::admin_account(account.id),
        options: awaited.options.to_string(),
        until: moment(awaited.expires_at),
        model,
        serial,
        day,
        month,
        year,
    };
    Page::new("admin/register-key.html", person.admin_frame(), view)
}
