//! Whether a factor may be used now, and why not.

use crate::directory::Role;
use crate::factor::{FactorKind, definition};

/// Who may use restricted factors [AUT-8].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RestrictedRules {
    /// Factors that are switched off for everybody.
    pub off: Vec<FactorKind>,
    /// Roles whose holders may not use any restricted factor; those of privileged roles never may.
    pub not_for_roles: Vec<Role>,
}

/// Why somebody cannot use a factor that they have, or cannot enrol one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unusable {
    /// The operator or the organisation has switched the factor off.
    SwitchedOff,
    /// It is restricted, and the person holds a role for which that is not enough.
    Role,
    /// It does not reach the strength that is required here.
    TooWeak,
    /// Its telephone number is not allowed any more.
    NumberNotAllowed,
    /// No network that it needs can be reached now.
    Unavailable,
    /// It is for enrolling, and this is something else.
    OnlyToEnrol,
    /// It may have come from the same backup as the app that moves to a new phone.
    Moving,
    /// It may have been enrolled by somebody else, and nobody has decided yet whether it was [CMP-1].
    Quarantined,
}

/// What is known of a person where factors may be barred.
#[derive(Clone, Copy, Debug)]
pub struct Bars<'a> {
    /// The roles that the person holds now.
    pub roles: &'a [Role],
    /// Factors that the person's organisation, or one above it, has switched off.
    pub switched_off: &'a [FactorKind],
    /// Factors whose network cannot be reached now.
    pub unavailable: &'a [FactorKind],
}

impl Unusable {
    /// The word for it in templates and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SwitchedOff => "switched_off",
            Self::Role => "role",
            Self::TooWeak => "too_weak",
            Self::NumberNotAllowed => "number_not_allowed",
            Self::Unavailable => "unavailable",
            Self::OnlyToEnrol => "only_to_enrol",
            Self::Moving => "moving",
            Self::Quarantined => "quarantined",
        }
    }
}

/// Whether `kind` is barred for somebody, and why.
pub fn barred(rules: &RestrictedRules, bars: Bars<'_>, kind: FactorKind) -> Option<Unusable> {
    if rules.off.contains(&kind) || bars.switched_off.contains(&kind) {
        return Some(Unusable::SwitchedOff);
    }
    let barred_role = |role: &Role| role.is_privileged() || rules.not_for_roles.contains(role);
    if definition(kind).restricted && bars.roles.iter().any(barred_role) {
        return Some(Unusable::Role);
    }
    // SECURITY: whoever gives passes to people with rights would have those rights; they enrol by an activation code.
    if definition(kind).is_bootstrap && bars.roles.iter().any(|role| role.is_privileged()) {
        return Some(Unusable::Role);
    }
    bars.unavailable.contains(&kind).then_some(Unusable::Unavailable)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(
        rules: &RestrictedRules,
        roles: &[Role],
        off: &[FactorKind],
        kind: FactorKind,
        expected: Option<Unusable>,
    ) {
        let bars = Bars { roles, switched_off: off, unavailable: &[FactorKind::VoiceCall] };
        assert_eq!(barred(rules, bars, kind), expected, "{kind}");
    }

    #[test]
    fn a_restricted_factor_is_switched_off_per_organisation_and_role() {
        let all = RestrictedRules::default();
        check(&all, &[], &[], FactorKind::Sms, None);
        check(&all, &[], &[FactorKind::Sms], FactorKind::Sms, Some(Unusable::SwitchedOff));
        check(&all, &[], &[FactorKind::Sms], FactorKind::Totp, None);
        check(&all, &[], &[], FactorKind::VoiceCall, Some(Unusable::Unavailable));
        check(&all, &[Role::LocalAdministrator], &[], FactorKind::Sms, Some(Unusable::Role));
        check(&all, &[Role::LocalAdministrator], &[], FactorKind::Totp, None);
        let strict = RestrictedRules { off: vec![FactorKind::VoiceCall], not_for_roles: vec![Role::PracticeManager] };
        check(&strict, &[Role::PracticeManager], &[], FactorKind::Sms, Some(Unusable::Role));
        check(&strict, &[], &[], FactorKind::VoiceCall, Some(Unusable::SwitchedOff));
        check(&strict, &[], &[], FactorKind::Sms, None);
        check(&all, &[Role::PracticeManager], &[], FactorKind::TemporaryAccessPass, None);
        check(&all, &[Role::LocalHelpDesk], &[], FactorKind::TemporaryAccessPass, Some(Unusable::Role));
    }
}
