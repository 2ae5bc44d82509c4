//! Scopes, challenges and verifiers that are read are written as themselves.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey_wire::oauth::Scope;
use wardkey_wire::oauth::pkce::{CodeChallenge, CodeVerifier};

fuzz_target!(|text: &str| {
    if let Ok(scope) = Scope::parse(text) {
        assert_eq!(Scope::parse(&scope.to_string()), Ok(scope));
    }
    if let Ok(challenge) = CodeChallenge::parse(text) {
        assert_eq!(challenge.to_string(), text);
    }
    if let Ok(verifier) = CodeVerifier::parse(text) {
        assert!(verifier.challenge().is_met_by(&verifier));
    }
});
