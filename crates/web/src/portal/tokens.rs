//! Security info: activating a hardware token [MET-8].

use http::StatusCode;
use serde::Serialize;
use wardkey_domain::id::CredentialId;
use wardkey_usecases::Error;
use wardkey_usecases::credential::{self, Activation, StoredToken};
use wardkey_usecases::signin::{Destination, PortalPage};

use crate::address::Segment;
use crate::drawn::Answer;
use crate::error::PageError;
use crate::form::Checked;
use crate::goto::Goto;
use crate::notice::Notice;
use crate::page::Page;
use crate::person::Person;
use crate::view::token_words;
use crate::{routes, words};

const HERE: Destination = Destination::PortalPage(PortalPage::SecurityInfo);

/// The page that asks for a code of a token.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ActivateTokenView {
    pub(crate) token: String,
    pub(crate) action: String,
    /// The name as typed.
    pub(crate) label: Option<String>,
}

/// `GET /profile/security-info/token/{id}`
pub(crate) async fn token_form(person: Person, Segment(id): Segment<CredentialId>) -> Result<Page, PageError> {
    Ok(page(&assigned(&person, id).await?, None, &person))
}

/// `POST /profile/security-info/token/{id}`
pub(crate) async fn activate(
    person: Person,
    Segment(id): Segment<CredentialId>,
    form: Checked,
) -> Result<Answer, PageError> {
    let label = Some(form.text("label")).filter(|label| !label.is_empty());
    match credential::activate_token(person.app(), &person.op, id, form.text("code"), label).await {
        Ok(Activation::Activated(_)) => Ok(Goto::to(routes::SECURITY_INFO).notice(Notice::TokenActivated).into()),
        Ok(Activation::WrongCode(token)) => {
            let page = page(&token, label, &person).status(StatusCode::UNPROCESSABLE_ENTITY);
            Ok(page.error("code", words::sentence("wrong_token_code")).into())
        }
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => {
            Ok(page(&assigned(&person, id).await?, label, &person).refused(error)?.into())
        }
        Err(Error::FreshFactorNeeded) => Err(PageError::FreshFactorNeeded(HERE)),
        Err(error) => Err(error.into()),
    }
}

async fn assigned(person: &Person, id: CredentialId) -> Result<StoredToken, PageError> {
    let own = credential::security_info(person.app(), &person.op).await?;
    own.tokens.into_iter().find(|token| token.id == id).ok_or(PageError::NotFound)
}

fn page(token: &StoredToken, label: Option<&str>, person: &Person) -> Page {
    let view = ActivateTokenView {
        token: token_words(&token.name),
        action: routes::activate_token(token.id),
        label: label.map(str::to_owned),
    };
    Page::new("portal/activate-token.html", person.frame(), view)
}
