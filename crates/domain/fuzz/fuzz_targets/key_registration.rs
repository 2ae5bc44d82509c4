//! Whatever an authenticator says when a key is made: a model is believed only as its maker's certificate has signed it, and
//! a key is for us, verified its holder and signs no answer that it never made.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey_domain::factor::webauthn::{KeyRecord, Verdict, verify};
use wardkey_domain_fuzz::{
    ANY_MODEL, DATA, KEY, KNOWN_MODEL, MADE, NOT_COPIED, NOW, SHOWN, SIGNATURE, challenges, check_registration, kept,
    key_id, parts, posted_made, posted_shown, public_key, registered,
};

fuzz_target!(|data: &[u8]| {
    let [attestation, client_data] = parts(data);
    let (attestation, client_data) = (attestation.unwrap_or_default(), client_data.unwrap_or(MADE));
    let Some(answer) = posted_made(client_data, attestation) else { return };
    for rules in [&*KNOWN_MODEL, &NOT_COPIED, &ANY_MODEL] {
        let Some(key) = registered(rules, &answer) else { continue };
        check_registration(rules, &key, client_data, attestation);
        let written = key.record.to_bytes();
        assert_eq!(KeyRecord::from_bytes(&written).as_ref(), Ok(&key.record));
        let is_ours = public_key(&key.record) == public_key(&KEY.record);
        let keys = [kept(key)];
        for (signature, may_fit) in [(SIGNATURE, is_ours), (&[1; 256], false)] {
            let shown = posted_shown(&key_id(), SHOWN, DATA, signature, None).unwrap();
            let is_taken = matches!(verify(rules, &challenges()[1], &keys, &shown, NOW), Verdict::Accept { .. });
            assert!(may_fit || !is_taken, "an answer of another key");
        }
    }
});
