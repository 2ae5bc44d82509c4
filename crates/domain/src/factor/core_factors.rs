//! Which factors are enough as somebody's only second factor.

use super::kind::FactorKind;
use super::registry::{definition, second_factors};

/// Which factors are enough as somebody's only second factor. The others can be added beside one of these (S3).
///
/// As shipped it is what the [`Definition`](super::Definition)s say; an operator may decide otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoreFactors(Vec<FactorKind>);

impl Default for CoreFactors {
    fn default() -> Self {
        Self(second_factors().filter(|definition| definition.is_core).map(|definition| definition.kind).collect())
    }
}

impl CoreFactors {
    /// The same, with `kind` or without it.
    #[must_use]
    pub fn with(mut self, kind: FactorKind, is_core: bool) -> Self {
        self.0.retain(|held| *held != kind);
        if is_core && definition(kind).is_second_factor() {
            self.0.push(kind);
        }
        self
    }

    /// Whether `kind` is enough as the only second factor.
    pub fn contains(&self, kind: FactorKind) -> bool {
        self.0.contains(&kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_core_where_an_operator_says_so() {
        assert!(!CoreFactors::default().contains(FactorKind::WebAuthn), "S3: supplementary");
        let with = CoreFactors::default().with(FactorKind::WebAuthn, true);
        assert!(with.contains(FactorKind::WebAuthn) && with.contains(FactorKind::Totp));
        assert!(!with.with(FactorKind::WebAuthn, false).contains(FactorKind::WebAuthn));
        assert!(!CoreFactors::default().with(FactorKind::Password, true).contains(FactorKind::Password));
    }
}
