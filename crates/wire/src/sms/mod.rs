//! What a text message is made of on its way to a message centre, and what comes back.
//!
//! | Standard | Here |
//! |---|---|
//! | 3GPP TS 23.038 §6.2.1 (GSM 03.38): the default alphabet and its extension table | [`gsm7`] |
//! | 3GPP TS 23.040 §9.2.3.24 (GSM 03.40): user data header, concatenated messages | [`Concatenation`], [`split`] |
//! | SMPP 3.4 appendix B: the text of a delivery receipt | [`ReceiptText`] |
//!
//! Octets are unpacked: one septet in each, as SMPP carries them. The protocol itself, and everything about sending, is not
//! here (`wardkey_gateway::text`). Read [`split`] first.

mod concatenation;
pub mod gsm7;
mod receipt;
mod split;
mod transliterate;

pub use concatenation::{BadHeader, Concatenation, without_header};
pub use receipt::{MessageState, ReceiptText};
pub use split::{Alphabet, MAX_PARTS, Split, TooLong, segments, split};
pub use transliterate::transliterate;
