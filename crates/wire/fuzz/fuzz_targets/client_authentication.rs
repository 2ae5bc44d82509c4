//! Any header and form name at most one client by one method.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey_wire::oauth::Parameters;
use wardkey_wire::oauth::client::{ClientAuthentication, authorization_header};

fuzz_target!(|input: (&[u8], &[u8])| {
    let (header, form) = input;
    let Ok(parameters) = Parameters::parse(form) else { return };
    let Ok(header) = authorization_header([header]) else { return };
    for header in [header, None] {
        if let Ok(authentication) = ClientAuthentication::parse(header, &parameters) {
            assert!(!authentication.client_id().is_empty());
            if let ClientAuthentication::Assertion(assertion) = authentication {
                let _ = assertion.kid();
                assert!(assertion.verify(&[], &[], 0).is_err());
            }
        }
    }
});
