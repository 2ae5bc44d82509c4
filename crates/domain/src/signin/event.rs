//! What happens to a sign-in.

use crate::credential::{Label, Permit};
use crate::factor::FactorKind;
use crate::factor::password::{PasswordHash, PasswordVerdict};
use crate::factor::totp::{Code, NewTotp, TotpState};
use crate::signin::Person;

/// Something that happened. Each carries the account's facts as they are now.
#[derive(Debug)]
pub enum Event {
    /// A page is shown again: nothing happened, but the account may have changed.
    Looked {
        /// The account, once it is known.
        person: Option<Person>,
    },
    /// An address and a password arrived, and the throttle has answered. The password is not checked yet.
    PasswordSubmitted {
        /// Whether a try is allowed now.
        permit: Permit,
    },
    /// The password has been checked by the bounded pool.
    PasswordChecked {
        /// The account, if the address is known.
        person: Option<Person>,
        /// What the check said; for an unknown address it was made against a decoy.
        verdict: PasswordVerdict,
    },
    /// An activation code arrived; the store has tried to spend it.
    ActivationSubmitted {
        /// The account, if the address is known.
        person: Option<Person>,
        /// Whether a try is allowed now.
        permit: Permit,
        /// Whether the store spent a matching code just now, exactly once.
        spent: bool,
    },
    /// A new password was judged and hashed.
    PasswordChosen {
        /// The account.
        person: Person,
        /// Its new hash.
        hash: PasswordHash,
        /// What was typed, checked against that hash: the proof that the person knows it.
        verdict: PasswordVerdict,
    },
    /// A code arrived.
    CodeSubmitted {
        /// The account.
        person: Person,
        /// Whether a try is allowed now.
        permit: Permit,
        /// The states of the credentials that it may be from.
        states: Vec<TotpState>,
        /// The code.
        code: Code,
    },
    /// The code that was just accepted turned out to be spent by another node in the same second.
    CodeSpentElsewhere,
    /// The person said yes to enrolling [ENR-1].
    EnrolmentConfirmed {
        /// The account.
        person: Person,
    },
    /// The person chose a factor to enrol.
    FactorChosen {
        /// The account.
        person: Person,
        /// The factor.
        kind: FactorKind,
        /// A new key for it.
        new: NewTotp,
    },
    /// A code from the newly set up authenticator arrived.
    EnrolmentCodeSubmitted {
        /// The account.
        person: Person,
        /// Whether a try is allowed now.
        permit: Permit,
        /// The name that its owner gave it.
        label: Label,
        /// The code.
        code: Code,
    },
    /// The person wants to go back and choose again while enrolling.
    EnrolmentRestarted {
        /// The account.
        person: Person,
    },
}
