//! `[totp]`: codes from an authenticator app.

use std::time::Duration;

use wardkey_domain::factor::totp::TotpRules;

use super::reader::Reader;

pub fn read(reader: &mut Reader) -> TotpRules {
    let mut section = reader.section("totp", "Codes from an authenticator app.");
    let default = TotpRules::default();
    TotpRules {
        issuer: section.value("issuer", "The name that the app shows above the code.", default.issuer),
        max_apps: section.bounded(
            "max_apps",
            "How many authenticator apps one account may have.",
            default.max_apps,
            1..=20,
        ),
        confirm_within: section.bounded(
            "confirm_within",
            "How long the key of an app that was not confirmed yet is good for.",
            default.confirm_within,
            Duration::from_secs(60)..=Duration::from_secs(600),
        ),
    }
}
