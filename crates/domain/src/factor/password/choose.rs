//! A new password: judged, compared with the old ones, hashed.

use super::hash::{HashFault, HashMemory, PasswordHash, SALT_BYTES, hash};
use super::judge::{BrokenRule, NameParts, judge_new};
use super::params::HashParams;
use super::rules::PasswordRules;
use crate::secret::Secret;

/// A password that somebody wants, with all that it is judged by.
#[derive(Debug)]
pub struct Choice {
    /// The password.
    pub candidate: Secret<String>,
    /// The person's names.
    pub person: NameParts,
    /// Whether it stands in the file of breached passwords.
    pub breached: bool,
    /// The person's latest passwords, newest first, the present one included.
    pub history: Vec<PasswordHash>,
    /// Those that somebody else knows: none of them is taken ever again, however long ago it was [CMP-1].
    pub void: Vec<PasswordHash>,
    /// The salt of the new hash.
    pub salt: [u8; SALT_BYTES],
}

impl Choice {
    /// Judges the password and hashes it. Takes as many hashes as there are old passwords, and one more.
    ///
    /// # Errors
    /// A fault when Argon2 refuses, which a valid cost makes impossible.
    pub fn judge(
        &self,
        rules: &PasswordRules,
        params: HashParams,
        memory: &mut HashMemory,
    ) -> Result<Result<PasswordHash, Vec<BrokenRule>>, HashFault> {
        let mut broken = judge_new(rules, &self.candidate, &self.person, self.breached).err().unwrap_or_default();
        // The history costs a hash each, so it is asked only about a password that is otherwise good.
        if broken.is_empty() && self.history.iter().take(rules.history).any(|old| old.matches(&self.candidate, memory))
        {
            broken.push(BrokenRule::UsedBefore { last: rules.history });
        }
        if broken.is_empty() && self.void.iter().any(|stolen| stolen.matches(&self.candidate, memory)) {
            broken.push(BrokenRule::Breached);
        }
        if !broken.is_empty() {
            return Ok(Err(broken));
        }
        hash(params, self.salt, &self.candidate, memory).map(Ok)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: [&str; 5] =
        ["wet kettles one", "wet kettles two", "wet kettles six", "wet kettles ten", "wet kettles off"];

    const STOLEN: &str = "wet kettles gone";

    fn judge(candidate: &str) -> Result<PasswordHash, Vec<BrokenRule>> {
        let memory = &mut HashMemory::default();
        let params = HashParams::cheapest();
        let mut hashed = |text: &&str| hash(params, [1; SALT_BYTES], &Secret::new((*text).to_owned()), memory).unwrap();
        let history = OLD.iter().map(&mut hashed).collect();
        let candidate = Secret::new(candidate.to_owned());
        let void = vec![hashed(&STOLEN)];
        let choice =
            Choice { candidate, person: NameParts::default(), breached: false, history, void, salt: [2; SALT_BYTES] };
        choice.judge(&PasswordRules::default(), params, memory).unwrap()
    }

    #[test]
    fn the_last_four_passwords_may_not_be_used_again() {
        for old in &OLD[..4] {
            assert_eq!(judge(old), Err(vec![BrokenRule::UsedBefore { last: 4 }]), "{old}");
        }
        assert!(judge(OLD[4]).is_ok());
    }

    #[test]
    fn a_password_that_somebody_else_knows_is_never_taken_again() {
        assert_eq!(judge(STOLEN), Err(vec![BrokenRule::Breached]));
    }

    #[test]
    fn a_good_password_comes_out_hashed() {
        let hash = judge("three wet umbrellas").unwrap();
        assert!(hash.matches(&Secret::new("three wet umbrellas".to_owned()), &mut HashMemory::default()));
    }
}
