//! Where a sign-in stands.

use crate::factor::totp::NewTotp;
use crate::signin::NewPasswordWhy;

/// Where a sign-in stands. Each variant holds only the facts that exist then.
#[derive(Debug)]
pub(super) enum Stage {
    /// Nobody has proved anything.
    Identify,
    /// A password is with the hashing pool. Never saved: it lives within one request.
    CheckingPassword,
    /// A code of an enrolled factor is awaited.
    SecondFactor,
    /// A privileged account without a second factor must present an activation code.
    Activation,
    /// A new password is awaited.
    NewPassword(NewPasswordWhy),
    /// The person is asked to enrol.
    OfferEnrolment,
    /// The person chooses a factor.
    ChooseFactor,
    /// A new key is shown and its first code awaited.
    EnrolTotp(NewTotp),
    /// The end: every proof that the policy asks for is there. Never saved.
    Complete,
}
