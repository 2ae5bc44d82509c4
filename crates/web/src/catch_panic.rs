//! A panic is a fault like any other: the person gets a page with a code, the log gets the cause.

use std::any::Any;

use axum::response::{IntoResponse, Response};

use crate::error::PageError;

/// What to answer when a handler panicked. The drawing layer turns it into a page.
pub(crate) fn answer(cause: Box<dyn Any + Send + 'static>) -> Response {
    let cause = cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&'static str>().copied())
        .unwrap_or("no message");
    PageError::Fault(format!("a handler panicked: {cause}")).into_response()
}
