//! A request that is read is written and read again as itself.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey_wire::oauth::Parameters;
use wardkey_wire::oauth::authorization::{AuthorizationRequest, Start};
use wardkey_wire::oauth::pushed;

fuzz_target!(|form: &[u8]| {
    let Ok(parameters) = Parameters::parse(form) else { return };
    let _ = (Start::parse(&parameters), pushed::parse(&parameters));
    if let Ok(request) = AuthorizationRequest::parse(&parameters) {
        assert_eq!(AuthorizationRequest::parse(&request.to_parameters()), Ok(request));
    }
});
