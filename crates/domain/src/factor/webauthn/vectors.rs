//! The test vectors of the standard [WebAuthn Level 3 §16], and what an attacker would make of them.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};

use super::*;
use crate::id::{AccountId, CredentialId};
use crate::time::Timestamp;

/// One registration or authentication as the standard gives it, in hexadecimal.
struct Vector {
    challenge: &'static str,
    client_data: &'static str,
    /// The attestation object, or the authenticator data.
    data: &'static str,
    signature: &'static str,
}

const ID: &str = "c9a6f5b3462d02873fea0c56862234f99f081728084e511bb7760201a89054a5";

/// §16.7, a key that proves its model and verifies its holder.
const PACKED: Vector = Vector {
    challenge: "c1184a5fddf8045e13dc47f54b61f5a656b666b59018f16d870e9256e9952012",
    client_data: "7b2274797065223a22776562617574686e2e637265617465222c226368616c6c656e6765223a227752684b58393334424634543345663153324831706c61325a725751475046746877365356756d56494249222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73652c22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869733a20396138624e596a4b436757724258552d66436c316167227d",
    data: "a363666d74667061636b65646761747453746d74a363616c6726637369675847304502203f19ec4b229f46ab8c45eff29b904ff10c0390dc40bf1216f04a78f4ceba3425022100fe7041a32759aff05a0f9f26c70a999c7a284451ba89234a1d3483c25e21925b637835638159022530820221308201c8a00302010202110088c220f83c8ef1feafe94deae45faad0300a06082a8648ce3d0403023062311e301c06035504030c15576562417574686e207465737420766563746f7273310c300a060355040a0c0357334331253023060355040b0c1c41757468656e74696361746f72204174746573746174696f6e204341310b30090603550406130241413020170d3234303130313030303030305a180f33303234303130313030303030305a305f311e301c06035504030c15576562417574686e207465737420766563746f7273310c300a060355040a0c0357334331223020060355040b0c1941757468656e74696361746f72204174746573746174696f6e310b30090603550406130241413059301306072a8648ce3d020106082a8648ce3d03010703420004a91ba4389409dd38a428141940ca8feb1ac0d7b4350558104a3777a49322f3798440f378b3398ab2d3bb7bf91322c92eb23556f59ad0a836fec4c7663b0e4dc3a360305e300c0603551d130101ff04023000300e0603551d0f0101ff040403020780301d0603551d0e04160414a589ba72d060842ab11f74fb246bdedab16f9b9b301f0603551d2304183016801445aff715b0dd786741fee996ebc16547a3931b1e300a06082a8648ce3d040302034700304402201726b9d85ecd8a5ed51163722ca3a20886fd9b242a0aa0453d442116075defd502207ef471e530ac87961a88a7f0d0c17b091ffc6b9238d30f79f635b417be5910e768617574684461746158a4bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b54d00000000876ca4f52071c3e9b25509ef2cdf7ed60020c9a6f5b3462d02873fea0c56862234f99f081728084e511bb7760201a89054a5a50102032620012158201cf27f25da591208a4239c2e324f104f585525479a29edeedd830f48e77aeae522582059e4b7da6c0106e206ce390c93ab98a15a5ec3887e57f0cc2bece803b920c423",
    signature: "",
};
const PACKED_AGAIN: Vector = Vector {
    challenge: "b1106fa46a57bef1781511c0557dc898a03413d5f0f17d244630c194c7e1adb5",
    client_data: "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a2273524276704770587676463446524841565833496d4b4130453958773858306b526a44426c4d6668726255222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73652c22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869733a20415a4d77794d78496244382d756775464e7036723851227d",
    data: "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b50d00000000",
    signature: "30450220694969d3ee928de6f02ef23a9c644d7d779916451734a94b432542f498a1ebe90221008b0819c824218a97152cd099c55bfb1477b29d900a49a64018314f9bfccda163",
};
/// §16.2, without verification of its holder.
const NONE: Vector = Vector {
    challenge: "00c30fb78531c464d2b6771dab8d7b603c01162f2fa486bea70f283ae556e130",
    client_data: "7b2274797065223a22776562617574686e2e637265617465222c226368616c6c656e6765223a22414d4d507434557878475453746e63647134313759447742466938767049612d7077386f4f755657345441222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73652c22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869733a20426b5165446a646354427258426941774a544c453551227d",
    data: "a363666d74646e6f6e656761747453746d74a068617574684461746158a4bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b559000000008446ccb9ab1db374750b2367ff6f3a1f0020f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4a5010203262001215820afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61225820930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220",
    signature: "",
};
/// §16.3, a key that signs its own registration and verifies its holder only there.
const SELF: Vector = Vector {
    challenge: "7869c2b772d4b58eba9378cf8f29e26cf935aa77df0da89fa99c0bdc0a76f7e5",
    client_data: "7b2274797065223a22776562617574686e2e637265617465222c226368616c6c656e6765223a2265476e4374334c55745936366b336a506a796e6962506b31716e666644616966715a774c33417032392d55222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73652c22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869733a205539685458764b453255526b4d6e625f307859485667227d",
    data: "a363666d74667061636b65646761747453746d74a263616c672663736967584630440220067a20754ab925005dbf378097c92120031581c73228d1fb4f5b881bcd7da98302207fc7b147558c7c0eba3af18bd9d121fa3d3a26d17fe3f220272178f473b6006d68617574684461746158a4bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b55d00000000df850e09db6afbdfab51697791506cfc0020455ef34e2043a87db3d4afeb39bbcb6cc32df9347c789a865ecdca129cbef58ca5010203262001215820eb151c8176b225cc651559fecf07af450fd85802046656b34c18f6cf193843c5225820927b8aa427a2be1b8834d233a2d34f61f13bfd44119c325d5896e183fee484f2",
    signature: "",
};
const SELF_AGAIN: Vector = Vector {
    challenge: "4478a10b1352348dd160c1353b0d469b5db19eb91c27f7dfa6fed39fe26af20b",
    client_data: "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a225248696843784e534e493352594d45314f7731476d3132786e726b634a5f6666707637546e2d4a71386773222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73652c22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869733a206754623533727a36456853576f6d58477a696d433151227d",
    data: "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b50900000000",
    signature: "304402203310b9431903c401f1be2bdc8d23a4007682dbbddcf846994947b7f465daf84002204e94dd00047b316061b3b99772b7efd95994a83ef584b3b6b825ea3550251b66",
};
const SELF_ID: &str = "455ef34e2043a87db3d4afeb39bbcb6cc32df9347c789a865ecdca129cbef58c";
/// §16.4, from within a page of another origin.
const CROSS_ORIGIN: Vector = Vector {
    challenge: "3be5aacd03537142472340ab5969f240f1d87716e20b6807ac230655fa4b3b49",
    client_data: "7b2274797065223a22776562617574686e2e637265617465222c226368616c6c656e6765223a224f2d57717a514e5463554a484930437257576e7951504859647862694332674872434d475666704c4f306b222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a747275652c22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869733a207a5a7175457444523944577170573574425754467567227d",
    data: "a363666d74646e6f6e656761747453746d74a068617574684461746158a4bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b54500000000883f4f6014f19c09d87aa38123be48d000206e1050c0d2ca2f07c755cb2c66a74c64fa43065c18f938354d9915db2bd5ce57a501020326200121582022200a473f90b11078851550d03b4e44a2279f8c4eca27b3153dedfe03e4e97d225820cbd0be95e746ad6f5a8191be11756e4c0420e72f65b466d39bc56b8b123a9c6e",
    signature: "",
};
const CROSS_ORIGIN_ID: &str = "6e1050c0d2ca2f07c755cb2c66a74c64fa43065c18f938354d9915db2bd5ce57";

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

fn rules() -> WebAuthnRules {
    WebAuthnRules::new(RelyingParty::new("https://example.org", None, "Example").unwrap())
}

fn bytes(hex: &str) -> Vec<u8> {
    HEXLOWER.decode(hex.as_bytes()).unwrap()
}

fn base64(hex: &str) -> String {
    BASE64URL_NOPAD.encode(&bytes(hex))
}

fn account() -> AccountId {
    AccountId::new(NOW, [1; 10])
}

fn credential() -> CredentialId {
    CredentialId::new(NOW, [2; 10])
}

impl Vector {
    fn challenge(&self) -> KeyChallenge {
        KeyChallenge::restore(&bytes(self.challenge)).unwrap()
    }

    fn made(&self, id: &str) -> KeyAnswer {
        let (id, client_data, data) = (base64(id), base64(self.client_data), base64(self.data));
        let response = serde_json::json!({"clientDataJSON": client_data, "attestationObject": data});
        self.posted(&id, &response)
    }

    fn shown(&self, id: &str, data: &str, handle: Option<AccountId>) -> KeyAnswer {
        let handle = handle.map(|account| BASE64URL_NOPAD.encode(account.uuid().as_bytes()));
        let response = serde_json::json!({
            "clientDataJSON": base64(self.client_data),
            "authenticatorData": base64(data),
            "signature": base64(self.signature),
            "userHandle": handle,
        });
        self.posted(&base64(id), &response)
    }

    fn posted(&self, id: &str, response: &serde_json::Value) -> KeyAnswer {
        let answer = serde_json::json!({
            "id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {},
        });
        KeyAnswer::new(&answer.to_string()).unwrap()
    }
}

fn registration(rules: &WebAuthnRules, vector: &Vector, id: &str) -> Registration {
    register(rules, &vector.challenge(), credential(), &[], &vector.made(id), NOW)
}

fn enrolled(vector: &Vector, id: &str) -> KeyState {
    let Registration::Accept { key, proof } = registration(&rules(), vector, id) else { panic!("not accepted") };
    assert_eq!(proof.credential(), Some(credential()));
    let record = KeyRecord::from_bytes(&key.record.to_bytes()).unwrap();
    KeyState { credential: credential(), account: account(), record, counter: key.counter }
}

fn refused(registration: &Registration) -> KeyFailure {
    let Registration::Refuse(failure) = registration else { panic!("accepted") };
    *failure
}

fn shown(rules: &WebAuthnRules, challenge: &KeyChallenge, keys: &[KeyState], answer: &KeyAnswer) -> Option<KeyFailure> {
    match verify(rules, challenge, keys, answer, NOW) {
        Verdict::Accept { .. } => None,
        Verdict::Refuse(failure) => Some(failure),
    }
}

/// The challenge, the answer that registers a key with it, and the rules of the site that it is for.
pub(crate) fn registering() -> (WebAuthnRules, KeyChallenge, KeyAnswer) {
    (rules(), PACKED.challenge(), PACKED.made(ID))
}

/// The challenge that the same key answers when it is enrolled, and its answer, which may say whose it is.
pub(crate) fn showing(handle: Option<AccountId>) -> (KeyChallenge, KeyAnswer) {
    (PACKED_AGAIN.challenge(), PACKED_AGAIN.shown(ID, PACKED_AGAIN.data, handle))
}

/// That key, enrolled.
pub(crate) fn key_of(account: AccountId, credential: CredentialId) -> KeyState {
    KeyState { account, credential, ..enrolled(&PACKED, ID) }
}

#[test]
fn a_key_that_verifies_its_holder_is_taken_and_shown() {
    let keys = [enrolled(&PACKED, ID)];
    let answer = PACKED_AGAIN.shown(ID, PACKED_AGAIN.data, Some(account()));
    assert_eq!(answer.account(), Some(account()));
    let Verdict::Accept { proof, used } = verify(&rules(), &PACKED_AGAIN.challenge(), &keys, &answer, NOW) else {
        panic!("not accepted");
    };
    assert_eq!(
        (proof.factor(), proof.credential(), proof.at()),
        (crate::factor::FactorKind::WebAuthn, Some(credential()), NOW)
    );
    assert_eq!((used.counter, used.record), (0, None));
}

#[test]
fn a_key_that_does_not_verify_its_holder_is_refused() {
    let id = "f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4";
    assert_eq!(refused(&registration(&rules(), &NONE, id)), KeyFailure::NotVerified);
    let keys = [enrolled(&SELF, SELF_ID)];
    let answer = SELF_AGAIN.shown(SELF_ID, SELF_AGAIN.data, None);
    assert_eq!(shown(&rules(), &SELF_AGAIN.challenge(), &keys, &answer), Some(KeyFailure::NotVerified));
}

#[test]
fn a_page_of_another_origin_gets_nothing() {
    assert_eq!(refused(&registration(&rules(), &CROSS_ORIGIN, CROSS_ORIGIN_ID)), KeyFailure::WrongAnswer);
    for origin in ["https://example.org:8443", "http://example.org", "https://example.com", "https://a.example.org"] {
        let elsewhere = WebAuthnRules::new(RelyingParty::new(origin, None, "Example").unwrap());
        assert_eq!(refused(&registration(&elsewhere, &PACKED, ID)), KeyFailure::WrongAnswer, "{origin}");
        let keys = [enrolled(&PACKED, ID)];
        let answer = PACKED_AGAIN.shown(ID, PACKED_AGAIN.data, None);
        let refused = shown(&elsewhere, &PACKED_AGAIN.challenge(), &keys, &answer);
        assert_eq!(refused, Some(KeyFailure::WrongAnswer), "{origin}");
    }
}

#[test]
fn an_answer_is_good_for_one_challenge_and_one_purpose() {
    let keys = [enrolled(&PACKED, ID)];
    let answer = PACKED_AGAIN.shown(ID, PACKED_AGAIN.data, None);
    assert_eq!(shown(&rules(), &PACKED.challenge(), &keys, &answer), Some(KeyFailure::WrongAnswer), "replayed");
    // What registered a key does not sign anybody in.
    let confused = Vector { challenge: PACKED.challenge, client_data: PACKED.client_data, ..PACKED_AGAIN };
    let answer = confused.shown(ID, PACKED_AGAIN.data, None);
    assert_eq!(shown(&rules(), &confused.challenge(), &keys, &answer), Some(KeyFailure::WrongAnswer));
}

#[test]
fn an_answer_is_its_owners_and_unchanged() {
    let keys = [enrolled(&PACKED, ID)];
    let stranger = AccountId::new(NOW, [9; 10]);
    let challenge = PACKED_AGAIN.challenge();
    let whose = PACKED_AGAIN.shown(ID, PACKED_AGAIN.data, Some(stranger));
    assert_eq!(shown(&rules(), &challenge, &keys, &whose), Some(KeyFailure::UnknownKey), "another's handle");
    let other_key = PACKED_AGAIN.shown(SELF_ID, PACKED_AGAIN.data, None);
    assert_eq!(shown(&rules(), &challenge, &keys, &other_key), Some(KeyFailure::UnknownKey));
    // Every bit of what the authenticator signed counts: the site, the flags, the counter.
    let signed = bytes(PACKED_AGAIN.data);
    for at in 0..signed.len() * 8 {
        let mut changed = signed.clone();
        changed[at / 8] ^= 1 << (at % 8);
        let answer = PACKED_AGAIN.shown(ID, &HEXLOWER.encode(&changed), None);
        assert!(shown(&rules(), &challenge, &keys, &answer).is_some(), "bit {at}");
    }
}

#[test]
fn a_key_is_not_registered_twice() {
    let held = [enrolled(&PACKED, ID)];
    let again = register(&rules(), &PACKED.challenge(), credential(), &held, &PACKED.made(ID), NOW);
    assert_eq!(refused(&again), KeyFailure::KnownKey);
}

#[test]
fn a_counter_that_does_not_grow_is_noticed() {
    let seen = KeyState { counter: 5, ..enrolled(&PACKED, ID) };
    let answer = PACKED_AGAIN.shown(ID, PACKED_AGAIN.data, None);
    assert_eq!(shown(&rules(), &PACKED_AGAIN.challenge(), &[seen], &answer), Some(KeyFailure::Copied));
}

#[test]
fn a_passkey_that_is_copied_by_its_maker_is_taken_unless_an_operator_says_otherwise() {
    assert!(enrolled(&PACKED, ID).record.is_synced());
    let strict = WebAuthnRules { synced: false, ..rules() };
    assert_eq!(refused(&registration(&strict, &PACKED, ID)), KeyFailure::ModelNotAllowed);
}

#[test]
fn what_is_no_answer_is_refused() {
    for text in ["{}", "null", "[1]", "{\"id\":\"AA\",\"rawId\":\"AA\",\"type\":\"public-key\",\"response\":{}}"] {
        let answer = KeyAnswer::new(text).unwrap();
        let made = register(&rules(), &PACKED.challenge(), credential(), &[], &answer, NOW);
        assert_eq!(refused(&made), KeyFailure::Unreadable, "{text}");
        assert_eq!(shown(&rules(), &PACKED.challenge(), &[], &answer), Some(KeyFailure::Unreadable), "{text}");
        assert_eq!(answer.account(), None);
    }
    assert!(KeyAnswer::new("").is_err());
    assert!(KeyAnswer::new(&"x".repeat(64 * 1024 + 1)).is_err());
}

#[test]
fn a_browser_is_asked_as_the_standard_says() {
    let keys = [enrolled(&PACKED, ID)];
    let asked = creation_options(&rules(), &PACKED.challenge(), account(), "j.smith3@nhs.net", "Jo Smith", &keys);
    assert_eq!(asked["rp"]["id"], "example.org");
    assert_eq!(asked["authenticatorSelection"]["userVerification"], "required");
    assert_eq!(asked["excludeCredentials"][0]["id"], base64(ID));
    assert_eq!(asked["attestation"], "none");
    let algorithms: Vec<_> =
        asked["pubKeyCredParams"].as_array().unwrap().iter().map(|each| each["alg"].clone()).collect();
    assert_eq!(algorithms, [-7, -35, -257]);
    let asked = request_options(&rules(), &PACKED.challenge(), &keys);
    assert_eq!(
        (asked["userVerification"].clone(), asked["allowCredentials"][0]["id"].clone()),
        ("required".into(), base64(ID).into())
    );
    assert_eq!(discover_options(&rules(), &PACKED.challenge())["allowCredentials"], serde_json::json!([]));
}

#[test]
fn a_key_of_a_model_that_was_withdrawn_since_proves_nothing() {
    let model: Aaguid = "876ca4f5-2071-c3e9-b255-09ef2cdf7ed6".parse().unwrap();
    let mut key = enrolled(&PACKED, ID);
    key.record.model = Some(model);
    let answer = PACKED_AGAIN.shown(ID, PACKED_AGAIN.data, None);
    let challenge = PACKED_AGAIN.challenge();
    assert_eq!(shown(&rules(), &challenge, &[key.clone()], &answer), None, "nobody asks for models");
    let attestation = Attestation::Required { models: Models::without(model), allowed: Default::default() };
    let asking = WebAuthnRules { attestation, ..rules() };
    assert_eq!(shown(&asking, &challenge, &[key], &answer), Some(KeyFailure::ModelNotAllowed));
}

#[test]
fn how_a_key_can_be_reached_is_kept_as_far_as_it_is_known() {
    let made = PACKED.made(ID);
    let said =
        made.0.replace("\"attestationObject\"", "\"transports\":[\"usb\",\"nfc\",\"telepathy\"],\"attestationObject\"");
    let answer = KeyAnswer::new(&said).unwrap();
    let made = register(&rules(), &PACKED.challenge(), credential(), &[], &answer, NOW);
    let Registration::Accept { key, .. } = made else { panic!("not accepted") };
    assert_eq!(key.record.transports, ["nfc", "usb"]);
}
