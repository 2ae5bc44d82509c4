//! `[hashing]`: what a password hash costs, and the threads that pay it.

use std::time::Duration;

use wardkey_domain::factor::password::HashParams;
use wardkey_usecases::hashing::HashingSettings;

use super::reader::Reader;

pub fn read(reader: &mut Reader) -> HashingSettings {
    let mut section = reader.section(
        "hashing",
        "How passwords are hashed (Argon2id), and the threads that do it. Hashes made at another cost stay good; each is \
         made anew at its owner's next sign-in.",
    );
    let default = HashingSettings::default();
    let memory = section.bounded(
        "memory_kib",
        "Memory for one hash, in KiB. Each thread keeps this much while there is something to hash.",
        default.params.memory_kib(),
        8..=HashParams::MAX_MEMORY_KIB,
    );
    let passes =
        section.bounded("passes", "Passes over that memory.", default.params.passes(), 1..=HashParams::MAX_PASSES);
    let lanes = section.bounded("lanes", "Lanes.", default.params.lanes(), 1..=HashParams::MAX_LANES);
    let params = HashParams::new(memory, passes, lanes).unwrap_or_else(|error| {
        section.complain("memory_kib", error.to_string());
        default.params
    });
    HashingSettings {
        params,
        threads: section.optional("threads", "Threads that hash; unset, as many as there are processors.", "2"),
        queue: section.bounded(
            "queue",
            "How many hashes may wait. Beyond that a sign-in is answered with 503 at once. At the default cost a \
             processor does about 70 a second.",
            default.queue,
            1..=100_000,
        ),
        retry_after: section.bounded(
            "retry_after",
            "What that answer says about when to try again.",
            default.retry_after,
            Duration::from_secs(1)..=Duration::from_secs(60),
        ),
        niceness: u8::try_from(section.bounded(
            "niceness",
            "How much the threads give way to everything else: 0 not at all, 19 the most.",
            u32::from(default.niceness),
            0..=19,
        ))
        .unwrap_or(default.niceness),
        keep_memory_for: section.value(
            "keep_memory_for",
            "How long a thread keeps its memory when there is nothing to hash.",
            default.keep_memory_for,
        ),
    }
}
