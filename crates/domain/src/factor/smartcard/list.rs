//! A list of everything that an authority has revoked [RFC 5280 §5].

use std::fmt;
use std::sync::OnceLock;

use rustls_pki_types::CertificateRevocationListDer;
use rustls_pki_types::pem::PemObject as _;
use webpki::{BorrowedCertRevocationList, CertRevocationList, Error};

use super::der::{Der, Item, tag, write};
use super::fields;
use super::link::Link;
use super::rules::RevocationRules;
use super::status::{Grace, Standing, StatusFailure, fresh_until};
use crate::time::Timestamp;

/// A list of everything that an authority has revoked. Reading one takes a while; judging by it does not.
///
/// Its signature is checked when the first certificate is judged by it, and that it was good is remembered: a long list
/// takes milliseconds to hash.
pub struct RevocationList {
    issuer: Vec<u8>,
    this_update: Timestamp,
    next_update: Timestamp,
    scope: Scope,
    /// The numbers of the certificates, as contents of INTEGERs, sorted.
    pub(super) revoked: Vec<Box<[u8]>>,
    signed: Vec<u8>,
    algorithm: Vec<u8>,
    signature: Vec<u8>,
    /// The key that made its signature, once that is known.
    signer: OnceLock<Vec<u8>>,
}

/// Of which certificates a list tells [RFC 5280 §5.2.5].
#[derive(Default)]
struct Scope {
    /// The places that it is published at, of which a certificate must name one; `None` means that it tells of all.
    names: Option<Vec<String>>,
    only_people: bool,
    only_authorities: bool,
}

impl RevocationList {
    /// The longest that is read, in bytes.
    const LONGEST: usize = 64 * 1024 * 1024;

    /// Reads a list in DER, or in PEM.
    ///
    /// What has no place in it: changes to another list (delta), certificates of other issuers (indirect), a choice of
    /// reasons, and critical extensions that are not understood. It must say when the next one comes [RFC 5280 §5.1.2.5].
    ///
    /// # Errors
    /// [`StatusFailure::Unreadable`] when it is no such list.
    pub fn parse(bytes: &[u8]) -> Result<Self, StatusFailure> {
        if bytes.len() > Self::LONGEST {
            return Err(StatusFailure::Unreadable);
        }
        if bytes.first() == Some(&tag::SEQUENCE) {
            return Self::read(bytes).ok_or(StatusFailure::Unreadable);
        }
        let der = CertificateRevocationListDer::from_pem_slice(bytes).map_err(|_| StatusFailure::Unreadable)?;
        Self::read(&der).ok_or(StatusFailure::Unreadable)
    }

    fn read(der: &[u8]) -> Option<Self> {
        // `webpki` checks the form and refuses what is listed above.
        let list = BorrowedCertRevocationList::from_der(der).ok()?;
        let mut revoked: Vec<Box<[u8]>> =
            list.into_iter().map(|entry| Ok(entry?.serial_number.into())).collect::<Result<_, Error>>().ok()?;
        revoked.sort_unstable();
        let list = CertRevocationList::from(list);
        let scope = match list.issuing_distribution_point() {
            Some(scope) => Scope::read(scope)?,
            None => Scope::default(),
        };
        let mut outer = Der::only(der, tag::SEQUENCE)?.inside();
        let signed = outer.read(tag::SEQUENCE)?;
        let algorithm = outer.read(tag::SEQUENCE)?.content.to_vec();
        let signature = outer.read(tag::BIT_STRING)?.bits()?.to_vec();
        let (this_update, next_update) = updates(signed)?;
        Some(Self {
            issuer: write(tag::SEQUENCE, &[list.issuer()]),
            this_update,
            next_update,
            scope,
            revoked,
            signed: signed.whole.to_vec(),
            algorithm,
            signature,
            signer: OnceLock::new(),
        })
    }

    /// Judges a certificate [RFC 5280 §6.3.3].
    pub(super) fn judge(
        &self,
        link: &Link,
        rules: &RevocationRules,
        now: Timestamp,
        grace: Grace,
    ) -> Result<Standing, StatusFailure> {
        if self.issuer != link.issuer_name || !self.scope.covers(link) {
            return Err(StatusFailure::OtherCertificate);
        }
        if !link.issuer_signs_lists || !self.is_signed_for(link) {
            return Err(StatusFailure::Untrusted);
        }
        let fresh_until = fresh_until(self.this_update, Some(self.next_update), rules, now, grace)?;
        // Whatever the reason: a certificate on hold is not good either.
        match self.revoked.binary_search_by(|serial| serial.as_ref().cmp(&link.serial)) {
            Ok(_) => Ok(Standing::Revoked),
            Err(_) => Ok(Standing::Good { fresh_until }),
        }
    }

    fn is_signed_for(&self, link: &Link) -> bool {
        let key: &[u8] = link.issuer_key.as_ref();
        if self.signer.get().is_some_and(|signer| signer == key) {
            return true;
        }
        let is_signed = link.issuer_signed(&self.signed, &self.algorithm, &self.signature);
        if is_signed {
            // Another thread may have been quicker, with the same key.
            let _ = self.signer.set(key.to_vec());
        }
        is_signed
    }
}

impl fmt::Debug for RevocationList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RevocationList({} revoked, until {})", self.revoked.len(), self.next_update)
    }
}

impl Scope {
    /// Reads `IssuingDistributionPoint`, of which `webpki` has taken only those with a full name and without reasons.
    fn read(der: &[u8]) -> Option<Self> {
        let mut scope = Self::default();
        let mut der = Der::only(der, tag::SEQUENCE)?.inside();
        let yes = |item: Item<'_>| item.content != [0];
        while !der.is_empty() {
            let item = der.next()?;
            match item.tag {
                point if point == tag::constructed(0) => scope.names = Some(names(item)?),
                people if people == tag::primitive(1) => scope.only_people = yes(item),
                authorities if authorities == tag::primitive(2) => scope.only_authorities = yes(item),
                indirect if indirect == tag::primitive(4) && !yes(item) => {}
                attributes if attributes == tag::primitive(5) && !yes(item) => {}
                _ => return None,
            }
        }
        Some(scope)
    }

    fn covers(&self, link: &Link) -> bool {
        let is_wrong_kind = if link.is_authority { self.only_people } else { self.only_authorities };
        let is_named = self.names.as_ref().is_none_or(|names| names.iter().any(|name| link.lists.contains(name)));
        !is_wrong_kind && is_named
    }
}

/// The addresses in a `DistributionPointName`.
fn names(point: Item<'_>) -> Option<Vec<String>> {
    let mut der = Der::only(point.content, tag::constructed(0))?.inside();
    let mut names = Vec::new();
    while !der.is_empty() {
        let name = der.next()?;
        if name.tag == tag::primitive(6) {
            names.push(std::str::from_utf8(name.content).ok()?.to_owned());
        }
    }
    Some(names)
}

/// When the list was made, and when the next one comes.
fn updates(signed: Item<'_>) -> Option<(Timestamp, Timestamp)> {
    let mut der = signed.inside();
    der.read(tag::INTEGER)?;
    der.read(tag::SEQUENCE)?;
    der.read(tag::SEQUENCE)?;
    Some((fields::time(der.next()?.whole)?, fields::time(der.next()?.whole)?))
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64;
    use rcgen::{CrlDistributionPoint, CrlScope, KeyUsagePurpose};

    use super::super::testing::{self, LIST, NOW, SERIAL, below, day, good_card, list, root, root_with, rules};
    use super::super::{Card, inspect};
    use super::*;

    type Judged = Result<Standing, StatusFailure>;

    fn judge_at(card: &Card, list: &[u8], now: Timestamp, grace: Grace) -> Judged {
        card.judge_list(0, &RevocationList::parse(list)?, &RevocationRules::default(), now, grace)
    }

    fn judge(card: &Card, list: &[u8]) -> Judged {
        judge_at(card, list, NOW, Grace::None)
    }

    fn good() -> Judged {
        Ok(Standing::Good { fresh_until: Timestamp::from_seconds(1_790_000_600) })
    }

    #[test]
    fn a_list_says_what_became_of_a_card() {
        let root = root("Root");
        let card = good_card(&root);
        assert_eq!(judge(&card, &list(&root, &[], None)), good());
        assert_eq!(judge(&card, &list(&root, &[&[1], &[0x7f, 0xff], &[2]], None)), good());
        let revoked = list(&root, &[&[0x7f, 0xff], &SERIAL, &[1]], None);
        assert_eq!(judge(&card, &revoked), Ok(Standing::Revoked));
        let pem =
            format!("Issued by us\n-----BEGIN X509 CRL-----\n{}\n-----END X509 CRL-----\n", BASE64.encode(&revoked));
        assert_eq!(judge(&card, pem.as_bytes()), Ok(Standing::Revoked), "as text");
    }

    #[test]
    fn a_list_is_in_date() {
        let root = root("Root");
        let card = good_card(&root);
        let list = list(&root, &[], None);
        let end = day(2026, 9, 25);
        let at = |seconds: i64, grace: Grace| {
            judge_at(&card, &list, Timestamp::from_seconds(end.as_seconds() + seconds), grace)
        };
        let only_good = Ok(Standing::Good { fresh_until: end });
        let old = Err(StatusFailure::OutOfDate);
        assert_eq!((at(-1, Grace::None), at(0, Grace::None)), (only_good, old));
        assert_eq!((at(3599, Grace::Allowed), at(3600, Grace::Allowed)), (only_good, old));
        assert_eq!(judge_at(&card, &list, day(2026, 9, 19), Grace::Allowed), old, "from the future");
    }

    #[test]
    fn a_list_is_the_issuers_own() {
        let (root, namesake, other) = (root("Root"), root("Root"), root("Other"));
        let card = good_card(&root);
        assert_eq!(judge(&card, &list(&other, &[], None)), Err(StatusFailure::OtherCertificate));
        assert_eq!(judge(&card, &list(&namesake, &[], None)), Err(StatusFailure::Untrusted));
        let silent = root_with("Root", |params| params.key_usages = vec![KeyUsagePurpose::KeyCertSign]);
        // A list that somebody made who has the key, but may not: `rcgen` refuses to.
        let writer = CertifiedAs::of(&silent);
        assert_eq!(judge(&good_card(&silent), &writer.list()), Err(StatusFailure::Untrusted));
        let middle = below(&root, "Middle", |_| {});
        let card = inspect(&rules(&[&root]), &[testing::card(&middle, |_| {}), middle.der().to_vec()], NOW).unwrap();
        let (of_middle, of_root) = (list(&middle, &[], None), list(&root, &[&[0x4d, 0x01]], None));
        let (of_middle, of_root) =
            (RevocationList::parse(&of_middle).unwrap(), RevocationList::parse(&of_root).unwrap());
        let judge = |question: usize, list: &RevocationList| {
            card.judge_list(question, list, &RevocationRules::default(), NOW, Grace::None)
        };
        assert_eq!((judge(0, &of_middle), judge(1, &of_root)), (good(), Ok(Standing::Revoked)));
        let wrong = Err(StatusFailure::OtherCertificate);
        assert_eq!((judge(0, &of_root), judge(1, &of_middle), judge(2, &of_root)), (wrong, wrong, wrong));
    }

    /// An authority with the key of another one, and more rights.
    struct CertifiedAs<'k>(rcgen::Issuer<'static, &'k rcgen::KeyPair>);

    impl<'k> CertifiedAs<'k> {
        fn of(issuer: &'k testing::Issuer) -> Self {
            let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
            params.distinguished_name = rcgen::DistinguishedName::new();
            params.distinguished_name.push(rcgen::DnType::CommonName, "Root");
            params.key_usages = vec![KeyUsagePurpose::CrlSign];
            Self(rcgen::Issuer::new(params, issuer.key()))
        }

        fn list(&self) -> Vec<u8> {
            let params = rcgen::CertificateRevocationListParams {
                this_update: rcgen::date_time_ymd(2026, 9, 20),
                next_update: rcgen::date_time_ymd(2026, 9, 25),
                crl_number: rcgen::SerialNumber::from(1),
                issuing_distribution_point: None,
                revoked_certs: Vec::new(),
                key_identifier_method: rcgen::KeyIdMethod::Sha256,
            };
            params.signed_by(&self.0).unwrap().der().to_vec()
        }
    }

    #[test]
    fn a_list_tells_of_the_certificates_in_its_scope() {
        let root = root("Root");
        let card = good_card(&root);
        let wrong = Err(StatusFailure::OtherCertificate);
        let other = "http://crl.example.org/servers.crl";
        for (point, expected) in [
            ((LIST, None), good()),
            ((LIST, Some(CrlScope::UserCertsOnly)), good()),
            ((LIST, Some(CrlScope::CaCertsOnly)), wrong),
            ((other, None), wrong),
        ] {
            assert_eq!(judge(&card, &list(&root, &[], Some(point))), expected, "{point:?}");
        }
        let middle = below(&root, "Middle", |params| {
            params.crl_distribution_points = vec![CrlDistributionPoint { uris: vec![LIST.to_owned()] }];
        });
        let card = inspect(&rules(&[&root]), &[testing::card(&middle, |_| {}), middle.der().to_vec()], NOW).unwrap();
        for (scope, expected) in [(CrlScope::CaCertsOnly, good()), (CrlScope::UserCertsOnly, wrong)] {
            let list = RevocationList::parse(&list(&root, &[], Some((LIST, Some(scope))))).unwrap();
            assert_eq!(card.judge_list(1, &list, &RevocationRules::default(), NOW, Grace::None), expected, "{scope:?}");
        }
    }

    #[test]
    fn a_changed_list_never_says_more() {
        let root = root("Root");
        let card = good_card(&root);
        let list = list(&root, &[&[1], &[2]], Some((LIST, None)));
        assert_eq!(judge(&card, &list), good());
        for end in 0..list.len() {
            assert!(RevocationList::parse(&list[..end]).is_err(), "cut off at {end}");
        }
        for place in 0..list.len() {
            for bit in 0..8 {
                let mut changed = list.clone();
                changed[place] ^= 1 << bit;
                assert!(judge(&card, &changed).is_err(), "bit {bit} at {place}");
            }
        }
        for bytes in [&b""[..], b"-----BEGIN X509 CRL-----\n!\n-----END X509 CRL-----", b"<html>"] {
            assert_eq!(RevocationList::parse(bytes).unwrap_err(), StatusFailure::Unreadable);
        }
    }

    /// The list, with this extension appended and signed again.
    fn with_extension(issuer: &testing::Issuer, list: &[u8], extension: &[u8]) -> Vec<u8> {
        use rcgen::SigningKey as _;
        let mut outer = Der::only(list, tag::SEQUENCE).unwrap().inside();
        let mut inside = outer.next().unwrap().inside();
        let algorithm = outer.next().unwrap();
        let mut parts = Vec::new();
        while !inside.is_empty() {
            let item = inside.next().unwrap();
            if item.tag == tag::constructed(0) {
                let old = Der::only(item.content, tag::SEQUENCE).unwrap().content;
                parts.extend(write(item.tag, &[&write(tag::SEQUENCE, &[old, extension])]));
            } else {
                parts.extend_from_slice(item.whole);
            }
        }
        let signed = write(tag::SEQUENCE, &[&parts]);
        let signature = write(tag::BIT_STRING, &[&[0], &issuer.key().sign(&signed).unwrap()]);
        write(tag::SEQUENCE, &[&signed, algorithm.whole, &signature])
    }

    #[test]
    fn a_list_with_something_that_must_be_understood_is_refused() {
        let root = root("Root");
        let card = good_card(&root);
        let list = list(&root, &[], None);
        let extension = |oid: &[u8], critical: &[u8], value: &[u8]| {
            write(tag::SEQUENCE, &[&write(tag::OID, &[oid]), critical, &write(tag::OCTET_STRING, &[value])])
        };
        let yes: &[u8] = &[0x01, 0x01, 0xff];
        let unreadable = Err(StatusFailure::Unreadable);
        let point = [&[0x30, 0x09, 0xa0, 0x04, 0xa0, 0x02, 0x86, 0x00][..], &[0x84, 0x01, 0xff]].concat();
        for (oid, critical, value, expected, why) in [
            (&[0x2a, 0x03, 0x04][..], &[][..], &[5, 0][..], good(), "a remark"),
            (&[0x2a, 0x03, 0x04], yes, &[5, 0], unreadable, "a critical remark"),
            (&[0x55, 0x1d, 0x1b], yes, &[2, 1, 1], unreadable, "changes to another list"),
            (&[0x55, 0x1d, 0x1b], &[], &[2, 1, 1], unreadable, "changes to another list, whatever it says"),
            (&[0x55, 0x1d, 0x1c], yes, &point, unreadable, "certificates of other issuers"),
        ] {
            let changed = with_extension(&root, &list, &extension(oid, critical, value));
            assert_eq!(judge(&card, &changed), expected, "{why}");
        }
    }

    #[test]
    fn a_long_list_is_judged_quickly_once_it_was_read() {
        let root = root("Root");
        let card = good_card(&root);
        let serials: Vec<[u8; 8]> = (0..20_000_u64).map(|number| (number + (1 << 60)).to_be_bytes()).collect();
        let serials: Vec<&[u8]> = serials.iter().map(<[u8; 8]>::as_slice).collect();
        let list = RevocationList::parse(&list(&root, &serials, None)).unwrap();
        assert_eq!(format!("{list:?}"), "RevocationList(20000 revoked, until 1790294400)");
        let rules = RevocationRules::default();
        assert_eq!(card.judge_list(0, &list, &rules, NOW, Grace::None), good());
        assert_eq!(list.signer.get().map(Vec::len), Some(91), "the key is remembered");
    }
}
