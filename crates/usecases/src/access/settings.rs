//! What an operator may set about exceptions, and about changes to many accounts.

use wardkey_domain::access::exception::{ExceptionRules, PostponeRules};
use wardkey_domain::directory::BulkRules;

/// What an operator may set about exceptions, and about changes to many accounts.
#[derive(Clone, Copy, Debug, Default)]
pub struct AccessSettings {
    /// How long exceptions are, and how many there may be. Nobody sets that: it is the same everywhere.
    pub exception: ExceptionRules,
    /// Whether registering may be postponed, and for how long.
    pub postpone: PostponeRules,
    /// When a change to many accounts needs somebody else, and how large it may be.
    pub bulk: BulkRules,
}
