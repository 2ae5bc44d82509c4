//! What makers of authenticators have published about their models: the FIDO Metadata Service's file [FIDO MDS 3.1].

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use data_encoding::{BASE64, BASE64URL_NOPAD};
use rustls_pki_types::{CertificateDer, ServerName, SignatureVerificationAlgorithm, TrustAnchor, UnixTime};
use serde::Deserialize;
use uuid::Uuid;
use webauthn_attestation_ca::{AttestationCaList, AttestationCaListBuilder};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use super::aaguid::Aaguid;
use crate::time::Timestamp;

/// The models that makers have published, each with the authorities that vouch for it. Models whose keys are known to be
/// broken are left out.
#[derive(Clone, Debug)]
pub struct Models {
    authorities: AttestationCaList,
    names: BTreeMap<Aaguid, String>,
    withdrawn: BTreeSet<Aaguid>,
}

/// Why a file is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadMetadata {
    /// It is no signed metadata.
    #[error("the file is no FIDO metadata: a signed token (JWT) whose header has its certificates")]
    Unreadable,
    /// Its signer's certificate does not lead to a given root, or is somebody else's.
    #[error("the signer's certificate does not lead to a given root, or is not the expected signer's")]
    Untrusted,
    /// Its signer's certificate is out of date: nothing in it is believed any more, and a newer file is needed.
    #[error("the signer's certificate is out of date: fetch the newest file")]
    OutOfDate,
    /// Its signature does not fit.
    #[error("the signature does not fit: the file was changed or is not complete")]
    WrongSignature,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    x5c: Vec<String>,
}

#[derive(Deserialize)]
struct Payload {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    aaguid: Option<Uuid>,
    metadata_statement: Option<Statement>,
    #[serde(default)]
    status_reports: Vec<StatusReport>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statement {
    description: String,
    #[serde(default)]
    attestation_root_certificates: Vec<String>,
}

#[derive(Deserialize)]
struct StatusReport {
    status: String,
}

impl Entry {
    fn is_broken(&self) -> bool {
        self.status_reports.iter().any(|report| BROKEN.contains(&report.status.as_str()))
    }
}

/// The reports after which a model is not taken any more [FIDO MDS 3.1 §3.1.4].
const BROKEN: [&str; 5] = [
    "REVOKED",
    "USER_VERIFICATION_BYPASS",
    "ATTESTATION_KEY_COMPROMISE",
    "USER_KEY_REMOTE_COMPROMISE",
    "USER_KEY_PHYSICAL_COMPROMISE",
];

impl Models {
    /// No models: no key can prove that it is of one.
    pub fn none() -> Self {
        Self::of(Payload { entries: Vec::new() })
    }

    /// Reads the file as published, signed by `signer`, a host name, whose certificate leads to one of `roots`, which are in DER.
    ///
    /// # Errors
    /// Says why it is not accepted.
    pub fn parse(blob: &str, signer: &str, roots: &[Vec<u8>], now: Timestamp) -> Result<Self, BadMetadata> {
        let blob = blob.trim();
        let (signed, signature) = blob.rsplit_once('.').ok_or(BadMetadata::Unreadable)?;
        let (header, payload) = signed.split_once('.').ok_or(BadMetadata::Unreadable)?;
        let header: Header = decoded(header)?;
        let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).map_err(|_| BadMetadata::Unreadable)?;
        check(&header, signed.as_bytes(), &signature, (signer, roots), now)?;
        let payload: Payload = decoded(payload)?;
        Ok(Self::of(payload))
    }

    /// Reads what a file carries, whoever has signed it: for tests and fuzz targets, and not in the product.
    #[cfg(any(test, fuzzing))]
    pub fn unsigned(payload: &[u8]) -> Option<Self> {
        serde_json::from_slice(payload).ok().map(Self::of)
    }

    /// Models of which one was withdrawn.
    #[cfg(test)]
    pub(super) fn without(model: Aaguid) -> Self {
        Self { withdrawn: BTreeSet::from([model]), ..Self::none() }
    }

    fn of(payload: Payload) -> Self {
        // SECURITY: a report counts without a statement beside it, and whatever else the file has about the model.
        let broken = payload.entries.iter().filter(|entry| entry.is_broken());
        let withdrawn: BTreeSet<Aaguid> = broken.filter_map(|entry| entry.aaguid.map(Aaguid::new)).collect();
        let mut builder = AttestationCaListBuilder::new();
        let mut names = BTreeMap::new();
        for Entry { aaguid, metadata_statement, .. } in payload.entries {
            let (Some(aaguid), Some(statement)) = (aaguid, metadata_statement) else { continue };
            if withdrawn.contains(&Aaguid::new(aaguid)) {
                continue;
            }
            for certificate in &statement.attestation_root_certificates {
                let text: String = certificate.split_whitespace().collect();
                let Ok(der) = BASE64.decode(text.as_bytes()) else { continue };
                // One that cannot be read vouches for nothing.
                let name = statement.description.clone();
                if builder.insert_device_der(&der, aaguid, name, BTreeMap::new()).is_ok() {
                    names.insert(Aaguid::new(aaguid), statement.description.clone());
                }
            }
        }
        Self { authorities: builder.build(), names, withdrawn }
    }

    /// Who vouches for which models.
    pub(super) const fn authorities(&self) -> &AttestationCaList {
        &self.authorities
    }

    /// What its maker calls a model.
    pub fn name(&self, model: Aaguid) -> Option<&str> {
        self.names.get(&model).map(String::as_str)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Whether a model was left out because its keys are known to be broken.
    pub fn is_withdrawn(&self, model: Aaguid) -> bool {
        self.withdrawn.contains(&model)
    }
}

fn decoded<T: for<'a> Deserialize<'a>>(part: &str) -> Result<T, BadMetadata> {
    let bytes = BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| BadMetadata::Unreadable)?;
    serde_json::from_slice(&bytes).map_err(|_| BadMetadata::Unreadable)
}

fn check(
    header: &Header,
    signed: &[u8],
    signature: &[u8],
    (name, roots): (&str, &[Vec<u8>]),
    now: Timestamp,
) -> Result<(), BadMetadata> {
    let chain: Vec<CertificateDer<'static>> = header
        .x5c
        .iter()
        .map(|text| BASE64.decode(text.as_bytes()).map(CertificateDer::from))
        .collect::<Result<_, _>>()
        .map_err(|_| BadMetadata::Unreadable)?;
    let (signer, others) = chain.split_first().ok_or(BadMetadata::Unreadable)?;
    let signer = EndEntityCert::try_from(signer).map_err(|_| BadMetadata::Unreadable)?;
    let roots: Vec<CertificateDer<'_>> = roots.iter().map(|root| CertificateDer::from(root.as_slice())).collect();
    let anchors: Vec<TrustAnchor<'_>> =
        roots.iter().map(anchor_from_trusted_cert).collect::<Result<_, _>>().map_err(|_| BadMetadata::Untrusted)?;
    // SECURITY: the roots are those of a public authority, which certifies anybody's host.
    let name = ServerName::try_from(name).map_err(|_| BadMetadata::Untrusted)?;
    signer.verify_is_valid_for_subject_name(&name).map_err(|_| BadMetadata::Untrusted)?;
    let at = UnixTime::since_unix_epoch(Duration::from_micros(u64::try_from(now.as_micros()).unwrap_or(0)));
    signer
        .verify_for_usage(webpki::ALL_VERIFICATION_ALGS, &anchors, others, at, KeyUsage::server_auth(), None, None)
        .map_err(|error| {
        let is_old = matches!(error, webpki::Error::CertExpired { .. });
        if is_old { BadMetadata::OutOfDate } else { BadMetadata::Untrusted }
    })?;
    let (algorithm, signature): (&dyn SignatureVerificationAlgorithm, Vec<u8>) = match header.alg.as_str() {
        "RS256" => (webpki::aws_lc_rs::RSA_PKCS1_2048_8192_SHA256, signature.to_vec()),
        "ES256" => (webpki::aws_lc_rs::ECDSA_P256_SHA256, der_signature(signature).ok_or(BadMetadata::WrongSignature)?),
        // SECURITY: nothing else, and never what the token asks for by itself.
        _ => return Err(BadMetadata::Unreadable),
    };
    signer.verify_signature(algorithm, signed, &signature).map_err(|_| BadMetadata::WrongSignature)
}

/// Two halves of 32 bytes as a token carries them [RFC 7518 §3.4], in the form in which certificates sign [RFC 3279 §2.2.3].
fn der_signature(raw: &[u8]) -> Option<Vec<u8>> {
    let (r, s) = raw.split_at_checked(32).filter(|(_, s)| s.len() == 32)?;
    let integer = |half: &[u8]| {
        let start = half.iter().position(|byte| *byte != 0).unwrap_or(half.len().saturating_sub(1));
        let digits = half.get(start..).unwrap_or_default();
        let padded = digits.first().is_some_and(|first| *first >= 0x80);
        let mut out = vec![0x02, u8::try_from(digits.len() + usize::from(padded)).unwrap_or(u8::MAX)];
        out.extend(padded.then_some(0));
        out.extend_from_slice(digits);
        out
    };
    let (r, s) = (integer(r), integer(s));
    let mut out = vec![0x30, u8::try_from(r.len() + s.len()).ok()?];
    out.extend(r);
    out.extend(s);
    Some(out)
}

#[cfg(test)]
mod tests {
    use rcgen::{
        BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, PKCS_ECDSA_P256_SHA256, SigningKey as _,
        date_time_ymd,
    };

    use super::*;

    const MODEL: &str = "2fc0579f-8113-47ea-b116-bb5a8db9202a";
    const SIGNER: &str = "mds.example.org";
    const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

    struct Publisher {
        root: CertifiedIssuer<'static, KeyPair>,
        key: KeyPair,
        certificate: Vec<u8>,
    }

    fn publisher() -> Publisher {
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let mut params = CertificateParams::new(vec!["mds.example.org".to_owned()]).unwrap();
        params.not_before = date_time_ymd(2026, 1, 1);
        params.not_after = date_time_ymd(2027, 1, 1);
        let certificate = params.signed_by(&key, &root).unwrap().der().to_vec();
        Publisher { root, key, certificate }
    }

    fn raw(der: &[u8]) -> Vec<u8> {
        // SEQUENCE of two INTEGERs, each padded or trimmed to 32 bytes.
        let mut out = Vec::new();
        let mut rest = &der[2..];
        for _ in 0..2 {
            let length = usize::from(rest[1]);
            let digits: Vec<u8> = rest[2..2 + length].iter().copied().skip_while(|byte| *byte == 0).collect();
            out.extend(std::iter::repeat_n(0, 32 - digits.len()));
            out.extend(digits);
            rest = &rest[2 + length..];
        }
        out
    }

    fn blob(publisher: &Publisher, status: &str) -> String {
        let header = serde_json::json!({"alg": "ES256", "typ": "JWT", "x5c": [BASE64.encode(&publisher.certificate)]});
        let payload = serde_json::json!({
            "legalHeader": "none", "no": 1, "nextUpdate": "2026-12-01",
            "entries": [
                {"aaid": "1234#5678"},
                {
                    "aaguid": MODEL,
                    "metadataStatement": {
                        "description": "A key", "attestationRootCertificates": [BASE64.encode(publisher.root.der())],
                    },
                    "statusReports": [{"status": "NOT_FIDO_CERTIFIED"}, {"status": status}],
                },
            ],
        });
        let encode = |value: &serde_json::Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let signed = format!("{}.{}", encode(&header), encode(&payload));
        let signature = raw(&publisher.key.sign(signed.as_bytes()).unwrap());
        format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
    }

    #[test]
    fn a_published_model_is_known_by_its_name() {
        let publisher = publisher();
        let models =
            Models::parse(&blob(&publisher, "FIDO_CERTIFIED"), SIGNER, &[publisher.root.der().to_vec()], NOW).unwrap();
        let model: Aaguid = MODEL.parse().unwrap();
        assert_eq!((models.names.len(), models.name(model)), (1, Some("A key")));
        assert!(!models.is_withdrawn(model) && !models.authorities().is_empty());
    }

    #[test]
    fn a_model_that_is_broken_is_left_out() {
        let publisher = publisher();
        for status in BROKEN {
            let models =
                Models::parse(&blob(&publisher, status), SIGNER, &[publisher.root.der().to_vec()], NOW).unwrap();
            assert!(models.is_empty() && models.is_withdrawn(MODEL.parse().unwrap()), "{status}");
        }
    }

    #[test]
    fn a_report_counts_whatever_else_is_published_about_the_model() {
        let model: Aaguid = MODEL.parse().unwrap();
        let root = BASE64.encode(publisher().root.der());
        let statement = serde_json::json!({"description": "A key", "attestationRootCertificates": [root]});
        let good = serde_json::json!({"aaguid": MODEL, "metadataStatement": statement, "statusReports": []});
        let mut broken = good.clone();
        broken["statusReports"] = serde_json::json!([{"status": "REVOKED"}]);
        let bare = serde_json::json!({"aaguid": MODEL, "statusReports": [{"status": "REVOKED"}]});
        let of = |entries: &[&serde_json::Value]| {
            Models::of(serde_json::from_value(serde_json::json!({"entries": entries})).unwrap())
        };
        assert!(of(&[&good]).name(model).is_some());
        for entries in [&[&bare][..], &[&good, &bare], &[&bare, &good], &[&good, &broken], &[&broken, &good]] {
            let models = of(entries);
            assert!(models.is_withdrawn(model) && models.is_empty(), "{entries:?}");
            assert!(models.authorities().is_empty(), "{entries:?}");
        }
    }

    #[test]
    fn a_file_that_somebody_else_signed_is_refused() {
        let (publisher, other) = (publisher(), super::tests::publisher());
        let good = blob(&publisher, "FIDO_CERTIFIED");
        assert_eq!(
            Models::parse(&good, SIGNER, &[other.root.der().to_vec()], NOW).unwrap_err(),
            BadMetadata::Untrusted
        );
        let later = Timestamp::from_seconds(1_830_000_000);
        assert_eq!(
            Models::parse(&good, SIGNER, &[publisher.root.der().to_vec()], later).unwrap_err(),
            BadMetadata::OutOfDate
        );
        let another = Models::parse(&good, "www.example.org", &[publisher.root.der().to_vec()], NOW);
        assert_eq!(another.unwrap_err(), BadMetadata::Untrusted, "somebody else whom the authority certifies");
        let [header, payload, signature]: [&str; 3] = good.split('.').collect::<Vec<_>>().try_into().unwrap();
        let changed = BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap();
        let changed = String::from_utf8(changed).unwrap().replace("A key", "B key");
        let changed = format!("{header}.{}.{signature}", BASE64URL_NOPAD.encode(changed.as_bytes()));
        let refused = Models::parse(&changed, SIGNER, &[publisher.root.der().to_vec()], NOW).unwrap_err();
        assert_eq!(refused, BadMetadata::WrongSignature);
        for bad in ["", "a.b", "a.b.c", good.trim_end_matches(|c| c != '.')] {
            assert!(Models::parse(bad, SIGNER, &[publisher.root.der().to_vec()], NOW).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_token_that_names_no_signature_is_refused() {
        let publisher = publisher();
        let good = blob(&publisher, "FIDO_CERTIFIED");
        let (_, rest) = good.split_once('.').unwrap();
        for algorithm in ["none", "HS256", "ES384"] {
            let header = serde_json::json!({"alg": algorithm, "x5c": [BASE64.encode(&publisher.certificate)]});
            let header = BASE64URL_NOPAD.encode(header.to_string().as_bytes());
            let refused =
                Models::parse(&format!("{header}.{rest}"), SIGNER, &[publisher.root.der().to_vec()], NOW).unwrap_err();
            assert_eq!(refused, BadMetadata::Unreadable, "{algorithm}");
        }
    }
}
