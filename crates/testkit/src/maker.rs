//! A maker of security keys: vouches for their models and publishes it, as the FIDO Metadata Service does [FIDO MDS 3.1].

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, DnType, IsCa, KeyPair, KeyUsagePurpose,
    SanType, date_time_ymd,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::security_key::Attestation;

/// The extension that names the model [WebAuthn Level 3 §8.2.1].
const AAGUID: [u64; 10] = [1, 3, 6, 1, 4, 1, 45_724, 1, 1, 4];

/// Who signs what is published.
pub const SIGNER: &str = "mds.example.org";

/// A maker of security keys, who also publishes what models there are.
pub struct Maker {
    root: CertifiedIssuer<'static, KeyPair>,
}

impl Default for Maker {
    fn default() -> Self {
        Self::new()
    }
}

impl Maker {
    /// A maker with a root of its own.
    ///
    /// # Panics
    /// When no certificate can be made.
    pub fn new() -> Self {
        let mut params = params("Example keys root");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let root = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a certificate");
        Self { root }
    }

    /// What a key of `model` proves it with.
    ///
    /// # Panics
    /// When no certificate can be made.
    pub fn batch(&self, model: Uuid) -> Attestation {
        let key = KeyPair::generate().expect("a key");
        let mut params = params("Example keys batch");
        params.is_ca = IsCa::ExplicitNoCa;
        params.distinguished_name.push(DnType::CountryName, "GB");
        params.distinguished_name.push(DnType::OrganizationName, "Example keys");
        params.distinguished_name.push(DnType::OrganizationalUnitName, "Authenticator Attestation");
        let named = [vec![0x04, 0x10], model.as_bytes().to_vec()].concat();
        params.custom_extensions.push(CustomExtension::from_oid_content(&AAGUID, named));
        let certificate = params.signed_by(&key, &self.root).expect("a certificate").der().to_vec();
        Attestation { aaguid: *model.as_bytes(), certificate, key: key.serialize_der() }
    }

    /// The certificate that what is published leads to, in DER.
    pub fn root(&self) -> &[u8] {
        self.root.der()
    }

    /// What is published about `models`, each with its latest status.
    ///
    /// # Panics
    /// When it cannot be signed.
    pub fn published(&self, models: &[(Uuid, &str)]) -> String {
        let key = KeyPair::generate().expect("a key");
        let signer = signer().signed_by(&key, &self.root).expect("a certificate");
        let entry = |(model, status): &(Uuid, &str)| {
            json!({
                "aaguid": model,
                "metadataStatement": {
                    "description": format!("Example key {model}"),
                    "attestationRootCertificates": [BASE64.encode(self.root())],
                },
                "statusReports": [{"status": status}],
            })
        };
        let header = json!({"alg": "ES256", "typ": "JWT", "x5c": [BASE64.encode(signer.der())]});
        let entries: Vec<Value> = models.iter().map(entry).collect();
        let payload = json!({"no": 1, "nextUpdate": "2030-01-01", "entries": entries});
        let encode = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let signed = format!("{}.{}", encode(&header), encode(&payload));
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &key.serialize_der()).expect("a key");
        let signature = pair.sign(&SystemRandom::new(), signed.as_bytes()).expect("a signature");
        format!("{signed}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
    }
}

fn signer() -> CertificateParams {
    let mut params = params(SIGNER);
    params.subject_alt_names.push(SanType::DnsName(SIGNER.try_into().expect("a name")));
    params
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(vec![]).expect("no names");
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2040, 1, 1);
    params
}
