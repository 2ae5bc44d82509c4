//! Commands in and out of octets, one whole command at a time.
//!
//! The library's decoder loses its place when a command's fields do not add up, and the session with it. A centre that brings
//! one odd receipt would bring it again over the next connection, and again, and each time the texts in the window would be
//! lost. So a command is cut out by its length first, and read on its own.

use rusmpp::Command;
use rusmpp::tokio_codec::CommandCodec;
use tokio_util::bytes::BytesMut;
use tokio_util::codec::{Decoder, Encoder};

use super::link::Broken;

/// The length of what every command begins with [SMPP 3.4 §3.2].
const HEADER: usize = 16;

/// The longest command that is read: a full message with room for parameters. Whoever announces a longer one is not waited
/// for.
const LONGEST: usize = 16 * 1024;

/// What was heard.
pub(super) enum Heard {
    /// A command.
    Command(Box<Command>),
    /// A command whose header can be read, and the rest not.
    Unreadable(Header),
}

/// What every command begins with, after its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// What it is.
    pub(super) id: u32,
    /// What an answer says.
    pub(super) status: u32,
    /// Its number.
    pub(super) number: u32,
}

/// Reads and writes commands.
#[derive(Debug, Default)]
pub(super) struct Codec;

impl Decoder for Codec {
    type Item = Heard;
    type Error = Broken;

    fn decode(&mut self, octets: &mut BytesMut) -> Result<Option<Heard>, Broken> {
        let Some(header) = octets.first_chunk::<HEADER>() else { return Ok(None) };
        let word = |at: usize| header.iter().skip(at).take(4).fold(0, |word, octet| word << 8 | u32::from(*octet));
        let length = usize::try_from(word(0)).unwrap_or(usize::MAX);
        let header = Header { id: word(4), status: word(8), number: word(12) };
        if !(HEADER..=LONGEST).contains(&length) {
            return Err(Broken::Garbage);
        }
        if octets.len() < length {
            octets.reserve(length - octets.len());
            return Ok(None);
        }
        let mut command = octets.split_to(length);
        Ok(Some(match CommandCodec::new().with_max_length(LONGEST).decode(&mut command) {
            Ok(Some(command)) => Heard::Command(Box::new(command)),
            Ok(None) | Err(_) => Heard::Unreadable(header),
        }))
    }
}

impl Encoder<Command> for Codec {
    type Error = Broken;

    fn encode(&mut self, command: Command, octets: &mut BytesMut) -> Result<(), Broken> {
        Ok(CommandCodec::new().encode(command, octets)?)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rusmpp::{CommandStatus, Pdu};

    use super::*;

    fn octets(hex: &str) -> BytesMut {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    }

    #[test]
    fn a_command_comes_back_as_it_was_in_whatever_pieces() {
        let mut written = BytesMut::new();
        let command = Command::new(CommandStatus::EsmeRok, 7, Pdu::EnquireLink);
        Codec.encode(command.clone(), &mut written).unwrap();
        let mut read = BytesMut::new();
        for octet in &written[..written.len() - 1] {
            read.extend_from_slice(&[*octet]);
            assert!(Codec.decode(&mut read).unwrap().is_none());
        }
        read.extend_from_slice(&written[written.len() - 1..]);
        assert!(matches!(Codec.decode(&mut read).unwrap(), Some(Heard::Command(heard)) if *heard == command));
        assert!(read.is_empty());
    }

    #[test]
    fn what_cannot_be_read_does_not_spoil_what_follows() {
        let mut read = octets("0000001400000005000000000000002affffffff00000010000000150000000000000001");
        let header = Header { id: 5, status: 0, number: 0x2a };
        assert!(matches!(Codec.decode(&mut read).unwrap(), Some(Heard::Unreadable(found)) if found == header));
        assert!(
            matches!(Codec.decode(&mut read).unwrap(), Some(Heard::Command(heard)) if heard.pdu() == Some(&Pdu::EnquireLink))
        );
    }

    #[test]
    fn lengths_that_cannot_be_are_not_waited_for() {
        for length in ["00000000", "0000000f", "00004001", "ffffffff"] {
            let mut read = octets(&format!("{length}000000150000000000000001"));
            assert!(matches!(Codec.decode(&mut read), Err(Broken::Garbage)), "{length}");
        }
    }

    proptest! {
        #[test]
        fn no_octets_hurt(data in proptest::collection::vec(any::<u8>(), 0..300), id in 0_u32..0x120, answer: bool) {
            let mut read = BytesMut::new();
            let id = if answer { id | 0x8000_0000 } else { id };
            let length = u32::try_from(data.len() + HEADER).unwrap();
            for word in [length, id, 0, 1] {
                read.extend_from_slice(&word.to_be_bytes());
            }
            read.extend_from_slice(&data);
            prop_assert!(Codec.decode(&mut read).unwrap().is_some());
            prop_assert!(read.is_empty());
        }
    }
}
