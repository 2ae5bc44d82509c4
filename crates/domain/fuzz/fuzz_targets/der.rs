//! Whatever is read as DER has one form: it is written as it was read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey_domain::factor::smartcard::fuzz;

fuzz_target!(|bytes: &[u8]| {
    if let Some(written) = fuzz::rewritten(bytes) {
        assert_eq!(written, bytes);
    }
});
