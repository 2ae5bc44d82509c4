//! Security info: linking a smartcard [MET-6].

use http::StatusCode;
use serde::Serialize;
use wardkey_domain::id::CredentialId;
use wardkey_usecases::Error;
use wardkey_usecases::credential::{self, AwaitedCard, CardEnrolment};
use wardkey_usecases::signin::{Destination, PortalPage};

use crate::address::Segment;
use crate::drawn::Answer;
use crate::error::{OrFreshFactor, PageError};
use crate::form::{Checked, Returned};
use crate::goto::Goto;
use crate::notice::Notice;
use crate::page::Page;
use crate::person::Person;
use crate::routes;
use crate::signin::card_failed;
use crate::view::{CardForm, moment};

#[derive(Serialize)]
pub(crate) struct BeginCardView {}

/// The page that asks for the new card.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct AddCardView {
    pub(crate) card: CardForm,
    pub(crate) until: String,
}

/// `GET /profile/security-info/add-card`
pub(crate) async fn begin_card_form(person: Person) -> Page {
    Page::new("portal/begin-card.html", person.frame(), BeginCardView {})
}

/// `POST /profile/security-info/add-card`
pub(crate) async fn begin_card(person: Person, _form: Checked) -> Result<Answer, PageError> {
    const ADDING: Destination = Destination::PortalPage(PortalPage::AddCard);
    match credential::begin_adding_card(person.app(), &person.op).await {
        Ok(id) => Ok(Goto::to(routes::add_card(id)).into()),
        Err(error @ Error::Conflict(_)) => Ok(begin_card_form(person).await.refused(error)?.into()),
        Err(error) => Err(error).or_fresh_factor(ADDING),
    }
}

/// `GET /profile/security-info/card/{id}`
pub(crate) async fn add_card_form(person: Person, Segment(id): Segment<CredentialId>) -> Result<Page, PageError> {
    let awaited = credential::awaited_card(person.app(), &person.op, id).await?;
    Ok(page(&person, &awaited))
}

/// `POST /profile/security-info/card/{id}`: back from the address where cards are shown.
pub(crate) async fn add_card(
    person: Person,
    Segment(id): Segment<CredentialId>,
    form: Returned,
) -> Result<Answer, PageError> {
    take_card(&person, id, form.text("receipt")).await
}

/// Links the card that a receipt is for.
pub(crate) async fn take_card(person: &Person, id: CredentialId, receipt: &str) -> Result<Answer, PageError> {
    match credential::add_card(person.app(), &person.op, id, receipt).await {
        Ok(CardEnrolment::Enrolled(_)) => Ok(Goto::to(routes::SECURITY_INFO).notice(Notice::CardAdded).into()),
        Ok(CardEnrolment::Refused(failure, awaited)) => {
            let mut page = page(person, &awaited).status(StatusCode::UNPROCESSABLE_ENTITY);
            page.errors.push(card_failed(failure));
            Ok(page.into())
        }
        Err(error @ Error::Conflict(_)) => {
            let awaited = credential::awaited_card(person.app(), &person.op, id).await?;
            Ok(page(person, &awaited).refused(error)?.into())
        }
        Err(error) => Err(error.into()),
    }
}

fn page(person: &Person, awaited: &AwaitedCard) -> Page {
    let view = AddCardView { card: CardForm::of(&person.web, &awaited.ticket), until: moment(awaited.expires_at) };
    Page::new("portal/add-card.html", person.frame(), view).leading_to_cards()
}
