//! Text messages: whoever takes them to the telephone.
//!
//! Here: [`TextGateway`], which is GOV.UK Notify ([`notify`]), a message centre over SMPP ([`smpp`]) or memory
//! ([`crate::capture`]); and [`Text`], what is handed to it. Not here: the words ([`crate::words`]), which texts wait, which
//! gateway comes first, and when to try again; those are decided above. What an outcome means is in [`crate::hand_over`]:
//! read that first.

mod gateway;
mod message;
pub mod notify;
pub mod smpp;

pub use gateway::TextGateway;
pub use message::Text;
pub(crate) use message::is_number;
