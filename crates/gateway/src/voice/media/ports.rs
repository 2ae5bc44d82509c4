//! Ports for sound.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::ops::RangeInclusive;

/// The ports that calls may hear on.
#[derive(Clone, Debug)]
pub struct MediaPorts {
    address: IpAddr,
    range: RangeInclusive<u16>,
}

impl MediaPorts {
    pub const fn new(address: IpAddr, range: RangeInclusive<u16>) -> Self {
        Self { address, range }
    }

    /// Opens a socket on an even port [RFC 3550 §11], beginning at a random one so that the next call's is not foretold.
    ///
    /// # Errors
    /// None of the ports is free.
    pub fn open(&self, random: u16) -> io::Result<UdpSocket> {
        let even: Vec<u16> = self.range.clone().filter(|port| port % 2 == 0 && *port != 0).collect();
        let start = usize::from(random).checked_rem(even.len()).unwrap_or(0);
        let mut error = io::Error::new(io::ErrorKind::AddrNotAvailable, "the range of media ports has no even port");
        for port in even.iter().cycle().skip(start).take(even.len()) {
            match UdpSocket::bind(SocketAddr::new(self.address, *port)) {
                Ok(socket) => {
                    socket.set_nonblocking(true)?;
                    return Ok(socket);
                }
                Err(failed) => error = failed,
            }
        }
        Err(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_hear_on_ports_of_their_own_until_there_are_none() {
        // Four even ports, somewhere high; another process may have one of them.
        let ports = MediaPorts::new(IpAddr::from([127, 0, 0, 1]), 61_200..=61_207);
        let opened: Vec<_> = (0..4).map_while(|random| ports.open(random * 77).ok()).collect();
        for socket in &opened {
            let port = socket.local_addr().unwrap().port();
            assert!(port % 2 == 0 && (61_200..=61_207).contains(&port));
        }
        if opened.len() == 4 {
            assert!(ports.open(0).is_err());
        }
        let none = MediaPorts::new(IpAddr::from([127, 0, 0, 1]), 61_209..=61_209);
        assert!(none.open(3).is_err());
    }
}
