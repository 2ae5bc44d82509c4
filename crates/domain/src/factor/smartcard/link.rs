//! One certificate of a path and who issued it: what a question about its status is made of, and what answers are held
//! against.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use rustls_pki_types::{CertificateDer, SubjectPublicKeyInfoDer};
use url::Url;
use webpki::{ALL_VERIFICATION_ALGS, RawPublicKeyEntity};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{DistributionPointName, GeneralName, ParsedExtension};
use x509_parser::oid_registry::{
    OID_PKIX_ACCESS_DESCRIPTOR_OCSP, OID_PKIX_AUTHORITY_INFO_ACCESS, OID_X509_EXT_CRL_DISTRIBUTION_POINTS,
};

use super::fields;
use super::ocsp;
use super::status::{StatusQuestion, StatusSource};

/// The most addresses that are asked about one certificate.
const MOST_SOURCES: usize = 4;
/// The longest of them, in bytes.
const LONGEST_ADDRESS: usize = 2048;

/// One certificate of a path and who issued it.
#[derive(Clone)]
pub(super) struct Link {
    /// The certificate's number, as the content of an INTEGER.
    pub(super) serial: Vec<u8>,
    /// Whether it is an authority's, and not a person's.
    pub(super) is_authority: bool,
    /// Where it says that its issuer's lists are, whatever kind of address that is.
    pub(super) lists: Vec<String>,
    /// Its issuer's name in DER.
    pub(super) issuer_name: Vec<u8>,
    /// The SHA-1 of that name [RFC 6960 §4.1.1].
    pub(super) issuer_name_hash: Vec<u8>,
    /// The SHA-1 of the bits of its issuer's key [RFC 6960 §4.1.1].
    pub(super) issuer_key_hash: Vec<u8>,
    /// Its issuer's key with algorithm, in DER.
    pub(super) issuer_key: SubjectPublicKeyInfoDer<'static>,
    /// Its issuer's certificate.
    pub(super) issuer: CertificateDer<'static>,
    /// Whether its issuer may sign lists [RFC 5280 §6.3.3, (f)].
    pub(super) issuer_signs_lists: bool,
}

impl Link {
    /// `None` when a certificate cannot be read.
    pub(super) fn new(own: &[u8], issuer: &[u8], is_authority: bool) -> Option<Self> {
        let read = fields::certificate(own)?;
        let issuer_read = fields::certificate(issuer)?;
        let key = issuer_read.public_key();
        // SHA-1 names the issuer here and protects nothing: the answer is signed [RFC 5019 §2.1.1].
        let hash = |bytes: &[u8]| digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref().to_vec();
        Some(Self {
            serial: read.raw_serial().to_vec(),
            is_authority,
            lists: lists(&read)?,
            issuer_name: read.issuer().as_raw().to_vec(),
            issuer_name_hash: hash(read.issuer().as_raw()),
            issuer_key_hash: hash(key.subject_public_key.data.as_ref()),
            issuer_key: SubjectPublicKeyInfoDer::from(key.raw.to_vec()),
            issuer: CertificateDer::from(issuer.to_vec()),
            issuer_signs_lists: fields::key_may(&issuer_read, x509_parser::extensions::KeyUsage::crl_sign),
        })
    }

    /// Whom to ask about the certificate: `own` is the same as it was made of.
    pub(super) fn question(&self, own: &[u8]) -> Option<StatusQuestion> {
        let read = fields::certificate(own)?;
        let responders = responders(&read)?;
        let is_published = !responders.is_empty()
            || read.iter_extensions().any(|extension| extension.oid == OID_X509_EXT_CRL_DISTRIBUTION_POINTS);
        let request = ocsp::request(self);
        let responders = responders.into_iter().filter(|address| is_web(address));
        let responders = responders.map(|address| StatusSource::Responder { address, request: request.clone() });
        let lists = self.lists.iter().filter(|address| is_web(address));
        let lists = lists.map(|address| StatusSource::List { address: address.clone() });
        Some(StatusQuestion { sources: responders.chain(lists).take(MOST_SOURCES).collect(), is_published })
    }

    /// Whether the issuer's key made this signature with the algorithm of this identifier.
    pub(super) fn issuer_signed(&self, signed: &[u8], algorithm: &[u8], signature: &[u8]) -> bool {
        let Ok(key) = RawPublicKeyEntity::try_from(&self.issuer_key) else { return false };
        // Several have one identifier and differ in the key that they take; the wrong ones refuse ours.
        ALL_VERIFICATION_ALGS
            .iter()
            .filter(|known| known.signature_alg_id().as_ref() == algorithm)
            .any(|known| key.verify_signature(*known, signed, signature).is_ok())
    }
}

/// An address that can be fetched; directories (`ldap`) are left out.
fn is_web(address: &str) -> bool {
    address.len() <= LONGEST_ADDRESS
        && Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// The addresses of responders [RFC 5280 §4.2.2.1]; `None` when the extension cannot be read, or is there twice.
fn responders(certificate: &X509Certificate<'_>) -> Option<Vec<String>> {
    let found = certificate.get_extension_unique(&OID_PKIX_AUTHORITY_INFO_ACCESS).ok()?;
    let Some(extension) = found else { return Some(Vec::new()) };
    let ParsedExtension::AuthorityInfoAccess(access) = extension.parsed_extension() else { return None };
    let responders = access.accessdescs.iter().filter(|access| access.access_method == OID_PKIX_ACCESS_DESCRIPTOR_OCSP);
    Some(responders.filter_map(|access| address(&access.access_location)).collect())
}

/// The addresses of lists [RFC 5280 §4.2.1.13]; `None` when the extension cannot be read, or is there twice.
///
/// Lists that somebody other than the issuer signs, or that tell of some reasons only, are left out: they are not read.
fn lists(certificate: &X509Certificate<'_>) -> Option<Vec<String>> {
    let found = certificate.get_extension_unique(&OID_X509_EXT_CRL_DISTRIBUTION_POINTS).ok()?;
    let Some(extension) = found else { return Some(Vec::new()) };
    let ParsedExtension::CRLDistributionPoints(points) = extension.parsed_extension() else { return None };
    let mut addresses = Vec::new();
    for point in points.iter().filter(|point| point.crl_issuer.is_none() && point.reasons.is_none()) {
        let Some(DistributionPointName::FullName(names)) = &point.distribution_point else { continue };
        addresses.extend(names.iter().filter_map(address));
    }
    Some(addresses)
}

fn address(name: &GeneralName<'_>) -> Option<String> {
    if let GeneralName::URI(address) = name { Some((*address).to_owned()) } else { None }
}
