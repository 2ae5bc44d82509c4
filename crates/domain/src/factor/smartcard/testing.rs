//! Authorities, cards, answers and lists for tests.

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, CrlDistributionPoint,
    CrlIssuingDistributionPoint, CrlScope, CustomExtension, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SerialNumber, SigningKey as _, date_time_ymd,
};

use super::der::{Der, tag, write};
use super::{Authorities, Card, SmartcardRules, StatusSource, inspect};
use crate::time::Timestamp;

/// 21 September 2026. Everything that is made here is valid in 2026.
pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);
pub(crate) const RESPONDER: &str = "http://ocsp.example.org/";
pub(crate) const LIST: &str = "http://crl.example.org/people.crl";
pub(crate) const SERIAL: [u8; 8] = [0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0];

pub(crate) type Issuer = CertifiedIssuer<'static, KeyPair>;

/// The start of a day.
pub(crate) fn day(year: i32, month: u8, day: u8) -> Timestamp {
    Timestamp::from_seconds(date_time_ymd(year, month, day).unix_timestamp())
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2027, 1, 1);
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn authority_params(name: &str) -> CertificateParams {
    let mut params = params(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

/// An authority that certifies itself.
pub(crate) fn root_with(name: &str, change: impl FnOnce(&mut CertificateParams)) -> Issuer {
    let mut params = authority_params(name);
    change(&mut params);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// An authority that certifies itself.
pub(crate) fn root(name: &str) -> Issuer {
    root_with(name, |_| {})
}

/// An authority that another one certifies.
pub(crate) fn below(issuer: &Issuer, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Issuer {
    let mut params = authority_params(name);
    params.serial_number = Some(SerialNumber::from_slice(&[0x4d, 0x01]));
    params.custom_extensions.push(responders(&[RESPONDER]));
    change(&mut params);
    CertifiedIssuer::signed_by(params, KeyPair::generate().unwrap(), issuer).unwrap()
}

/// A card's certificate: good for signing in, unless `change` says otherwise.
pub(crate) fn card(issuer: &Issuer, change: impl FnOnce(&mut CertificateParams)) -> Vec<u8> {
    let mut params = params("555000111222");
    params.serial_number = Some(SerialNumber::from_slice(&SERIAL));
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params.custom_extensions.push(responders(&[RESPONDER]));
    params.crl_distribution_points = vec![CrlDistributionPoint { uris: vec![LIST.to_owned()] }];
    change(&mut params);
    params.signed_by(&KeyPair::generate().unwrap(), issuer).unwrap().der().to_vec()
}

/// A certificate of somebody who answers for its issuer, and its key.
pub(crate) fn delegate(issuer: &Issuer, change: impl FnOnce(&mut CertificateParams)) -> (Vec<u8>, KeyPair) {
    let mut params = params("Responder");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::OcspSigning];
    change(&mut params);
    let key = KeyPair::generate().unwrap();
    (params.signed_by(&key, issuer).unwrap().der().to_vec(), key)
}

pub(crate) fn rules(roots: &[&Issuer]) -> SmartcardRules {
    rules_of(roots.iter().map(|root| root.der().to_vec()).collect())
}

/// Rules by which the cards of these authorities are taken, which are given in DER.
pub(crate) fn rules_of(certificates: Vec<Vec<u8>>) -> SmartcardRules {
    SmartcardRules { authorities: Authorities::new(certificates).unwrap(), ..SmartcardRules::default() }
}

/// A card that is directly below `issuer`, as it was found good.
pub(crate) fn good_card(issuer: &Issuer) -> Card {
    inspect(&rules(&[issuer]), &[card(issuer, |_| {})], NOW).unwrap()
}

/// The extension that names responders, and something else that is not asked [RFC 5280 §4.2.2.1].
pub(crate) fn responders(addresses: &[&str]) -> CustomExtension {
    let access = |method: u8, address: &str| {
        let method = write(tag::OID, &[&[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, method]]);
        write(tag::SEQUENCE, &[&method, &write(tag::primitive(6), &[address.as_bytes()])])
    };
    let mut all = access(2, "http://certificates.example.org/");
    all.extend(addresses.iter().flat_map(|address| access(1, address)));
    CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 1, 1], write(tag::SEQUENCE, &[&all]))
}

/// The extension that names policies, whose identifiers are given as they stand in a certificate.
pub(crate) fn policies(policies: &[&[u8]]) -> CustomExtension {
    let policies: Vec<u8> =
        policies.iter().flat_map(|policy| write(tag::SEQUENCE, &[&write(tag::OID, &[policy])])).collect();
    CustomExtension::from_oid_content(&[2, 5, 29, 32], write(tag::SEQUENCE, &[&policies]))
}

/// What a responder is asked about: the `CertID` of a card's question.
pub(crate) fn asked(card: &Card, question: usize) -> Vec<u8> {
    let Some(StatusSource::Responder { request, .. }) = card.questions()[question].sources.first() else {
        panic!("no responder");
    };
    let mut bytes = request.as_slice();
    // OCSPRequest, TBSRequest, requestList, Request
    for _ in 0..4 {
        bytes = Der::only(bytes, tag::SEQUENCE).unwrap().content;
    }
    bytes.to_vec()
}

/// What a responder says.
#[derive(Clone)]
pub(crate) struct Statement {
    pub(crate) certificate: Vec<u8>,
    /// `CertStatus`, in DER.
    pub(crate) status: Vec<u8>,
    pub(crate) this_update: &'static str,
    pub(crate) next_update: Option<&'static str>,
    /// Appended as it is.
    pub(crate) extensions: Vec<u8>,
}

impl Statement {
    pub(crate) fn good(certificate: Vec<u8>) -> Self {
        Self {
            certificate,
            status: vec![0x80, 0],
            this_update: "20260921000000Z",
            next_update: Some("20260922000000Z"),
            extensions: Vec::new(),
        }
    }

    fn der(&self) -> Vec<u8> {
        let next = self.next_update.map(|next| write(tag::constructed(0), &[&time(next)])).unwrap_or_default();
        write(tag::SEQUENCE, &[&self.certificate, &self.status, &time(self.this_update), &next, &self.extensions])
    }
}

fn time(text: &str) -> Vec<u8> {
    write(tag::GENERALIZED_TIME, &[text.as_bytes()])
}

/// A responder's answer, which `key` signs.
pub(crate) fn response(statements: &[Statement], key: &KeyPair, certificates: &[&[u8]]) -> Vec<u8> {
    let statements: Vec<u8> = statements.iter().flat_map(Statement::der).collect();
    let responder = write(tag::constructed(2), &[&write(tag::OCTET_STRING, &[&[7; 20]])]);
    let statements = write(tag::SEQUENCE, &[&statements]);
    let data = write(tag::SEQUENCE, &[&responder, &time("20260921000000Z"), &statements]);
    // ecdsa-with-SHA256
    let algorithm = write(tag::OID, &[&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]]);
    let algorithm = write(tag::SEQUENCE, &[&algorithm]);
    let signature = write(tag::BIT_STRING, &[&[0], &key.sign(&data).unwrap()]);
    let certificates = match certificates {
        [] => Vec::new(),
        some => write(tag::constructed(0), &[&write(tag::SEQUENCE, some)]),
    };
    let basic = write(tag::SEQUENCE, &[&data, &algorithm, &signature, &certificates]);
    let kind = write(tag::OID, &[&[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01]]);
    let bytes = write(tag::SEQUENCE, &[&kind, &write(tag::OCTET_STRING, &[&basic])]);
    write(tag::SEQUENCE, &[&write(tag::ENUMERATED, &[&[0]]), &write(tag::constructed(0), &[&bytes])])
}

/// A list, made on 20 September 2026; the next one comes five days later.
pub(crate) fn list(issuer: &Issuer, serials: &[&[u8]], point: Option<(&str, Option<CrlScope>)>) -> Vec<u8> {
    let revoked = serials.iter().map(|serial| RevokedCertParams {
        serial_number: SerialNumber::from_slice(serial),
        revocation_time: date_time_ymd(2026, 9, 1),
        reason_code: None,
        invalidity_date: None,
    });
    let params = CertificateRevocationListParams {
        this_update: date_time_ymd(2026, 9, 20),
        next_update: date_time_ymd(2026, 9, 25),
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: point.map(|(address, scope)| CrlIssuingDistributionPoint {
            distribution_point: CrlDistributionPoint { uris: vec![address.to_owned()] },
            scope,
        }),
        revoked_certs: revoked.collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    params.signed_by(issuer).unwrap().der().to_vec()
}
