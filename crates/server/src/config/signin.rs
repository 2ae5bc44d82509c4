//! `[signin]`: a sign-in in progress.

use std::num::NonZeroU32;
use std::time::Duration;

use wardkey_domain::signin::SignInRules;
use wardkey_usecases::VisitSettings;

use super::reader::Reader;

/// What the section says.
pub struct SignIn {
    pub rules: SignInRules,
    pub visits: VisitSettings,
}

pub fn read(reader: &mut Reader) -> SignIn {
    let mut section = reader.section("signin", "A sign-in in progress.");
    let (default, visits) = (SignInRules::default(), VisitSettings::default());
    let allowed = Duration::from_secs(60)..=Duration::from_secs(3_600);
    let rules = SignInRules {
        lifetime: section.bounded(
            "lifetime",
            "An unfinished sign-in is forgotten after this long.",
            default.lifetime,
            allowed.clone(),
        ),
        enrolment_lifetime: section.bounded(
            "enrolment_lifetime",
            "One that has reached the enrolment of a second factor is forgotten after this long: fetching a phone takes a \
             while.",
            default.enrolment_lifetime,
            allowed,
        ),
        ask_again_after: section.bounded(
            "ask_again_after",
            "How long after a code or a call was asked for another may be. Each further wait is twice as long, up to five \
             minutes.",
            default.ask_again_after,
            Duration::from_secs(1)..=Duration::from_secs(300),
        ),
        ..default
    };
    let per_second = section.bounded(
        "visits_per_second",
        "How many sign-ins one network (/24 of IPv4, /64 of IPv6) may begin each second on each server, on average; a \
         minute's worth may come at once. A request of an application counts, too, so a sign-in to one counts twice. \
         Beyond that the page says that the server is busy.",
        visits.per_second.get(),
        1..=1_000_000,
    );
    SignIn { rules, visits: VisitSettings { per_second: NonZeroU32::new(per_second).unwrap_or(NonZeroU32::MIN) } }
}
