//! Security info: adding a security key or a passkey [MET-5].

use http::StatusCode;
use serde::Serialize;
use wardkey_domain::id::CredentialId;
use wardkey_usecases::Error;
use wardkey_usecases::credential::{self, AwaitedKey, KeyEnrolment};
use wardkey_usecases::signin::{Destination, PortalPage};

use crate::address::Segment;
use crate::drawn::Answer;
use crate::error::{OrFreshFactor, PageError};
use crate::form::Checked;
use crate::goto::Goto;
use crate::notice::Notice;
use crate::page::Page;
use crate::person::Person;
use crate::routes;
use crate::signin::{browser_failure, key_failed};
use crate::view::moment;

#[derive(Serialize)]
pub(crate) struct BeginKeyView {}

/// The page that asks for the new key.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct AddKeyView {
    pub(crate) action: String,
    /// What the browser is asked, as JSON.
    pub(crate) options: String,
    pub(crate) until: String,
    /// The name as typed.
    pub(crate) label: Option<String>,
}

/// `GET /profile/security-info/add-key`
pub(crate) async fn begin_key_form(person: Person) -> Page {
    Page::new("portal/begin-key.html", person.frame(), BeginKeyView {})
}

/// `POST /profile/security-info/add-key`
pub(crate) async fn begin_key(person: Person, _form: Checked) -> Result<Answer, PageError> {
    const ADDING: Destination = Destination::PortalPage(PortalPage::AddKey);
    match credential::begin_adding_key(person.app(), &person.op).await {
        Ok(id) => Ok(Goto::to(routes::show_key(id)).into()),
        Err(error @ Error::Conflict(_)) => Ok(begin_key_form(person).await.refused(error)?.into()),
        Err(error) => Err(error).or_fresh_factor(ADDING),
    }
}

/// `GET /profile/security-info/key/{id}`
pub(crate) async fn add_key_form(person: Person, Segment(id): Segment<CredentialId>) -> Result<Page, PageError> {
    let awaited = credential::awaited_key(person.app(), &person.op, id).await?;
    Ok(page(&person, &awaited, None))
}

/// `POST /profile/security-info/key/{id}`
pub(crate) async fn add_key(
    person: Person,
    Segment(id): Segment<CredentialId>,
    form: Checked,
) -> Result<Answer, PageError> {
    let label = Some(form.text("label")).filter(|label| !label.is_empty());
    if let Some(sentence) = browser_failure(&form) {
        let awaited = credential::awaited_key(person.app(), &person.op, id).await?;
        return Ok(page(&person, &awaited, label).error("", sentence).into());
    }
    match credential::add_key(person.app(), &person.op, id, form.text("answer"), label).await {
        Ok(KeyEnrolment::Enrolled(_)) => Ok(Goto::to(routes::SECURITY_INFO).notice(Notice::KeyAdded).into()),
        Ok(KeyEnrolment::Refused(failure, awaited)) => {
            let mut page = page(&person, &awaited, label).status(StatusCode::UNPROCESSABLE_ENTITY);
            page.errors.push(key_failed(failure));
            Ok(page.into())
        }
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => {
            let awaited = credential::awaited_key(person.app(), &person.op, id).await?;
            Ok(page(&person, &awaited, label).refused(error)?.into())
        }
        Err(error) => Err(error.into()),
    }
}

fn page(person: &Person, awaited: &AwaitedKey, label: Option<&str>) -> Page {
    let view = AddKeyView {
        action: routes::show_key(awaited.id),
        options: awaited.options.to_string(),
        until: moment(awaited.expires_at),
        label: label.map(str::to_owned),
    };
    Page::new("portal/add-key.html", person.frame(), view)
}
