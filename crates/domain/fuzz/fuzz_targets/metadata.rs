//! What makers have published is believed as it was signed, by whom it should be and in time, and never otherwise.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use wardkey_domain::factor::webauthn::Models;
use wardkey_domain_fuzz::{LATE, MAKER, METADATA, NOW, ROOT, SIGNER};

static MAKERS: LazyLock<[Vec<u8>; 1]> = LazyLock::new(|| {
    let makers = [MAKER.to_vec()];
    assert!(Models::parse(METADATA, SIGNER, &makers, NOW).is_ok_and(|models| !models.is_empty()), "good metadata");
    makers
});

fuzz_target!(|text: &str| {
    let maker = &*MAKERS;
    if Models::parse(text, SIGNER, maker, NOW).is_ok() {
        assert_eq!(text.trim(), METADATA);
    }
    assert!(Models::parse(text, SIGNER, &[ROOT.to_vec()], NOW).is_err(), "another authority's");
    assert!(Models::parse(text, "www.example.org", maker, NOW).is_err(), "somebody else's");
    assert!(Models::parse(text, SIGNER, maker, LATE).is_err(), "out of date");
});
