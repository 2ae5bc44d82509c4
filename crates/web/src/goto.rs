//! Sending the browser to another page after something was done (post, redirect, get).

use axum::response::{IntoResponse, Response};
use wardkey_domain::secret::Secret;

use crate::cookie::Cookie;
use crate::drawn::Drawn;
use crate::notice::Notice;

/// Another address of ours to go to.
#[derive(Clone, Debug)]
pub struct Goto {
    pub(crate) address: String,
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
        Self { address: address.into(), cookies: Vec::new() }
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
