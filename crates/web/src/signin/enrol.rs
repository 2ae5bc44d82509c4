//! Self-enrolment: "Self-enrol for MFA", choosing a method, and the first code [ENR-1 to ENR-5].

use serde::Serialize;
use wardkey_domain::factor::FactorKind;
use wardkey_usecases::credential;
use wardkey_usecases::signin::{Destination, Input};

use crate::address::Params;
use crate::drawn::Answer;
use crate::error::PageError;
use crate::form::Checked;
use crate::page::Page;
use crate::person::{Person, Visitor};
use crate::routes;
use crate::signin::begin::Towards;
use crate::signin::screen::Typed;
use crate::signin::steps::current;
use crate::signin::submit::{restart, submit};
use crate::view::PhoneOffer;

/// `POST /profile/self-enrol`: Confirm.
pub(crate) async fn confirm(visitor: Visitor, form: Result<Checked, PageError>) -> Result<Answer, PageError> {
    let Some(_form) = current(form)? else { return Ok(restart(&Typed::default())) };
    submit(&visitor, Input::BeginEnrolment, &Typed::default()).await
}

/// `POST /profile/self-enrol/method`
pub(crate) async fn choose_method(visitor: Visitor, form: Result<Checked, PageError>) -> Result<Answer, PageError> {
    let Some(form) = current(form)? else { return Ok(restart(&Typed::default())) };
    let kind: FactorKind = form.text("method").parse().map_err(|_| PageError::BadRequest)?;
    submit(&visitor, Input::ChooseFactor(kind), &Typed::default()).await
}

/// `POST /profile/self-enrol/app`
pub(crate) async fn confirm_app(visitor: Visitor, form: Result<Checked, PageError>) -> Result<Answer, PageError> {
    let Some(form) = current(form)? else { return Ok(restart(&Typed::default())) };
    let label = Some(form.text("label").to_owned()).filter(|label| !label.is_empty());
    let typed = Typed { label: label.clone(), ..Typed::default() };
    submit(&visitor, Input::ConfirmEnrolment { code: form.text("code").to_owned(), label }, &typed).await
}

/// `POST /profile/self-enrol/token`
pub(crate) async fn confirm_token(visitor: Visitor, form: Result<Checked, PageError>) -> Result<Answer, PageError> {
    confirm_app(visitor, form).await
}

/// `POST /profile/self-enrol/again`
pub(crate) async fn choose_again(visitor: Visitor, form: Result<Checked, PageError>) -> Result<Answer, PageError> {
    let Some(_form) = current(form)? else { return Ok(restart(&Typed::default())) };
    submit(&visitor, Input::ChooseAgain, &Typed::default()).await
}

/// What the last page of enrolment shows.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct EnrolledView {
    pub(crate) address: String,
    /// The word of the factor that was enrolled.
    pub(crate) kind: &'static str,
    /// Whether an authenticator app can be added, and which kinds of telephone [ENR-5].
    pub(crate) offers_app: bool,
    /// Whether a security key can be added.
    pub(crate) offers_key: bool,
    /// Whether a smartcard can be linked.
    pub(crate) offers_card: bool,
    pub(crate) offers: Vec<PhoneOffer>,
    /// Where to go on: there, or where new recovery codes are made first.
    pub(crate) next: String,
    /// Whether the sign-in leads back to an application.
    pub(crate) to_application: bool,
}

/// `GET /profile/self-enrol/done`
pub(crate) async fn enrolled(person: Person, Params(towards): Params<Towards>) -> Result<Page, PageError> {
    let destination = towards.destination()?;
    let info = credential::security_info(person.app(), &person.op).await?;
    let kind = info.credentials.iter().find(|own| own.credential.is_default).map(|own| own.credential.kind);
    let view = EnrolledView {
        address: person.account.address.as_str().to_owned(),
        kind: kind.unwrap_or(FactorKind::Totp).as_str(),
        offers_app: info.can_add_app,
        offers_key: info.can_add_key,
        offers_card: info.can_add_card,
        offers: PhoneOffer::of(&info.phones),
        // Whoever came by one of their last recovery codes can make new ones now.
        next: match info.recovery.is_some_and(|codes| codes.are_few) {
            true => routes::on_the_way(routes::RENEW_CODES, &destination),
            false => routes::destination(&destination),
        },
        to_application: matches!(destination, Destination::Authorization(_)),
    };
    Ok(Page::new("signin/enrolled.html", person.frame(), view))
}
