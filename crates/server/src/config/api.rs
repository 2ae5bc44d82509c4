//! `[api]`: the management API.

use std::num::NonZeroU32;

use wardkey_usecases::application::PaceSettings;

use super::reader::Reader;

pub fn read(reader: &mut Reader) -> PaceSettings {
    let mut section = reader.section("api", "The management API, which other programs call.");
    let default = PaceSettings::default();
    let per_second = section.bounded(
        "requests_per_second",
        "How many requests one application may send each second to each server, on average; ten seconds' worth may come at \
         once. Beyond that it is told when to try again.",
        default.per_second.get(),
        1..=1_000_000,
    );
    PaceSettings { per_second: NonZeroU32::new(per_second).unwrap_or(NonZeroU32::MIN) }
}
