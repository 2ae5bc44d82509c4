//! The cost of a hash, and the bounds of what is accepted.

use argon2::Params;

/// What one Argon2id hash costs [RFC 9106].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashParams {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// Why a cost is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadParams {
    /// Less memory than Argon2 can work with.
    #[error("a hash needs at least 8 KiB of memory for each lane")]
    TooLittleMemory,
    /// So much that a few sign-ins would exhaust the machine.
    #[error("a hash may use at most {} KiB of memory", HashParams::MAX_MEMORY_KIB)]
    TooMuchMemory,
    /// No pass at all, or so many that one sign-in would hold a thread for seconds.
    #[error("a hash makes 1 to {} passes", HashParams::MAX_PASSES)]
    Passes,
    /// No lane, or more than are accepted.
    #[error("a hash has 1 to {} lanes", HashParams::MAX_LANES)]
    Lanes,
}

impl HashParams {
    /// The most memory that a hash may ask for, in KiB.
    pub const MAX_MEMORY_KIB: u32 = 128 * 1024;
    /// The most passes that a hash may ask for.
    pub const MAX_PASSES: u32 = 8;
    /// The most lanes that a hash may ask for.
    pub const MAX_LANES: u32 = 8;

    /// Checks a cost.
    ///
    /// # Errors
    /// SECURITY: refuses absurd costs, because they arrive with imported hashes: one sign-in must not be able to take
    /// gigabytes or minutes.
    pub const fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, BadParams> {
        if lanes == 0 || lanes > Self::MAX_LANES {
            return Err(BadParams::Lanes);
        }
        if passes == 0 || passes > Self::MAX_PASSES {
            return Err(BadParams::Passes);
        }
        if memory_kib > Self::MAX_MEMORY_KIB {
            return Err(BadParams::TooMuchMemory);
        }
        if memory_kib < 8 * lanes {
            return Err(BadParams::TooLittleMemory);
        }
        Ok(Self { memory_kib, passes, lanes })
    }

    /// The cheapest hash there is: for tests, which hash often and protect nobody.
    pub const fn cheapest() -> Self {
        Self { memory_kib: 8, passes: 1, lanes: 1 }
    }

    /// Memory, in KiB.
    pub const fn memory_kib(self) -> u32 {
        self.memory_kib
    }

    /// Passes over that memory.
    pub const fn passes(self) -> u32 {
        self.passes
    }

    /// Lanes.
    pub const fn lanes(self) -> u32 {
        self.lanes
    }

    pub(super) fn argon2(self, output_bytes: usize) -> Result<Params, argon2::Error> {
        Params::new(self.memory_kib, self.passes, self.lanes, Some(output_bytes))
    }
}

impl Default for HashParams {
    fn default() -> Self {
        Self { memory_kib: 19_456, passes: 2, lanes: 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absurd_costs_are_refused() {
        let default = HashParams::default();
        assert_eq!(HashParams::new(19_456, 2, 1), Ok(default));
        for (memory, passes, lanes, expected) in [
            (u32::MAX, 2, 1, BadParams::TooMuchMemory),
            (7, 1, 1, BadParams::TooLittleMemory),
            (15, 1, 2, BadParams::TooLittleMemory),
            (19_456, u32::MAX, 1, BadParams::Passes),
            (19_456, 0, 1, BadParams::Passes),
            (19_456, 2, 0, BadParams::Lanes),
            (19_456, 2, u32::MAX, BadParams::Lanes),
        ] {
            assert_eq!(HashParams::new(memory, passes, lanes), Err(expected));
        }
    }
}
