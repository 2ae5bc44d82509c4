//! A claims request that is read is written and read again as itself.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey_wire::oauth::claims_request::ClaimsRequest;

fuzz_target!(|text: &str| {
    if let Ok(request) = ClaimsRequest::parse(text) {
        let _ = (request.acr(), request.subject());
        let again = ClaimsRequest::parse(&request.to_json());
        assert!(again.is_err() || again == Ok(request));
    }
});
