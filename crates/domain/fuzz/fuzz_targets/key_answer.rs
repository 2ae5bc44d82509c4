//! Whatever a browser posts: it is taken only for what the key has signed, however it is written.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use wardkey_domain::factor::webauthn::{KeyAnswer, KeyState, Verdict, verify};
use wardkey_domain_fuzz::{
    ANY_MODEL, DATA, KEY, NOW, SHOWN, SIGNATURE, account, challenges, check_registration, decoded, kept, key_id,
    registered,
};

static KEYS: LazyLock<[KeyState; 1]> = LazyLock::new(|| [kept(KEY.clone())]);

fuzz_target!(|text: &str| {
    let Ok(answer) = KeyAnswer::new(text) else { return };
    let sent: Value = serde_json::from_str(text).unwrap_or_default();
    let part = |name: &str| sent["response"][name].as_str().and_then(decoded);
    if let Some(key) = registered(&ANY_MODEL, &answer) {
        let (client_data, attestation) = (part("clientDataJSON").unwrap(), part("attestationObject").unwrap());
        check_registration(&ANY_MODEL, &key, &client_data, &attestation);
    }
    let verdict = verify(&ANY_MODEL, &challenges()[1], &*KEYS, &answer, NOW);
    if let Verdict::Accept { used, .. } = verdict {
        assert!(answer.is_of(&*KEYS) && answer.account().is_none_or(|named| named == account()));
        assert_eq!(used.account, account());
        assert_eq!(sent["rawId"].as_str().and_then(decoded), Some(key_id()));
        assert_eq!(part("authenticatorData").as_deref(), Some(DATA));
        assert_eq!(part("clientDataJSON").as_deref(), Some(SHOWN));
        assert_eq!(part("signature").as_deref(), Some(SIGNATURE));
    }
});
