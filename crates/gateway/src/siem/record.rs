//! `Record`: one event of the audit as receivers see it.

use wardkey_domain::time::Timestamp;

/// One event of the audit. Its texts have no secret: an event carries none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its number.
    pub number: i64,
    /// When it happened.
    pub at: Timestamp,
    /// The kind of event.
    pub kind: String,
    /// What a receiver may want to search by, beside the event itself.
    pub data: Vec<(&'static str, String)>,
    /// The event as one line of JSON, without its end.
    pub json: String,
    /// The same without what makes an event large, for a receiver that takes no large ones.
    pub short: String,
}
