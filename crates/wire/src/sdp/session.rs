//! What the other side says of theirs.

use std::net::IpAddr;

use super::error::BadSdp;
use crate::g711::Law;

/// The longest description that is read.
pub const MAX_SDP: usize = 16 * 1024;

/// Which way sound may flow, as the one who says it sees it [RFC 8866 §6.7].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Both ways.
    SendReceive,
    /// They only speak: they hold the call, or play music.
    SendOnly,
    /// They only hear.
    ReceiveOnly,
    /// Neither way.
    Inactive,
}

impl Direction {
    const ALL: [Self; 4] = [Self::SendReceive, Self::SendOnly, Self::ReceiveOnly, Self::Inactive];

    /// The attribute.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SendReceive => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::ReceiveOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    /// What the other side answers to it [RFC 3264 §6.1].
    #[must_use]
    pub const fn answered(self) -> Self {
        match self {
            Self::SendReceive => Self::SendReceive,
            Self::SendOnly => Self::ReceiveOnly,
            Self::ReceiveOnly => Self::SendOnly,
            Self::Inactive => Self::Inactive,
        }
    }

    /// Whether whoever says it hears us.
    pub const fn hears(self) -> bool {
        match self {
            Self::SendReceive | Self::ReceiveOnly => true,
            Self::SendOnly | Self::Inactive => false,
        }
    }
}

/// The other side's stream of sound: the first in their description that is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Where they hear.
    pub address: IpAddr,
    /// On which port; never 0.
    pub port: u16,
    /// Which laws they speak, their favourite first; never none.
    pub laws: Vec<Law>,
    /// Under which payload type they know keys as events.
    pub telephone_event: Option<u8>,
    /// Which way sound may flow, as they see it.
    pub direction: Direction,
}

/// A stream, while its lines are read.
#[derive(Default)]
struct Stream<'a> {
    port: u16,
    is_plain: bool,
    formats: Vec<u8>,
    connection: Option<&'a str>,
    maps: Vec<(u8, &'a str)>,
    direction: Option<Direction>,
}

impl Session {
    /// Reads an answer, or an offer inside a call.
    ///
    /// # Errors
    /// There is no stream in it that we could join.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadSdp> {
        if bytes.len() > MAX_SDP {
            return Err(BadSdp::TooLong);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| BadSdp::Malformed)?;
        // [RFC 8866 §5]: lines end in CRLF, and a receiver should take a single LF, too.
        let mut lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
        if lines.next() != Some("v=0") {
            return Err(BadSdp::Version);
        }
        let mut connection = None;
        let mut direction = None;
        // The first audio stream that is found, and whether the lines that come now are about it.
        let mut found: Option<Stream<'_>> = None;
        let mut section = Section::Session;
        for line in lines {
            let (kind, value) = line.split_once('=').ok_or(BadSdp::Malformed)?;
            match (kind, &section, &mut found) {
                ("m", _, stream) => {
                    let audio = audio(value)?;
                    section = Section::Other;
                    if stream.is_none() && audio.is_some() {
                        *stream = audio;
                        section = Section::Audio;
                    }
                }
                ("c", Section::Session, _) => connection = Some(value),
                ("c", Section::Audio, Some(stream)) => stream.connection = Some(value),
                ("a", Section::Session, _) => direction = read_direction(value).or(direction),
                ("a", Section::Audio, Some(stream)) => {
                    stream.direction = read_direction(value).or(stream.direction);
                    stream.maps.extend(value.strip_prefix("rtpmap:").and_then(read_map));
                }
                // Who, when, how broad, and what concerns streams that we did not ask for.
                (_, Section::Session | Section::Audio | Section::Other, _) => {}
            }
        }
        let stream = found.ok_or(BadSdp::NoAudio)?;
        if stream.port == 0 {
            return Err(BadSdp::Refused);
        }
        if !stream.is_plain {
            return Err(BadSdp::Profile);
        }
        let laws: Vec<Law> = stream.formats.iter().filter_map(|format| stream.law(*format)).collect();
        if laws.is_empty() {
            return Err(BadSdp::NoCodec);
        }
        let address = read_connection(stream.connection.or(connection).ok_or(BadSdp::Address)?)?;
        let telephone_event = stream.formats.iter().copied().find(|format| stream.is_telephone_event(*format));
        let direction = stream.direction.or(direction).unwrap_or(Direction::SendReceive);
        // [RFC 3264 §8.4, RFC 2543 B.5]: the unspecified address is how old telephones hold a call.
        let direction = if address.is_unspecified() { Direction::Inactive } else { direction };
        Ok(Self { address, port: stream.port, laws, telephone_event, direction })
    }
}

/// What the lines that come now are about.
enum Section {
    Session,
    Audio,
    Other,
}

impl Stream<'_> {
    fn map(&self, format: u8) -> Option<&str> {
        self.maps.iter().find(|(number, _)| *number == format).map(|(_, name)| *name)
    }

    /// The law that a format is: by its map, or by its number when it has none [RFC 3551 §6].
    fn law(&self, format: u8) -> Option<Law> {
        match self.map(format) {
            // Only under its own number: we send static types, and a map of another number would have to be kept.
            Some(name) => {
                Law::ALL.into_iter().find(|law| law.payload_type() == format && is_encoding(name, law.encoding_name()))
            }
            None => Law::ALL.into_iter().find(|law| law.payload_type() == format),
        }
    }

    fn is_telephone_event(&self, format: u8) -> bool {
        self.map(format).is_some_and(|name| is_encoding(name, "telephone-event"))
    }
}

/// Reads the value of an `m=` line; nothing when it is no sound.
fn audio(value: &str) -> Result<Option<Stream<'_>>, BadSdp> {
    let mut words = value.split_ascii_whitespace();
    let (Some(media), Some(port), Some(profile)) = (words.next(), words.next(), words.next()) else {
        return Err(BadSdp::Malformed);
    };
    if media != "audio" {
        return Ok(None);
    }
    // `49170/2` is two ports; the first is the stream's [RFC 8866 §5.14].
    let port = port.split_once('/').map_or(port, |(port, _)| port).parse().map_err(|_| BadSdp::Malformed)?;
    let formats = words.map(str::parse::<u8>).filter_map(Result::ok).filter(|format| *format < 128).collect();
    Ok(Some(Stream { port, is_plain: profile == "RTP/AVP", formats, ..Stream::default() }))
}

fn read_map(value: &str) -> Option<(u8, &str)> {
    let (number, name) = value.split_once(' ')?;
    Some((number.parse().ok()?, name.trim()))
}

/// Whether `PCMA/8000` or `PCMA/8000/1` is `name`.
fn is_encoding(map: &str, name: &str) -> bool {
    let mut parts = map.split('/');
    parts.next().is_some_and(|encoding| encoding.eq_ignore_ascii_case(name))
        && parts.next() == Some("8000")
        && matches!(parts.next(), None | Some("1"))
}

fn read_direction(value: &str) -> Option<Direction> {
    Direction::ALL.into_iter().find(|direction| direction.as_str() == value)
}

/// Reads `IN IP4 192.0.2.1`, with or without a time to live.
fn read_connection(value: &str) -> Result<IpAddr, BadSdp> {
    let mut words = value.split_ascii_whitespace();
    let (Some("IN"), Some(family), Some(address), None) = (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(BadSdp::Address);
    };
    let address = address.split_once('/').map_or(address, |(address, _)| address);
    // A name would make us ask a name server for whoever answers the telephone.
    let address: IpAddr = address.parse().map_err(|_| BadSdp::Address)?;
    let agrees = match family {
        "IP4" => address.is_ipv4(),
        "IP6" => address.is_ipv6(),
        _ => false,
    };
    let is_broadcast = matches!(address, IpAddr::V4(v4) if v4.is_broadcast());
    if agrees && !address.is_multicast() && !is_broadcast { Ok(address) } else { Err(BadSdp::Address) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ANSWER: &str = "v=0\r\no=trunk 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
                          m=audio 40002 RTP/AVP 8 96\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:96 telephone-event/8000\r\n\
                          a=fmtp:96 0-16\r\na=ptime:20\r\n";

    fn parse(text: &str) -> Result<Session, BadSdp> {
        Session::parse(text.as_bytes())
    }

    #[test]
    fn an_ordinary_answer_is_read() {
        let session = Session {
            address: "192.0.2.1".parse().unwrap(),
            port: 40_002,
            laws: vec![Law::A],
            telephone_event: Some(96),
            direction: Direction::SendReceive,
        };
        assert_eq!(parse(ANSWER), Ok(session.clone()));
        assert_eq!(parse(&ANSWER.replace("\r\n", "\n")), Ok(session));
    }

    #[test]
    fn a_stream_has_its_own_address_and_direction() {
        let text = "v=0\r\nc=IN IP4 192.0.2.1\r\na=inactive\r\nm=audio 4000/2 RTP/AVP 0 8\r\n\
                    c=IN IP6 2001:db8::1\r\na=sendonly\r\nm=video 5000 RTP/AVP 99\r\nc=IN IP4 192.0.2.9\r\n";
        let session = parse(text).unwrap();
        assert_eq!(session.address, "2001:db8::1".parse::<IpAddr>().unwrap());
        assert_eq!((session.port, session.laws), (4_000, vec![Law::Mu, Law::A]));
        assert_eq!((session.telephone_event, session.direction), (None, Direction::SendOnly));
        assert!(!session.direction.hears());
        assert_eq!(session.direction.answered(), Direction::ReceiveOnly);
    }

    #[test]
    fn the_unspecified_address_holds_the_call() {
        let session = parse(&ANSWER.replace("c=IN IP4 192.0.2.1", "c=IN IP4 0.0.0.0")).unwrap();
        assert_eq!(session.direction, Direction::Inactive);
    }

    #[test]
    fn keys_at_another_rate_are_not_offered_to_us() {
        let text = ANSWER.replace("telephone-event/8000", "telephone-event/16000");
        assert_eq!(parse(&text).unwrap().telephone_event, None);
        // A map without its number in the list of formats is a remark.
        let text = ANSWER.replace("RTP/AVP 8 96", "RTP/AVP 8");
        assert_eq!(parse(&text).unwrap().telephone_event, None);
    }

    #[test]
    fn a_description_that_we_cannot_join_says_why() {
        for (from, to, error) in [
            ("v=0", "v=1", BadSdp::Version),
            ("m=audio 40002", "m=audio 0", BadSdp::Refused),
            ("m=audio", "m=video", BadSdp::NoAudio),
            ("RTP/AVP", "RTP/SAVP", BadSdp::Profile),
            ("RTP/AVP 8 96", "RTP/AVP 18 96", BadSdp::NoCodec),
            ("a=rtpmap:8 PCMA/8000", "a=rtpmap:8 PCMA/16000", BadSdp::NoCodec),
            ("m=audio 40002", "m=audio 99999", BadSdp::Malformed),
            ("m=audio 40002 RTP/AVP 8 96", "m=audio", BadSdp::Malformed),
            ("t=0 0", "t0 0", BadSdp::Malformed),
            ("c=IN IP4 192.0.2.1", "c=IN IP4 media.example", BadSdp::Address),
            ("c=IN IP4 192.0.2.1", "c=IN IP6 192.0.2.1", BadSdp::Address),
            ("c=IN IP4 192.0.2.1", "c=IN IP4 224.2.1.1/127", BadSdp::Address),
            ("c=IN IP4 192.0.2.1", "c=IN IP4 255.255.255.255", BadSdp::Address),
            ("c=IN IP4 192.0.2.1", "b=AS:64", BadSdp::Address),
        ] {
            assert_eq!(parse(&ANSWER.replacen(from, to, 1)), Err(error), "{to}");
        }
        assert_eq!(Session::parse(&[b'v', b'=', b'0', b'\n', 0xff]), Err(BadSdp::Malformed));
        assert_eq!(Session::parse(&[b'x'; MAX_SDP + 1]), Err(BadSdp::TooLong));
        assert_eq!(parse(""), Err(BadSdp::Version));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(lines in prop::collection::vec("[vomcat]=.{0,40}", 0..20)) {
            let text = format!("v=0\r\n{}", lines.join("\r\n"));
            if let Ok(session) = parse(&text) {
                prop_assert!(session.port != 0 && !session.laws.is_empty() && !session.address.is_multicast());
            }
        }

        #[test]
        fn a_broken_answer_is_read_or_refused(at in 0..ANSWER.len(), with in any::<u8>()) {
            let mut bytes = ANSWER.as_bytes().to_vec();
            bytes[at] = with;
            if let Ok(session) = Session::parse(&bytes) {
                prop_assert!(session.port != 0 && !session.laws.is_empty());
            }
        }
    }
}
