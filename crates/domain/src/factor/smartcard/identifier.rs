//! Where a card says who holds it.

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::x509::AttributeTypeAndValue;

use super::der::{Der, tag};

/// Where a card says who holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CardIdentifier {
    /// The common name of the subject.
    CommonName,
    /// The serial number of the subject: the person's, not the certificate's.
    SerialNumber,
    /// The user identifier of the subject.
    UserId,
    /// The user principal name, which Windows signs in with.
    PrincipalName,
    /// The certificate itself, by its issuer and serial number: a new one on the same card is another card.
    Certificate,
}

/// A word that names no place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown card identifier `{0}`")]
pub struct UnknownIdentifier(String);

/// 2.5.4.3 [RFC 4519 §2.3].
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
/// 2.5.4.5 [RFC 4519 §2.31].
const SERIAL_NUMBER: &[u8] = &[0x55, 0x04, 0x05];
/// 0.9.2342.19200300.100.1.1 [RFC 4519 §2.39].
const USER_ID: &[u8] = &[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, 0x01];
/// 1.3.6.1.4.1.311.20.2.3 [MS-PKCA].
const PRINCIPAL_NAME: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x14, 0x02, 0x03];
/// BMPString, which old authorities write names in.
const BMP_STRING: u32 = 30;

impl CardIdentifier {
    /// Every one, for the reference.
    pub const ALL: [Self; 5] =
        [Self::CommonName, Self::SerialNumber, Self::UserId, Self::PrincipalName, Self::Certificate];

    /// The longest that is taken, in bytes.
    const MAX_LENGTH: usize = 200;

    /// The word for it in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CommonName => "common_name",
            Self::SerialNumber => "serial_number",
            Self::UserId => "user_id",
            Self::PrincipalName => "principal_name",
            Self::Certificate => "certificate",
        }
    }

    /// Reads it off a certificate. `None` when it is missing, empty, too long, unreadable or there twice.
    ///
    /// Letters are kept as they are: two texts that differ in anything are two people.
    pub(super) fn read(self, certificate: &X509Certificate<'_>) -> Option<String> {
        let text = match self {
            Self::CommonName => attribute(certificate, COMMON_NAME),
            Self::SerialNumber => attribute(certificate, SERIAL_NUMBER),
            Self::UserId => attribute(certificate, USER_ID),
            Self::PrincipalName => only(principal_names(certificate).into_iter())?,
            Self::Certificate => Some(HEXLOWER.encode(certificate.raw_serial())),
        }?;
        // SECURITY: a text that is cut off or shown differently elsewhere could pass for another.
        let is_plain = !text.trim().is_empty() && !text.chars().any(char::is_control);
        (is_plain && text.len() <= Self::MAX_LENGTH).then_some(text)
    }
}

impl FromStr for CardIdentifier {
    type Err = UnknownIdentifier;

    fn from_str(text: &str) -> Result<Self, UnknownIdentifier> {
        let found = Self::ALL.into_iter().find(|known| known.as_str() == text);
        found.ok_or_else(|| UnknownIdentifier(text.to_owned()))
    }
}

impl fmt::Display for CardIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The addresses that a certificate carries: of e-mail, and user principal names, which look the same. In lower case.
pub(super) fn addresses(certificate: &X509Certificate<'_>) -> Vec<String> {
    let mail = names(certificate).iter().filter_map(|name| {
        if let GeneralName::RFC822Name(address) = name { Some((*address).to_owned()) } else { None }
    });
    let mut found: Vec<String> = Vec::new();
    for address in mail.chain(principal_names(certificate).into_iter().flatten()) {
        // SECURITY: letters that only look like those of another address are nobody's here.
        let address = address.to_ascii_lowercase();
        if !address.is_empty() && address.is_ascii() && !found.contains(&address) {
            found.push(address);
        }
    }
    found
}

/// The text of an attribute of the subject that is there once.
fn attribute(certificate: &X509Certificate<'_>, oid: &[u8]) -> Option<String> {
    let found = certificate.subject().iter_attributes().filter(|attribute| attribute.attr_type().as_bytes() == oid);
    only(found.map(text))?
}

/// The one that there is, if there is only one.
fn only<T>(mut found: impl Iterator<Item = T>) -> Option<T> {
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

fn text(attribute: &AttributeTypeAndValue<'_>) -> Option<String> {
    if attribute.attr_value().tag().0 != BMP_STRING {
        return attribute.as_str().ok().map(str::to_owned);
    }
    let (units, rest) = attribute.as_slice().as_chunks::<2>();
    let units: Vec<u16> = units.iter().map(|unit| u16::from_be_bytes(*unit)).collect();
    rest.is_empty().then(|| String::from_utf16(&units).ok()).flatten()
}

/// The user principal names of a certificate: one that cannot be read is `None`.
fn principal_names(certificate: &X509Certificate<'_>) -> Vec<Option<String>> {
    let names = names(certificate).iter().filter_map(|name| match name {
        GeneralName::OtherName(oid, value) if oid.as_bytes() == PRINCIPAL_NAME => Some(principal_name(value)),
        GeneralName::OtherName(..)
        | GeneralName::RFC822Name(_)
        | GeneralName::DNSName(_)
        | GeneralName::X400Address(_)
        | GeneralName::DirectoryName(_)
        | GeneralName::EDIPartyName(_)
        | GeneralName::URI(_)
        | GeneralName::IPAddress(_)
        | GeneralName::RegisteredID(_)
        | GeneralName::Invalid(..) => None,
    });
    names.collect()
}

/// `[0] EXPLICIT UTF8String` [RFC 5280 §4.2.1.6, MS-PKCA].
fn principal_name(value: &[u8]) -> Option<String> {
    let inside = Der::only(value, tag::constructed(0))?.content;
    let text = Der::only(inside, tag::UTF8_STRING)?.content;
    std::str::from_utf8(text).ok().map(str::to_owned)
}

fn names<'c, 'd>(certificate: &'c X509Certificate<'d>) -> &'c [GeneralName<'d>] {
    let found = certificate.subject_alternative_name().ok().flatten();
    found.map(|extension| extension.value.general_names.as_slice()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_names_its_place() {
        for identifier in CardIdentifier::ALL {
            assert_eq!(identifier.as_str().parse(), Ok(identifier));
            assert_eq!(identifier.to_string(), identifier.as_str());
        }
        assert!("cn".parse::<CardIdentifier>().is_err());
    }
}
