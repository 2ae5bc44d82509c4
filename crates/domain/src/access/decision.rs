//! What was decided, and why.

use crate::session::Strength;

/// What a sign-in must reach, with every reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The strength that is required.
    pub required: Strength,
    /// Why, the deciding reason first.
    pub reasons: Vec<Reason>,
}

/// One reason for a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The built-in policy: every application and the portal need two factors [POL-1].
    BuiltInTwoFactors,
    /// The built-in rule: a privileged account needs two factors, neither of them restricted [AUT-8, MET-10].
    Privileged,
    /// The application asked for at least this strength [RFC 9470, OpenID Connect Core §3.1.2.1].
    AskedByApplication(Strength),
}
