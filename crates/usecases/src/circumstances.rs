//! What an edge knows of a request before anybody is asked for anything.

use wardkey_domain::op::Origin;
use wardkey_domain::secret::Secret;

/// Origin and cookies of one HTTP request, read once by the web edge's outermost layer and put into the request's
/// extensions, so that every router sees the same.
#[derive(Clone, Debug, Default)]
pub struct Circumstances {
    /// Address, browser and device.
    pub origin: Origin,
    /// The text of the session cookie, unverified.
    pub session_token: Option<Secret<String>>,
}
