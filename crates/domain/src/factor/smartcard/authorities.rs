//! Whose cards are taken.

use std::fmt;
use std::sync::Arc;

use rustls_pki_types::CertificateDer;
use webpki::anchor_from_trusted_cert;

use super::fields;
use crate::time::Timestamp;

/// The authorities whose cards are taken: each the certificate that paths end at.
///
/// Authorities in the middle may stand here, too: a path ends at the first that is found.
#[derive(Clone)]
pub struct Authorities(Arc<[Authority]>);

/// Why a certificate cannot be an authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAuthority {
    /// It is no certificate.
    #[error("certificate {number} cannot be read")]
    Unreadable {
        /// Which one of those given, counted from one.
        number: usize,
    },
    /// It may not issue certificates [RFC 5280 §4.2.1.9].
    #[error("certificate {number} is no authority's: it may not issue certificates")]
    NoAuthority {
        /// Which one of those given, counted from one.
        number: usize,
    },
}

/// One of them.
pub(super) struct Authority {
    pub(super) certificate: CertificateDer<'static>,
    subject: Vec<u8>,
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
}

impl Authorities {
    /// Takes certificates in DER.
    ///
    /// # Errors
    /// Says which one is no authority's.
    pub fn new(certificates: Vec<Vec<u8>>) -> Result<Self, BadAuthority> {
        let authorities = certificates.into_iter().enumerate().map(|(index, der)| Authority::new(der, index + 1));
        Ok(Self(authorities.collect::<Result<_, _>>()?))
    }

    /// Nobody's cards.
    pub fn none() -> Self {
        Self(Arc::new([]))
    }

    /// Their names in DER, which tell a browser what certificates to offer [RFC 8446 §4.2.4].
    pub fn subjects(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(|authority| authority.subject.as_slice())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Authority> {
        self.0.iter()
    }
}

impl fmt::Debug for Authorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authorities({})", self.0.len())
    }
}

impl Authority {
    fn new(der: Vec<u8>, number: usize) -> Result<Self, BadAuthority> {
        let certificate = CertificateDer::from(der);
        let read = fields::certificate(&certificate).ok_or(BadAuthority::Unreadable { number })?;
        anchor_from_trusted_cert(&certificate).map_err(|_| BadAuthority::Unreadable { number })?;
        let may_issue = read.basic_constraints().is_ok_and(|found| found.is_some_and(|found| found.value.ca));
        if !may_issue || !fields::key_may(&read, x509_parser::extensions::KeyUsage::key_cert_sign) {
            return Err(BadAuthority::NoAuthority { number });
        }
        let subject = read.subject().as_raw().to_vec();
        let (not_before, not_after) = (read.validity().not_before, read.validity().not_after);
        let (not_before, not_after) = (fields::timestamp(not_before), fields::timestamp(not_after));
        Ok(Self { certificate, subject, not_before, not_after })
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{IsCa, KeyUsagePurpose};

    use super::super::testing::{card, root, root_with};
    use super::*;

    #[test]
    fn an_authority_may_issue_certificates() {
        let good = root("Root");
        let other = root_with("Root", |params| params.is_ca = IsCa::NoCa);
        let lists = root_with("Root", |params| params.key_usages = vec![KeyUsagePurpose::CrlSign]);
        let unlimited = root_with("Root", |params| params.key_usages = Vec::new());
        let of = |second: &[u8]| Authorities::new(vec![good.der().to_vec(), second.to_vec()]).map(|all| all.0.len());
        assert_eq!(of(unlimited.der()), Ok(2));
        for certificate in [other.der().as_ref(), lists.der().as_ref(), &card(&good, |_| {})] {
            assert_eq!(of(certificate), Err(BadAuthority::NoAuthority { number: 2 }));
        }
        for bytes in [&b"no certificate"[..], &[], &good.der()[1..]] {
            assert_eq!(of(bytes), Err(BadAuthority::Unreadable { number: 2 }));
        }
        assert_eq!(Authorities::none().subjects().count(), 0);
    }

    #[test]
    fn their_names_are_whole_items() {
        let root = root("Root");
        let authorities = Authorities::new(vec![root.der().to_vec()]).unwrap();
        let expected: &[u8] = &[0x30, 0x0f, 0x31, 0x0d, 0x30, 0x0b, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 0x04];
        assert_eq!(authorities.subjects().collect::<Vec<_>>(), [&[expected, b"Root"].concat()]);
    }
}
