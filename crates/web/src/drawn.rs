//! What a handler leaves for the drawing layer, instead of a body.

use axum::response::{IntoResponse, Response};
use http::StatusCode;

use crate::error::PageError;
use crate::goto::Goto;
use crate::page::Page;

/// Something that the drawing layer turns into the final answer.
///
/// It travels as a response extension: handlers need no template engine and no cookie names, and everything that is drawn
/// passes one place.
#[derive(Clone, Debug)]
pub(crate) enum Drawn {
    Page(Box<Page>),
    Goto(Goto),
    Error(PageError),
}

impl IntoResponse for Drawn {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// What a handler answers with: a page, or another address.
#[derive(Clone, Debug)]
pub struct Answer(Drawn);

impl From<Page> for Answer {
    fn from(page: Page) -> Self {
        Self(Drawn::Page(Box::new(page)))
    }
}

impl From<Goto> for Answer {
    fn from(goto: Goto) -> Self {
        Self(Drawn::Goto(goto))
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}
