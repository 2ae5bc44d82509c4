//! Asking a responder about one certificate, and judging its answer [RFC 6960, RFC 5019].
//!
//! There is no nonce in a request: responders sign answers in advance and hand them out again, and we keep them, too
//! [RFC 5019 §2.1.1, §4]. That an answer is recent follows from its times alone.

use rustls_pki_types::CertificateDer;
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use super::der::{Der, Item, tag, write};
use super::fields;
use super::link::Link;
use super::rules::RevocationRules;
use super::status::{Grace, Standing, StatusFailure, fresh_until};
use crate::time::Timestamp;

/// The longest answer, in bytes: one with certificates of its signer has some thousands.
const LONGEST_RESPONSE: usize = 64 * 1024;
/// The most certificates of an answer that are tried.
const MOST_SIGNERS: usize = 4;
/// `id-sha1`, 1.3.14.3.2.26.
const SHA1: &[u8] = &[0x2b, 0x0e, 0x03, 0x02, 0x1a];
/// `id-pkix-ocsp-basic`, 1.3.6.1.5.5.7.48.1.1.
const BASIC: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01];
/// `id-kp-OCSPSigning`, 1.3.6.1.5.5.7.3.9.
const OCSP_SIGNING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x09];

/// Writes the request for one certificate [RFC 6960 §4.1.1].
pub(super) fn request(link: &Link) -> Vec<u8> {
    let algorithm = write(tag::SEQUENCE, &[&write(tag::OID, &[SHA1]), &write(tag::NULL, &[])]);
    let certificate = write(
        tag::SEQUENCE,
        &[
            &algorithm,
            &write(tag::OCTET_STRING, &[&link.issuer_name_hash]),
            &write(tag::OCTET_STRING, &[&link.issuer_key_hash]),
            &write(tag::INTEGER, &[&link.serial]),
        ],
    );
    let list = write(tag::SEQUENCE, &[&write(tag::SEQUENCE, &[&certificate])]);
    write(tag::SEQUENCE, &[&write(tag::SEQUENCE, &[&list])])
}

/// Judges an answer [RFC 6960 §3.2].
pub(super) fn judge(
    link: &Link,
    response: &[u8],
    rules: &RevocationRules,
    now: Timestamp,
    grace: Grace,
) -> Result<Standing, StatusFailure> {
    if response.len() > LONGEST_RESPONSE {
        return Err(StatusFailure::Unreadable);
    }
    let (status, basic) = outer(response).ok_or(StatusFailure::Unreadable)?;
    match (status, basic) {
        // successful
        (0, Some(basic)) => {
            let answer = Answer::read(basic).ok_or(StatusFailure::Unreadable)?;
            let single = answer.single(link)?;
            if !answer.is_trusted(link, now) {
                return Err(StatusFailure::Untrusted);
            }
            let fresh_until = fresh_until(single.this_update, single.next_update, rules, now, grace)?;
            match single.status {
                CertStatus::Good => Ok(Standing::Good { fresh_until }),
                CertStatus::Revoked => Ok(Standing::Revoked),
                CertStatus::Unknown => Err(StatusFailure::Unknown),
            }
        }
        // malformedRequest, internalError, tryLater, sigRequired
        (1 | 2 | 3 | 5, None) => Err(StatusFailure::TryLater),
        // unauthorized: it has no answer for this certificate [RFC 5019 §2.2.3]
        (6, None) => Err(StatusFailure::Unknown),
        (_, Some(_) | None) => Err(StatusFailure::Unreadable),
    }
}

/// `BasicOCSPResponse` [RFC 6960 §4.2.1].
struct Answer<'a> {
    signed: Item<'a>,
    algorithm: &'a [u8],
    signature: &'a [u8],
    certificates: Vec<&'a [u8]>,
    singles: Vec<Single<'a>>,
}

/// `SingleResponse`.
struct Single<'a> {
    certificate: CertId<'a>,
    status: CertStatus,
    this_update: Timestamp,
    next_update: Option<Timestamp>,
}

/// `CertID`.
struct CertId<'a> {
    algorithm: &'a [u8],
    name_hash: &'a [u8],
    key_hash: &'a [u8],
    serial: &'a [u8],
}

enum CertStatus {
    Good,
    Revoked,
    Unknown,
}

impl<'a> Answer<'a> {
    fn read(basic: Item<'a>) -> Option<Self> {
        let mut der = basic.inside();
        let signed = der.read(tag::SEQUENCE)?;
        let algorithm = der.read(tag::SEQUENCE)?.content;
        let signature = der.read(tag::BIT_STRING)?.bits()?;
        let certificates = match der.optional(tag::constructed(0))? {
            Some(list) => items(Der::only(list.content, tag::SEQUENCE)?)?.iter().map(|item| item.whole).collect(),
            None => Vec::new(),
        };
        der.end()?;
        Some(Self { signed, algorithm, signature, certificates, singles: singles(signed)? })
    }

    /// What it says about one certificate.
    fn single(&self, link: &Link) -> Result<&Single<'a>, StatusFailure> {
        let mut found = self.singles.iter().filter(|single| single.certificate.is_of(link));
        let single = found.next().ok_or(StatusFailure::OtherCertificate)?;
        // SECURITY: of two statements either could be the one that counts.
        if found.next().is_some() { Err(StatusFailure::Unreadable) } else { Ok(single) }
    }

    /// Whether the issuer signed it, or somebody whom the issuer itself has certified for that [RFC 6960 §4.2.2.2].
    ///
    /// Who it says that it is from is not looked at: the key decides. Whether the certificate of somebody else was revoked
    /// is not asked: authorities make them for days or weeks, and most say that nobody need ask [§4.2.2.2.1].
    fn is_trusted(&self, link: &Link, now: Timestamp) -> bool {
        if link.issuer_signed(self.signed.whole, self.algorithm, self.signature) {
            return true;
        }
        self.certificates.iter().take(MOST_SIGNERS).any(|der| self.is_by_delegate(der, link, now))
    }

    fn is_by_delegate(&self, der: &[u8], link: &Link, now: Timestamp) -> bool {
        let der = CertificateDer::from(der);
        let (Ok(signer), Ok(issuer)) = (EndEntityCert::try_from(&der), anchor_from_trusted_cert(&link.issuer)) else {
            return false;
        };
        let anchors = [issuer];
        // SECURITY: the issuer alone is trusted and nobody stands between, so that no other authority's, and no authority
        // below it, can answer for it.
        let verified = signer.verify_for_usage(
            ALL_VERIFICATION_ALGS,
            &anchors,
            &[],
            fields::unix_time(now),
            KeyUsage::required(OCSP_SIGNING),
            None,
            None,
        );
        verified.is_ok()
            && ALL_VERIFICATION_ALGS
                .iter()
                .filter(|known| known.signature_alg_id().as_ref() == self.algorithm)
                .any(|known| signer.verify_signature(*known, self.signed.whole, self.signature).is_ok())
    }
}

impl CertId<'_> {
    fn is_of(&self, link: &Link) -> bool {
        self.algorithm == SHA1
            && self.name_hash == link.issuer_name_hash
            && self.key_hash == link.issuer_key_hash
            && self.serial == link.serial
    }
}

/// `OCSPResponse`: its status, and a basic answer if there is one.
#[expect(clippy::type_complexity, reason = "a pair that is taken apart at once")]
fn outer(response: &[u8]) -> Option<(u8, Option<Item<'_>>)> {
    let mut der = Der::only(response, tag::SEQUENCE)?.inside();
    let [status] = der.read(tag::ENUMERATED)?.content else { return None };
    let bytes = der.optional(tag::constructed(0))?;
    der.end()?;
    let Some(bytes) = bytes else { return Some((*status, None)) };
    let mut bytes = Der::only(bytes.content, tag::SEQUENCE)?.inside();
    let kind = bytes.read(tag::OID)?;
    let basic = bytes.read(tag::OCTET_STRING)?;
    bytes.end()?;
    if kind.content != BASIC {
        return None;
    }
    Some((*status, Some(Der::only(basic.content, tag::SEQUENCE)?)))
}

/// `ResponseData`: what it says about each certificate.
fn singles(signed: Item<'_>) -> Option<Vec<Single<'_>>> {
    let mut der = signed.inside();
    if let Some(version) = der.optional(tag::constructed(0))? {
        // v1 is what is meant when nothing is said, too.
        (Der::only(version.content, tag::INTEGER)?.content == [0]).then_some(())?;
    }
    // The responder: its name, or the hash of its key.
    let responder = der.next()?;
    [tag::constructed(1), tag::constructed(2)].contains(&responder.tag).then_some(())?;
    // When it was signed, which proves nothing beyond the times in it.
    der.read(tag::GENERALIZED_TIME)?;
    let singles = items(der.read(tag::SEQUENCE)?)?;
    skip_extensions(&mut der)?;
    der.end()?;
    singles.into_iter().map(single).collect()
}

fn single(item: Item<'_>) -> Option<Single<'_>> {
    (item.tag == tag::SEQUENCE).then_some(())?;
    let mut der = item.inside();
    let certificate = cert_id(der.read(tag::SEQUENCE)?)?;
    let status = der.next()?;
    let status = match status.tag {
        good if good == tag::primitive(0) && status.content.is_empty() => CertStatus::Good,
        revoked if revoked == tag::constructed(1) => CertStatus::Revoked,
        unknown if unknown == tag::primitive(2) && status.content.is_empty() => CertStatus::Unknown,
        _ => return None,
    };
    let this_update = fields::time(der.read(tag::GENERALIZED_TIME)?.whole)?;
    let next_update = match der.optional(tag::constructed(0))? {
        Some(next) => Some(fields::time(Der::only(next.content, tag::GENERALIZED_TIME)?.whole)?),
        None => None,
    };
    skip_extensions(&mut der)?;
    der.end()?;
    Some(Single { certificate, status, this_update, next_update })
}

fn cert_id(item: Item<'_>) -> Option<CertId<'_>> {
    let mut der = item.inside();
    let mut algorithm = der.read(tag::SEQUENCE)?.inside();
    let id = CertId {
        algorithm: algorithm.read(tag::OID)?.content,
        name_hash: der.read(tag::OCTET_STRING)?.content,
        key_hash: der.read(tag::OCTET_STRING)?.content,
        serial: der.read(tag::INTEGER)?.content,
    };
    // Some leave its parameters out, others write that there are none [RFC 5754 §2].
    algorithm.optional(tag::NULL)?;
    algorithm.end()?;
    der.end()?;
    Some(id)
}

/// Passes over `[1] Extensions`, of which none may be critical [RFC 6960 §4.4]: none is understood here.
fn skip_extensions(der: &mut Der<'_>) -> Option<()> {
    let Some(list) = der.optional(tag::constructed(1))? else { return Some(()) };
    for extension in items(Der::only(list.content, tag::SEQUENCE)?)? {
        (extension.tag == tag::SEQUENCE).then_some(())?;
        let mut extension = extension.inside();
        extension.read(tag::OID)?;
        if let Some(critical) = extension.optional(tag::BOOLEAN)? {
            (critical.content == [0]).then_some(())?;
        }
        extension.read(tag::OCTET_STRING)?;
        extension.end()?;
    }
    Some(())
}

fn items(list: Item<'_>) -> Option<Vec<Item<'_>>> {
    let mut der = list.inside();
    let mut items = Vec::new();
    while !der.is_empty() {
        items.push(der.next()?);
    }
    Some(items)
}
