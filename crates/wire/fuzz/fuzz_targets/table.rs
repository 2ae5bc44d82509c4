//! Any bytes are read to their end as every kind of table.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey_wire::table;

fuzz_target!(|bytes: &[u8]| {
    table::fuzz(bytes);
});
