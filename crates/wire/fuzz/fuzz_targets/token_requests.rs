//! The forms of the token, introspection, revocation, device and end-session endpoints.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey_wire::oauth::Parameters;
use wardkey_wire::oauth::device::DeviceRequest;
use wardkey_wire::oauth::introspection::TokenQuestion;
use wardkey_wire::oauth::logout::EndSessionRequest;
use wardkey_wire::oauth::token::TokenRequest;

fuzz_target!(|form: &[u8]| {
    let Ok(parameters) = Parameters::parse(form) else { return };
    if let Err(error) = TokenRequest::parse(&parameters) {
        assert!(error.answer().status >= 400);
    }
    let _ =
        (TokenQuestion::parse(&parameters), DeviceRequest::parse(&parameters), EndSessionRequest::parse(&parameters));
});
