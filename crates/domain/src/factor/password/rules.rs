//! What an operator may set about passwords.

use std::time::Duration;

use crate::time::Timestamp;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What an operator may set about passwords: the *NHSmail user password* row of the requirements by default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordRules {
    /// The fewest characters.
    pub min_length: usize,
    /// The most characters [NIST SP 800-63B §3.1.1.2: at least 64].
    pub max_length: usize,
    /// How many of the latest passwords, the present one included, may not be used again.
    pub history: usize,
    /// A password that fewer guesses than this would find, by zxcvbn's estimate and word lists, is too common.
    pub min_guesses: u64,
    /// How long a password is good for. NIST advises none; the NHS sets 365 days [STD-2].
    pub max_age: Option<Duration>,
    /// How long a temporary password can be used to sign in and set one's own.
    pub temporary_for: Duration,
    /// How many days before a password expires its owner is reminded.
    pub remind_days: Vec<u16>,
    /// How long an activation code can be used.
    pub activation_for: Duration,
}

impl Default for PasswordRules {
    fn default() -> Self {
        Self {
            min_length: 10,
            max_length: 256,
            history: 4,
            min_guesses: 1_000_000,
            max_age: Some(365 * DAY),
            temporary_for: 3 * DAY,
            remind_days: vec![18, 10, 5, 2, 1],
            activation_for: 7 * DAY,
        }
    }
}

impl PasswordRules {
    /// When a password that was set at `set_at` stops being good.
    pub fn expires_at(&self, set_at: Timestamp) -> Option<Timestamp> {
        self.max_age.map(|age| set_at.plus(age))
    }
}
