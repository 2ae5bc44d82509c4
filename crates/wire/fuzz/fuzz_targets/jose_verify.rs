//! Any text is refused as a token, or is one of the corpus; reading it never fails otherwise.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey_wire::jose::{Algorithm, JwkSet, VerifyingKey, unverified_claims, unverified_kid, verify};

const KEYS: &str = include_str!("../keys.json");

fuzz_target!(|token: &str| {
    let keys: Vec<VerifyingKey> = JwkSet::parse(KEYS).unwrap().verifying_keys(Algorithm::ALL);
    let _ = (unverified_claims(token), unverified_kid(token));
    if let Ok(verified) = verify(token, &keys) {
        let claims = verified.claims().unwrap();
        let _ = (claims.audiences(), claims.date("exp"), verified.header.is_type("JWT"));
    }
});
