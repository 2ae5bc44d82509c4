//! Whatever a key says when it is shown: nobody is let in by anything but what it has signed.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use wardkey_domain::factor::webauthn::{KeyState, Verdict, verify};
use wardkey_domain_fuzz::{
    ANY_MODEL, DATA, KEY, NOT_COPIED, NOW, SHOWN, SIGNATURE, account, challenges, credential, kept, key_id, parts,
    posted_shown,
};

static KEYS: LazyLock<[KeyState; 1]> = LazyLock::new(|| [kept(KEY.clone())]);

fuzz_target!(|input: &[u8]| {
    let [data, signature, client_data, handle, id] = parts(input);
    let (data, signature) = (data.unwrap_or_default(), signature.unwrap_or(SIGNATURE));
    let (client_data, own) = (client_data.unwrap_or(SHOWN), key_id());
    let id = id.unwrap_or(&own);
    let Some(answer) = posted_shown(id, client_data, data, signature, handle) else { return };
    for rules in [&*ANY_MODEL, &NOT_COPIED] {
        let Verdict::Accept { proof, used } = verify(rules, &challenges()[1], &*KEYS, &answer, NOW) else { continue };
        assert_eq!((data, client_data, id), (DATA, SHOWN, own.as_slice()), "a statement that was never signed");
        assert_eq!(signature, SIGNATURE, "another signature");
        assert!(handle.is_none_or(|handle| handle == account().uuid().as_bytes()), "somebody else's key");
        assert_eq!((used.account, used.credential, used.counter), (account(), credential(), 7));
        assert_eq!((proof.credential(), proof.at(), used.record), (Some(credential()), NOW, None));
    }
    assert!(!matches!(verify(&ANY_MODEL, &challenges()[0], &*KEYS, &answer, NOW), Verdict::Accept { .. }), "a replay");
    assert!(answer.is_of(&*KEYS) == (id == own));
});
