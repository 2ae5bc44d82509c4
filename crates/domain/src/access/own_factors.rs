//! Which of somebody's factors count: said once, for decisions, exceptions and reports alike.

use super::FactorSet;
use crate::factor::{FactorKind, definition};
use crate::time::Timestamp;

/// An enrolled factor, as far as it matters whether it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enrolled {
    /// Which factor it is.
    pub kind: FactorKind,
    /// When it was enrolled.
    pub at: Timestamp,
    /// Whether somebody else may have enrolled it, and nobody has decided that yet [CMP-1].
    pub is_quarantined: bool,
}

/// The second factors of somebody's own that count now: no pass and no recovery code, none that is quarantined, and nothing that was
/// on a phone before `phones_void_from`, since when that phone counts as lost [EXC-21].
pub fn own_factors(enrolled: impl IntoIterator<Item = Enrolled>, phones_void_from: Option<Timestamp>) -> FactorSet {
    let counts = |one: &Enrolled| {
        let of = definition(one.kind);
        let is_own = of.is_second_factor() && !of.is_bootstrap;
        // SECURITY: the job that removes what is on a lost phone may be late.
        let is_there = !of.on_phone || phones_void_from.is_none_or(|since| one.at >= since);
        is_own && is_there && !one.is_quarantined
    };
    enrolled.into_iter().filter(counts).map(|one| one.kind).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(enrolled: &[(FactorKind, i64, bool)], void: Option<i64>, expected: &[FactorKind]) {
        let each = enrolled.iter().map(|&(kind, at, is_quarantined)| Enrolled {
            kind,
            at: Timestamp::from_seconds(at),
            is_quarantined,
        });
        let own: Vec<_> = own_factors(each, void.map(Timestamp::from_seconds)).iter().collect();
        assert_eq!(own, expected, "{enrolled:?} {void:?}");
    }

    #[test]
    fn what_stands_in_for_a_factor_is_none_of_ones_own() {
        use FactorKind::{Password, Push, RecoveryCode, Sms, TemporaryAccessPass, Totp, WebAuthn};
        check(&[(Password, 1, false), (TemporaryAccessPass, 1, false), (RecoveryCode, 1, false)], None, &[]);
        check(&[(Push, 1, false), (WebAuthn, 2, false)], None, &[WebAuthn, Push]);
        check(&[(Push, 1, true), (Totp, 2, false)], None, &[Totp]);
        check(&[(Push, 1, false), (Sms, 5, false), (WebAuthn, 1, false)], Some(5), &[WebAuthn, Sms]);
    }
}
