//! `[temporary_access_pass]`: what an administrator gives somebody who has no way to sign in.

use wardkey_domain::factor::temporary_access_pass::PassRules;

use super::reader::Reader;

pub fn read(reader: &mut Reader) -> PassRules {
    let mut section = reader.section(
        "temporary_access_pass",
        "What an administrator gives somebody who has no second factor, or has lost it; they enter it after their password.",
    );
    let default = PassRules::default();
    let lifetime = section.bounded(
        "lifetime",
        "How long a pass is good unless whoever gives it says otherwise.",
        default.lifetime,
        PassRules::ALLOWED,
    );
    let longest =
        section.bounded("longest", "How long a pass may be good at most.", default.longest, PassRules::ALLOWED);
    let length = section.bounded("length", "How many characters it has.", default.length, PassRules::LENGTHS);
    let only_to_enrol = section.value(
        "only_to_enrol",
        "Whether every pass is for setting up a new way to sign in and for nothing else. Without this, one that can be used several \
         times also signs in, for somebody whose new key or phone is not there yet; one that can be used once leads whoever has \
         nothing else to setting something up.",
        default.only_to_enrol,
    );
    if lifetime > longest {
        section.complain("lifetime", "it is longer than `longest`");
    }
    PassRules { lifetime, longest, length, only_to_enrol }
}
