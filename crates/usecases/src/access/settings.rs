//! What an operator may set about exceptions.

use wardkey_domain::access::exception::{ExceptionRules, PostponeRules};

/// What an operator may set about exceptions.
#[derive(Clone, Copy, Debug, Default)]
pub struct AccessSettings {
    /// How long exceptions are, and how many there may be. Nobody sets that: it is the same everywhere.
    pub exception: ExceptionRules,
    /// Whether registering may be postponed, and for how long.
    pub postpone: PostponeRules,
}
