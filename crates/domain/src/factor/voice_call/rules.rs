//! What an operator may set about calls.

use std::time::Duration;

/// What an operator may set about the conversation of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallRules {
    /// How long the line is listened to after the instruction, and after each key.
    pub listen_for: Duration,
    /// How often the instruction is spoken before the call gives up.
    pub tellings: u8,
    /// How many codes may be typed in one call, in the strict setting.
    pub code_tries: u8,
}

impl Default for CallRules {
    /// Three tellings of some seven seconds and eight seconds after each: a call is over within a minute.
    fn default() -> Self {
        Self { listen_for: Duration::from_secs(8), tellings: 3, code_tries: 3 }
    }
}

/// How a call is confirmed [AUT-7].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirm {
    /// By pressing `#`: easy, but nothing passes from the page to the telephone, which NIST SP 800-63B-4 asks for.
    Hash,
    /// By typing the code that the page shows.
    Code,
}

/// What an operator may set about calls as a factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoiceCallRules {
    /// How a call is confirmed.
    pub confirm: Confirm,
    /// For how long after it was asked for a call may confirm a sign-in [AUT-4: at most ten minutes].
    pub lifetime: Duration,
    /// The conversation.
    pub conversation: CallRules,
}

impl Default for VoiceCallRules {
    fn default() -> Self {
        Self { confirm: Confirm::Hash, lifetime: Duration::from_secs(300), conversation: CallRules::default() }
    }
}
