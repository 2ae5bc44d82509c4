//! What the targets share: the parts of an input, and what is good before it is changed (`fixtures/make.py` made it).

use std::sync::LazyLock;

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;
use wardkey_domain::factor::smartcard::{Authorities, Card, CardIdentifier, SmartcardRules, inspect};
use wardkey_domain::factor::webauthn::{
    Attestation, KeyAnswer, KeyChallenge, KeyRecord, KeyState, Models, NewKey, Registration, RelyingParty, Verdict,
    WebAuthnRules, register, verify,
};
use wardkey_domain::id::{AccountId, CredentialId};
use wardkey_domain::secret::TokenHash;
use wardkey_domain::time::Timestamp;

/// In the year 2030, when everything that is good is in date.
pub const NOW: Timestamp = Timestamp::from_seconds(1_900_000_000);
/// In the year 2128, when it no longer is.
pub const LATE: Timestamp = Timestamp::from_seconds(5_000_000_000);

/// What stands between two parts of an input.
const BETWEEN: &[u8] = b"\n--\n";

/// The parts of an input; one that is missing or empty is `None`.
pub fn parts<const N: usize>(mut input: &[u8]) -> [Option<&[u8]>; N] {
    std::array::from_fn(|index| {
        let end = input.windows(BETWEEN.len()).position(|window| window == BETWEEN).filter(|_| index + 1 < N);
        let part = &input[..end.unwrap_or(input.len())];
        input = end.map_or(&[], |end| &input[end + BETWEEN.len()..]);
        (!part.is_empty()).then_some(part)
    })
}

/// Whether `part` stands anywhere in `whole`.
pub fn holds(whole: &[u8], part: &[u8]) -> bool {
    whole.windows(part.len()).any(|window| window == part)
}

/// What stands in an item of DER, and what is behind it.
pub fn inside(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (head, length) = match *der.get(1)? {
        0x81 => (3, usize::from(*der.get(2)?)),
        0x82 => (4, usize::from(u16::from_be_bytes([*der.get(2)?, *der.get(3)?]))),
        length => (2, usize::from(length)),
    };
    Some((der.get(head..head + length)?, der.get(head + length..)?))
}

/// What is signed of a certificate, a list or an answer: the first item in it.
pub fn signed(der: &[u8]) -> &[u8] {
    let (content, _) = inside(der).unwrap();
    let (_, rest) = inside(content).unwrap();
    &content[..content.len() - rest.len()]
}

/// The certificates of an input, one behind the other; what is left over is the last.
pub fn certificates(mut input: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    while !input.is_empty() {
        let rest = inside(input).map_or(&[][..], |(_, rest)| rest);
        found.push(input[..input.len() - rest.len()].to_vec());
        input = rest;
    }
    found
}

// --- smartcards

pub const ROOT: &[u8] = include_bytes!("../fixtures/root.der");
pub const MIDDLE: &[u8] = include_bytes!("../fixtures/middle.der");
/// A card below the root.
pub const DIRECT: &[u8] = include_bytes!("../fixtures/direct.der");
/// A card below the one in the middle.
pub const BELOW: &[u8] = include_bytes!("../fixtures/below.der");

/// Rules by which both cards are taken.
pub fn card_rules(identifier: CardIdentifier) -> SmartcardRules {
    let authorities = Authorities::new(vec![ROOT.to_vec()]).unwrap();
    SmartcardRules { authorities, identifier, policies: vec!["1.2.3.4".parse().unwrap()], ..SmartcardRules::default() }
}

/// The card below the root, and the one below the one in the middle.
pub fn cards(rules: &SmartcardRules) -> [Card; 2] {
    let of = |chain: &[&[u8]]| {
        inspect(rules, &chain.iter().map(|one| one.to_vec()).collect::<Vec<_>>(), NOW).expect("a good card")
    };
    [of(&[DIRECT]), of(&[BELOW, MIDDLE])]
}

// --- security keys

/// What the browser said when the key was made, and when it was shown.
pub const MADE: &[u8] = include_bytes!("../fixtures/made.json");
pub const SHOWN: &[u8] = include_bytes!("../fixtures/shown.json");
/// How the key proved its model.
pub const ATTESTATION: &[u8] = include_bytes!("../fixtures/attestation.cbor");
/// What the key signed besides, and its signature.
pub const DATA: &[u8] = include_bytes!("../fixtures/shown.bin");
pub const SIGNATURE: &[u8] = include_bytes!("../fixtures/signature.der");
/// What its maker has published.
pub const METADATA: &str = include_str!("../fixtures/metadata.jwt");
pub const MAKER: &[u8] = include_bytes!("../fixtures/maker.der");
pub const SIGNER: &str = "mds.example.org";

/// The SHA-256 of `example.org`.
const PARTY: &[u8] = &[
    0xbf, 0xab, 0xc3, 0x74, 0x32, 0x95, 0x8b, 0x06, 0x33, 0x60, 0xd3, 0xad, 0x64, 0x61, 0xc9, 0xc4, 0x73, 0x5a, 0xe7,
    0xf8, 0xed, 0xd4, 0x65, 0x92, 0xa5, 0xe0, 0xf0, 0x14, 0x52, 0xb2, 0xe4, 0xb5,
];
pub const IS_PRESENT: u8 = 0x01;
pub const IS_VERIFIED: u8 = 0x04;
pub const IS_COPIED: u8 = 0x08;

/// Rules that ask for no model.
pub static ANY_MODEL: LazyLock<WebAuthnRules> =
    LazyLock::new(|| WebAuthnRules::new(RelyingParty::new("https://example.org", None, "Example").unwrap()));
/// Rules that take no key that its maker copies.
pub static NOT_COPIED: LazyLock<WebAuthnRules> = LazyLock::new(|| WebAuthnRules { synced: false, ..ANY_MODEL.clone() });
/// Rules that ask for a model that its maker vouches for.
pub static KNOWN_MODEL: LazyLock<WebAuthnRules> = LazyLock::new(|| {
    let models = Models::parse(METADATA, SIGNER, &[MAKER.to_vec()], NOW).expect("good metadata");
    WebAuthnRules { attestation: Attestation::Required { models, allowed: Default::default() }, ..ANY_MODEL.clone() }
});
/// The key, as it was registered; what it signed later is taken, or a target would prove nothing.
pub static KEY: LazyLock<NewKey> = LazyLock::new(|| {
    let key = registered(&KNOWN_MODEL, &posted_made(MADE, ATTESTATION).unwrap()).expect("a good registration");
    let shown = posted_shown(&key_id(), SHOWN, DATA, SIGNATURE, None).unwrap();
    let verdict = verify(&ANY_MODEL, &challenges()[1], &[kept(key.clone())], &shown, NOW);
    assert!(matches!(verdict, Verdict::Accept { .. }), "a good answer");
    key
});

/// The challenges that the key was made and shown with.
pub fn challenges() -> [KeyChallenge; 2] {
    [std::array::from_fn(|at| at as u8), std::array::from_fn(|at| at as u8 + 32)].map(KeyChallenge::new)
}

/// The name of the key.
pub fn key_id() -> Vec<u8> {
    (64..96).collect()
}

pub fn account() -> AccountId {
    AccountId::from_uuid(Uuid::from_bytes([1; 16]))
}

pub fn credential() -> CredentialId {
    CredentialId::new(NOW, [2; 10])
}

/// A new key as it is kept.
pub fn kept(key: NewKey) -> KeyState {
    KeyState { credential: credential(), account: account(), record: key.record, counter: key.counter }
}

/// The public key of a record, as it is written.
pub fn public_key(record: &KeyRecord) -> Value {
    let written: Value = serde_json::from_slice(&record.to_bytes()).unwrap();
    written["public_key"].clone()
}

/// The key that `rules` take by this answer.
pub fn registered(rules: &WebAuthnRules, answer: &KeyAnswer) -> Option<NewKey> {
    match register(rules, &challenges()[0], credential(), &[], answer, NOW) {
        Registration::Accept { proof, key } => {
            assert_eq!((proof.credential(), proof.at()), (Some(credential()), NOW));
            Some(key)
        }
        Registration::Refuse(_) => None,
    }
}

/// What a browser posts when a key was made.
pub fn posted_made(client_data: &[u8], attestation: &[u8]) -> Option<KeyAnswer> {
    let response = json!({
        "clientDataJSON": BASE64URL_NOPAD.encode(client_data),
        "attestationObject": BASE64URL_NOPAD.encode(attestation),
    });
    posted(&key_id(), &response)
}

/// What a browser posts when a key was shown.
pub fn posted_shown(
    id: &[u8],
    client_data: &[u8],
    data: &[u8],
    signature: &[u8],
    handle: Option<&[u8]>,
) -> Option<KeyAnswer> {
    let response = json!({
        "clientDataJSON": BASE64URL_NOPAD.encode(client_data),
        "authenticatorData": BASE64URL_NOPAD.encode(data),
        "signature": BASE64URL_NOPAD.encode(signature),
        "userHandle": handle.map(|handle| BASE64URL_NOPAD.encode(handle)),
    });
    posted(id, &response)
}

fn posted(id: &[u8], response: &Value) -> Option<KeyAnswer> {
    let id = BASE64URL_NOPAD.encode(id);
    let answer =
        json!({"id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {}});
    KeyAnswer::new(&answer.to_string()).ok()
}

/// Base64 as browsers and others write it.
pub fn decoded(text: &str) -> Option<Vec<u8>> {
    let plain = text.trim_end_matches('=').replace('+', "-").replace('/', "_");
    BASE64URL_NOPAD.decode(plain.as_bytes()).ok()
}

/// Holds a registration that was accepted against what the standard asks of every one [WebAuthn Level 3 §7.1].
pub fn check_registration(rules: &WebAuthnRules, key: &NewKey, client_data: &[u8], attestation: &[u8]) {
    let said: Value = serde_json::from_slice(client_data).expect("client data");
    let text = |name: &str| said[name].as_str().expect("a text");
    assert_eq!(text("type"), "webauthn.create");
    assert_eq!(decoded(text("challenge")).as_deref(), Some(&challenges()[0].as_bytes()[..]));
    let ours = Url::parse("https://example.org").unwrap().origin();
    assert_eq!(Url::parse(text("origin")).expect("an origin").origin(), ours);
    assert_ne!(said["crossOrigin"], true);
    // Somewhere stands what the key said: for us, present, verified, with this counter and name.
    const HEAD: usize = 37;
    const MODEL: usize = 16;
    let is_said = attestation.windows(HEAD).enumerate().any(|(at, head)| {
        let flags = head[32];
        let needed = IS_PRESENT | IS_VERIFIED;
        let name = || {
            let rest = attestation.get(at + HEAD + MODEL..)?;
            let length = usize::from(u16::from_be_bytes([*rest.first()?, *rest.get(1)?]));
            rest.get(2..2 + length)
        };
        head[..32] == *PARTY
            && flags & needed == needed
            && head[33..] == key.counter.to_be_bytes()
            && (flags & IS_COPIED != 0) == key.record.is_synced()
            && name().is_some_and(|name| TokenHash::of_bytes(name) == key.record.id_hash())
    });
    assert!(is_said, "a key that nobody has shown");
    assert!(rules.synced || !key.record.is_synced(), "a key that its maker copies");
    if matches!(rules.attestation, Attestation::Required { .. }) {
        assert_eq!(key.record.model(), KEY.record.model());
        assert_eq!(*key, *KEY, "a model that nobody vouched for");
    }
}
