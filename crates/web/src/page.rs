//! A page: a template, what it shows, and the frame around it.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;
use wardkey_domain::secret::Secret;
use wardkey_usecases::{Error, FieldError};

use crate::cookie::Cookie;
use crate::drawn::Drawn;
use crate::error::PageError;
use crate::goto::CookieChange;
use crate::headers::FormsLead;
use crate::view::{HelpView, OutageView, PersonView};
use crate::words;

/// A page to be drawn.
///
/// The template sees two names: `view`, which is what the handler gives, and `page`, which is the frame: `page.csrf`,
/// `page.person`, `page.help`, `page.errors`, `page.notice`, `page.demo`, `page.section`, `page.outages`.
#[derive(Clone, Debug)]
pub struct Page {
    pub(crate) template: &'static str,
    pub(crate) status: StatusCode,
    pub(crate) view: Value,
    pub(crate) frame: Frame,
    pub(crate) errors: Vec<ErrorView>,
    pub(crate) cookies: Vec<CookieChange>,
    pub(crate) forms: FormsLead,
    pub(crate) refresh: Option<Duration>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) varying: Option<Vec<String>>,
}

/// What surrounds a page: who looks at it, whom they may ask for help, and what its forms are bound to.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// The signed-in person.
    pub(crate) person: Option<PersonView>,
    /// Whom to ask for help; the installation's contact when nobody nearer is known.
    pub(crate) help: Option<HelpView>,
    /// The cookie value that the page's forms are bound to.
    pub(crate) bound_to: Option<Secret<String>>,
    /// Whether that cookie still has to be set.
    pub(crate) new_visitor: bool,
    /// Networks for messages that do not work, for administrators.
    pub(crate) outages: Vec<OutageView>,
}

/// Something wrong with what was typed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ErrorView {
    /// The field that it is about; empty when it is about the whole form.
    pub(crate) field: &'static str,
    /// The sentence.
    pub(crate) text: String,
    /// What the help desk looks up, where the engine refused; nothing for a field that was left empty.
    pub(crate) code: Option<&'static str>,
}

impl Page {
    /// The page `template` (a path below `templates/`) showing `view` inside `frame`.
    pub fn new(template: &'static str, frame: Frame, view: impl Serialize) -> Self {
        Self {
            template,
            status: StatusCode::OK,
            view: Value::from(Serde(view)),
            frame,
            errors: Vec::new(),
            cookies: Vec::new(),
            forms: FormsLead::Here,
            refresh: None,
            retry_after: None,
            varying: None,
        }
    }

    /// Marks fields that break rules: the page gets an error summary and says "Error:" in its title.
    #[must_use]
    pub fn errors(mut self, errors: Vec<FieldError>) -> Self {
        self.status = StatusCode::UNPROCESSABLE_ENTITY;
        self.errors.extend(errors.into_iter().map(|error| ErrorView {
            field: error.field,
            text: sentence(&error.message),
            code: None,
        }));
        self
    }

    /// Marks one field as wrong.
    #[must_use]
    pub(crate) fn error(self, field: &'static str, message: String) -> Self {
        self.errors(vec![FieldError { field, message }])
    }

    /// Says next to a field that there were too many tries, and how long to wait.
    #[must_use]
    pub(crate) fn too_many(self, field: &'static str, wait: Duration) -> Self {
        let page = self.error(field, words::with_wait("too_many_tries", wait)).retry_after(wait);
        page.status(StatusCode::TOO_MANY_REQUESTS)
    }

    /// Shows what a use case refused, next to what was typed.
    ///
    /// # Errors
    /// Everything that cannot be mended by typing something else.
    pub fn refused(mut self, error: Error) -> Result<Self, PageError> {
        match error {
            Error::Invalid(errors) => Ok(self.errors(errors)),
            Error::Conflict(text) => {
                self.status = StatusCode::CONFLICT;
                self.errors.push(ErrorView { field: "", text, code: None });
                Ok(self)
            }
            other @ (Error::NotFound(_)
            | Error::Forbidden(_)
            | Error::FreshFactorNeeded
            | Error::Unavailable { .. }
            | Error::Internal { .. }) => Err(other.into()),
        }
    }

    /// Answers with another status than 200.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Renders the page once for everybody: only these texts of its view differ from person to person.
    ///
    /// INVARIANT: the template prints them, or asks whether they are there, and does nothing else with them.
    #[must_use]
    pub(crate) fn varying(mut self, texts: impl IntoIterator<Item = String>) -> Self {
        self.varying = Some(texts.into_iter().collect());
        self
    }

    /// Has a form that leads to the address where smartcards are shown.
    #[must_use]
    pub(crate) fn leading_to_cards(mut self) -> Self {
        self.forms = FormsLead::ToCards;
        self
    }

    /// Shows one of our own pages in a frame: the demonstration's phone.
    #[must_use]
    pub(crate) fn framing(mut self) -> Self {
        self.forms = FormsLead::HereBesideFrame;
        self
    }

    #[must_use]
    pub(crate) fn refresh(mut self, after: Duration) -> Self {
        self.refresh = Some(after);
        self
    }

    #[must_use]
    pub(crate) fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    #[must_use]
    pub(crate) fn set(mut self, cookie: Cookie, value: Secret<String>) -> Self {
        self.cookies.push(CookieChange::Set(cookie, value));
        self
    }
}

/// A rule's message, written to stand in the middle of a log line, as the sentence that a person reads.
pub(crate) fn sentence(message: &str) -> String {
    let mut rest = message.chars();
    rest.next().into_iter().flat_map(char::to_uppercase).chain(rest).collect()
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        Drawn::Page(Box::new(self)).into_response()
    }
}
