//! What has to be done before an account is given back.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::directory::AccountKind;

/// One point of the check-list [CMP-3], in the order in which people work through it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Point {
    /// The old password is worth nothing any more.
    PasswordReset,
    /// The devices that the person uses were scanned for malware.
    DevicesScanned,
    /// Each factor that was quarantined was kept or removed.
    FactorsDecided,
    /// The person has a second factor that is theirs, or registers one at the first sign-in, with an activation code.
    OwnFactor,
    /// The rules of the mailbox and who else may open it were reviewed.
    RulesReviewed,
    /// The person was told what had happened.
    Explained,
}

/// A word that names no point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown point of the check-list")]
pub struct UnknownPoint;

impl Point {
    /// Every point, in the order in which people work through them.
    pub const ALL: [Self; 6] = [
        Self::PasswordReset,
        Self::DevicesScanned,
        Self::FactorsDecided,
        Self::OwnFactor,
        Self::RulesReviewed,
        Self::Explained,
    ];

    /// The word that stores, addresses and templates use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PasswordReset => "password_reset",
            Self::DevicesScanned => "devices_scanned",
            Self::FactorsDecided => "factors_decided",
            Self::OwnFactor => "own_factor",
            Self::RulesReviewed => "rules_reviewed",
            Self::Explained => "explained",
        }
    }

    /// Whether it has to be done for an account of this kind: where nobody signs in there is no password, factor or device.
    pub const fn is_needed(self, kind: AccountKind) -> bool {
        match self {
            Self::PasswordReset | Self::DevicesScanned | Self::FactorsDecided | Self::OwnFactor => kind.may_sign_in(),
            Self::RulesReviewed | Self::Explained => true,
        }
    }

    /// Whether somebody says that it is done. The others are done by what was done: marking the account, deciding its factors.
    pub const fn is_said(self) -> bool {
        match self {
            Self::PasswordReset | Self::FactorsDecided => false,
            Self::DevicesScanned | Self::OwnFactor | Self::RulesReviewed | Self::Explained => true,
        }
    }
}

impl FromStr for Point {
    type Err = UnknownPoint;

    fn from_str(text: &str) -> Result<Self, UnknownPoint> {
        Self::ALL.into_iter().find(|point| point.as_str() == text).ok_or(UnknownPoint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_reads_back_and_is_written_alike_everywhere() {
        for point in Point::ALL {
            assert_eq!(point.as_str().parse(), Ok(point));
            assert_eq!(serde_json::to_string(&point).unwrap(), format!("\"{}\"", point.as_str()));
        }
        assert_eq!("tea_made".parse::<Point>(), Err(UnknownPoint));
    }

    #[test]
    fn a_shared_mailbox_has_no_factors_to_decide() {
        let needed = |kind| Point::ALL.into_iter().filter(|point| point.is_needed(kind)).count();
        assert_eq!((needed(AccountKind::User), needed(AccountKind::SharedMailbox)), (6, 2));
    }
}
