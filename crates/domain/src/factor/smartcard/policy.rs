//! Under which policy a certificate was issued [RFC 5280 §4.2.1.4].

use std::fmt;
use std::str::FromStr;

use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::ParsedExtension;
use x509_parser::oid_registry::{OID_X509_EXT_CERTIFICATE_POLICIES, OID_X509_EXT_INHIBIT_ANY_POLICY};

/// The name of a policy: an object identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyOid {
    text: String,
    /// As it stands in a certificate, without tag and length.
    der: Vec<u8>,
}

/// Why a text names no policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPolicy {
    /// It is no object identifier.
    #[error("a policy is numbers with dots between them, like `1.2.826.0.1.3344`")]
    NoIdentifier,
    /// It is the one that stands for all.
    #[error("`2.5.29.32.0` means any policy: name no policy at all instead")]
    Any,
}

/// The policy `anyPolicy`, 2.5.29.32.0, as it stands in a certificate.
const ANY: [u8; 4] = [0x55, 0x1d, 0x20, 0x00];

impl PolicyOid {
    /// Longer ones exist nowhere.
    const MAX_LENGTH: usize = 200;

    fn is(&self, der: &[u8]) -> bool {
        self.der == der
    }
}

impl FromStr for PolicyOid {
    type Err = BadPolicy;

    fn from_str(text: &str) -> Result<Self, BadPolicy> {
        if text.len() > Self::MAX_LENGTH {
            return Err(BadPolicy::NoIdentifier);
        }
        let arcs: Vec<u128> = text.split('.').map(arc).collect::<Option<_>>().ok_or(BadPolicy::NoIdentifier)?;
        // The first two share a number [X.690 §8.19.4].
        let [first, second, rest @ ..] = arcs.as_slice() else { return Err(BadPolicy::NoIdentifier) };
        if *first > 2 || (*first < 2 && *second > 39) {
            return Err(BadPolicy::NoIdentifier);
        }
        let mut der = Vec::new();
        push(&mut der, second.checked_add(first * 40).ok_or(BadPolicy::NoIdentifier)?);
        for arc in rest {
            push(&mut der, *arc);
        }
        if der == ANY {
            return Err(BadPolicy::Any);
        }
        Ok(Self { text: text.to_owned(), der })
    }
}

impl fmt::Display for PolicyOid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn arc(text: &str) -> Option<u128> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    is_plain.then(|| text.parse().ok()).flatten()
}

/// Seven bits a byte, the highest first; all but the last are marked [X.690 §8.19.2].
fn push(out: &mut Vec<u8>, arc: u128) {
    let groups = (128 - arc.leading_zeros()).div_ceil(7).max(1);
    for group in (0..groups).rev() {
        let bits = u8::try_from((arc >> (group * 7)) & 0x7f).unwrap_or(0);
        out.push(if group == 0 { bits } else { bits | 0x80 });
    }
}

/// Whether every certificate of a path below its anchor, the leaf first, asserts one and the same of these policies
/// [RFC 5280 §6.1].
///
/// Policies are not mapped onto each other: a mapping would let an authority in the middle decide what counts as ours. An
/// authority may assert `anyPolicy`, unless one of the path forbids it anywhere; a card may not.
pub(super) fn is_allowed(path: &[X509Certificate<'_>], allowed: &[PolicyOid]) -> bool {
    let Some(asserted) = path.iter().map(asserted).collect::<Option<Vec<Vec<&[u8]>>>>() else { return false };
    let forbids_any = path.iter().any(|certificate| {
        certificate.iter_extensions().any(|extension| extension.oid == OID_X509_EXT_INHIBIT_ANY_POLICY)
    });
    allowed.iter().any(|policy| {
        asserted.iter().enumerate().all(|(height, asserted)| {
            let any = height > 0 && !forbids_any && asserted.contains(&ANY.as_slice());
            any || asserted.iter().any(|one| policy.is(one))
        })
    })
}

/// What a certificate asserts; nothing when it cannot be read, or stands there twice.
fn asserted<'c>(certificate: &'c X509Certificate<'_>) -> Option<Vec<&'c [u8]>> {
    let extension = certificate.get_extension_unique(&OID_X509_EXT_CERTIFICATE_POLICIES).ok()?;
    let Some(extension) = extension else { return Some(Vec::new()) };
    let ParsedExtension::CertificatePolicies(policies) = extension.parsed_extension() else { return None };
    Some(policies.iter().map(|policy| policy.policy_id.as_bytes()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_written_as_certificates_write_it() {
        for (text, der) in [
            ("1.2.826.0.1.3344", &[0x2a, 0x86, 0x3a, 0x00, 0x01, 0x9a, 0x10][..]),
            ("2.16.840.1.101.3.2.1.3.13", &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x02, 0x01, 0x03, 0x0d]),
            ("2.999.3", &[0x88, 0x37, 0x03]),
            ("0.39", &[39]),
        ] {
            let policy: PolicyOid = text.parse().unwrap();
            assert_eq!((policy.der.as_slice(), policy.to_string().as_str()), (der, text));
        }
    }

    #[test]
    fn other_texts_are_no_policies() {
        for text in ["", "1", "1.", ".1", "1..2", "3.1", "1.40", "1.02", "1.-2", "1.+2", "1.2 ", "a.b", "1.٣"] {
            assert_eq!(text.parse::<PolicyOid>(), Err(BadPolicy::NoIdentifier), "{text}");
        }
        assert_eq!("1.2".repeat(100).parse::<PolicyOid>(), Err(BadPolicy::NoIdentifier));
        assert_eq!(format!("2.{}", u128::MAX).parse::<PolicyOid>(), Err(BadPolicy::NoIdentifier));
        assert_eq!("2.5.29.32.0".parse::<PolicyOid>(), Err(BadPolicy::Any));
    }
}
