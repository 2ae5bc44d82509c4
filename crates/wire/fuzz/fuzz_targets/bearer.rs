//! A bearer token that is found never has characters that a header could not.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey_wire::oauth::{Parameters, bearer};

fuzz_target!(|input: (&str, &[u8])| {
    let (header, form) = input;
    let form = Parameters::parse(form).ok();
    for header in [Some(header), None] {
        match bearer::token(header, form.as_ref()) {
            Ok(token) => assert!(token.expose().bytes().all(|byte| byte.is_ascii_graphic())),
            Err(error) => assert!(error.challenge("x").is_ascii()),
        }
    }
});
