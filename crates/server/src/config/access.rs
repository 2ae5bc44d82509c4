//! `[access]`: who is asked for less for a while, and what needs a second person.

use wardkey_domain::access::exception::PostponeRules;
use wardkey_domain::directory::BulkRules;
use wardkey_usecases::access::AccessSettings;

use super::reader::Reader;

pub fn read(reader: &mut Reader) -> AccessSettings {
    let mut section = reader.section("access", "Who is asked for less for a while, and what needs a second person.");
    let default = AccessSettings::default();
    let allowed = section.value(
        "postponing_allowed",
        "Whether an administrator may give one named account more time to set up a second factor, 30 days at most and once a year, \
         with the risk on record. Switching it off ends nothing that was given.",
        default.postpone.allowed,
    );
    let approve_over = section.value(
        "bulk_approve_over",
        "From how many accounts on somebody else has to approve a change to many accounts at once. What one person has done to \
         others within a day counts along.",
        default.bulk.approve_over,
    );
    AccessSettings {
        postpone: PostponeRules { allowed, ..default.postpone },
        bulk: BulkRules { approve_over, ..default.bulk },
        ..default
    }
}
