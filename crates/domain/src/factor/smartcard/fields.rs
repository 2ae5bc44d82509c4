//! What is read off a certificate in more than one place.

use std::time::Duration;

use rustls_pki_types::UnixTime;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::KeyUsage;
use x509_parser::prelude::FromDer as _;
use x509_parser::time::ASN1Time;

use crate::time::Timestamp;

/// Reads a certificate that fills all of `der`.
pub(super) fn certificate(der: &[u8]) -> Option<X509Certificate<'_>> {
    let (rest, certificate) = X509Certificate::from_der(der).ok()?;
    rest.is_empty().then_some(certificate)
}

/// An instant as `webpki` takes it; one before 1970 is 1970.
pub(super) fn unix_time(at: Timestamp) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_micros(u64::try_from(at.as_micros()).unwrap_or(0)))
}

/// An instant as certificates say it.
pub(super) fn timestamp(time: ASN1Time) -> Timestamp {
    Timestamp::from_seconds(time.timestamp())
}

/// Reads an instant that fills all of `der`.
pub(super) fn time(der: &[u8]) -> Option<Timestamp> {
    let (rest, time) = ASN1Time::from_der(der).ok()?;
    rest.is_empty().then(|| timestamp(time))
}

/// Whether a key may be used so. A certificate that does not say is not limited [RFC 5280 §4.2.1.3]; one that cannot be
/// read, or says it twice, allows nothing.
pub(super) fn key_may(certificate: &X509Certificate<'_>, usage: fn(&KeyUsage) -> bool) -> bool {
    certificate.key_usage().is_ok_and(|found| found.is_none_or(|extension| usage(extension.value)))
}
