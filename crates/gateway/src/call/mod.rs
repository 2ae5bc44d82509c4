//! Calls: whoever rings the telephone.
//!
//! Here: [`VoiceGateway`], which is a SIP trunk ([`crate::voice`]) or memory ([`CallCapture`]); and [`Call`], what is handed
//! to it. Not here: the line, its sound and its keys ([`crate::voice`]), the conversation
//! (`wardkey_domain::factor::voice_call`), which calls wait and which gateway comes first; those are decided above.

mod capture;
mod gateway;
mod line;
mod order;
mod words;

pub use capture::{CallCapture, CallScene, CapturedCall};
pub use gateway::VoiceGateway;
pub use line::Line;
pub use order::{Call, CallEnd, CallNext, CallProgress, CallPurpose};
