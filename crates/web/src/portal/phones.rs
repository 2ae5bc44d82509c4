//! Security info: adding telephones, and changing the number of one [ENR-9, MET-3, MET-4].

use http::StatusCode;
use wardkey_domain::factor::telephone::Reach;
use wardkey_domain::factor::{FactorKind, definition};
use wardkey_domain::id::CredentialId;
use wardkey_usecases::Error;
use wardkey_usecases::credential::{self, NewPhone, PhoneConfirmation, TypedNumber};
use wardkey_usecases::signin::{Destination, PortalPage};

use super::security_info::own;
use crate::address::{Params, Segment};
use crate::drawn::Answer;
use crate::error::PageError;
use crate::form::Checked;
use crate::goto::Goto;
use crate::notice::Notice;
use crate::page::Page;
use crate::person::Person;
use crate::signin::{FOLLOW_EVERY, Following, call_failed};
use crate::view::{CallView, ConfirmActions, ConfirmCallView, ConfirmTextView, DeliveryView, NumberPageView, failure};
use crate::{routes, words};

/// Where the person comes back to after a fresh second factor.
const fn adding(reach: Reach) -> Destination {
    Destination::PortalPage(match reach {
        Reach::Text => PortalPage::AddText,
        Reach::Call => PortalPage::AddCall,
    })
}

/// What the page is about that asks for a number.
struct Subject {
    kind: FactorKind,
    /// The telephone whose number is replaced, and its name.
    replaces: Option<(CredentialId, String)>,
    action: String,
    back_here: Destination,
}

impl Subject {
    fn new(reach: Reach) -> Result<Self, PageError> {
        let kind = FactorKind::ALL.into_iter().find(|kind| definition(*kind).telephone == Some(reach));
        let kind = kind.ok_or(PageError::NotFound)?;
        let action = routes::add_phone(reach).to_owned();
        Ok(Self { kind, replaces: None, action, back_here: adding(reach) })
    }

    async fn change(person: &Person, id: CredentialId) -> Result<Self, PageError> {
        let old = own(person, id).await?;
        if definition(old.kind).telephone.is_none() {
            return Err(PageError::NotFound);
        }
        Ok(Self {
            kind: old.kind,
            replaces: Some((id, old.label.to_string())),
            action: routes::change_number(id),
            back_here: Destination::PortalPage(PortalPage::SecurityInfo),
        })
    }

    async fn page(&self, person: &Person, typed: Option<(&str, &str)>) -> Result<Page, PageError> {
        let info = credential::security_info(person.app(), &person.op).await?;
        let view = NumberPageView {
            kind: self.kind.as_str(),
            replaces: self.replaces.as_ref().map(|(_, label)| label.clone()),
            number: typed.map(|(number, _)| number.to_owned()),
            extension: typed.map(|(_, extension)| extension.to_owned()),
            action: self.action.clone(),
            enrolling: false,
            offers_app: info.can_add_app,
        };
        Ok(Page::new("portal/phone-number.html", person.frame(), view))
    }

    async fn begin(&self, person: &Person, form: &Checked) -> Result<Answer, PageError> {
        let (number, extension) = (form.text("number"), form.text("extension"));
        let replaces = self.replaces.as_ref().map(|(id, _)| *id);
        let typed = TypedNumber { kind: self.kind, number, extension, replaces };
        match credential::begin_adding_phone(person.app(), &person.op, typed).await {
            Ok(new) => Ok(Goto::to(routes::confirm_phone(new.id)).into()),
            Err(Error::FreshFactorNeeded) => Err(PageError::FreshFactorNeeded(self.back_here)),
            Err(error) => Ok(self.page(person, Some((number, extension))).await?.refused(error)?.into()),
        }
    }
}

/// `GET /profile/security-info/add-text`
pub(crate) async fn add_text_form(person: Person) -> Result<Page, PageError> {
    Subject::new(Reach::Text)?.page(&person, None).await
}

/// `POST /profile/security-info/add-text`
pub(crate) async fn add_text(person: Person, form: Checked) -> Result<Answer, PageError> {
    Subject::new(Reach::Text)?.begin(&person, &form).await
}

/// `GET /profile/security-info/add-call`
pub(crate) async fn add_call_form(person: Person) -> Result<Page, PageError> {
    Subject::new(Reach::Call)?.page(&person, None).await
}

/// `POST /profile/security-info/add-call`
pub(crate) async fn add_call(person: Person, form: Checked) -> Result<Answer, PageError> {
    Subject::new(Reach::Call)?.begin(&person, &form).await
}

/// `GET /profile/security-info/{id}/number`
pub(crate) async fn change_number_form(person: Person, Segment(id): Segment<CredentialId>) -> Result<Page, PageError> {
    Subject::change(&person, id).await?.page(&person, None).await
}

/// `POST /profile/security-info/{id}/number`
pub(crate) async fn change_number(
    person: Person,
    Segment(id): Segment<CredentialId>,
    form: Checked,
) -> Result<Answer, PageError> {
    Subject::change(&person, id).await?.begin(&person, &form).await
}

/// `GET /profile/security-info/phone/{id}`
pub(crate) async fn confirm_phone_form(
    person: Person,
    Segment(id): Segment<CredentialId>,
    Params(following): Params<Following>,
) -> Result<Page, PageError> {
    let new = credential::pending_phone(person.app(), &person.op, id).await?;
    let under_way = CallView::of_new(&new, following.follows()).is_some_and(|call| call.follows);
    let page = confirm_page(&person, &new, None, following.follows())?;
    Ok(if under_way { page.refresh(FOLLOW_EVERY) } else { page })
}

/// `POST /profile/security-info/phone/{id}`
pub(crate) async fn confirm_phone(
    person: Person,
    Segment(id): Segment<CredentialId>,
    form: Checked,
) -> Result<Answer, PageError> {
    let label = Some(form.text("label")).filter(|label| !label.is_empty());
    let new = credential::pending_phone(person.app(), &person.op, id).await?;
    let (app, op, code) = (person.app(), &person.op, form.text("code"));
    let confirmed = match definition(new.kind).telephone {
        Some(Reach::Call) => credential::confirm_phone_call(app, op, id, label).await,
        Some(Reach::Text) | None => credential::confirm_phone_code(app, op, id, code, label).await,
    };
    let confirmed = match confirmed {
        Ok(confirmed) => confirmed,
        Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => {
            return Ok(confirm_page(&person, &new, label, false)?.refused(error)?.into());
        }
        Err(error) => return Err(error.into()),
    };
    let again = |new: &NewPhone| confirm_page(&person, new, label, false);
    let wrong = |page: Page, word| page.status(StatusCode::UNPROCESSABLE_ENTITY).error("code", words::sentence(word));
    Ok(match confirmed {
        PhoneConfirmation::Enrolled(_) => {
            let notice = if new.replaces { Notice::NumberChanged } else { Notice::PhoneAdded };
            Goto::to(routes::SECURITY_INFO).notice(notice).into()
        }
        PhoneConfirmation::WrongCode(new) => wrong(again(&new)?, "wrong_text_code").into(),
        PhoneConfirmation::CodeExpired(new) => wrong(again(&new)?, "code_expired").into(),
        PhoneConfirmation::TooManyTries(new, until) => again(&new)?.too_many("code", until.since(op.now)).into(),
        // The page of the call shows how it stands, or why it failed.
        PhoneConfirmation::CallPending(_) | PhoneConfirmation::CallFailed(..) => {
            Goto::to(routes::confirm_phone(id)).into()
        }
    })
}

/// `POST /profile/security-info/phone/{id}/send`
pub(crate) async fn send_to_phone(
    person: Person,
    Segment(id): Segment<CredentialId>,
    _form: Checked,
) -> Result<Answer, PageError> {
    let refused = match credential::send_again(person.app(), &person.op, id).await {
        Ok(_) => return Ok(Goto::to(routes::confirm_phone(id)).into()),
        Err(Error::FreshFactorNeeded) => {
            return Err(PageError::FreshFactorNeeded(Destination::PortalPage(PortalPage::SecurityInfo)));
        }
        Err(refused) => refused,
    };
    let new = credential::pending_phone(person.app(), &person.op, id).await?;
    let page = confirm_page(&person, &new, None, false)?;
    Ok(match refused {
        // This page has no field for the number that the sentence is about.
        Error::Invalid(errors) => {
            page.errors(errors.into_iter().map(|error| wardkey_usecases::FieldError { field: "", ..error }).collect())
        }
        other @ (Error::Conflict(_)
        | Error::NotFound(_)
        | Error::Forbidden(_)
        | Error::FreshFactorNeeded
        | Error::Unavailable { .. }
        | Error::Internal { .. }) => page.refused(other)?,
    }
    .into())
}

fn confirm_page(person: &Person, new: &NewPhone, typed: Option<&str>, follows: bool) -> Result<Page, PageError> {
    let reach = definition(new.kind).telephone.ok_or(PageError::NotFound)?;
    let here = routes::confirm_phone(new.id);
    let actions = ConfirmActions {
        enrolling: false,
        kind: new.kind.as_str(),
        here: here.clone(),
        confirm: here,
        send: routes::send_to_phone(new.id),
        // Which one it replaces is chosen in the list.
        change: if new.replaces { routes::SECURITY_INFO } else { routes::add_phone(reach) }.to_owned(),
    };
    let sent = DeliveryView::of_new(new, person.op.now);
    let (label, replaces) = (typed.map(str::to_owned), new.replaces);
    let Some(call) = CallView::of_new(new, follows) else {
        let view = ConfirmTextView { sent, label, replaces, actions };
        return Ok(Page::new("portal/phone-text.html", person.frame(), view));
    };
    let view = ConfirmCallView { sent, call, label, replaces, actions };
    let mut page = Page::new("portal/phone-call.html", person.frame(), view);
    page.errors.extend(new.standing.and_then(failure).map(call_failed));
    Ok(page)
}
