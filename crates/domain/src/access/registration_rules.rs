//! What holds for registering a second factor, beside what policies say [ENR-6, ENR-13].

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// What holds for registering a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegistrationRules {
    /// An account that was made from then on has no grace of the baseline: it registers when it first signs in [ENR-6].
    pub default_on_from: Timestamp,
    /// Where registering can be put off.
    pub skip: SkipWhere,
    /// Where a first factor can be registered [ENR-13].
    pub first: FirstFactorWhere,
}

/// Where registering can be put off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SkipWhere {
    /// Anywhere.
    #[default]
    Anywhere,
    /// In a named location only.
    NamedLocation,
}

/// Where a first factor can be registered on the strength of a password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FirstFactorWhere {
    /// Anywhere.
    #[default]
    Anywhere,
    /// In a named location, or by a pass or an activation code that an administrator has given.
    NamedLocationOrPass,
}

/// The beginning of 5 October 2023 in London [ENR-6].
const FIFTH_OF_OCTOBER_2023: Timestamp = Timestamp::from_seconds(1_696_460_400);

impl Default for RegistrationRules {
    fn default() -> Self {
        Self { default_on_from: FIFTH_OF_OCTOBER_2023, skip: SkipWhere::default(), first: FirstFactorWhere::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_of_default_on_begins_in_london() {
        let midnight = jiff::civil::date(2023, 10, 5).in_tz("Europe/London").unwrap();
        assert_eq!(FIFTH_OF_OCTOBER_2023.as_micros(), midnight.timestamp().as_microsecond());
    }
}
