//! Any bytes are read to their end as everything that a client of SCIM sends.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey_wire::scim;

fuzz_target!(|bytes: &[u8]| {
    scim::fuzz(bytes);
});
