//! Where each call is.

/// A new app uses its binding code.
pub const REGISTRATIONS: &str = "/authenticator/v1/registrations";
/// What is open.
pub const REQUESTS: &str = "/authenticator/v1/requests";
/// A stream that says when to look.
pub const EVENTS: &str = "/authenticator/v1/events";
/// An answer to a request.
pub const ANSWERS: &str = "/authenticator/v1/answers";
/// Where an app is woken.
pub const SUBSCRIPTIONS: &str = "/authenticator/v1/subscriptions";
