//! One packet.

/// The longest packet that is read: what fits an Ethernet frame, and more than G.711 ever needs.
pub const MAX_PACKET: usize = 1_500;

const FIXED: usize = 12;

/// One packet of media [RFC 3550 §5.1].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// Whether something begins here: speech after silence, or a key.
    pub marker: bool,
    /// What the payload is, seven bits.
    pub payload_type: u8,
    /// Counts packets.
    pub sequence: u16,
    /// Counts samples.
    pub timestamp: u32,
    /// Who sends.
    pub source: u32,
    /// Whose sound a mixer put together, fifteen at most.
    pub contributors: Vec<u32>,
    /// What a profile adds to the header.
    pub extension: Option<Extension<'a>>,
    /// The payload, without its padding.
    pub payload: &'a [u8],
    /// How many bytes of padding follow the payload.
    pub padding: u8,
}

/// What a profile adds to the header [RFC 3550 §5.3.1]. We understand none, and skip it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension<'a> {
    /// Which profile says what it is.
    pub profile: u16,
    /// Its data: whole words of four bytes.
    pub data: &'a [u8],
}

/// Why bytes are not a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPacket {
    /// It ends within its header, or is longer than any packet may be.
    #[error("the packet is too short or too long")]
    Length,
    /// Another version, or not RTP at all.
    #[error("the packet is not of version 2")]
    Version,
    /// The padding is longer than what it is the end of, or counts nothing.
    #[error("the padding of the packet does not fit")]
    Padding,
    /// The payload type belongs to RTCP when both share a port [RFC 5761 §4].
    #[error("the packet is a control packet")]
    Control,
}

impl<'a> Packet<'a> {
    /// A packet of nothing but a payload.
    pub const fn new(payload_type: u8, sequence: u16, timestamp: u32, source: u32, payload: &'a [u8]) -> Self {
        Self {
            marker: false,
            payload_type,
            sequence,
            timestamp,
            source,
            contributors: Vec::new(),
            extension: None,
            payload,
            padding: 0,
        }
    }

    /// Reads a packet.
    ///
    /// # Errors
    /// The bytes are not a packet of RTP.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, BadPacket> {
        if bytes.len() > MAX_PACKET {
            return Err(BadPacket::Length);
        }
        let (head, rest) = bytes.split_first_chunk::<FIXED>().ok_or(BadPacket::Length)?;
        let [flags, kind, s0, s1, t0, t1, t2, t3, r0, r1, r2, r3] = *head;
        if flags >> 6 != 2 {
            return Err(BadPacket::Version);
        }
        // [RFC 5761 §4]: the second byte of RTCP, 192 to 223, would read as the payload types 64 to 95 with a marker.
        if (192..=223).contains(&kind) {
            return Err(BadPacket::Control);
        }
        let (listed, mut rest) = rest.split_at_checked(usize::from(flags & 0x0f) * 4).ok_or(BadPacket::Length)?;
        let (contributors, _) = listed.as_chunks::<4>();
        let mut extension = None;
        if flags & 0x10 != 0 {
            let ([p0, p1, l0, l1], after) = rest.split_first_chunk::<4>().ok_or(BadPacket::Length)?;
            let words = usize::from(u16::from_be_bytes([*l0, *l1]));
            let (data, after) = after.split_at_checked(words * 4).ok_or(BadPacket::Length)?;
            extension = Some(Extension { profile: u16::from_be_bytes([*p0, *p1]), data });
            rest = after;
        }
        let mut padding = 0;
        if flags & 0x20 != 0 {
            // The last byte counts the padding, itself included.
            padding = *rest.last().ok_or(BadPacket::Padding)?;
            let kept = rest.len().checked_sub(usize::from(padding)).filter(|_| padding != 0);
            (rest, _) = kept.and_then(|kept| rest.split_at_checked(kept)).ok_or(BadPacket::Padding)?;
        }
        Ok(Self {
            marker: kind & 0x80 != 0,
            payload_type: kind & 0x7f,
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            source: u32::from_be_bytes([r0, r1, r2, r3]),
            contributors: contributors.iter().map(|word| u32::from_be_bytes(*word)).collect(),
            extension,
            payload: rest,
            padding,
        })
    }

    /// Writes the packet. Contributors beyond fifteen and an odd end of an extension do not fit the format and are left
    /// out.
    pub fn write(&self) -> Vec<u8> {
        let contributors = self.contributors.iter().take(15);
        let count = u8::try_from(contributors.len()).unwrap_or(15);
        let flags = 0x80
            | (if self.padding > 0 { 0x20 } else { 0 })
            | (if self.extension.is_some() { 0x10 } else { 0 })
            | count;
        let mut bytes = Vec::with_capacity(FIXED + self.payload.len() + 64);
        bytes.extend([flags, (if self.marker { 0x80 } else { 0 }) | (self.payload_type & 0x7f)]);
        bytes.extend(self.sequence.to_be_bytes());
        bytes.extend(self.timestamp.to_be_bytes());
        bytes.extend(self.source.to_be_bytes());
        for contributor in contributors {
            bytes.extend(contributor.to_be_bytes());
        }
        if let Some(extension) = &self.extension {
            let (words, _) = extension.data.as_chunks::<4>();
            let count = u16::try_from(words.len()).unwrap_or(u16::MAX);
            bytes.extend(extension.profile.to_be_bytes());
            bytes.extend(count.to_be_bytes());
            for word in words.iter().take(usize::from(count)) {
                bytes.extend(word);
            }
        }
        bytes.extend(self.payload);
        if let Some(zeros) = self.padding.checked_sub(1) {
            bytes.extend(std::iter::repeat_n(0, usize::from(zeros)));
            bytes.push(self.padding);
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_plain_packet_is_read() {
        let bytes = [0x80, 0x88, 0, 7, 0, 0, 0, 160, 1, 2, 3, 4, 0xd5, 0xd5];
        let packet = Packet::parse(&bytes).unwrap();
        assert!(packet.marker);
        assert_eq!((packet.payload_type, packet.sequence, packet.timestamp), (8, 7, 160));
        assert_eq!((packet.source, packet.payload), (0x0102_0304, &[0xd5, 0xd5][..]));
        assert_eq!(packet.write(), bytes);
    }

    #[test]
    fn contributors_extension_and_padding_are_not_sound() {
        let mut bytes = vec![0xb2, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 9];
        bytes.extend([0, 0, 0, 1, 0, 0, 0, 2]); // two contributors
        bytes.extend([0xbe, 0xde, 0, 1, 1, 2, 3, 4]); // an extension of one word
        bytes.extend([0x55, 0x66]); // the payload
        bytes.extend([0, 0, 3]); // the padding
        let packet = Packet::parse(&bytes).unwrap();
        assert_eq!(packet.contributors, [1, 2]);
        assert_eq!(packet.extension, Some(Extension { profile: 0xbede, data: &[1, 2, 3, 4] }));
        assert_eq!((packet.payload, packet.padding), (&[0x55, 0x66][..], 3));
        assert_eq!(packet.write(), bytes);
    }

    #[test]
    fn what_is_not_a_packet_is_refused() {
        let whole = [0x80, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 9];
        for end in 0..whole.len() {
            assert_eq!(Packet::parse(&whole[..end]), Err(BadPacket::Length), "{end}");
        }
        let with = |flags: u8, kind: u8, rest: &[u8]| {
            let mut bytes = whole.to_vec();
            (bytes[0], bytes[1]) = (flags, kind);
            bytes.extend(rest);
            Packet::parse(&bytes).err()
        };
        assert_eq!(with(0x40, 8, &[]), Some(BadPacket::Version));
        assert_eq!(with(0x80, 200, &[]), Some(BadPacket::Control));
        assert_eq!(with(0x81, 8, &[0, 0, 0]), Some(BadPacket::Length));
        assert_eq!(with(0x90, 8, &[0, 0, 0, 2, 0, 0, 0, 0]), Some(BadPacket::Length));
        assert_eq!(with(0xa0, 8, &[]), Some(BadPacket::Padding));
        assert_eq!(with(0xa0, 8, &[1, 0]), Some(BadPacket::Padding));
        assert_eq!(with(0xa0, 8, &[1, 3]), Some(BadPacket::Padding));
        assert_eq!(with(0x80, 8, &[0; MAX_PACKET]), Some(BadPacket::Length));
    }

    proptest! {
        #[test]
        fn a_packet_that_is_written_is_read_as_itself(
            marker in any::<bool>(),
            payload_type in 0_u8..64,
            (sequence, timestamp, source) in any::<(u16, u32, u32)>(),
            contributors in prop::collection::vec(any::<u32>(), 0..16),
            extension in prop::option::of((any::<u16>(), prop::collection::vec(any::<[u8; 4]>(), 0..20))),
            payload in prop::collection::vec(any::<u8>(), 0..400),
            padding in any::<u8>(),
        ) {
            let data = extension.as_ref().map(|(_, words)| words.concat());
            let extension = extension.as_ref().zip(data.as_ref()).map(|((profile, _), data)| Extension { profile: *profile, data });
            let packet = Packet { marker, payload_type, sequence, timestamp, source, contributors, extension, payload: &payload, padding };
            let bytes = packet.write();
            prop_assert_eq!(Packet::parse(&bytes), Ok(packet));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(packet) = Packet::parse(&bytes) {
                prop_assert!(packet.payload.len() + usize::from(packet.padding) + FIXED <= bytes.len());
            }
        }
    }
}
