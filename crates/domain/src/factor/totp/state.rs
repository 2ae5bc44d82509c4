//! The check that spends a code.

use super::code::{CodeShape, Step};
use crate::factor::code::Code;
use crate::factor::kind::FactorKind;
use crate::factor::proof::Proof;
use crate::id::CredentialId;
use crate::secret::Secret;
use crate::time::Timestamp;

/// One enrolled authenticator app, or a hardware token.
#[derive(Clone, Debug)]
pub struct TotpState {
    /// The credential it belongs to.
    pub credential: CredentialId,
    /// Whether it is a token, so that a code of it proves that.
    pub is_token: bool,
    /// The key that the app and we share.
    pub seed: Secret<Vec<u8>>,
    /// How its codes are made.
    pub shape: CodeShape,
    /// The newest time-step whose code was accepted.
    pub last_used_step: Option<Step>,
}

/// What became of a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was right, and is now spent. The store must spend the step too, or the proof is void.
    Accept(Proof),
    /// It was not accepted.
    Refuse(Refusal),
}

/// Why a code was not accepted [AUT-10].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It belongs to no time-step near now.
    WrongCode,
    /// It, or a later one, was accepted before [AUT-4].
    CodeAlreadyUsed,
}

/// Checks `code` and spends its time-step, so that the same code is refused next time.
///
/// [RFC 6238 §5.2]: a verifier must not accept the second use of a code. The step before and the step after now are
/// accepted too [STD-7], so that a clock may be half a minute wrong, or a token's as long as it shows a code.
pub fn verify(state: &mut TotpState, code: Code, now: Timestamp) -> Verdict {
    let Some(step) = matching_step(state, code, now) else {
        return Verdict::Refuse(Refusal::WrongCode);
    };
    // SECURITY: equal counts as used. A code is good once, even inside its own 30 seconds.
    if state.last_used_step.is_some_and(|used| step <= used) {
        return Verdict::Refuse(Refusal::CodeAlreadyUsed);
    }
    state.last_used_step = Some(step);
    let kind = if state.is_token { FactorKind::HardwareToken } else { FactorKind::Totp };
    Verdict::Accept(Proof::of(kind, Some(state.credential), now))
}

/// The newest accepted step that `code` belongs to. All are computed, so that the time taken does not tell which.
fn matching_step(state: &TotpState, code: Code, now: Timestamp) -> Option<Step> {
    let is_of = |step: &Step| Code::made(state.shape.hash, state.seed.expose(), *step).is(code);
    let steps = Step::within(now, state.shape).with_neighbours();
    steps.into_iter().fold(None, |found, step| if is_of(&step) { Some(step) } else { found })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::code::CodeHash;
    use super::*;

    const SEED: &[u8] = b"12345678901234567890";

    fn fresh() -> TotpState {
        TotpState {
            credential: CredentialId::new(Timestamp::from_seconds(0), [7; 10]),
            is_token: false,
            seed: Secret::new(SEED.to_vec()),
            shape: CodeShape::APP,
            last_used_step: None,
        }
    }

    /// Offers the code of each step at each second and lists what became of it.
    fn check(offers: &[(i64, i64)], expected: &str) {
        let mut state = fresh();
        let outcomes: Vec<_> = offers
            .iter()
            .map(|(step, second)| {
                match verify(&mut state, Code::at(SEED, Step::from_number(*step)), Timestamp::from_seconds(*second)) {
                    Verdict::Accept(proof) => {
                        assert_eq!(proof.factor(), FactorKind::Totp);
                        assert_eq!(proof.credential(), Some(state.credential));
                        "accept"
                    }
                    Verdict::Refuse(Refusal::WrongCode) => "wrong",
                    Verdict::Refuse(Refusal::CodeAlreadyUsed) => "reuse",
                }
            })
            .collect();
        assert_eq!(outcomes.join(" "), expected);
    }

    #[test]
    fn a_code_is_accepted_once() {
        check(&[(2, 60), (2, 61), (3, 90)], "accept reuse accept");
    }

    #[test]
    fn a_token_of_a_minute_proves_that_it_is_one() {
        let shape = CodeShape { hash: CodeHash::Sha256, seconds: 60 };
        let mut token = TotpState { is_token: true, shape, ..fresh() };
        let code = Code::made(CodeHash::Sha256, SEED, Step::from_number(2));
        let accepted = verify(&mut token, code, Timestamp::from_seconds(239));
        let proof = Proof::of(FactorKind::HardwareToken, Some(token.credential), Timestamp::from_seconds(239));
        assert_eq!(accepted, Verdict::Accept(proof));
        assert_eq!(verify(&mut fresh(), code, Timestamp::from_seconds(60)), Verdict::Refuse(Refusal::WrongCode));
    }

    #[test]
    fn a_wrong_code_spends_nothing() {
        check(&[(9, 60), (2, 61)], "wrong accept");
    }

    #[test]
    fn a_clock_may_be_one_step_wrong_and_no_more() {
        check(&[(0, 60)], "wrong");
        check(&[(1, 60)], "accept");
        check(&[(3, 60)], "accept");
        check(&[(4, 60)], "wrong");
    }

    #[test]
    fn an_older_code_is_refused_after_a_newer_one() {
        check(&[(3, 60), (2, 60)], "accept reuse");
    }

    proptest! {
        #[test]
        fn no_step_is_ever_accepted_twice(offers in prop::collection::vec((0_i64..12, 0_i64..300), 1..40)) {
            let mut state = fresh();
            let mut spent = Vec::new();
            for (step, second) in offers {
                let before = state.last_used_step;
                let code = Code::at(SEED, Step::from_number(step));
                match verify(&mut state, code, Timestamp::from_seconds(second)) {
                    Verdict::Accept(_) => {
                        let step = state.last_used_step.unwrap();
                        prop_assert!(!spent.contains(&step));
                        spent.push(step);
                    }
                    Verdict::Refuse(_) => prop_assert_eq!(state.last_used_step, before),
                }
            }
        }
    }
}
