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
        // malformedRequest, internalError, tryLater, sigRequired, unauthorized: nobody has signed that, so another may be asked.
        (1 | 2 | 3 | 5 | 6, None) => Err(StatusFailure::TryLater),
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
    // Some leave its parameters out, others write that there are none [RFC 3370 §2.1].
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

#[cfg(test)]
mod tests {
    use rcgen::{ExtendedKeyUsagePurpose, KeyPair, date_time_ymd};

    use super::super::testing::{
        Issuer, NOW, Statement, asked, below, card, day, delegate, good_card, response, root, rules,
    };
    use super::super::{Card, RevocationRules, inspect};
    use super::*;

    type Judged = Result<Standing, StatusFailure>;

    fn judge_at(card: &Card, response: &[u8], now: Timestamp, grace: Grace) -> Judged {
        card.judge_response(0, response, &RevocationRules::default(), now, grace)
    }

    fn judge(card: &Card, response: &[u8]) -> Judged {
        judge_at(card, response, NOW, Grace::None)
    }

    fn good() -> Judged {
        Ok(Standing::Good { fresh_until: Timestamp::from_seconds(1_790_000_600) })
    }

    /// An answer of the issuer, which says what it says of the card after `change`.
    fn said(root: &Issuer, card: &Card, change: impl FnOnce(&mut Statement)) -> Vec<u8> {
        let mut statement = Statement::good(asked(card, 0));
        change(&mut statement);
        response(&[statement], root.key(), &[])
    }

    #[test]
    fn an_answer_says_what_became_of_a_card() {
        let root = root("Root");
        let card = good_card(&root);
        assert_eq!(judge(&card, &said(&root, &card, |_| {})), good());
        let revoked = write(tag::constructed(1), &[&write(tag::GENERALIZED_TIME, &[b"20260901000000Z"])]);
        assert_eq!(judge(&card, &said(&root, &card, |said| said.status = revoked.clone())), Ok(Standing::Revoked));
        let unknown = said(&root, &card, |said| said.status = vec![0x82, 0]);
        assert_eq!(judge(&card, &unknown), Err(StatusFailure::Unknown));
        for status in [vec![0x83, 0], vec![0x80, 1, 0], vec![0x05, 0]] {
            let odd = said(&root, &card, |said| said.status = status);
            assert_eq!(judge(&card, &odd), Err(StatusFailure::Unreadable));
        }
    }

    #[test]
    fn an_answer_about_another_certificate_says_nothing() {
        let (root, namesake) = (root("Root"), root("Root"));
        let card = good_card(&root);
        let other = super::super::testing::card(&root, |params| params.serial_number = Some(7_u64.into()));
        let other = inspect(&rules(&[&root]), &[other], NOW).unwrap();
        let about_other = Statement::good(asked(&other, 0));
        let about_namesake = Statement::good(asked(&good_card(&namesake), 0));
        for statement in [&about_other, &about_namesake] {
            let answer = response(std::slice::from_ref(statement), root.key(), &[]);
            assert_eq!(judge(&card, &answer), Err(StatusFailure::OtherCertificate));
        }
        assert_eq!(judge(&card, &response(&[], root.key(), &[])), Err(StatusFailure::OtherCertificate));
        let own = Statement::good(asked(&card, 0));
        assert_eq!(judge(&card, &response(&[about_other, own.clone()], root.key(), &[])), good());
        let mut revoked = own.clone();
        revoked.status = write(tag::constructed(1), &[&write(tag::GENERALIZED_TIME, &[b"20260901000000Z"])]);
        let both = response(&[own, revoked], root.key(), &[]);
        assert_eq!(judge(&card, &both), Err(StatusFailure::Unreadable), "two statements about one certificate");
        let no_such = card.judge_response(1, &both, &RevocationRules::default(), NOW, Grace::None);
        assert_eq!(no_such, Err(StatusFailure::OtherCertificate));
    }

    #[test]
    fn an_answer_is_from_the_issuer_or_somebody_it_has_certified_for_that() {
        let (root, stranger) = (root("Root"), root("Stranger"));
        let card = good_card(&root);
        let statement = [Statement::good(asked(&card, 0))];
        let by = |key: &KeyPair, certificates: &[&[u8]]| judge(&card, &response(&statement, key, certificates));
        assert_eq!(by(&KeyPair::generate().unwrap(), &[]), Err(StatusFailure::Untrusted), "anybody");
        assert_eq!(by(stranger.key(), &[stranger.der()]), Err(StatusFailure::Untrusted), "another authority");
        let (certificate, key) = delegate(&root, |_| {});
        assert_eq!(by(&key, &[&certificate]), good());
        assert_eq!(by(&key, &[&[5, 0], &certificate]), good(), "one that is no certificate beside it");
        assert_eq!(by(&key, &[]), Err(StatusFailure::Untrusted), "a certificate that is not shown");
        assert_eq!(
            by(stranger.key(), &[&certificate]),
            Err(StatusFailure::Untrusted),
            "with somebody else's certificate"
        );
        let usages = [vec![], vec![ExtendedKeyUsagePurpose::ClientAuth], vec![ExtendedKeyUsagePurpose::Any]];
        for usage in usages {
            let (certificate, key) = delegate(&root, |params| params.extended_key_usages = usage);
            assert_eq!(by(&key, &[&certificate]), Err(StatusFailure::Untrusted), "not certified for that");
        }
        let (certificate, key) = delegate(&stranger, |_| {});
        assert_eq!(by(&key, &[&certificate, stranger.der()]), Err(StatusFailure::Untrusted), "certified by another");
        let middle = below(&root, "Middle", |_| {});
        let (certificate, key) = delegate(&middle, |_| {});
        assert_eq!(by(&key, &[&certificate, middle.der()]), Err(StatusFailure::Untrusted), "certified further down");
        let (certificate, key) = delegate(&root, |params| params.not_after = date_time_ymd(2026, 9, 1));
        assert_eq!(by(&key, &[&certificate]), Err(StatusFailure::Untrusted), "certified once");
    }

    #[test]
    fn each_link_of_a_path_has_its_own_issuer() {
        let root = root("Root");
        let middle = below(&root, "Middle", |_| {});
        let card = inspect(&rules(&[&root]), &[card(&middle, |_| {}), middle.der().to_vec()], NOW).unwrap();
        let rules = RevocationRules::default();
        for (question, (right, wrong)) in [(&middle, &root), (&root, &middle)].into_iter().enumerate() {
            let statement = [Statement::good(asked(&card, question))];
            let by = |issuer: &Issuer| {
                card.judge_response(question, &response(&statement, issuer.key(), &[]), &rules, NOW, Grace::None)
            };
            assert_eq!((by(right), by(wrong)), (good(), Err(StatusFailure::Untrusted)), "{question}");
        }
    }

    #[test]
    fn an_answer_is_in_date() {
        let root = root("Root");
        let card = good_card(&root);
        let answer = said(&root, &card, |_| {});
        let soon = day(2026, 9, 22);
        let until = |seconds: i64| Timestamp::from_seconds(soon.as_seconds() + seconds);
        let only_good = Ok(Standing::Good { fresh_until: soon });
        let old = Err(StatusFailure::OutOfDate);
        assert_eq!(judge_at(&card, &answer, until(-1), Grace::None), only_good, "no longer than it says");
        assert_eq!(judge_at(&card, &answer, until(0), Grace::None), old);
        assert_eq!(judge_at(&card, &answer, until(3599), Grace::Allowed), only_good);
        assert_eq!(judge_at(&card, &answer, until(3600), Grace::Allowed), old);
        assert_eq!(judge_at(&card, &answer, day(2026, 9, 20), Grace::Allowed), old, "from the future");
        let open = said(&root, &card, |said| said.next_update = None);
        let made = day(2026, 9, 21);
        let expected = Ok(Standing::Good { fresh_until: made.plus(std::time::Duration::from_secs(600)) });
        assert_eq!(judge_at(&card, &open, made, Grace::None), expected, "without an end");
        assert_eq!(judge(&card, &open), old);
        let odd = said(&root, &card, |said| said.this_update = "20260921");
        assert_eq!(judge(&card, &odd), Err(StatusFailure::Unreadable));
    }

    #[test]
    fn an_answer_that_is_none_is_told_apart() {
        let card = good_card(&root("Root"));
        let status = |code: u8| write(tag::SEQUENCE, &[&write(tag::ENUMERATED, &[&[code]])]);
        for code in [1, 2, 3, 5, 6] {
            assert_eq!(judge(&card, &status(code)), Err(StatusFailure::TryLater), "{code}");
        }
        for code in [0, 4, 7] {
            assert_eq!(judge(&card, &status(code)), Err(StatusFailure::Unreadable), "{code}");
        }
        for bytes in [&[][..], b"<html>", &[0x30, 0x80], &[0; 70_000]] {
            assert_eq!(judge(&card, bytes), Err(StatusFailure::Unreadable));
        }
    }

    #[test]
    fn an_extension_must_not_need_to_be_understood() {
        let root = root("Root");
        let card = good_card(&root);
        let extension = |critical: &[u8]| {
            let parts: [&[u8]; 3] = [&[0x06, 0x03, 0x2a, 0x03, 0x04], critical, &[0x04, 0x02, 0x05, 0x00]];
            write(tag::constructed(1), &[&write(tag::SEQUENCE, &[&write(tag::SEQUENCE, &parts)])])
        };
        for (critical, expected) in
            [(&[][..], good()), (&[0x01, 0x01, 0x00], good()), (&[0x01, 0x01, 0xff], Err(StatusFailure::Unreadable))]
        {
            let answer = said(&root, &card, |said| said.extensions = extension(critical));
            assert_eq!(judge(&card, &answer), expected, "{critical:?}");
        }
    }

    #[test]
    fn a_changed_answer_never_says_more() {
        let root = root("Root");
        let card = good_card(&root);
        let (certificate, key) = delegate(&root, |_| {});
        let statement = [Statement::good(asked(&card, 0))];
        for answer in [response(&statement, root.key(), &[]), response(&statement, &key, &[&certificate])] {
            assert_eq!(judge(&card, &answer), good());
            for end in 0..answer.len() {
                assert!(judge(&card, &answer[..end]).is_err(), "cut off at {end}");
            }
            for place in 0..answer.len() {
                for bit in 0..8 {
                    let mut changed = answer.clone();
                    changed[place] ^= 1 << bit;
                    assert!(judge(&card, &changed).is_err(), "bit {bit} at {place}");
                }
            }
        }
    }
}
