//! The decision: one pure function for live traffic, and later for what-if and replay.

use crate::access::{AccessInput, Decision, Policies, Reason};
use crate::session::Strength;

/// Decides what a sign-in must reach.
///
/// Policies only ever tighten: an application may ask for more than the built-in policy does, never for less. For a
/// privileged account no restricted factor is ever enough [AUT-8, MET-10].
pub fn evaluate(_policies: &Policies, input: AccessInput<'_>) -> Decision {
    let (built_in, reason) = if input.privileged {
        (Strength::MultiFactorUnrestricted, Reason::Privileged)
    } else {
        (Strength::MultiFactor, Reason::BuiltInTwoFactors)
    };
    let asked = input.request.strength;
    if asked > built_in {
        return Decision { required: asked, reasons: vec![Reason::AskedByApplication(asked), reason] };
    }
    Decision { required: built_in, reasons: vec![reason] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::SignInRequest;

    fn check(asked: Strength, privileged: bool, required: Strength) {
        let request = SignInRequest { strength: asked, ..SignInRequest::portal() };
        let input = AccessInput { request: &request, privileged };
        assert_eq!(evaluate(&Policies::built_in(), input).required, required);
    }

    #[test]
    fn nobody_gets_in_with_less_than_two_factors() {
        check(Strength::OneFactor, false, Strength::MultiFactor);
        check(Strength::MultiFactor, false, Strength::MultiFactor);
        check(Strength::MultiFactorUnrestricted, false, Strength::MultiFactorUnrestricted);
        check(Strength::PhishingResistant, false, Strength::PhishingResistant);
    }

    #[test]
    fn no_restricted_factor_is_enough_for_the_privileged() {
        check(Strength::OneFactor, true, Strength::MultiFactorUnrestricted);
        check(Strength::MultiFactor, true, Strength::MultiFactorUnrestricted);
        check(Strength::PhishingResistant, true, Strength::PhishingResistant);
    }
}
