//! `[provisioning]`: joiners, movers and leavers from other systems.

use wardkey_usecases::directory::ProvisioningSettings;

use super::reader::Reader;

pub fn read(reader: &mut Reader) -> ProvisioningSettings {
    let mut section = reader.section(
        "provisioning",
        "Joiners, movers and leavers from an HR system or a directory, by SCIM: see docs/operate/scim.md.",
    );
    let default = ProvisioningSettings::default();
    let leavers = section.value(
        "leavers_a_day",
        "How many people one client may switch off within a day, in any case. Who has an account for less than a day is not counted. A \
         feed that has lost its data says that nobody works here any more: this is where it is stopped.",
        default.leavers,
    );
    let leavers_percent = section.bounded(
        "leavers_percent",
        "How many of a hundred accounts that it reaches one client may switch off within a day, if that is more.",
        default.leavers_percent,
        0..=100,
    );
    ProvisioningSettings { leavers, leavers_percent }
}
