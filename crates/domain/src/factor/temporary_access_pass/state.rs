//! A pass that was given, and whether a code is its.

use super::code::PassCode;
use crate::factor::{FactorKind, Proof};
use crate::id::CredentialId;
use crate::time::Timestamp;

/// A pass that was given and has not ended.
#[derive(Clone, Debug)]
pub struct PassState {
    /// Names it, as a credential's identifier names a credential.
    pub id: CredentialId,
    /// Its code.
    pub code: PassCode,
    /// From when on it is good.
    pub starts_at: Timestamp,
    /// From when on it is not.
    pub expires_at: Timestamp,
    /// Whether it can be used several times.
    pub multi_use: bool,
}

/// Whether a code is the pass's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is. One that is good once is void unless the store has spent it.
    Accept(Proof),
    /// It is not, or not now.
    Refuse,
}

impl PassState {
    /// Whether it is good at `now`.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.starts_at <= now && now < self.expires_at
    }

    /// Judges what was typed.
    pub fn verify(&self, typed: &PassCode, now: Timestamp) -> Verdict {
        // Compared in any case, so that a pass of another day takes no less time.
        let is_right = self.code.is(typed);
        if is_right && self.is_open(now) {
            Verdict::Accept(Proof::of(FactorKind::TemporaryAccessPass, Some(self.id), now))
        } else {
            Verdict::Refuse
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_is_good_in_its_time_alone() {
        let at = Timestamp::from_seconds;
        let pass = PassState {
            id: CredentialId::new(at(0), [1; 10]),
            code: PassCode::parse("abcd-efgh-jkmn").unwrap(),
            starts_at: at(100),
            expires_at: at(200),
            multi_use: false,
        };
        let right = PassCode::parse("ABCD EFGH JKMN").unwrap();
        let accepts = |code: &PassCode, second| matches!(pass.verify(code, at(second)), Verdict::Accept(_));
        assert!(!accepts(&right, 99) && accepts(&right, 100) && accepts(&right, 199) && !accepts(&right, 200));
        assert!(!accepts(&PassCode::parse("abcd-efgh-jkmp").unwrap(), 150));
    }
}
