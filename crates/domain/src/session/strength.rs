//! What a set of proofs amounts to.

use serde::{Deserialize, Serialize};

use crate::factor::{Category, FactorKind, definition};

/// What a sign-in achieved, from weak to strong; protocols map it to `acr`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// One factor, or several of one category: two things that one knows are still one factor.
    OneFactor,
    /// Factors of two different categories [NIST SP 800-63B-4 AAL2].
    MultiFactor,
    /// Factors of two different categories, without any that is restricted: no text message, no call [AUT-8].
    MultiFactorUnrestricted,
    /// Factors of two different categories, one of which cannot be phished.
    PhishingResistant,
}

impl Strength {
    /// The strength that `factors` reach together; `None` when there are none.
    ///
    /// Categories are counted, not factors: the same factor, or two of one category, never count twice
    /// (ory/kratos #4317).
    pub fn of(factors: impl IntoIterator<Item = FactorKind>) -> Option<Self> {
        let mut categories: Vec<Category> = Vec::new();
        let mut unrestricted: Vec<Category> = Vec::new();
        let mut phishing_resistant = false;
        for factor in factors {
            let definition = definition(factor);
            phishing_resistant |= definition.phishing_resistant;
            for category in definition.categories() {
                if !categories.contains(&category) {
                    categories.push(category);
                }
                // A restricted factor beside unrestricted ones takes nothing away from them.
                if !definition.restricted && !unrestricted.contains(&category) {
                    unrestricted.push(category);
                }
            }
        }
        match (categories.len(), unrestricted.len()) {
            (0, _) => None,
            (1, _) => Some(Self::OneFactor),
            (_, 0 | 1) => Some(Self::MultiFactor),
            (_, _) if phishing_resistant => Some(Self::PhishingResistant),
            (_, _) => Some(Self::MultiFactorUnrestricted),
        }
    }

    /// As [`Strength::of`], where it is known of each factor whether it was enrolled just now on the strength of a password alone.
    ///
    /// SECURITY: whoever had stolen the password of somebody without a second factor would otherwise pass for resistant to
    /// phishing with a key of their own.
    pub fn of_proofs(proofs: impl IntoIterator<Item = (FactorKind, bool)>) -> Option<Self> {
        let proofs: Vec<_> = proofs.into_iter().collect();
        let reached = Self::of(proofs.iter().map(|(factor, _)| *factor))?;
        let resists =
            |(factor, is_enrolment): &(FactorKind, bool)| definition(*factor).phishing_resistant && !is_enrolment;
        Some(if proofs.iter().any(resists) { reached } else { reached.min(Self::MultiFactorUnrestricted) })
    }

    /// The word for it in stores and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OneFactor => "one_factor",
            Self::MultiFactor => "multi_factor",
            Self::MultiFactorUnrestricted => "multi_factor_unrestricted",
            Self::PhishingResistant => "phishing_resistant",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strength_counts_categories_not_factors() {
        use FactorKind::{Password, Sms, Totp, VoiceCall};
        assert_eq!(Strength::of([]), None);
        assert_eq!(Strength::of([Password]), Some(Strength::OneFactor));
        assert_eq!(Strength::of([Password, Password]), Some(Strength::OneFactor));
        assert_eq!(Strength::of([Totp, Totp]), Some(Strength::OneFactor));
        assert_eq!(Strength::of([Password, Totp]), Some(Strength::MultiFactorUnrestricted));
        assert_eq!(Strength::of([Sms, VoiceCall]), Some(Strength::OneFactor));
    }

    #[test]
    fn a_text_or_a_call_is_never_unrestricted() {
        use FactorKind::{Password, Sms, Totp, VoiceCall};
        assert_eq!(Strength::of([Password, Sms]), Some(Strength::MultiFactor));
        assert_eq!(Strength::of([Password, VoiceCall]), Some(Strength::MultiFactor));
        assert_eq!(Strength::of([Password, Sms, VoiceCall]), Some(Strength::MultiFactor));
        assert_eq!(Strength::of([Password, Sms, Totp]), Some(Strength::MultiFactorUnrestricted));
    }

    #[test]
    fn strengths_are_ordered() {
        assert!(Strength::OneFactor < Strength::MultiFactor);
        assert!(Strength::MultiFactor < Strength::MultiFactorUnrestricted);
        assert!(Strength::MultiFactorUnrestricted < Strength::PhishingResistant);
    }
}
