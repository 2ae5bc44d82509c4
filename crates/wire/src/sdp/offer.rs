//! What we say of our side.

use std::net::IpAddr;

use super::session::Direction;
use crate::g711::Law;

/// Our side of a call's sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer<'a> {
    /// A number that no other session of this host has.
    pub session: u32,
    /// Grows when the description changes.
    pub version: u32,
    /// Where we hear.
    pub address: IpAddr,
    /// On which port.
    pub port: u16,
    /// Which laws we speak, the best first.
    pub laws: &'a [Law],
    /// Under which payload type keys come.
    pub telephone_event: Option<u8>,
    /// Which way sound may flow, as we see it.
    pub direction: Direction,
}

impl Offer<'_> {
    /// The description as text.
    pub fn write(&self) -> String {
        let Self { session, version, address, port, .. } = self;
        let family = if address.is_ipv4() { "IP4" } else { "IP6" };
        let mut formats: Vec<String> = self.laws.iter().map(|law| law.payload_type().to_string()).collect();
        formats.extend(self.telephone_event.map(|number| number.to_string()));
        let mut text = format!(
            "v=0\r\no=- {session} {version} IN {family} {address}\r\ns=-\r\nc=IN {family} {address}\r\nt=0 0\r\n\
             m=audio {port} RTP/AVP {}\r\n",
            formats.join(" ")
        );
        for law in self.laws {
            text.push_str(&format!("a=rtpmap:{} {}/8000\r\n", law.payload_type(), law.encoding_name()));
        }
        if let Some(number) = self.telephone_event {
            text.push_str(&format!("a=rtpmap:{number} telephone-event/8000\r\na=fmtp:{number} 0-15\r\n"));
        }
        text.push_str(&format!("a=ptime:20\r\na={}\r\n", self.direction.as_str()));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sdp::Session;

    #[test]
    fn an_offer_is_read_as_what_it_says() {
        for address in ["192.0.2.7", "2001:db8::7"] {
            let offer = Offer {
                session: 7,
                version: 1,
                address: address.parse().unwrap(),
                port: 40_000,
                laws: &Law::ALL,
                telephone_event: Some(101),
                direction: Direction::SendReceive,
            };
            let text = offer.write();
            assert!(text.contains("m=audio 40000 RTP/AVP 8 0 101\r\n"), "{text}");
            let read = Session::parse(text.as_bytes()).unwrap();
            assert_eq!(read.address, offer.address);
            assert_eq!(read.port, 40_000);
            assert_eq!(read.laws, Law::ALL);
            assert_eq!(read.telephone_event, Some(101));
        }
    }
}
