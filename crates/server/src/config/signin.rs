//! `[signin]`: a sign-in in progress.

use std::time::Duration;

use wardkey_domain::signin::SignInRules;

use super::reader::Reader;

pub fn read(reader: &mut Reader) -> SignInRules {
    let mut section = reader.section("signin", "A sign-in in progress.");
    let default = SignInRules::default();
    let allowed = Duration::from_secs(60)..=Duration::from_secs(3_600);
    SignInRules {
        lifetime: section.bounded(
            "lifetime",
            "An unfinished sign-in is forgotten after this long.",
            default.lifetime,
            allowed.clone(),
        ),
        enrolment_lifetime: section.bounded(
            "enrolment_lifetime",
            "One that has reached the enrolment of an authenticator app is forgotten after this long: fetching a phone \
             takes a while.",
            default.enrolment_lifetime,
            allowed,
        ),
    }
}
