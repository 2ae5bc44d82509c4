//! Pages that an edge without pages asks the web edge to draw.
//!
//! A protocol sets one as a response extension and sends an empty body; the web edge, which wraps all routers, draws it.
//! So `protocols` needs no templates and never imports `web`.

/// A page to be drawn in place of the response's body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handover {
    /// A request that cannot be answered to the application: the person sees why, with a code for the help desk.
    ErrorPage {
        /// The code that the help desk looks up, such as `OIDC-003`.
        code: &'static str,
        /// One plain sentence for the person.
        message: String,
    },
    /// Sends `fields` to the application by a form that the browser posts (OAuth 2.0 Form Post Response Mode).
    FormPost {
        /// The application's registered address.
        action: String,
        /// Names and values, in order.
        fields: Vec<(String, String)>,
    },
}
