//! The kinds of account, and what multi-factor authentication means for each.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The kinds of account [ACC-1 to ACC-4].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// A person who belongs to the organisation [ACC-1].
    User,
    /// A person from elsewhere who was invited [ACC-4].
    Guest,
    /// A mailbox that several people reach by delegation; nobody signs in to it [ACC-2].
    SharedMailbox,
    /// An account that software uses, with a long password and no person behind it [ACC-1].
    ApplicationAccount,
}

/// What multi-factor authentication means for a kind of account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MfaRule {
    /// Whoever signs in proves two factors.
    Required,
    /// Nobody can sign in, so there is nothing to prove: the mailbox has no password [ACC-2].
    NobodySignsIn,
    /// No second factor exists, so a password of at least twenty characters stands in and no page, no application and no
    /// token is ever reached with it [ACC-1].
    LongPasswordOnly,
}

impl AccountKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[Self::User, Self::Guest, Self::SharedMailbox, Self::ApplicationAccount];

    /// The word that stores and files use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Guest => "guest",
            Self::SharedMailbox => "shared_mailbox",
            Self::ApplicationAccount => "application_account",
        }
    }

    /// The words that a person reads.
    pub const fn words(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Guest => "guest",
            Self::SharedMailbox => "shared mailbox",
            Self::ApplicationAccount => "application account",
        }
    }

    /// What multi-factor authentication means for such an account.
    pub const fn mfa_rule(self) -> MfaRule {
        match self {
            Self::User | Self::Guest => MfaRule::Required,
            Self::SharedMailbox => MfaRule::NobodySignsIn,
            Self::ApplicationAccount => MfaRule::LongPasswordOnly,
        }
    }

    /// Whether a person may sign in with such an account.
    ///
    /// The portal and every application ask for two factors, so only a kind that can have two ever gets in.
    pub const fn may_sign_in(self) -> bool {
        match self.mfa_rule() {
            MfaRule::Required => true,
            MfaRule::NobodySignsIn | MfaRule::LongPasswordOnly => false,
        }
    }

    /// Whether such an account may have a password.
    pub const fn may_have_password(self) -> bool {
        match self.mfa_rule() {
            MfaRule::Required | MfaRule::LongPasswordOnly => true,
            MfaRule::NobodySignsIn => false,
        }
    }
}

impl FromStr for AccountKind {
    type Err = UnknownAccountKind;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text).ok_or(UnknownAccountKind)
    }
}

/// A word that is not a kind of account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an account is a `user`, `guest`, `shared_mailbox` or `application_account`")]
pub struct UnknownAccountKind;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: AccountKind, rule: MfaRule, signs_in: bool, password: bool) {
        assert_eq!(
            (kind.mfa_rule(), kind.may_sign_in(), kind.may_have_password()),
            (rule, signs_in, password),
            "{kind:?}"
        );
        assert_eq!(kind.as_str().parse(), Ok(kind));
    }

    #[test]
    fn each_kind_has_its_own_rule() {
        check(AccountKind::User, MfaRule::Required, true, true);
        check(AccountKind::Guest, MfaRule::Required, true, true);
        check(AccountKind::SharedMailbox, MfaRule::NobodySignsIn, false, false);
        check(AccountKind::ApplicationAccount, MfaRule::LongPasswordOnly, false, true);
    }
}
