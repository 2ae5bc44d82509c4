//! Whether a certificate leads to an authority that is trusted [RFC 5280 §6].

use std::cell::Cell;

use rustls_pki_types::{CertificateDer, TrustAnchor};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, Error, KeyUsage, VerifiedPath, anchor_from_trusted_cert};
use x509_parser::certificate::X509Certificate;

use super::authorities::Authority;
use super::der::{Der, tag};
use super::failure::CardFailure;
use super::rules::SmartcardRules;
use super::{fields, policy};
use crate::time::Timestamp;

/// The most certificates that a card may show.
const MOST_CERTIFICATES: usize = 8;
/// The longest of them, in bytes.
const LONGEST_CERTIFICATE: usize = 16 * 1024;

/// The certificates of a path that was checked, in DER: the leaf first, the authority that is trusted last.
///
/// INVARIANT: there are two at least.
pub(super) struct Path(Vec<Vec<u8>>);

impl Path {
    /// A path that nobody has checked.
    #[cfg(any(test, fuzzing))]
    pub(super) const fn unchecked(certificates: Vec<Vec<u8>>) -> Self {
        Self(certificates)
    }

    /// Each certificate that is not trusted by itself, with that of its issuer.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.0.iter().zip(self.0.iter().skip(1)).map(|(own, issuer)| (own.as_slice(), issuer.as_slice()))
    }

    pub(super) fn leaf(&self) -> &[u8] {
        self.0.first().map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn anchor(&self) -> &[u8] {
        self.0.last().map(Vec::as_slice).unwrap_or_default()
    }
}

/// The certificates that stand in `bytes` one after the other, as a proxy may write a chain; nothing if anything else does.
pub fn certificates_in(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut rest = Der::of(bytes);
    let mut found = Vec::new();
    while !rest.is_empty() {
        found.push(rest.read(tag::SEQUENCE)?.whole.to_vec());
    }
    Some(found)
}

/// Finds the path from the first certificate of `chain` to an authority; the others may help, in any order.
pub(super) fn build(rules: &SmartcardRules, chain: &[Vec<u8>], now: Timestamp) -> Result<Path, CardFailure> {
    let (leaf, others) = chain.split_first().ok_or(CardFailure::NoCard)?;
    if chain.len() > MOST_CERTIFICATES || chain.iter().any(|certificate| certificate.len() > LONGEST_CERTIFICATE) {
        return Err(CardFailure::Unreadable);
    }
    let read = fields::certificate(leaf).ok_or(CardFailure::Unreadable)?;
    let (authorities, anchors): (Vec<&Authority>, Vec<TrustAnchor<'_>>) = rules
        .authorities
        .iter()
        // Each was read when it was taken, so none is left out here.
        .filter_map(|authority| Some((authority, anchor_from_trusted_cert(&authority.certificate).ok()?)))
        .unzip();
    let leaf = CertificateDer::from(leaf.as_slice());
    let others: Vec<CertificateDer<'_>> = others.iter().map(|other| CertificateDer::from(other.as_slice())).collect();
    let card = EndEntityCert::try_from(&leaf).map_err(|_| CardFailure::Unreadable)?;
    // Looked up by place: two authorities may have the same name and key.
    let authority = |path: &VerifiedPath<'_>| {
        let place = anchors.iter().position(|anchor| std::ptr::eq(anchor, path.anchor()));
        place.and_then(|place| authorities.get(place)).copied()
    };
    // There may be several paths; one that is refused here is not the last that is tried.
    let refused = Cell::new(None);
    let judge = |path: &VerifiedPath<'_>| {
        let judged = authority(path).ok_or(CardFailure::UnknownAuthority);
        judged.and_then(|authority| judge_path(rules, path, authority, now)).map_err(|failure| {
            refused.set(Some(failure));
            Error::UnknownIssuer
        })
    };
    let path = card.verify_for_usage(
        ALL_VERIFICATION_ALGS,
        &anchors,
        &others,
        fields::unix_time(now),
        KeyUsage::client_auth(),
        None,
        Some(&judge),
    );
    let path = path.map_err(|error| refused.get().unwrap_or_else(|| failure(&error)))?;
    judge_leaf(&read)?;
    let authority = authority(&path).ok_or(CardFailure::UnknownAuthority)?;
    let mut certificates = vec![leaf.to_vec()];
    certificates.extend(path.intermediate_certificates().map(|certificate| certificate.der().to_vec()));
    certificates.push(authority.certificate.to_vec());
    Ok(Path(certificates))
}

/// What `webpki` does not look at: whether the authority itself is in date, whether those in the middle may issue, and
/// policies.
fn judge_path(
    rules: &SmartcardRules,
    path: &VerifiedPath<'_>,
    authority: &Authority,
    now: Timestamp,
) -> Result<(), CardFailure> {
    if now < authority.not_before {
        return Err(CardFailure::NotYetValid);
    }
    // Certificates count in whole seconds, and are good during the last one.
    if now.as_seconds() > authority.not_after.as_seconds() {
        return Err(CardFailure::Expired);
    }
    let below: Vec<CertificateDer<'_>> =
        std::iter::once(path.end_entity().der()).chain(path.intermediate_certificates().map(|one| one.der())).collect();
    let below: Vec<X509Certificate<'_>> = below
        .iter()
        .map(|certificate| fields::certificate(certificate))
        .collect::<Option<_>>()
        .ok_or(CardFailure::Unreadable)?;
    // [RFC 5280 §6.1.4, (n)]
    if !below.iter().skip(1).all(|issuer| fields::key_may(issuer, x509_parser::extensions::KeyUsage::key_cert_sign)) {
        return Err(CardFailure::UnknownAuthority);
    }
    if !rules.policies.is_empty() && !policy::is_allowed(&below, &rules.policies) {
        return Err(CardFailure::WrongPolicy);
    }
    Ok(())
}

/// Whether a certificate is made for signing in: it must say so itself.
fn judge_leaf(leaf: &X509Certificate<'_>) -> Result<(), CardFailure> {
    // SECURITY: without this extension a certificate is good for everything [RFC 5280 §4.2.1.12], and `webpki` takes it.
    // Certificates that only encrypt or sign documents have none in some countries. `anyExtendedKeyUsage` is not enough.
    let extended = leaf.extended_key_usage();
    if !extended.is_ok_and(|found| found.is_some_and(|extension| extension.value.client_auth)) {
        return Err(CardFailure::WrongUsage);
    }
    // The key signs the handshake [RFC 5280 §4.2.1.3, RFC 8446 §4.4.2.3].
    let usage = leaf.key_usage();
    if !usage.is_ok_and(|found| found.is_some_and(|extension| extension.value.digital_signature())) {
        return Err(CardFailure::WrongUsage);
    }
    Ok(())
}

fn failure(error: &Error) -> CardFailure {
    if matches!(error, Error::CertExpired { .. }) {
        return CardFailure::Expired;
    }
    if matches!(error, Error::CertNotValidYet { .. }) {
        return CardFailure::NotYetValid;
    }
    if matches!(error, Error::RequiredEkuNotFoundContext(_) | Error::EmptyEkuExtension | Error::CaUsedAsEndEntity) {
        return CardFailure::WrongUsage;
    }
    // It has something that must be understood and is not, or its validity ends before it begins. Critical policies are
    // among the former: `webpki` knows no policies.
    if matches!(
        error,
        Error::UnsupportedCriticalExtension
            | Error::InvalidCertValidity
            | Error::ExtensionValueInvalid
            | Error::MalformedExtensions
            | Error::BadDer
            | Error::BadDerTime
    ) {
        return CardFailure::Unreadable;
    }
    // Nobody known issued it, or not with this key or algorithm; or somebody did who was not allowed to: the path is too
    // long, leaves the names that its authority may certify, or has a member that is no authority.
    CardFailure::UnknownAuthority
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, IsCa, KeyUsagePurpose, date_time_ymd};

    use super::super::testing::{self, Issuer, NOW, below, card, policies, root, root_with, rules};
    use super::*;

    /// 1.2.3.4 and 1.2.3.5, and any.
    const OURS: &[u8] = &[0x2a, 0x03, 0x04];
    const OTHER: &[u8] = &[0x2a, 0x03, 0x05];
    const ANY: &[u8] = &[0x55, 0x1d, 0x20, 0x00];

    fn check(roots: &[&Issuer], chain: &[&[u8]], expected: Result<usize, CardFailure>, why: &str) {
        let chain: Vec<Vec<u8>> = chain.iter().map(|certificate| certificate.to_vec()).collect();
        let found = build(&rules(roots), &chain, NOW).map(|path| path.0.len());
        assert_eq!(found, expected, "{why}");
    }

    #[test]
    fn a_card_leads_to_its_authority() {
        let (root, other) = (root("Root"), root("Other"));
        let middle = below(&root, "Middle", |_| {});
        let lower = below(&middle, "Lower", |_| {});
        check(&[&root], &[&card(&root, |_| {})], Ok(2), "directly");
        check(&[&other, &root], &[&card(&root, |_| {})], Ok(2), "of several authorities");
        check(&[&root], &[&card(&middle, |_| {}), middle.der()], Ok(3), "with one between");
        check(&[&middle], &[&card(&middle, |_| {})], Ok(2), "to one in the middle that is trusted by itself");
        let lowest = card(&lower, |_| {});
        check(&[&root], &[&lowest, root.der(), middle.der(), lower.der()], Ok(4), "in any order, the root with them");
        check(&[&root], &[&lowest, lower.der()], Err(CardFailure::UnknownAuthority), "one is missing");
    }

    #[test]
    fn a_card_of_nobody_known_is_refused() {
        let (root, namesake) = (root("Root"), root("Root"));
        let middle = below(&root, "Middle", |_| {});
        let false_middle = below(&namesake, "Middle", |_| {});
        let unknown = Err(CardFailure::UnknownAuthority);
        check(&[&testing::root("Other")], &[&card(&root, |_| {})], unknown, "another name");
        check(&[&namesake], &[&card(&root, |_| {})], unknown, "the same name with another key");
        check(&[&root], &[&card(&false_middle, |_| {}), middle.der()], unknown, "the one between has another key");
        check(&[], &[&card(&root, |_| {})], unknown, "nobody is trusted");
        let no_authority = below(&root, "Middle", |params| params.is_ca = IsCa::ExplicitNoCa);
        check(
            &[&root],
            &[&card(&no_authority, |_| {}), no_authority.der()],
            unknown,
            "one between that is no authority",
        );
        let lists_only = below(&root, "Middle", |params| params.key_usages = vec![KeyUsagePurpose::CrlSign]);
        check(
            &[&root],
            &[&card(&lists_only, |_| {}), lists_only.der()],
            unknown,
            "one between that may sign lists only",
        );
    }

    #[test]
    fn all_of_a_path_is_in_date() {
        fn old(params: &mut CertificateParams) {
            params.not_after = date_time_ymd(2026, 9, 1);
        }
        fn new(params: &mut CertificateParams) {
            params.not_before = date_time_ymd(2026, 10, 1);
        }
        let root = root("Root");
        for (change, failure) in [(old as fn(&mut _), CardFailure::Expired), (new, CardFailure::NotYetValid)] {
            check(&[&root], &[&card(&root, change)], Err(failure), "the card");
            let middle = below(&root, "Middle", change);
            check(&[&root], &[&card(&middle, |_| {}), middle.der()], Err(failure), "the one between");
            let anchor = root_with("Root", change);
            check(&[&anchor], &[&card(&anchor, |_| {})], Err(failure), "the authority");
        }
        let first = testing::day(2026, 1, 1);
        let chain = [card(&root, |_| {})];
        assert!(build(&rules(&[&root]), &chain, first).is_ok());
        assert!(build(&rules(&[&root]), &chain, Timestamp::from_micros(first.as_micros() - 1)).is_err());
        let last = testing::day(2027, 1, 1);
        assert!(build(&rules(&[&root]), &chain, Timestamp::from_micros(last.as_micros() + 999_999)).is_ok());
        assert!(build(&rules(&[&root]), &chain, Timestamp::from_micros(last.as_micros() + 1_000_000)).is_err());
    }

    #[test]
    fn a_renewed_authority_counts_instead_of_the_old_one() {
        let old = root_with("Root", |params| params.not_after = date_time_ymd(2026, 9, 1));
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.remove(rcgen::DnType::CommonName);
        params.distinguished_name.push(rcgen::DnType::CommonName, "Root");
        params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let renewed = params.self_signed(old.key()).unwrap().der().to_vec();
        let authorities = super::super::Authorities::new(vec![old.der().to_vec(), renewed.clone()]).unwrap();
        let rules = SmartcardRules { authorities, ..SmartcardRules::default() };
        let path = build(&rules, &[card(&old, |_| {})], NOW).unwrap();
        assert_eq!(path.anchor(), renewed.as_slice());
    }

    #[test]
    fn a_card_is_made_for_signing_in() {
        type Change = fn(&mut CertificateParams);
        let root = root("Root");
        let cases: [(&str, Change); 7] = [
            ("for servers only", |params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth]),
            ("for no stated use", |params| params.extended_key_usages = Vec::new()),
            ("for any use", |params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::Any]),
            ("no usage of the key", |params| params.key_usages = Vec::new()),
            ("encrypting only", |params| params.key_usages = vec![KeyUsagePurpose::KeyEncipherment]),
            ("documents only", |params| params.key_usages = vec![KeyUsagePurpose::ContentCommitment]),
            ("an authority", |params| params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained)),
        ];
        for (why, change) in cases {
            check(&[&root], &[&card(&root, change)], Err(CardFailure::WrongUsage), why);
        }
        check(&[&root], &[root.der()], Err(CardFailure::WrongUsage), "the authority itself");
        let servers = below(&root, "Middle", |params| {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        });
        check(
            &[&root],
            &[&card(&servers, |_| {}), servers.der()],
            Err(CardFailure::WrongUsage),
            "one between for servers",
        );
    }

    #[test]
    fn all_of_a_path_has_one_policy_that_is_accepted() {
        let root = root("Root");
        let (good, wrong) = (Ok(3), Err(CardFailure::WrongPolicy));
        // What the one between asserts, what the card does.
        type Asserted<'a> = &'a [&'a [u8]];
        let cases: [(Asserted<'_>, Asserted<'_>, Result<usize, CardFailure>); 8] = [
            (&[OURS], &[OURS], good),
            (&[OTHER, OURS], &[OURS, OTHER], good),
            (&[ANY], &[OURS], good),
            (&[OURS], &[OTHER], wrong),
            (&[OTHER], &[OURS], wrong),
            (&[], &[OURS], wrong),
            (&[OURS], &[], wrong),
            (&[OURS], &[ANY], wrong),
        ];
        let extension = |asserted: &[&[u8]], params: &mut CertificateParams| {
            params.custom_extensions.extend((!asserted.is_empty()).then(|| policies(asserted)));
        };
        let mut rules = rules(&[&root]);
        rules.policies = vec!["1.2.3.9".parse().unwrap(), "1.2.3.4".parse().unwrap()];
        for (number, (between, own, expected)) in cases.into_iter().enumerate() {
            let middle = below(&root, "Middle", |params| extension(between, params));
            let chain = [card(&middle, |params| extension(own, params)), middle.der().to_vec()];
            assert_eq!(build(&rules, &chain, NOW).map(|path| path.0.len()), expected, "{number}");
        }
        // The authority does not let `anyPolicy` stand for others [RFC 5280 §4.2.1.14].
        let middle = below(&root, "Middle", |params| {
            extension(&[ANY], params);
            let inhibit = rcgen::CustomExtension::from_oid_content(&[2, 5, 29, 54], vec![2, 1, 0]);
            params.custom_extensions.push(inhibit);
        });
        let chain = [card(&middle, |params| extension(&[OURS], params)), middle.der().to_vec()];
        assert_eq!(build(&rules, &chain, NOW).err(), Some(CardFailure::WrongPolicy));
        // One of ours each, but not the same.
        rules.policies.push("1.2.3.5".parse().unwrap());
        let middle = below(&root, "Middle", |params| extension(&[OTHER], params));
        let chain = [card(&middle, |params| extension(&[OURS], params)), middle.der().to_vec()];
        assert_eq!(build(&rules, &chain, NOW).err(), Some(CardFailure::WrongPolicy));
    }

    #[test]
    fn what_is_no_chain_of_certificates_is_refused() {
        let root = root("Root");
        let good = card(&root, |_| {});
        let unreadable = Err(CardFailure::Unreadable);
        check(&[&root], &[], Err(CardFailure::NoCard), "nothing");
        check(&[&root], &[&[]], unreadable, "no bytes");
        check(&[&root], &[b"-----BEGIN CERTIFICATE-----"], unreadable, "text");
        check(&[&root], &[&[good.as_slice(), &[0]].concat()], unreadable, "something behind it");
        check(&[&root], &[good.as_slice(); 8], Ok(2), "eight");
        check(&[&root], &[good.as_slice(); 9], unreadable, "nine");
        check(&[&root], &[&good, &[0; 16 * 1024 + 1]], unreadable, "one that is too long");
        check(&[&root], &[&good, &[0; 16 * 1024]], Ok(2), "rubbish beside it helps nobody");
        let big = card(&root, |params| {
            let mut comment = rcgen::CustomExtension::from_oid_content(&[1, 2, 3], vec![0; 17_000]);
            comment.set_criticality(false);
            params.custom_extensions.push(comment);
        });
        check(&[&root], &[&big], unreadable, "itself too long");
        let critical = card(&root, |params| {
            let mut comment = rcgen::CustomExtension::from_oid_content(&[1, 2, 3], vec![5, 0]);
            comment.set_criticality(true);
            params.custom_extensions.push(comment);
        });
        check(&[&root], &[&critical], unreadable, "something that must be understood");
        for end in 0..good.len() {
            check(&[&root], &[&good[..end]], unreadable, "cut off");
        }
    }

    #[test]
    fn certificates_in_a_row_are_told_apart() {
        let [one, other] = ["Root", "Other"].map(|name| root(name).der().to_vec());
        let both = [one.clone(), other.clone()].concat();
        assert_eq!(certificates_in(&both), Some(vec![one.clone(), other]));
        assert_eq!(certificates_in(&[]), Some(Vec::new()));
        for broken in [&both[1..], &both[..one.len() + 9], &[&one[..], &[5, 0]].concat()] {
            assert_eq!(certificates_in(broken), None);
        }
    }

    #[test]
    fn a_changed_certificate_never_passes() {
        let root = root("Root");
        let good = card(&root, |_| {});
        for place in 0..good.len() {
            for bit in [0x01, 0x80] {
                let mut changed = good.clone();
                changed[place] ^= bit;
                assert!(build(&rules(&[&root]), &[changed], NOW).is_err(), "{place}");
            }
        }
    }
}
