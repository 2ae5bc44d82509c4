//! Signing out.

use serde::{Deserialize, Serialize};
use wardkey_domain::id::AuthorizationRequestId;
use wardkey_usecases::application::{confirm_logout, logout_view};
use wardkey_usecases::session;

use crate::address::Params;
use crate::cookie::Cookie;
use crate::drawn::Answer;
use crate::error::PageError;
use crate::form::Checked;
use crate::goto::Goto;
use crate::page::Page;
use crate::person::{InFlow, Person, Visitor};
use crate::routes;
use crate::signin::help::NothingView;

/// The application's request to sign out that the person comes with.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Asked {
    request: Option<String>,
}

impl Asked {
    fn request(&self) -> Result<Option<AuthorizationRequestId>, PageError> {
        self.request.as_deref().map(str::parse).transpose().map_err(|_| PageError::NotFound)
    }
}

#[derive(Serialize)]
pub(crate) struct SignOutView {
    /// The application that asks.
    pub(crate) application: Option<String>,
    /// Who is signed in.
    pub(crate) address: Option<String>,
    /// The application's request.
    pub(crate) request: Option<String>,
    /// Where "stay signed in" leads.
    pub(crate) back: String,
}

/// `GET /signout`
pub(crate) async fn confirm_sign_out(
    visitor: Visitor,
    person: Option<Person>,
    flow: Option<InFlow>,
    Params(asked): Params<Asked>,
) -> Result<Answer, PageError> {
    let (frame, address, back) = match (&person, &flow) {
        (Some(person), _) => (person.frame(), person.account.address.as_str().to_owned(), routes::HOME),
        (None, Some(flow)) if flow.is_enrolling() => {
            let address = flow.screen.account.as_ref().map(|account| account.address.clone()).unwrap_or_default();
            (flow.frame(), address, routes::PROFILE)
        }
        (None, _) => return end(&visitor, asked.request()?).await,
    };
    let request = asked.request()?;
    let shown = match request {
        Some(id) => logout_view(visitor.app(), &visitor.op, id).await?,
        None => None,
    };
    let view = SignOutView {
        application: shown.and_then(|shown| shown.application_name),
        address: Some(address),
        request: request.map(|id| id.to_string()),
        back: back.to_owned(),
    };
    Ok(Page::new("signin/sign-out.html", frame, view).into())
}

/// `POST /signout`: ends the session, or gives up an enrolment in progress.
pub(crate) async fn sign_out(
    visitor: Visitor,
    person: Option<Person>,
    form: Result<Checked, PageError>,
) -> Result<Answer, PageError> {
    let form = match form {
        Ok(form) => form,
        // Nothing can be ended in the name of somebody who is not signed in.
        Err(PageError::Stale) if person.is_none() => return end(&visitor, None).await,
        Err(error) => return Err(error),
    };
    let request = form.text("request").parse().ok();
    let Some(person) = person else {
        return end(&visitor, request).await;
    };
    let next = match request {
        Some(id) => confirm_logout(person.app(), &person.op, id).await?,
        None => {
            session::sign_out(person.app(), &person.op).await?;
            None
        }
    };
    Ok(signed_out_to(next).into())
}

/// Nobody is signed in: what is left to do is to forget a flow, and to go where the application said.
async fn end(visitor: &Visitor, request: Option<AuthorizationRequestId>) -> Result<Answer, PageError> {
    let next = match request {
        Some(id) => confirm_logout(visitor.app(), &visitor.op, id).await?,
        None => None,
    };
    Ok(signed_out_to(next).into())
}

/// SECURITY: `next` is an address that the application registered, checked when the request was made.
fn signed_out_to(next: Option<String>) -> Goto {
    let goto = next.map_or_else(|| Goto::to(routes::SIGNED_OUT), Goto::away);
    goto.clear(Cookie::Session).clear(Cookie::Flow)
}

/// `GET /signed-out`
pub(crate) async fn signed_out(visitor: Visitor) -> Page {
    Page::new("signin/signed-out.html", visitor.frame(), NothingView {})
}
