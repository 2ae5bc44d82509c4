//! What the rest of the product knows about a factor without knowing the factor.

use super::kind::{Category, FactorKind};
use super::telephone::Reach;

/// One factor's facts: screens, policies, tokens and reports read these instead of matching on the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Which factor it is.
    pub kind: FactorKind,
    /// What it rests on.
    pub category: Category,
    /// The authentication method references that a token carries [RFC 8176 §2].
    pub amr: &'static [&'static str],
    /// Whether a look-alike site cannot pass its response on [NIST SP 800-63B §3.2.5].
    pub phishing_resistant: bool,
    /// Whether it checks by itself who holds it, by a PIN, a fingerprint or a face, and so is two factors in one: a
    /// multi-factor authenticator [NIST SP 800-63B §3.1.7].
    pub verifies_holder: bool,
    /// As shipped, whether it is enough as somebody's only second factor (S3: FIDO2 and smartcard are not).
    pub is_core: bool,
    /// Whether NIST calls it restricted: whoever uses it hears of the risk and is offered something better [AUT-8,
    /// NIST SP 800-63B §3.2.9].
    pub restricted: bool,
    /// Whether it stands in for a way of the person's own and opens the door to enrolling one: it is given by an administrator,
    /// or kept on paper. No privileged account uses it [MET-11, ADM-14, STD-3].
    pub is_bootstrap: bool,
    /// Whether the app that it lives in shows codes [RFC 6238], which work without a connection [MET-2].
    pub has_codes: bool,
    /// Whether it is lost with a phone: an app on it, or its number [EXC-21].
    pub on_phone: bool,
    /// What its telephone number must be good for, if it has one.
    pub telephone: Option<Reach>,
    /// What pages call it.
    pub name: &'static str,
}

impl Definition {
    /// Everything that it rests on by itself. What an authenticator checks before it answers counts as inherence, whether it is
    /// a fingerprint or a PIN: which of them is not told, and beside a password a PIN must not pass for something else.
    pub fn categories(&self) -> impl Iterator<Item = Category> + use<> {
        std::iter::once(self.category).chain(self.verifies_holder.then_some(Category::Inherence))
    }

    /// Whether it can stand beside a password as the second factor.
    pub fn is_second_factor(&self) -> bool {
        self.category != Category::Knowledge
    }
}
