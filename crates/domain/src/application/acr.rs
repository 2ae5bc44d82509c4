//! How strong a sign-in was, in the words of OpenID Connect: `acr` and `amr`.
//!
//! `acr` uses published values, so that applications need not learn ours:
//! `https://refeds.org/profile/sfa` and `…/mfa` (the REFEDS profiles for single and multi-factor authentication), and `phr`
//! (phishing-resistant, OpenID Connect Extended Authentication Profile ACR Values §2). Nobody has published one for
//! "multi-factor without text messages and calls", so that one is ours; it is claimed only when an application asks for it.

use serde::{Deserialize, Serialize};

use crate::factor::{FactorKind, definition};
use crate::session::Strength;

const SINGLE_FACTOR: &str = "https://refeds.org/profile/sfa";
const MULTI_FACTOR: &str = "https://refeds.org/profile/mfa";
const UNRESTRICTED: &str = "urn:wardkey:acr:mfa-unrestricted";
const PHISHING_RESISTANT: &str = "phr";

/// What an authorization request asks of the strength of the sign-in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcrRequest {
    /// The values that would do, the most wanted first; values that we do not know are left out.
    pub wanted: Vec<Strength>,
    /// Whether a sign-in that reaches none of them must fail [OpenID Connect Core §5.5.1.1].
    pub essential: bool,
    /// Whether any value at all was named, known to us or not.
    pub named: bool,
}

impl AcrRequest {
    /// Reads values in order of preference.
    pub fn of<'a>(values: impl IntoIterator<Item = &'a str>, essential: bool) -> Self {
        let mut request = Self { essential, ..Self::default() };
        for value in values {
            request.named = true;
            request.wanted.extend(strength_of(value));
        }
        request
    }

    /// The strength that the sign-in must reach, given the most that any factor in use can give.
    ///
    /// The first wanted value that can be reached decides. A wish that cannot be met is dropped, as OpenID Connect asks for
    /// voluntary claims; a demand that cannot be met is `None`, and the request must fail [RFC 9470 §5].
    pub fn strength(&self, reachable: Strength) -> Option<Strength> {
        let first = self.wanted.iter().copied().find(|wanted| *wanted <= reachable);
        match first {
            Some(strength) => Some(strength),
            None if self.essential && self.named => None,
            None => Some(Strength::OneFactor),
        }
    }
}

/// The `acr` of a sign-in.
pub const fn acr(strength: Strength) -> &'static str {
    match strength {
        Strength::OneFactor => SINGLE_FACTOR,
        Strength::MultiFactor => MULTI_FACTOR,
        Strength::MultiFactorUnrestricted => UNRESTRICTED,
        Strength::PhishingResistant => PHISHING_RESISTANT,
    }
}

/// The strength that an `acr` stands for, if it is one of ours. `phrh` (hardware-protected) is asked for as `phr`'s equal
/// only when a factor can prove it; none does yet, so it is unknown.
pub fn strength_of(value: &str) -> Option<Strength> {
    match value {
        SINGLE_FACTOR => Some(Strength::OneFactor),
        MULTI_FACTOR => Some(Strength::MultiFactor),
        UNRESTRICTED => Some(Strength::MultiFactorUnrestricted),
        PHISHING_RESISTANT => Some(Strength::PhishingResistant),
        _ => None,
    }
}

/// The most that the factors of this build can reach together.
pub fn reachable() -> Strength {
    Strength::of(FactorKind::ALL.iter().copied()).unwrap_or(Strength::OneFactor)
}

/// The `acr_values_supported` of discovery: what a sign-in to an application can reach, as far as policies let it.
pub fn supported() -> Vec<&'static str> {
    [Strength::PhishingResistant, Strength::MultiFactorUnrestricted, Strength::MultiFactor, Strength::OneFactor]
        .into_iter()
        .filter(|strength| *strength <= reachable())
        .map(acr)
        .collect()
}

/// The `amr` of a sign-in: each factor's registered words, and `mfa` where factors of two categories were used.
///
/// [RFC 8176 §2]
pub fn amr(factors: &[FactorKind], strength: Strength) -> Vec<&'static str> {
    let mut words: Vec<&'static str> = Vec::new();
    for word in factors.iter().flat_map(|factor| definition(*factor).amr.iter().copied()) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    if strength > Strength::OneFactor && !words.contains(&"mfa") {
        words.push("mfa");
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_that_can_be_reached_decides() {
        let check = |values: &[&str], essential: bool, expected: Option<Strength>| {
            let request = AcrRequest::of(values.iter().copied(), essential);
            assert_eq!(request.strength(Strength::MultiFactor), expected, "{values:?} {essential}");
        };
        check(&[], false, Some(Strength::OneFactor));
        check(&[MULTI_FACTOR], false, Some(Strength::MultiFactor));
        check(&["phr", MULTI_FACTOR], false, Some(Strength::MultiFactor));
        check(&["phr", MULTI_FACTOR], true, Some(Strength::MultiFactor));
        check(&["1", "2"], false, Some(Strength::OneFactor));
        check(&["phr"], false, Some(Strength::OneFactor));
        check(&["phr"], true, None);
        check(&["urn:unheard:of"], true, None);
        check(&[], true, Some(Strength::OneFactor));
    }

    #[test]
    fn every_value_reads_back() {
        for strength in
            [Strength::OneFactor, Strength::MultiFactor, Strength::MultiFactorUnrestricted, Strength::PhishingResistant]
        {
            assert_eq!(strength_of(acr(strength)), Some(strength));
        }
    }

    #[test]
    fn methods_are_named_as_registered() {
        let words = amr(&[FactorKind::Password, FactorKind::Totp], Strength::MultiFactor);
        assert_eq!(words, ["pwd", "otp", "mfa"]);
        assert_eq!(amr(&[FactorKind::Password], Strength::OneFactor), ["pwd"]);
    }
}
