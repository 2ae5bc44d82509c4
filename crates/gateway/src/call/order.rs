//! One call, and how it went.

use std::fmt;
use std::time::Duration;

use wardkey_domain::directory::OdsCode;
use wardkey_domain::factor::voice_call::{CallMode, CallOutcome, CallRules};

use crate::hand_over::NetworkSign;

/// A call to be made.
#[derive(Clone)]
pub struct Call {
    /// What the worker calls it: the text of a UUID.
    pub id: String,
    /// The telephone number, such as `+447700900123`.
    pub to: String,
    /// What is pressed once a switchboard has answered.
    pub extension: Option<String>,
    /// What the person has to do.
    pub mode: CallMode,
    /// What it is for, to be said.
    pub purpose: CallPurpose,
    /// Whose person it goes to, to be said.
    pub organisation: String,
    /// The same by its code: it may have prompts of its own.
    pub ods_code: OdsCode,
    /// How the conversation goes.
    pub rules: CallRules,
    /// How long it may ring. A trunk has a limit of its own, which is set to the same.
    pub ring_for: Duration,
}

/// What a call is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallPurpose {
    /// Somebody signs in; on the way to this application.
    SignIn {
        /// Its name.
        application: Option<String>,
    },
    /// Somebody adds this telephone.
    Enrolment,
}

/// How far a call has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallProgress {
    /// It was handed to a network. From now on a telephone may ring.
    Dialling,
    /// A telephone rings.
    Ringing,
    /// Somebody, or something, has answered.
    Answered,
    /// It is certain how it ends, while the last words are still said.
    Decided(CallOutcome),
}

/// What to do after a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallNext {
    /// Nothing: a telephone may have rung.
    Over,
    /// Another network may be asked: no telephone can have rung.
    TryAnother,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallEnd {
    /// How.
    pub outcome: CallOutcome,
    /// What to do now.
    pub next: CallNext,
    /// What the call tells of the network.
    pub sign: NetworkSign,
}

impl fmt::Debug for Call {
    // SECURITY: a number and a code are not for a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("id", &self.id).finish_non_exhaustive()
    }
}
