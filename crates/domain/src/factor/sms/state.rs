//! The code of one message.

use crate::factor::code::Code;
use crate::factor::kind::FactorKind;
use crate::factor::proof::Proof;
use crate::id::{CredentialId, MessageId};
use crate::time::Timestamp;

/// A code on its way to somebody's telephone. The sign-in that asked for it holds it, sealed, and nobody else does: it is
/// good in that sign-in only [AUT-4].
#[derive(Clone, Copy, Debug)]
pub struct SentCode {
    /// The credential whose number it went to.
    pub credential: CredentialId,
    /// The message that brings it.
    pub message: MessageId,
    /// The code.
    pub code: Code,
    /// When it was asked for.
    pub sent_at: Timestamp,
    /// From when on it is refused.
    pub expires_at: Timestamp,
}

/// What became of a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was right. Whoever holds the [`SentCode`] must let go of it now: it is good once.
    Accept(Proof),
    /// It was not accepted.
    Refuse(Refusal),
}

/// Why a code was not accepted [AUT-10].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is another code.
    WrongCode,
    /// It is too old.
    CodeExpired,
}

impl SentCode {
    /// Checks a code as typed; consumes what was sent, so that it cannot be accepted twice.
    pub fn verify(self, typed: Code, now: Timestamp) -> Verdict {
        if now >= self.expires_at {
            return Verdict::Refuse(Refusal::CodeExpired);
        }
        if self.code.is(typed) {
            Verdict::Accept(Proof::of(FactorKind::Sms, Some(self.credential), now))
        } else {
            Verdict::Refuse(Refusal::WrongCode)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent() -> SentCode {
        let now = Timestamp::from_seconds(100);
        SentCode {
            credential: CredentialId::new(now, [1; 10]),
            message: MessageId::new(now, [2; 10]),
            code: Code::draw([9; 16]),
            sent_at: now,
            expires_at: Timestamp::from_seconds(700),
        }
    }

    fn check(typed: Code, second: i64, expected: Option<Refusal>) {
        match sent().verify(typed, Timestamp::from_seconds(second)) {
            Verdict::Accept(proof) => {
                assert_eq!(
                    (expected, proof.factor(), proof.credential()),
                    (None, FactorKind::Sms, Some(sent().credential))
                );
            }
            Verdict::Refuse(refusal) => assert_eq!(Some(refusal), expected),
        }
    }

    #[test]
    fn the_code_that_was_sent_is_accepted_in_time() {
        check(sent().code, 699, None);
        check(sent().code, 700, Some(Refusal::CodeExpired));
        check(Code::draw([8; 16]), 101, Some(Refusal::WrongCode));
    }
}
