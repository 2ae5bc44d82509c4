//! Telephone numbers that codes and calls may go to [S3, MET: UK number rule].
//!
//! What lives here: which numbers are allowed, how they are read and how they are shown. What does not: the factors that
//! use them (`sms`, `voice_call`), sending (`wardkey_gateway`). Read [`PhoneNumber`] next.

mod number;
mod rules;

pub use number::{BadNumber, PhoneNumber, Reach};
pub use rules::TelephoneRules;
