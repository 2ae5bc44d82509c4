//! A user code that is read is shown and read again as itself.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey_wire::oauth::device::UserCode;

fuzz_target!(|typed: &str| {
    if let Some(code) = UserCode::parse(typed) {
        assert_eq!(UserCode::parse(&code.to_string()), Some(code.clone()));
        assert_eq!(UserCode::parse(&code.canonical()), Some(code));
    }
});
