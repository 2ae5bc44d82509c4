//! What is counted of an account, as one number: a bit for each answer to each question.
//!
//! With one bit an answer, "one of these answers" is a mask, and whether an account is among those that a filter wants is a few
//! `&` that a database does by itself. The numbers are derived and can be made anew at any time: whoever changes a place here
//! writes a migration that has every account counted again.

use super::{Counted, Cover, MfaStatus};
use crate::access::{Baseline, FactorSet};
use crate::directory::{AccountKind, StatusName};
use crate::factor::FactorKind;

/// What is counted of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Facets(u64);

/// The answers that are wanted, question by question: an account that gives one of them to each is among those.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Masks([u64; QUESTIONS]);

/// How many questions there are.
pub(super) const QUESTIONS: usize = 8;

/// One question: its first bit, and how many answers there are.
#[derive(Clone, Copy, Debug)]
struct Question {
    first: u32,
    answers: u32,
}

impl Question {
    const fn after(before: Self, answers: u32) -> Self {
        Self { first: before.first + before.answers, answers }
    }

    const fn bit(self, answer: u32) -> u64 {
        1 << (self.first + answer)
    }

    const fn all(self) -> u64 {
        ((1 << self.answers) - 1) << self.first
    }

    /// The bit of the answer at `place` in a list of them.
    fn at(self, place: Option<usize>) -> u64 {
        place.and_then(|place| u32::try_from(place).ok()).map_or(0, |place| self.bit(place))
    }
}

const KIND: Question = Question { first: 0, answers: 4 };
const STATUS: Question = Question::after(KIND, 13);
const MFA: Question = Question::after(STATUS, 7);
const COVER: Question = Question::after(MFA, 4);
/// Its last answer is that there is none; the only question with more than one answer.
const METHODS: Question = Question::after(COVER, 8);
/// No baseline by a group, or which.
const BASELINE: Question = Question::after(METHODS, 3);
const PRIVILEGED: Question = Question::after(BASELINE, 2);
const SIGNED_IN: Question = Question::after(PRIVILEGED, 2);

/// The second factors of people's own, in the order of their bits.
const OWN: [FactorKind; 7] = [
    FactorKind::WebAuthn,
    FactorKind::Smartcard,
    FactorKind::Push,
    FactorKind::Totp,
    FactorKind::HardwareToken,
    FactorKind::Sms,
    FactorKind::VoiceCall,
];
const NO_METHOD: u32 = 7;

impl Facets {
    /// As a database keeps it.
    pub const fn to_i64(self) -> i64 {
        self.0.cast_signed()
    }

    /// From what a database keeps.
    pub const fn from_i64(number: i64) -> Self {
        Self(number.cast_unsigned())
    }

    /// Whether it is among those that are wanted.
    pub fn is_among(self, masks: Masks) -> bool {
        masks.0.iter().all(|mask| self.0 & mask != 0)
    }

    /// What it says; nothing for a number that no account has.
    pub fn read(self) -> Option<Counted> {
        let answer = |question: Question| {
            let bits = self.0 & question.all();
            (bits.count_ones() == 1).then(|| (bits.trailing_zeros() - question.first) as usize)
        };
        let methods: FactorSet =
            OWN.iter().copied().filter(|kind| self.0 & METHODS.at(own_place(*kind)) != 0).collect();
        let none = self.0 & METHODS.bit(NO_METHOD) != 0;
        if methods.is_empty() != none || self.0 >> (SIGNED_IN.first + SIGNED_IN.answers) != 0 {
            return None;
        }
        Some(Counted {
            kind: *AccountKind::ALL.get(answer(KIND)?)?,
            status: *StatusName::ALL.get(answer(STATUS)?)?,
            mfa: *MfaStatus::ALL.get(answer(MFA)?)?,
            cover: *Cover::ALL.get(answer(COVER)?)?,
            methods,
            is_privileged: answer(PRIVILEGED)? == 1,
            baseline: match answer(BASELINE)? {
                0 => None,
                place => Some(*Baseline::ALL.get(place - 1)?),
            },
            has_signed_in: answer(SIGNED_IN)? == 1,
        })
    }
}

impl From<Counted> for Facets {
    fn from(counted: Counted) -> Self {
        let Counted { kind, status, mfa, cover, methods, is_privileged, baseline, has_signed_in } = counted;
        let own = OWN.iter().filter(|kind| methods.contains(**kind));
        let methods = own.map(|kind| METHODS.at(own_place(*kind))).fold(0, |all, bit| all | bit);
        let methods = if methods == 0 { METHODS.bit(NO_METHOD) } else { methods };
        Self(
            kind_bit(kind)
                | status_bit(status)
                | mfa_bit(mfa)
                | cover_bit(cover)
                | methods
                | baseline_bit(baseline)
                | PRIVILEGED.bit(u32::from(is_privileged))
                | SIGNED_IN.bit(u32::from(has_signed_in)),
        )
    }
}

impl Masks {
    /// Those that want nothing.
    pub const ANY: Self = Self([
        KIND.all(),
        STATUS.all(),
        MFA.all(),
        COVER.all(),
        METHODS.all(),
        BASELINE.all(),
        PRIVILEGED.all(),
        SIGNED_IN.all(),
    ]);

    /// As a database compares them.
    pub fn to_i64(self) -> [i64; QUESTIONS] {
        self.0.map(u64::cast_signed)
    }

    pub(super) fn kind(self, kind: AccountKind) -> Self {
        self.with(0, kind_bit(kind))
    }

    pub(super) fn status(self, status: StatusName) -> Self {
        self.with(1, status_bit(status))
    }

    pub(super) fn mfa(self, mfa: MfaStatus) -> Self {
        self.with(2, mfa_bit(mfa))
    }

    pub(super) fn cover(self, cover: Cover) -> Self {
        self.with(3, cover_bit(cover))
    }

    pub(super) fn method(self, method: FactorKind) -> Self {
        self.with(4, METHODS.at(own_place(method)))
    }

    /// With one of these baselines by a group; `None` among them is an account whose organisation decides.
    pub(super) fn baselines(self, any: &[Option<Baseline>]) -> Self {
        self.with(5, any.iter().fold(0, |all, baseline| all | baseline_bit(*baseline)))
    }

    pub(super) fn privileged(self, is: bool) -> Self {
        self.with(6, PRIVILEGED.bit(u32::from(is)))
    }

    pub(super) fn signed_in(self, has: bool) -> Self {
        self.with(7, SIGNED_IN.bit(u32::from(has)))
    }

    fn with(mut self, question: usize, mask: u64) -> Self {
        if let Some(place) = self.0.get_mut(question) {
            *place &= mask;
        }
        self
    }
}

fn kind_bit(kind: AccountKind) -> u64 {
    KIND.at(AccountKind::ALL.iter().position(|own| *own == kind))
}

fn status_bit(status: StatusName) -> u64 {
    STATUS.at(StatusName::ALL.iter().position(|own| *own == status))
}

fn mfa_bit(mfa: MfaStatus) -> u64 {
    MFA.at(MfaStatus::ALL.iter().position(|own| *own == mfa))
}

fn cover_bit(cover: Cover) -> u64 {
    COVER.at(Cover::ALL.iter().position(|own| *own == cover))
}

pub(super) fn baseline_bit(baseline: Option<Baseline>) -> u64 {
    let place = |baseline| Baseline::ALL.iter().position(|own| *own == baseline).map(|place| place + 1);
    BASELINE.at(baseline.map_or(Some(0), place))
}

fn own_place(kind: FactorKind) -> Option<usize> {
    OWN.iter().position(|own| *own == kind)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::counted::tests::nurse;
    use super::super::{Facts, PeopleFilter, SignedIn};
    use super::*;
    use crate::access::Hold;
    use crate::factor::definition;

    fn any_facts() -> impl Strategy<Value = Facts> {
        let hold = prop::sample::select(vec![Hold::None, Hold::Compromised, Hold::Pinned]);
        let baseline = prop::sample::select(vec![None, Some(Baseline::Standard), Some(Baseline::NamedLocation)]);
        let what = (prop::sample::select(AccountKind::ALL), prop::sample::select(StatusName::ALL), hold, baseline);
        (what, prop::collection::vec(prop::sample::select(OWN.to_vec()), 0..4), any::<[bool; 4]>()).prop_map(
            |((kind, status, hold, baseline), methods, [is_excepted, is_postponed, is_privileged, has_signed_in])| {
                let methods = methods.into_iter().collect();
                Facts { kind, status, methods, hold, is_excepted, is_postponed, is_privileged, baseline, has_signed_in }
            },
        )
    }

    #[test]
    fn every_second_factor_of_ones_own_has_a_bit() {
        let own = FactorKind::ALL.into_iter().filter(|kind| {
            let of = definition(*kind);
            of.is_second_factor() && !of.is_bootstrap
        });
        assert_eq!(own.collect::<Vec<_>>(), OWN);
        for question in [KIND, STATUS, MFA, COVER] {
            assert!(question.answers > 1);
        }
        assert_eq!(KIND.answers as usize, AccountKind::ALL.len());
        assert_eq!(STATUS.answers as usize, StatusName::ALL.len());
        assert_eq!(MFA.answers as usize, MfaStatus::ALL.len());
        assert_eq!(COVER.answers as usize, Cover::ALL.len());
    }

    #[test]
    fn the_places_stay_where_databases_have_them() {
        // Whoever changes this has every account counted again by a migration.
        assert_eq!(Facets::from(nurse(&[FactorKind::Totp]).counted()).to_i64(), 0x490_8110_0011);
    }

    #[test]
    fn a_number_that_no_account_has_says_nothing() {
        for number in [0, -1, 1, i64::MAX] {
            assert_eq!(Facets::from_i64(number).read(), None, "{number}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_counted_comes_back(facts in any_facts()) {
            let counted = facts.counted();
            let facets = Facets::from(counted);
            prop_assert_eq!(Facets::from_i64(facets.to_i64()).read(), Some(counted));
            prop_assert!(facets.is_among(Masks::ANY));
        }

        #[test]
        fn a_filter_finds_whoever_it_describes_and_nobody_else(
            facts in any_facts(),
            (kind, status) in (prop::option::of(prop::sample::select(AccountKind::ALL)), prop::option::of(prop::sample::select(StatusName::ALL))),
            (mfa, cover) in (prop::option::of(prop::sample::select(&MfaStatus::ALL[..])), prop::option::of(prop::sample::select(&Cover::ALL[..]))),
            method in prop::option::of(prop::sample::select(&OWN[..])),
            baseline in prop::option::of(prop::sample::select(&Baseline::ALL[..])),
            theirs in prop::sample::select(&Baseline::ALL[..]),
            is_privileged in prop::option::of(any::<bool>()),
            never in any::<bool>(),
        ) {
            let signed_in = never.then_some(SignedIn::Never);
            let filter = PeopleFilter { kind, status, mfa, cover, method, baseline, is_privileged, signed_in };
            let is = facts.counted();
            let wanted = kind.is_none_or(|kind| kind == is.kind)
                && status.is_none_or(|status| status == is.status)
                && mfa.is_none_or(|mfa| mfa == is.mfa)
                && cover.is_none_or(|cover| cover == is.cover)
                && method.is_none_or(|method| is.methods.contains(method))
                && baseline.is_none_or(|baseline| baseline == is.baseline.unwrap_or(theirs))
                && is_privileged.is_none_or(|privileged| privileged == is.is_privileged)
                && (!never || !is.has_signed_in);
            prop_assert_eq!(Facets::from(is).is_among(filter.masks(theirs)), wanted);
        }
    }
}
