//! Whatever a signed file carries: a model with a report that its keys are broken is withdrawn and not known by name.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use uuid::Uuid;
use wardkey_domain::factor::webauthn::{Aaguid, Models};

const BROKEN: [&str; 5] = [
    "REVOKED",
    "USER_VERIFICATION_BYPASS",
    "ATTESTATION_KEY_COMPROMISE",
    "USER_KEY_REMOTE_COMPROMISE",
    "USER_KEY_PHYSICAL_COMPROMISE",
];

fuzz_target!(|payload: &[u8]| {
    let Some(models) = Models::unsigned(payload) else { return };
    let Ok(payload) = serde_json::from_slice::<Value>(payload) else { return };
    // Structures are read from arrays, too, which have no names.
    let Some(entries) = payload["entries"].as_array() else { return };
    for entry in entries {
        let Some(model) = entry["aaguid"].as_str().and_then(|text| text.parse::<Uuid>().ok()) else { continue };
        let model = Aaguid::new(model);
        let is = |report: &Value| BROKEN.iter().any(|broken| report["status"] == *broken);
        if entry["statusReports"].as_array().is_some_and(|reports| reports.iter().any(is)) {
            assert!(models.is_withdrawn(model));
        }
        assert!(!models.is_withdrawn(model) || models.name(model).is_none(), "withdrawn, and known by name");
    }
});
