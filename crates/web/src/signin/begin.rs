//! The first page of a sign-in.

use serde::Deserialize;
use wardkey_domain::id::{AuthorizationRequestId, CredentialId};
use wardkey_usecases::signin::{Begin, Destination, abandon, begin};
use wardkey_usecases::{Circumstances, session};

use crate::address::Params;
use crate::cookie::Cookie;
use crate::drawn::Answer;
use crate::error::PageError;
use crate::goto::Goto;
use crate::page::Page;
use crate::person::{Person, Visitor};
use crate::routes;
use crate::signin::screen::{self, Typed};
use crate::web::Web;

/// What the address of the first page says.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Towards {
    request: Option<String>,
    to: Option<String>,
}

impl Towards {
    /// Where the sign-in leads.
    ///
    /// # Errors
    /// When it names an authorization request in a way that none is named.
    pub(crate) fn destination(&self) -> Result<Destination, PageError> {
        match (&self.request, &self.to) {
            (Some(request), _) => {
                let id: AuthorizationRequestId = request.parse().map_err(|_| PageError::NotFound)?;
                Ok(Destination::Authorization(id))
            }
            (None, Some(word)) => Ok(routes::destination_named(word)),
            (None, None) => Ok(Destination::Portal),
        }
    }
}

/// `GET /signin`
pub(crate) async fn start(
    visitor: Visitor,
    person: Option<Person>,
    Params(towards): Params<Towards>,
) -> Result<Answer, PageError> {
    let destination = towards.destination()?;
    let request = match destination {
        Destination::Authorization(id) => Some(id),
        Destination::Portal | Destination::PortalPage(_) | Destination::Device | Destination::MoveApp(_) => {
            if person.is_some() {
                return Ok(Goto::to(routes::destination(&destination)).into());
            }
            None
        }
    };
    let (token, screen) = begin(visitor.app(), &visitor.op, Begin { request, destination }).await?;
    if let Some(former) = &visitor.cookies.flow {
        abandon(visitor.app(), &visitor.op, former.expose()).await?;
    }
    let typed = Typed { action: Some(routes::sign_in(&destination)), ..Typed::default() };
    let page: Page = screen::page(&visitor.web, &screen, &token, &typed);
    Ok(page.set(Cookie::Flow, token).into())
}

/// Begins a step-up for the signed-in person, on the way to `destination` [SES-8]; `moving` is the app that it is for moving
/// to a new phone, if it is.
pub(crate) async fn begin_fresh_factor(
    web: &Web,
    circumstances: &Circumstances,
    destination: Destination,
    moving: Option<CredentialId>,
) -> Result<Goto, PageError> {
    let app = web.app();
    let Some(authenticated) = session::authenticate(app, circumstances).await? else {
        return Ok(Goto::to(routes::sign_in(&destination)));
    };
    let op = authenticated.op(app, circumstances);
    let token = wardkey_usecases::signin::begin_fresh_factor(app, &op, destination, moving).await?;
    Ok(Goto::to(routes::CODE).set(Cookie::Flow, token))
}
