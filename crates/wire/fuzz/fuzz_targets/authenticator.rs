//! Whatever an app sends is read without a fault, and what was read is written and read again as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey_wire::authenticator::{Answer, Hellos, Registration, Subscription, base64url, from_base64url};

fuzz_target!(|data: &[u8]| {
    if let Ok(read) = Registration::parse(data) {
        let written = serde_json::to_vec(&read).expect("it can be written");
        assert!(Registration::parse(&written).is_ok_and(|again| again == read));
    }
    if let Ok(read) = Hellos::parse(data) {
        let written = serde_json::to_vec(&read).expect("it can be written");
        assert!(Hellos::parse(&written).is_ok_and(|again| again == read));
    }
    if let Ok(read) = Subscription::parse(data) {
        let written = serde_json::to_vec(&read).expect("it can be written");
        assert!(Subscription::parse(&written).is_ok_and(|again| again == read));
    }
    if let Ok(read) = Answer::parse(data) {
        assert!(read.said().is_ok());
        let written = serde_json::to_vec(&read).expect("it can be written");
        assert!(Answer::parse(&written).is_ok_and(|again| again == read));
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(bytes) = from_base64url(text) {
        assert_eq!(base64url(&bytes), text);
    }
});
