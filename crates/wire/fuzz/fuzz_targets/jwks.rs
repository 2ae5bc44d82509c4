//! A key set that is read is written and read again as itself, and every key in it can be used.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey_wire::jose::{Algorithm, JwkSet};

fuzz_target!(|text: &str| {
    if let Ok(set) = JwkSet::parse(text) {
        let again = JwkSet::parse(&set.to_json()).unwrap();
        assert_eq!(again.keys, set.keys);
        assert!(set.verifying_keys(Algorithm::ALL).len() >= set.keys.len());
        for jwk in &set.keys {
            assert_eq!(jwk.thumbprint().len(), 43);
        }
    }
});
