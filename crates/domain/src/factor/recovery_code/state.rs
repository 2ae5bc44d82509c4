//! The codes that are left, and whether one that was typed is among them.

use crate::factor::password::PasswordHash;
use crate::factor::{FactorKind, Proof};
use crate::id::CredentialId;
use crate::time::Timestamp;

/// The codes that somebody has left, of those that were made together.
#[derive(Clone, Debug)]
pub struct RecoveryCodes {
    /// Names them, as a credential's identifier names a credential.
    pub id: CredentialId,
    /// Those that were not used.
    pub left: Vec<HashedCode>,
}

/// One code that was not used.
///
/// All that were made together have one salt, so that what is typed is hashed once and not ten times; no others have it. With
/// 74 bits to guess, a salt for each would make nothing harder [NIST SP 800-63B §3.1.2.2].
#[derive(Clone, Debug)]
pub struct HashedCode {
    /// Names it.
    pub id: CredentialId,
    /// What it hashes to.
    pub hash: PasswordHash,
}

/// Whether what was typed is one of the codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is this one. It is void unless the store has spent it.
    Accept {
        /// The evidence.
        proof: Proof,
        /// Which.
        code: CredentialId,
    },
    /// It is not.
    Refuse,
}

impl RecoveryCodes {
    /// Judges what was typed, hashed as [`HashedCode`] says.
    pub fn verify(&self, typed: &PasswordHash, now: Timestamp) -> Verdict {
        // Each is compared, whichever it is.
        let mut found = None;
        for each in &self.left {
            if each.hash.is(typed) {
                found = Some(each.id);
            }
        }
        match found {
            Some(code) => Verdict::Accept { proof: Proof::of(FactorKind::RecoveryCode, Some(self.id), now), code },
            None => Verdict::Refuse,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::factor::password::{HashMemory, HashParams, SALT_BYTES, hash};
    use crate::secret::Secret;

    #[test]
    fn one_of_the_codes_is_accepted_and_no_other() {
        let hashed = |text: &str| {
            let secret = Secret::new(text.to_owned());
            hash(HashParams::cheapest(), [5; SALT_BYTES], &secret, &mut HashMemory::default()).unwrap()
        };
        let now = Timestamp::from_seconds(9);
        let id = |last| CredentialId::new(now, [last; 10]);
        let left =
            vec![HashedCode { id: id(1), hash: hashed("first") }, HashedCode { id: id(2), hash: hashed("second") }];
        let codes = RecoveryCodes { id: id(0), left };
        let proof = Proof::of(FactorKind::RecoveryCode, Some(id(0)), now);
        assert_eq!(codes.verify(&hashed("second"), now), Verdict::Accept { proof, code: id(2) });
        assert_eq!(codes.verify(&hashed("third"), now), Verdict::Refuse);
        let none = RecoveryCodes { left: Vec::new(), ..codes };
        assert_eq!(none.verify(&hashed("second"), now), Verdict::Refuse);
    }
}
