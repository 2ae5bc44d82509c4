//! The pages of a sign-in that ask for a smartcard.

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;
use wardkey_domain::secret::Secret;
use wardkey_usecases::signin::{CredentialView, Input, Screen};

use crate::drawn::Answer;
use crate::error::PageError;
use crate::form::Returned;
use crate::person::Visitor;
use crate::signin::screen::Typed;
use crate::signin::submit::submit;
use crate::view::CardForm;
use crate::web::Web;

/// The page that asks for a linked card.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CardView {
    pub(crate) application: Option<String>,
    /// What the owner calls the cards that would do.
    pub(crate) labels: Vec<String>,
    pub(crate) card: CardForm,
    pub(crate) several: bool,
}

/// The page that asks for a card to link.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct EnrolCardView {
    pub(crate) card: CardForm,
}

pub(crate) fn card_page(
    web: &Web,
    screen: &Screen,
    ticket: &Secret<String>,
    credentials: &[CredentialView],
    several: bool,
) -> Value {
    Value::from(Serde(CardView {
        application: screen.application.as_ref().map(|application| application.name.clone()),
        labels: credentials.iter().map(|credential| credential.label.clone()).collect(),
        card: CardForm::of(web, ticket),
        several,
    }))
}

pub(crate) fn enrol_card_page(web: &Web, ticket: &Secret<String>) -> Value {
    Value::from(Serde(EnrolCardView { card: CardForm::of(web, ticket) }))
}

/// `POST /signin/card` and `POST /profile/self-enrol/card`: back from the address where cards are shown.
pub(crate) async fn card_shown(visitor: Visitor, form: Returned) -> Result<Answer, PageError> {
    submit(&visitor, Input::Card { receipt: form.secret("receipt") }, &Typed::default()).await
}
