//! A description that is read can be joined: it has a port, a law and an address that one host has.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey_wire::sdp::Session;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(session) = Session::parse(bytes) {
        assert!(session.port != 0 && !session.laws.is_empty() && !session.address.is_multicast());
        assert!(session.telephone_event.is_none_or(|number| number < 128));
    }
});
