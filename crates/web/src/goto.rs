//! Sending the browser to another page after something was done (post, redirect, get).

use axum::response::{IntoResponse, Response};
use wardkey_domain::secret::Secret;
use wardkey_usecases::signin::Destination;

use crate::cookie::Cookie;
use crate::drawn::Drawn;
use crate::notice::Notice;
use crate::routes;

/// Another address of ours to go to.
#[derive(Clone, Debug)]
pub struct Goto {
    pub(crate) address: String,
    /// Whether what stands there leads on to an application.
    pub(crate) leaves: bool,
    pub(crate) cookies: Vec<CookieChange>,
}

/// A change to one of our cookies.
#[derive(Clone, Debug)]
pub(crate) enum CookieChange {
    Set(Cookie, Secret<String>),
    Clear(Cookie),
}

impl Goto {
    /// Goes to `address`, one of `routes`.
    ///
    /// SECURITY: addresses are made in `routes` and are never taken from a request.
    pub fn to(address: impl Into<String>) -> Self {
        Self { address: address.into(), leaves: false, cookies: Vec::new() }
    }

    /// Goes to `address`, from where the browser is sent on to an application.
    ///
    /// Chromium holds a form's `form-action` against every redirect that follows it, those of the application and of
    /// whomever it sends the browser to included, and nobody knows them all. So the form's answer is a page, which goes
    /// on by itself without a form.
    ///
    /// SECURITY: `address` is one of `routes`, or one that an application registered and that was compared with it.
    pub(crate) fn away(address: impl Into<String>) -> Self {
        Self { leaves: true, ..Self::to(address) }
    }

    /// Goes to where a completed sign-in goes on.
    pub(crate) fn towards(destination: &Destination) -> Self {
        let address = routes::destination(destination);
        match destination {
            Destination::Authorization(_) => Self::away(address),
            Destination::Portal | Destination::PortalPage(_) | Destination::Device | Destination::MoveApp(_) => {
                Self::to(address)
            }
        }
    }

    /// Says `notice` on the next page.
    #[must_use]
    pub fn notice(self, notice: Notice) -> Self {
        self.set(Cookie::Notice, Secret::new(notice.word().to_owned()))
    }

    #[must_use]
    pub(crate) fn set(mut self, cookie: Cookie, value: Secret<String>) -> Self {
        self.cookies.push(CookieChange::Set(cookie, value));
        self
    }

    #[must_use]
    pub(crate) fn clear(mut self, cookie: Cookie) -> Self {
        self.cookies.push(CookieChange::Clear(cookie));
        self
    }
}

impl IntoResponse for Goto {
    fn into_response(self) -> Response {
        Drawn::Goto(self).into_response()
    }
}
