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
    revoked: Vec<Box<[u8]>>,
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
