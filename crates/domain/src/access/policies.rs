//! The policies in force.

/// The policies in force: for now the one that is built in.
#[derive(Clone, Debug, Default)]
pub struct Policies;

impl Policies {
    /// The built-in policy: every application and the portal need two factors.
    pub const fn built_in() -> Self {
        Self
    }
}
