//! A security key: makes and shows credentials as a browser would hand them over, computed here without any code of the
//! product [WebAuthn Level 3 §6, CTAP 2.1].

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use crate::browser::{Browser, Page};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const ATTESTED: u8 = 0x40;

/// A key, and the browser that it is plugged into.
pub struct SecurityKey {
    /// The origin that the browser is at.
    pub origin: String,
    /// Whether it asks for a PIN or a fingerprint.
    pub verifies_holder: bool,
    /// Whether its maker copies it between devices.
    pub is_synced: bool,
    /// What it counts up with each use; nothing for one that does not count.
    pub counter: Option<u32>,
    /// Who vouches for its model, if it proves one.
    pub attestation: Option<Attestation>,
    id: Vec<u8>,
    pair: EcdsaKeyPair,
    user: Option<String>,
}

/// How a key proves its model [WebAuthn Level 3 §8.2].
pub struct Attestation {
    /// Its model.
    pub aaguid: [u8; 16],
    /// The certificate of the batch that it belongs to, in DER.
    pub certificate: Vec<u8>,
    /// The key of that certificate, in PKCS #8.
    pub key: Vec<u8>,
}

impl SecurityKey {
    /// A new key in a browser at `origin`, which asks for its PIN and counts.
    ///
    /// # Panics
    /// When there is no randomness.
    pub fn at(origin: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key");
        let id = digest(&SHA256, pair.public_key().as_ref()).as_ref().to_vec();
        Self {
            origin: origin.to_owned(),
            verifies_holder: true,
            is_synced: false,
            counter: Some(0),
            attestation: None,
            id,
            pair,
            user: None,
        }
    }

    /// A second key with the same secret, as somebody has who has copied it.
    ///
    /// # Panics
    /// When its secret cannot be read.
    #[must_use]
    pub fn copied(&self) -> Self {
        let secret = self.pair.to_pkcs8v1().expect("a secret");
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, secret.as_ref()).expect("a key");
        Self {
            origin: self.origin.clone(),
            id: self.id.clone(),
            pair,
            user: self.user.clone(),
            attestation: None,
            ..*self
        }
    }

    /// Answers what a page asks of a new key.
    ///
    /// # Panics
    /// When the page asks nothing that can be understood.
    pub fn make(&mut self, options: &Value) -> String {
        self.user = Some(options["user"]["id"].as_str().expect("a user handle").to_owned());
        let client_data = self.client_data("webauthn.create", options);
        let data = self.authenticator_data(options["rp"]["id"].as_str().expect("an identifier"), true);
        let statement = self.statement(&data, &client_data);
        let object = map(&[
            (text("fmt"), text(if self.attestation.is_some() { "packed" } else { "none" })),
            (text("attStmt"), statement),
            (text("authData"), bytes(&data)),
        ]);
        self.posted(&json!({
            "clientDataJSON": BASE64URL_NOPAD.encode(&client_data),
            "attestationObject": BASE64URL_NOPAD.encode(&object),
            "transports": ["usb"],
        }))
    }

    /// Answers what a page asks of an enrolled key.
    ///
    /// # Panics
    /// When the page asks nothing that can be understood.
    pub fn show(&mut self, options: &Value) -> String {
        self.counter = self.counter.map(|counter| counter + 1);
        let client_data = self.client_data("webauthn.get", options);
        let data = self.authenticator_data(options["rpId"].as_str().expect("an identifier"), false);
        let signature = sign(&self.pair, &[&data, digest(&SHA256, &client_data).as_ref()].concat());
        self.posted(&json!({
            "clientDataJSON": BASE64URL_NOPAD.encode(&client_data),
            "authenticatorData": BASE64URL_NOPAD.encode(&data),
            "signature": BASE64URL_NOPAD.encode(&signature),
            "userHandle": self.user,
        }))
    }

    /// Makes a credential for the page that `browser` is at, and presses `button`.
    ///
    /// # Panics
    /// When the page asks for none.
    pub async fn register<'b>(&mut self, browser: &'b mut Browser, button: &str) -> &'b Page {
        let answer = self.make(&options_on(browser.page()));
        browser.fill("answer", &answer);
        browser.press(button).await
    }

    /// Shows the credential to the page that `browser` is at.
    ///
    /// # Panics
    /// When the page asks for none.
    pub async fn touch<'b>(&mut self, browser: &'b mut Browser) -> &'b Page {
        let answer = self.show(&options_on(browser.page()));
        browser.fill("answer", &answer);
        browser.press("Use it now").await
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let challenge = options["challenge"].as_str().expect("a challenge");
        let data = json!({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false});
        data.to_string().into_bytes()
    }

    fn authenticator_data(&self, site: &str, is_new: bool) -> Vec<u8> {
        let flag = |set: bool, flag: u8| if set { flag } else { 0 };
        let flags = PRESENT
            | flag(self.verifies_holder, VERIFIED)
            | flag(self.is_synced, BACKUP_ELIGIBLE)
            | flag(is_new, ATTESTED);
        let mut data = digest(&SHA256, site.as_bytes()).as_ref().to_vec();
        data.push(flags);
        data.extend(self.counter.unwrap_or(0).to_be_bytes());
        if is_new {
            data.extend(self.attestation.as_ref().map_or([0; 16], |attestation| attestation.aaguid));
            data.extend(u16::try_from(self.id.len()).expect("a short identifier").to_be_bytes());
            data.extend(&self.id);
            let point = self.pair.public_key().as_ref();
            data.extend(map(&[
                (integer(1), integer(2)),
                (integer(3), integer(-7)),
                (integer(-1), integer(1)),
                (integer(-2), bytes(&point[1..33])),
                (integer(-3), bytes(&point[33..65])),
            ]));
        }
        data
    }

    fn statement(&self, data: &[u8], client_data: &[u8]) -> Vec<u8> {
        let Some(attestation) = &self.attestation else { return map(&[]) };
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &attestation.key).expect("a key");
        let signature = sign(&pair, &[data, digest(&SHA256, client_data).as_ref()].concat());
        map(&[
            (text("alg"), integer(-7)),
            (text("sig"), bytes(&signature)),
            (text("x5c"), [head(4, 1), bytes(&attestation.certificate)].concat()),
        ])
    }

    fn posted(&self, response: &Value) -> String {
        let id = BASE64URL_NOPAD.encode(&self.id);
        json!({"id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {}})
            .to_string()
    }
}

/// What the page asks of a key.
///
/// # Panics
/// When it asks nothing.
pub fn options_on(page: &Page) -> Value {
    let options = page.data("options").unwrap_or_else(|| panic!("no key is asked for: {}", page.text()));
    serde_json::from_str(&options).expect("options are JSON")
}

fn sign(pair: &EcdsaKeyPair, message: &[u8]) -> Vec<u8> {
    pair.sign(&SystemRandom::new(), message).expect("a signature").as_ref().to_vec()
}

// CBOR [RFC 8949 §3], as little of it as an authenticator speaks.

fn head(kind: u8, value: usize) -> Vec<u8> {
    match value {
        0..=23 => vec![(kind << 5) | u8::try_from(value).expect("it is small")],
        24..=255 => vec![(kind << 5) | 24, u8::try_from(value).expect("it is small")],
        _ => [vec![(kind << 5) | 25], u16::try_from(value).expect("it is short").to_be_bytes().to_vec()].concat(),
    }
}

fn integer(value: i32) -> Vec<u8> {
    let size = usize::try_from(if value < 0 { -1 - value } else { value }).expect("it is small");
    head(u8::from(value < 0), size)
}

fn bytes(value: &[u8]) -> Vec<u8> {
    [head(2, value.len()), value.to_vec()].concat()
}

fn text(value: &str) -> Vec<u8> {
    [head(3, value.len()), value.as_bytes().to_vec()].concat()
}

fn map(entries: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let mut out = head(5, entries.len());
    for (key, value) in entries {
        out.extend(key);
        out.extend(value);
    }
    out
}
