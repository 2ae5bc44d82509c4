//! The decision: one pure function for live traffic, and later for what-if and replay.

use crate::access::{AccessInput, Decision, Policies, Reason};
use crate::session::Strength;

/// Decides what a sign-in must reach.
///
/// Policies only ever tighten: an application may ask for more than the built-in policy does, never for less.
pub fn evaluate(_policies: &Policies, input: AccessInput<'_>) -> Decision {
    if input.request.strength > Strength::MultiFactor {
        return Decision {
            required: input.request.strength,
            reasons: vec![Reason::AskedByApplication(input.request.strength), Reason::BuiltInTwoFactors],
        };
    }
    Decision { required: Strength::MultiFactor, reasons: vec![Reason::BuiltInTwoFactors] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::SignInRequest;

    #[test]
    fn nobody_gets_in_with_less_than_two_factors() {
        for (asked, required) in [
            (Strength::OneFactor, Strength::MultiFactor),
            (Strength::MultiFactor, Strength::MultiFactor),
            (Strength::PhishingResistant, Strength::PhishingResistant),
        ] {
            let request = SignInRequest { strength: asked, ..SignInRequest::portal() };
            for privileged in [false, true] {
                let input = AccessInput { request: &request, privileged };
                assert_eq!(evaluate(&Policies::built_in(), input).required, required);
            }
        }
    }
}
