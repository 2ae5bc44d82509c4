//! Names in the configuration that are read are written as they were read, and a relying party is its host or above it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use url::Url;
use wardkey_domain::factor::smartcard::{CardIdentifier, PolicyOid};
use wardkey_domain::factor::webauthn::{Aaguid, RelyingParty};
use wardkey_domain_fuzz::parts;

fuzz_target!(|text: &str| {
    if let Ok(policy) = text.parse::<PolicyOid>() {
        assert_eq!(policy.to_string(), text);
    }
    if let Ok(identifier) = text.parse::<CardIdentifier>() {
        assert_eq!(identifier.as_str(), text);
    }
    if let Ok(model) = text.parse::<Aaguid>() {
        assert_eq!(model.to_string().parse(), Ok(model));
    }
    let [origin, id] = parts(text.as_bytes()).map(|part| part.and_then(|part| std::str::from_utf8(part).ok()));
    let Some(origin) = origin else { return };
    if let Ok(party) = RelyingParty::new(origin, id, "Example") {
        let url = Url::parse(origin).unwrap();
        let labels = |name: &str| name.split('.').rev().map(str::to_owned).collect::<Vec<_>>();
        assert!(labels(url.domain().unwrap()).starts_with(&labels(party.id())));
        assert_eq!(party.origin(), origin);
    }
});
