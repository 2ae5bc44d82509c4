//! What failures are counted for: accounts, browsers and networks.

use std::net::IpAddr;

use crate::factor::FactorKind;
use crate::id::{AccountId, DeviceId};

/// Whose account an attempt aims at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// The address that was typed, whether an account has it or not: unknown ones are slowed down in the same way.
    Address(String),
    /// An account that has proven something already.
    Account(AccountId),
}

/// What is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// An account and a factor.
    Account(Who, FactorKind),
    /// An account and a factor, from one browser.
    Device(DeviceId, Who, FactorKind),
    /// A network.
    Network(NetworkPrefix),
}

/// An IPv4 network of 24 bits or an IPv6 network of 64: what one subscriber commonly gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NetworkPrefix {
    /// The first three bytes.
    V4([u8; 3]),
    /// The first four groups.
    V6([u16; 4]),
}

impl NetworkPrefix {
    /// The network that `address` lies in.
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => {
                let [first, second, third, _] = address.octets();
                Self::V4([first, second, third])
            }
            IpAddr::V6(address) => {
                let [first, second, third, fourth, ..] = address.segments();
                Self::V6([first, second, third, fourth])
            }
        }
    }
}

impl Subject {
    /// Canonical bytes, no two subjects the same: the store keeps only their keyed hash, so that its table names nobody.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        match self {
            Self::Account(who, factor) => {
                bytes.extend([1, factor.number()]);
                who.write(&mut bytes);
            }
            Self::Device(device, who, factor) => {
                bytes.extend([2, factor.number()]);
                bytes.extend(device.uuid().as_bytes());
                who.write(&mut bytes);
            }
            Self::Network(NetworkPrefix::V4(prefix)) => {
                bytes.push(3);
                bytes.extend(prefix);
            }
            Self::Network(NetworkPrefix::V6(prefix)) => {
                bytes.push(4);
                bytes.extend(prefix.iter().flat_map(|group| group.to_be_bytes()));
            }
        }
        bytes
    }
}

impl Who {
    fn write(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Address(address) => {
                bytes.push(1);
                bytes.extend(address.trim().to_lowercase().bytes());
            }
            Self::Account(account) => {
                bytes.push(2);
                bytes.extend(account.uuid().as_bytes());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::time::Timestamp;

    fn account() -> AccountId {
        AccountId::new(Timestamp::from_seconds(1), [1; 10])
    }

    fn device() -> DeviceId {
        DeviceId::new(Timestamp::from_seconds(1), [2; 10])
    }

    #[test]
    fn no_two_subjects_share_their_bytes() {
        let whos = [Who::Address("a@b".to_owned()), Who::Address("a@c".to_owned()), Who::Account(account())];
        let mut seen = HashSet::new();
        for who in &whos {
            for factor in FactorKind::ALL {
                assert!(seen.insert(Subject::Account(who.clone(), factor).to_bytes()));
                assert!(seen.insert(Subject::Device(device(), who.clone(), factor).to_bytes()));
            }
        }
        for address in ["192.0.2.1", "192.0.3.1", "2001:db8::1", "2001:db8:0:1::1"] {
            assert!(seen.insert(Subject::Network(NetworkPrefix::of(address.parse().unwrap())).to_bytes()));
        }
    }

    #[test]
    fn neighbours_share_a_network_however_it_is_written() {
        let of = |address: &str| NetworkPrefix::of(address.parse().unwrap());
        assert_eq!(of("192.0.2.1"), of("192.0.2.254"));
        assert_eq!(of("192.0.2.1"), of("::ffff:192.0.2.9"));
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:0:1"));
    }

    #[test]
    fn an_address_counts_the_same_however_it_is_typed() {
        let bytes = |text: &str| Subject::Account(Who::Address(text.to_owned()), FactorKind::Password).to_bytes();
        assert_eq!(bytes("Nurse@A.example "), bytes("nurse@a.example"));
    }
}
