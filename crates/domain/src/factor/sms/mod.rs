//! A code in a text message [MET-3, NIST SP 800-63B §3.1.3].
//!
//! What lives here: the code of one message and the check that accepts it once. What does not: which numbers are allowed
//! (`telephone`), the throttle (`credential`), sending it (the outbox in `wardkey_store`, the networks in `wardkey_gateway`).

mod rules;
mod state;

pub use rules::SmsRules;
pub use state::{Refusal, SentCode, Verdict};
