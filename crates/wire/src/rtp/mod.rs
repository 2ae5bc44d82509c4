//! Packets of real-time media [RFC 3550 §5.1], and keys of a telephone in them [RFC 4733].
//!
//! | Standard | Here |
//! |---|---|
//! | RFC 3550 §5.1, §5.3.1: header, contributors, padding, extension | [`Packet`] |
//! | RFC 4733 §2.3: the payload of an event | [`Event`] |
//! | RFC 4733 §2.5: a key is many packets and counts once | [`EventReader`], [`EventTrain`] |
//!
//! Not here: when a packet is sent and from whom one is believed (the gateway), what the bytes of speech mean
//! ([`crate::g711`]), sound that is a key ([`crate::dtmf`]), RTCP, encryption.

mod event;
mod packet;

pub use event::{Event, EventReader, EventTrain, FRAME_SAMPLES};
pub use packet::{BadPacket, Extension, MAX_PACKET, Packet};
