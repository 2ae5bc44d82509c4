//! What the engine needs to know of the account that signs in.

use crate::access::{Connection, FactorSet, GraceUsed, Hold, Unusable};
use crate::credential::{Label, PasswordStanding};
use crate::directory::{AccountKind, AccountStatus, Role};
use crate::factor::{FactorKind, definition};
use crate::id::{AccountId, CredentialId, GroupId, OrganisationId};
use crate::session::Strength;
use crate::signin::Refusal;
use crate::signin::proceed::still_counts;
use crate::time::Timestamp;

/// An account as the engine sees it, read anew for every event: a sign-in never outlives a change to the account.
#[derive(Clone, Debug)]
pub struct Person {
    /// The account.
    pub id: AccountId,
    /// Its organisation.
    pub organisation: OrganisationId,
    /// What kind of account it is.
    pub kind: AccountKind,
    /// Its status.
    pub status: AccountStatus,
    /// Whether its organisation is open.
    pub organisation_open: bool,
    /// Its organisation, and those above it from the nearest to the root.
    pub organisations: Vec<OrganisationId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The roles that it holds now.
    pub roles: Vec<Role>,
    /// The groups that it is in.
    pub groups: Vec<GroupId>,
    /// Whether it is held, because somebody else had it.
    pub hold: Hold,
    /// Until when its prompts are suspended, if they are.
    pub excepted_until: Option<Timestamp>,
    /// Until when an administrator has given it to register, if one has.
    pub postponed_until: Option<Timestamp>,
    /// How much of its grace is used.
    pub grace: GraceUsed,
    /// By what it comes now.
    pub connection: Connection,
    /// How its password stands, if it has one.
    pub password: Option<PasswordStanding>,
    /// Its enrolled factors besides the password, the default first and then the strongest.
    pub factors: Vec<EnrolledFactor>,
    /// Whether a pass that the account has is for enrolling and nothing else; nothing without a pass that is good now.
    pub pass: Option<PassUse>,
    /// A hardware token that was assigned to it and is not activated yet.
    pub token: Option<CredentialId>,
    /// Factors that the account may neither use nor enrol, each with the reason [AUT-8].
    pub barred: Vec<(FactorKind, Unusable)>,
}

/// What a pass that is good now is enough for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PassUse {
    /// Whether it is for enrolling, whatever else the account has.
    pub only_to_enrol: bool,
}

/// One enrolled factor of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolledFactor {
    /// The credential.
    pub credential: CredentialId,
    /// Its factor.
    pub kind: FactorKind,
    /// The name that its owner gave it.
    pub label: Label,
    /// Whether it is the one to ask for first [ENR-9].
    pub is_default: bool,
    /// Why this very credential cannot be used, if it cannot.
    pub unusable: Option<Unusable>,
}

/// One of the person's factors, as "sign in another way" shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The credential.
    pub credential: CredentialId,
    /// Its factor.
    pub kind: FactorKind,
    /// The name that its owner gave it.
    pub label: Label,
    /// Whether it is the one to ask for first.
    pub is_default: bool,
    /// Why it cannot be used here and now, if it cannot.
    pub unusable: Option<Unusable>,
}

impl Person {
    /// Whether it holds a privileged role now.
    pub fn is_privileged(&self) -> bool {
        self.roles.iter().any(|role| role.is_privileged())
    }

    /// The most that what it has enrolled reaches beside a password: what it shows before it adds or changes anything [ENR-19].
    pub fn strongest(&self) -> Strength {
        if self.has_phishing_resistant_factor() {
            Strength::PhishingResistant
        } else if self.has_unrestricted_factor() {
            Strength::MultiFactorUnrestricted
        } else {
            Strength::MultiFactor
        }
    }

    /// Whether the account has a second factor that is not restricted and can be used now [AUT-8].
    pub fn has_unrestricted_factor(&self) -> bool {
        let usable = |factor: &EnrolledFactor| {
            let definition = definition(factor.kind);
            !definition.restricted && !definition.is_bootstrap && still_counts(self, factor)
        };
        self.factors.iter().any(usable)
    }

    /// Whether the account has a factor that cannot be phished and can be used now.
    pub fn has_phishing_resistant_factor(&self) -> bool {
        let usable = |factor: &EnrolledFactor| definition(factor.kind).phishing_resistant && still_counts(self, factor);
        self.factors.iter().any(usable)
    }

    /// Whether the account has enrolled a factor: a pass is none.
    pub fn has_own_factor(&self) -> bool {
        self.factors.iter().any(|factor| !definition(factor.kind).is_bootstrap)
    }

    /// The second factors that it has enrolled: no pass, and no recovery code.
    pub fn own_factors(&self) -> FactorSet {
        self.factors.iter().map(|factor| factor.kind).filter(|kind| !definition(*kind).is_bootstrap).collect()
    }

    /// Whether the account may sign in at all.
    ///
    /// # Errors
    /// Says why it may not, in words for somebody who has proved the password.
    pub fn admit(&self) -> Result<(), Refusal> {
        if !self.kind.may_sign_in() {
            return Err(Refusal::KindCannotSignIn);
        }
        if self.status.may_sign_in().is_err() {
            return Err(Refusal::AccountNotActive);
        }
        if !self.organisation_open {
            return Err(Refusal::OrganisationClosed);
        }
        Ok(())
    }
}
