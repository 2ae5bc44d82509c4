//! How the people of a named location reach us.

use std::str::FromStr;

/// Over which network a named location is connected [CA-4].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LocationConnection {
    /// The internet: public addresses that belong to the organisation.
    Internet,
    /// The Health and Social Care Network, where private addresses arrive as they are.
    Hscn,
}

/// A word that names no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown connection")]
pub struct UnknownConnection;

impl LocationConnection {
    /// Every connection.
    pub const ALL: [Self; 2] = [Self::Internet, Self::Hscn];

    /// The word that stores and forms use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Internet => "internet",
            Self::Hscn => "hscn",
        }
    }
}

impl FromStr for LocationConnection {
    type Err = UnknownConnection;

    fn from_str(text: &str) -> Result<Self, UnknownConnection> {
        Self::ALL.into_iter().find(|connection| connection.as_str() == text).ok_or(UnknownConnection)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        for connection in LocationConnection::ALL {
            assert_eq!(connection.as_str().parse(), Ok(connection));
        }
        assert_eq!("vpn".parse::<LocationConnection>(), Err(UnknownConnection));
    }
}
