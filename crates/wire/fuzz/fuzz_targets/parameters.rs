//! Parameters that are read are written and read again as themselves.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey_wire::oauth::Parameters;

fuzz_target!(|form: &[u8]| {
    if let Ok(parameters) = Parameters::parse(form) {
        let again = Parameters::parse(parameters.to_form().as_bytes());
        // Encoding can only make a form longer, beyond the limit at worst.
        assert!(again.is_err() || again == Ok(parameters));
    }
});
