//! `[access]`: who is asked for less for a while.

use wardkey_domain::access::exception::PostponeRules;
use wardkey_usecases::access::AccessSettings;

use super::reader::Reader;

pub fn read(reader: &mut Reader) -> AccessSettings {
    let mut section = reader.section("access", "Who is asked for less for a while.");
    let default = AccessSettings::default();
    let allowed = section.value(
        "postponing_allowed",
        "Whether an administrator may give one named account more time to set up a second factor, 30 days at most and once a year, \
         with the risk on record. Switching it off ends nothing that was given.",
        default.postpone.allowed,
    );
    AccessSettings { postpone: PostponeRules { allowed, ..default.postpone }, ..default }
}
