//! Argon2id in PHC strings: made, checked, and made anew when the cost changes.

use std::fmt;

use argon2::{Algorithm, Argon2, Block, Version};
use data_encoding::BASE64_NOPAD;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroize;

use super::params::{BadParams, HashParams};
use crate::factor::kind::FactorKind;
use crate::factor::proof::Proof;
use crate::secret::{Secret, constant_time_equal};
use crate::time::Timestamp;

/// How long a salt is [RFC 9106 §3.1: 16 bytes advised].
pub const SALT_BYTES: usize = 16;

const OUTPUT_BYTES: usize = 32;
const ACCEPTED_SALT: std::ops::RangeInclusive<usize> = 8..=48;
const ACCEPTED_OUTPUT: std::ops::RangeInclusive<usize> = 16..=64;

/// A password's Argon2 hash with its cost and salt, as a PHC string.
///
/// INVARIANT: its cost lies within the bounds of [`HashParams`].
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash {
    algorithm: Algorithm,
    params: HashParams,
    salt: Vec<u8>,
    output: Vec<u8>,
}

/// Why a text is not a password hash that we accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadHash {
    /// It is not a PHC string.
    #[error("not a PHC string")]
    Malformed,
    /// It is of another algorithm, or an old version of this one.
    #[error("not an argon2id or argon2i hash of version 19")]
    Algorithm,
    /// Its cost is absurd.
    #[error(transparent)]
    Cost(#[from] BadParams),
    /// Its salt or its output is too short or too long.
    #[error("the salt has 8 to 48 bytes and the hash 16 to 64")]
    Length,
}

/// Argon2 would not hash: a fault, since the cost is within bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("argon2 refused its parameters")]
pub struct HashFault;

/// What became of a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasswordVerdict {
    /// It was right.
    Accept {
        /// The evidence.
        proof: Proof,
        /// Whether the stored hash has another cost than today's, so that it should be made anew now.
        upgrade: bool,
    },
    /// It was wrong, or there was nothing to compare it with.
    Refuse,
}

/// The memory that hashes work in. Reused, because asking the system for 19 MiB costs as much as filling them.
///
/// SECURITY: it is not wiped between hashes. After the second pass every block depends on all of the first, so testing
/// a guess against what is left costs a whole hash, as it would against the stored one.
#[derive(Default)]
pub struct HashMemory(Vec<Block>);

impl HashMemory {
    fn blocks(&mut self, count: usize) -> &mut [Block] {
        // A hash of another cost may have grown it; what today's cost does not need is given back.
        if self.0.len() != count {
            self.0.clear();
            self.0.shrink_to(count);
            self.0.resize(count, Block::new());
        }
        &mut self.0
    }

    /// Gives the memory back.
    pub fn release(&mut self) {
        self.0 = Vec::new();
    }
}

/// Hashes a new password.
///
/// # Errors
/// When Argon2 refuses, which a valid cost makes impossible.
pub fn hash(
    params: HashParams,
    salt: [u8; SALT_BYTES],
    candidate: &Secret<String>,
    memory: &mut HashMemory,
) -> Result<PasswordHash, HashFault> {
    let mut output = vec![0; OUTPUT_BYTES];
    fill(Algorithm::Argon2id, params, &salt, candidate, memory, &mut output)?;
    Ok(PasswordHash { algorithm: Algorithm::Argon2id, params, salt: salt.to_vec(), output })
}

/// Checks a password; `current` is today's cost.
pub fn verify(
    hash: &PasswordHash,
    candidate: &Secret<String>,
    current: HashParams,
    memory: &mut HashMemory,
    now: Timestamp,
) -> PasswordVerdict {
    if !hash.matches(candidate, memory) {
        return PasswordVerdict::Refuse;
    }
    PasswordVerdict::Accept { proof: Proof::of(FactorKind::Password, None, now), upgrade: hash.needs_upgrade(current) }
}

impl PasswordHash {
    /// Reads a PHC string, such as an import brings.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, BadHash> {
        let phc = argon2::PasswordHash::new(text).map_err(|_| BadHash::Malformed)?;
        let algorithm = match phc.algorithm.as_str() {
            "argon2id" => Algorithm::Argon2id,
            "argon2i" => Algorithm::Argon2i,
            _other => return Err(BadHash::Algorithm),
        };
        if phc.version != Some(Version::V0x13.into()) {
            return Err(BadHash::Algorithm);
        }
        let (mut memory, mut passes, mut lanes) = (None, None, None);
        for (name, value) in phc.params.iter() {
            let place = match name.as_str() {
                "m" => &mut memory,
                "t" => &mut passes,
                "p" => &mut lanes,
                _other => return Err(BadHash::Malformed),
            };
            let value = value.decimal().map_err(|_| BadHash::Malformed)?;
            if place.replace(value).is_some() {
                return Err(BadHash::Malformed);
            }
        }
        let (Some(memory), Some(passes), Some(lanes)) = (memory, passes, lanes) else {
            return Err(BadHash::Malformed);
        };
        let params = HashParams::new(memory, passes, lanes)?;
        let (Some(salt), Some(output)) = (phc.salt, phc.hash) else { return Err(BadHash::Malformed) };
        let (salt, output) = (salt.to_vec(), output.as_bytes().to_vec());
        if !ACCEPTED_SALT.contains(&salt.len()) || !ACCEPTED_OUTPUT.contains(&output.len()) {
            return Err(BadHash::Length);
        }
        Ok(Self { algorithm, params, salt, output })
    }

    /// A hash that no password matches, to be checked when there is no account or no password.
    ///
    /// SECURITY: it has today's cost, so the answer takes as long as that for an account that exists.
    pub fn decoy(current: HashParams) -> Self {
        Self {
            algorithm: Algorithm::Argon2id,
            params: current,
            salt: vec![0; SALT_BYTES],
            output: vec![0; OUTPUT_BYTES],
        }
    }

    /// The PHC string, for the store.
    pub fn phc(&self) -> String {
        format!(
            "${}$v=19$m={},t={},p={}${}${}",
            self.algorithm.as_str(),
            self.params.memory_kib(),
            self.params.passes(),
            self.params.lanes(),
            BASE64_NOPAD.encode(&self.salt),
            BASE64_NOPAD.encode(&self.output),
        )
    }

    /// What it costs.
    pub const fn params(&self) -> HashParams {
        self.params
    }

    /// Whether its cost is not today's.
    ///
    /// SECURITY: dearer counts too. A hash that takes longer than the decoy would tell that its account exists.
    pub fn needs_upgrade(&self, current: HashParams) -> bool {
        self.algorithm != Algorithm::Argon2id || self.params != current || self.output.len() != OUTPUT_BYTES
    }

    /// What `candidate` hashes to at the same cost and with the same salt, to be compared by [`PasswordHash::is`].
    ///
    /// # Errors
    /// When Argon2 refuses, which a valid cost makes impossible.
    pub fn alike(&self, candidate: &Secret<String>, memory: &mut HashMemory) -> Result<Self, HashFault> {
        let mut output = vec![0; self.output.len()];
        fill(self.algorithm, self.params, &self.salt, candidate, memory, &mut output)?;
        Ok(Self { output, ..self.clone() })
    }

    /// Whether both are of the same text, hashed with one salt at one cost.
    pub fn is(&self, other: &Self) -> bool {
        let alike = self.algorithm == other.algorithm && self.params == other.params && self.salt == other.salt;
        constant_time_equal(&self.output, &other.output) && alike
    }

    /// Whether `candidate` is the password; fails closed. For the history: a sign-in calls [`verify`].
    pub fn matches(&self, candidate: &Secret<String>, memory: &mut HashMemory) -> bool {
        let mut output = vec![0; self.output.len()];
        let filled = fill(self.algorithm, self.params, &self.salt, candidate, memory, &mut output).is_ok();
        let equal = constant_time_equal(&output, &self.output);
        output.zeroize();
        filled && equal
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}

fn fill(
    algorithm: Algorithm,
    params: HashParams,
    salt: &[u8],
    candidate: &Secret<String>,
    memory: &mut HashMemory,
    output: &mut [u8],
) -> Result<(), HashFault> {
    let params = params.argon2(output.len()).map_err(|_| HashFault)?;
    let blocks = memory.blocks(params.block_count());
    let candidate = normalised(candidate);
    Argon2::new(algorithm, Version::V0x13, params)
        .hash_password_into_with_memory(candidate.expose().as_bytes(), salt, output, blocks)
        .map_err(|_| HashFault)
}

/// The password in one canonical spelling [NIST SP 800-63B §3.1.1.2: NFKC], because keyboards differ in how they write é.
pub fn normalised(candidate: &Secret<String>) -> Secret<String> {
    if candidate.expose().is_ascii() {
        return candidate.clone();
    }
    Secret::new(candidate.expose().nfkc().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    fn hashed(text: &str) -> PasswordHash {
        hash(HashParams::cheapest(), [3; SALT_BYTES], &secret(text), &mut HashMemory::default()).unwrap()
    }

    fn check(hash: &PasswordHash, candidate: &str) -> PasswordVerdict {
        let now = Timestamp::from_seconds(5);
        verify(hash, &secret(candidate), HashParams::cheapest(), &mut HashMemory::default(), now)
    }

    #[test]
    fn the_right_password_proves_itself() {
        let PasswordVerdict::Accept { proof, upgrade } = check(&hashed("blue kettle"), "blue kettle") else {
            panic!("refused");
        };
        assert_eq!((proof.factor(), proof.credential()), (FactorKind::Password, None));
        assert_eq!(proof.at(), Timestamp::from_seconds(5));
        assert!(!upgrade);
    }

    #[test]
    fn another_password_is_refused() {
        for wrong in ["blue kettl", "blue kettle ", "Blue kettle", ""] {
            assert_eq!(check(&hashed("blue kettle"), wrong), PasswordVerdict::Refuse);
        }
    }

    #[test]
    fn one_password_typed_on_two_keyboards_is_the_same() {
        assert!(matches!(
            check(&hashed("caf\u{e9} caf\u{e9}"), "cafe\u{301} cafe\u{301}"),
            PasswordVerdict::Accept { .. }
        ));
    }

    #[test]
    fn a_hash_reads_back_as_written() {
        let hash = hashed("blue kettle");
        assert_eq!(PasswordHash::parse(&hash.phc()).unwrap(), hash);
        assert!(hash.phc().starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
    }

    #[test]
    fn a_hash_made_by_the_reference_program_is_accepted() {
        // From the argon2 reference implementation's own tests: `password`, `somesalt`, m=65536, t=2, p=1.
        let hash = PasswordHash::parse(
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        )
        .unwrap();
        let verdict = check(&hash, "password");
        assert!(matches!(verdict, PasswordVerdict::Accept { upgrade: true, .. }));
    }

    #[test]
    fn a_hash_of_another_cost_needs_an_upgrade() {
        let hash = hashed("blue kettle");
        assert!(!hash.needs_upgrade(HashParams::cheapest()));
        assert!(hash.needs_upgrade(HashParams::new(16, 1, 1).unwrap()));
        assert!(hash.needs_upgrade(HashParams::new(8, 2, 1).unwrap()));
    }

    #[test]
    fn no_password_matches_the_decoy_and_it_costs_as_much_as_a_real_one() {
        let decoy = PasswordHash::decoy(HashParams::cheapest());
        assert_eq!(check(&decoy, "blue kettle"), PasswordVerdict::Refuse);
        assert_eq!(PasswordHash::decoy(HashParams::default()).params(), HashParams::default());
    }

    #[test]
    fn imported_hashes_are_bounded() {
        let tail = "c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        let check = |head: &str, expected: BadHash| {
            assert_eq!(PasswordHash::parse(&format!("{head}${tail}")), Err(expected), "{head}");
        };
        check("$argon2id$v=19$m=4294967295,t=2,p=1", BadHash::Cost(BadParams::TooMuchMemory));
        check("$argon2id$v=19$m=65536,t=4294967295,p=1", BadHash::Cost(BadParams::Passes));
        check("$argon2id$v=19$m=65536,t=2,p=16777215", BadHash::Cost(BadParams::Lanes));
        check("$argon2id$v=16$m=65536,t=2,p=1", BadHash::Algorithm);
        check("$argon2id$m=65536,t=2,p=1", BadHash::Algorithm);
        check("$argon2d$v=19$m=65536,t=2,p=1", BadHash::Algorithm);
        check("$scrypt$v=19$ln=16,r=8,p=1", BadHash::Algorithm);
        check("$argon2id$v=19$m=65536,t=2", BadHash::Malformed);
        check("$argon2id$v=19$m=65536,t=2,p=1,keyid=AAAA", BadHash::Malformed);
        check("$argon2id$v=19$m=65536,m=65536,t=2,p=1", BadHash::Malformed);
        for text in ["", "password", "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ", "$argon2id$v=19$m=8,t=1,p=1$c2$CTFhFdXP"]
        {
            assert!(PasswordHash::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn memory_is_reused_and_shrinks_back_after_a_dear_hash() {
        let mut memory = HashMemory::default();
        memory.blocks(64);
        assert_eq!(memory.blocks(8).len(), 8);
        assert!(memory.0.capacity() < 64);
        memory.release();
        assert_eq!(memory.0.capacity(), 0);
    }
}
