//! What a sign-in must reach, and what holds for its session.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::factor::FactorKind;
use crate::session::Strength;

/// A set of factors.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Vec<FactorKind>", into = "Vec<FactorKind>")]
pub struct FactorSet(u16);

/// What a sign-in must reach: a strength, and perhaps only by some factors [CA-15].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The strength.
    pub strength: Strength,
    /// The second factors that count for it; any, if it does not say.
    pub among: Option<FactorSet>,
}

/// What holds for a session [CA-8, SES-4]. Nothing said means that the settings hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Controls {
    /// How long the factors count before they are asked for again.
    pub frequency: Option<Frequency>,
    /// Whether the session ends with the browser.
    pub not_persistent: bool,
    /// After how long without a request it ends.
    pub idle: Option<Duration>,
    /// For how long a browser may be remembered, at most; it is for the baseline to say that it may be at all.
    pub remember: Option<Duration>,
}

/// How often the factors are asked for, from the strictest to the mildest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Frequency {
    /// Every time; one and the same sign-in of five minutes ago still counts.
    EveryTime,
    /// When the last time is longer ago than this.
    After(Duration),
}

impl FactorSet {
    /// No factor.
    pub const NONE: Self = Self(0);

    /// Whether it has `kind`.
    pub fn contains(self, kind: FactorKind) -> bool {
        self.0 & Self::bit(kind) != 0
    }

    /// Whether it has none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those that both have.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those that either has.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that it has, the strongest second factor first.
    pub fn iter(self) -> impl Iterator<Item = FactorKind> {
        FactorKind::ALL.into_iter().filter(move |kind| self.contains(*kind))
    }

    fn bit(kind: FactorKind) -> u16 {
        let place = FactorKind::ALL.iter().position(|own| *own == kind);
        place.and_then(|place| 1_u16.checked_shl(u32::try_from(place).ok()?)).unwrap_or(0)
    }
}

impl FromIterator<FactorKind> for FactorSet {
    fn from_iter<I: IntoIterator<Item = FactorKind>>(kinds: I) -> Self {
        Self(kinds.into_iter().fold(0, |set, kind| set | Self::bit(kind)))
    }
}

impl From<Vec<FactorKind>> for FactorSet {
    fn from(kinds: Vec<FactorKind>) -> Self {
        kinds.into_iter().collect()
    }
}

impl From<FactorSet> for Vec<FactorKind> {
    fn from(set: FactorSet) -> Self {
        set.iter().collect()
    }
}

impl std::fmt::Debug for FactorSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl Requirement {
    /// A strength by any factors.
    pub const fn of(strength: Strength) -> Self {
        Self { strength, among: None }
    }

    /// What meets both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let among = match (self.among, other.among) {
            (Some(own), Some(other)) => Some(own.and(other)),
            (own, other) => own.or(other),
        };
        Self { strength: self.strength.max(other.strength), among }
    }

    /// Whether proofs meet it. Each is a factor, and whether that was enrolled just now.
    pub fn is_met_by(self, proofs: impl Iterator<Item = (FactorKind, bool)>) -> bool {
        let counts =
            |kind: FactorKind| kind == FactorKind::Password || self.among.is_none_or(|among| among.contains(kind));
        let counting: Vec<_> = proofs.filter(|(kind, _)| counts(*kind)).collect();
        let has_named = self.among.is_none() || counting.iter().any(|(kind, _)| *kind != FactorKind::Password);
        has_named && Strength::of_proofs(counting).is_some_and(|reached| reached >= self.strength)
    }

    /// Whether a second factor is needed.
    pub fn asks_for_second_factor(self) -> bool {
        self.strength > Strength::OneFactor || self.among.is_some()
    }

    /// Whether whatever meets it meets `other`, too.
    pub fn implies(self, other: Self) -> bool {
        self.and(other) == self
    }
}

impl Controls {
    /// What keeps to both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            frequency: smaller(self.frequency, other.frequency),
            not_persistent: self.not_persistent || other.not_persistent,
            idle: smaller(self.idle, other.idle),
            remember: smaller(self.remember, other.remember),
        }
    }

    /// For how long a browser is remembered where the baseline says so much: no longer than factors count.
    pub(super) fn remembers(self, window: Duration) -> Duration {
        let often = match self.frequency {
            Some(Frequency::EveryTime) => Duration::ZERO,
            Some(Frequency::After(time)) => time,
            None => window,
        };
        let lasting = if self.not_persistent { Duration::ZERO } else { window };
        window.min(often).min(lasting).min(self.remember.unwrap_or(window))
    }
}

/// The smaller of what was said.
pub(super) fn smaller<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
