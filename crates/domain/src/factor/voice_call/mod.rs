//! A telephone call that asks whether it is really you: what is said, what is heard, what it means.
//!
//! What lives here: the conversation as a pure machine ([`CallScript`]), its rules, its outcomes, and what a
//! call proves ([`PlacedCall`]). What does not: lines,
//! packets and sound (`wardkey_gateway::voice`), whose number is called (`credential`), how often (`signin`).
//!
//! Nothing is transferred by pressing a key: the person confirms a sign-in that they see, and the call says what it is for.
//! In the strict setting ([`CallMode::TypeCode`]) the page shows a code that the person types into the telephone, so that
//! whoever confirms has the page before them. Read `script.rs` next.

mod key;
mod outcome;
mod placed;
mod rules;
mod script;

pub use key::Key;
pub use outcome::{CallOutcome, UnknownOutcome};
pub use placed::{CallStanding, PlacedCall, Verdict};
pub use rules::{CallRules, Confirm, VoiceCallRules};
pub use script::{CallAction, CallEvent, CallMode, CallScript, PromptId};
