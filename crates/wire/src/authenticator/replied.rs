//! What a server answers.

use serde::{Deserialize, Serialize};

/// To a new app: what it is bound to, and what it is told once.
#[derive(Clone, Serialize, Deserialize)]
pub struct Registered {
    /// The account.
    pub account: String,
    /// The server.
    pub origin: String,
    /// The organisation's name.
    pub organisation: String,
    /// The address that the account has.
    pub name: String,
    /// What the service calls itself.
    pub service: String,
    /// The key for codes, in base 32.
    pub secret: String,
    /// The key for which a Web Push subscription is made, in base64url.
    pub vapid: String,
    /// Seconds since 1970.
    pub now: i64,
}

/// One open request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    /// The request.
    pub request: String,
    /// The account.
    pub account: String,
    /// `sign_in` or `enrol`.
    pub purpose: String,
    /// Its nonce, in base64url.
    pub nonce: String,
    /// A [`Context`] as text: an answer covers its hash.
    pub context: String,
    /// How long the number is.
    pub digits: usize,
    /// From when on it takes no answer, in seconds since 1970.
    pub expires_at: i64,
}

/// To a greeting: what is open.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Requests {
    /// The open requests.
    pub requests: Vec<Request>,
    /// The accounts to which the app is not bound any more.
    pub gone: Vec<String>,
    /// Seconds since 1970.
    pub now: i64,
}

/// What a request says of the sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// The application, if it is not the portal.
    pub application: Option<String>,
    /// The place of the network, in words, if it is known.
    pub place: Option<String>,
    /// The network's address.
    pub address: Option<String>,
    /// Browser and system.
    pub browser: Option<String>,
    /// When it was asked, in seconds since 1970.
    pub at: i64,
    /// Whether that browser has completed a sign-in to this account before.
    pub known: bool,
}

/// To an answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// `approved`, `wrong_number`, `refused` or `over`.
    pub outcome: String,
    /// Seconds since 1970.
    pub now: i64,
}

/// Why a call was not answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Error {
    /// The protocol's word.
    pub error: String,
    /// Seconds since 1970.
    pub now: i64,
}
