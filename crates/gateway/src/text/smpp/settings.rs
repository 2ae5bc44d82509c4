//! What the operator decides about a message centre.

use std::fmt;
use std::time::Duration;

use wardkey_domain::secret::Secret;

use crate::tls::TlsSetupError;

/// Whether the connection is encrypted.
#[derive(Clone, Debug)]
pub enum SmppTls {
    /// It is not: for a centre behind a private line or a tunnel.
    Plain,
    /// TLS from the first byte.
    Tls {
        /// Certificate authorities (PEM) to trust beside the system's.
        extra_roots: Option<Vec<u8>>,
    },
}

/// How sessions are bound [SMPP 3.4 §4.1].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindMode {
    /// One session sends and receives: `bind_transceiver`.
    Transceiver,
    /// Two sessions: `bind_transmitter` and `bind_receiver`, for centres that know no other.
    Pair,
}

/// How a text that is longer than one short message goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LongMessages {
    /// In parts with a header that joins them.
    Concatenate,
    /// In one piece as `message_payload`, which the centre cuts [SMPP 3.4 §5.3.2.32].
    Payload,
}

/// How the message id of a receipt follows from the one of the answer. Some centres change the base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageIds {
    /// They are the same.
    Same,
    /// The answer has it in hexadecimal digits, the receipt in decimal ones.
    HexThenDecimal,
    /// The other way round.
    DecimalThenHex,
}

/// What the operator decides about one message centre.
#[derive(Clone, Debug)]
pub struct SmppSettings {
    /// What the operator calls this gateway.
    pub name: String,
    /// The centre's host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether the connection is encrypted.
    pub tls: SmppTls,
    /// Who we are to the centre; at most 15 characters [SMPP 3.4 §4.1.1].
    pub system_id: String,
    /// The password; at most 8 characters.
    pub password: Secret<String>,
    /// The type of system that the centre knows us as; often empty, at most 12 characters.
    pub system_type: String,
    /// What a telephone shows as the sender: up to 11 letters and digits, a number with a plus sign, or a short code.
    pub sender: String,
    /// How sessions are bound.
    pub bind: BindMode,
    /// How many messages may be unanswered at once.
    pub window: usize,
    /// How many texts may wait for a place in the window.
    pub queue: usize,
    /// How long texts go out.
    pub long_messages: LongMessages,
    /// How ids of answers and receipts compare.
    pub message_ids: MessageIds,
    /// How often the connection is probed with `enquire_link`.
    pub probe_every: Duration,
    /// How long a connection may take, with TLS and the bind.
    pub connect_limit: Duration,
    /// How long an answer may take before it is held for lost.
    pub answer_limit: Duration,
    /// The first pause before connecting again, or after the centre said that it is overrun; it doubles.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
}

impl SmppSettings {
    /// Settings for a centre, with everything else as it comes.
    pub fn new(name: &str, host: &str, port: u16, system_id: &str, password: Secret<String>, sender: &str) -> Self {
        Self {
            name: name.to_owned(),
            host: host.to_owned(),
            port,
            tls: SmppTls::Plain,
            system_id: system_id.to_owned(),
            password,
            system_type: String::new(),
            sender: sender.to_owned(),
            bind: BindMode::Transceiver,
            window: 10,
            queue: 1000,
            long_messages: LongMessages::Concatenate,
            message_ids: MessageIds::Same,
            probe_every: Duration::from_secs(30),
            connect_limit: Duration::from_secs(5),
            answer_limit: Duration::from_secs(10),
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(60),
        }
    }
}

/// Why a message centre cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SmppSetupError {
    /// A text does not fit the field of the protocol, or has characters that it cannot carry.
    #[error("`{0}` does not fit into SMPP")]
    Field(Field),
    /// The sender is no name of up to eleven letters, number or short code.
    #[error("the sender is neither up to 11 letters and digits, nor a number")]
    Sender,
    /// The window or the queue has no place.
    #[error("the window and the queue need at least one place")]
    NoPlace,
    /// TLS cannot be set up.
    #[error("TLS cannot be set up")]
    Tls(#[from] TlsSetupError),
}

/// A field of the bind request [SMPP 3.4 §4.1.1].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// `system_id`
    SystemId,
    /// `password`
    Password,
    /// `system_type`
    SystemType,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SystemId => "system_id",
            Self::Password => "password",
            Self::SystemType => "system_type",
        })
    }
}

impl MessageIds {
    /// The reference for a message that the centre calls `id` in its answer.
    pub fn of_answer(self, id: &str) -> String {
        match self {
            Self::Same => id.trim().to_owned(),
            Self::HexThenDecimal => number(id, 16),
            Self::DecimalThenHex => number(id, 10),
        }
    }

    /// The reference for a message that the centre calls `id` in a receipt.
    pub fn of_receipt(self, id: &str) -> String {
        match self {
            Self::Same => id.trim().to_owned(),
            Self::HexThenDecimal => number(id, 10),
            Self::DecimalThenHex => number(id, 16),
        }
    }
}

/// The number behind `id`, written in one way: centres differ in leading zeros and in case, too.
fn number(id: &str, base: u32) -> String {
    let id = id.trim();
    let digits = if base == 16 { id.trim_start_matches("0x").trim_start_matches("0X") } else { id };
    u128::from_str_radix(digits, base).map_or_else(|_| id.to_owned(), |number| number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_again_in_either_base() {
        for (ids, answer, receipt, same) in [
            (MessageIds::Same, "m-1", " m-1", true),
            (MessageIds::Same, "1A", "26", false),
            (MessageIds::HexThenDecimal, "1A", "26", true),
            (MessageIds::HexThenDecimal, "0000001a", "0000000026", true),
            (MessageIds::HexThenDecimal, "0x1a", "26", true),
            (MessageIds::HexThenDecimal, "1A", "27", false),
            (MessageIds::DecimalThenHex, "26", "1a", true),
            (MessageIds::DecimalThenHex, "message", "message", true),
        ] {
            assert_eq!(ids.of_answer(answer) == ids.of_receipt(receipt), same, "{ids:?} {answer} {receipt}");
        }
    }
}
