//! What an operator may set about messages.

use std::time::Duration;

use wardkey_domain::message::BudgetRules;

/// What an operator may set about messages.
#[derive(Clone, Debug)]
pub struct MessageSettings {
    /// How many there may be.
    pub budgets: BudgetRules,
    /// How long it is remembered that there was a message; what it said is forgotten as soon as it has left.
    pub keep: Duration,
    /// For how long a message can be reported by its reference.
    pub report_within: Duration,
    /// How long a telephone may ring.
    pub ring_for: Duration,
    /// On how many accounts one number is remarkable.
    pub shared_number: u32,
    /// Whether the account of somebody who reports a sign-in that was not theirs is locked until an administrator has
    /// looked at it [CMP-6].
    pub lock_reported: bool,
}

impl Default for MessageSettings {
    fn default() -> Self {
        Self {
            budgets: BudgetRules::default(),
            keep: Duration::from_secs(30 * 86_400),
            report_within: Duration::from_secs(3_600),
            ring_for: Duration::from_secs(45),
            shared_number: 3,
            lock_reported: false,
        }
    }
}
