//! An address that is admitted leads where the registered one leads.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey_wire::oauth::redirect_uri::{ClientKind, RedirectUri, origin};

fuzz_target!(|input: (&str, &str)| {
    let (registered, requested) = input;
    for kind in [ClientKind::Confidential, ClientKind::Public] {
        let Ok(registered) = RedirectUri::register(registered, kind) else { continue };
        assert!(registered.admits(registered.as_str(), kind));
        if requested != registered.as_str() && registered.admits(requested, kind) {
            assert_eq!(kind, ClientKind::Public);
            let loopback = |address: &str| {
                ["http://127.0.0.1", "http://localhost", "http://[::1]"]
                    .iter()
                    .any(|host| origin(address).starts_with(host))
            };
            assert!(loopback(registered.as_str()) && loopback(requested));
        }
    }
});
