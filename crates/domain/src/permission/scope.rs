//! Where the target of an action lies, seen from the one who acts.

use crate::directory::OrganisationPath;

/// Where a target lies, seen from a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// It is the acting account itself.
    Oneself,
    /// It lies in the organisation that the role is held for, or below it.
    Within,
    /// It lies elsewhere.
    Outside,
}

impl Scope {
    /// Every scope, in the order of the permission grid.
    pub const ALL: &'static [Self] = &[Self::Oneself, Self::Within, Self::Outside];

    /// The word that the grid uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Oneself => "self",
            Self::Within => "within",
            Self::Outside => "outside",
        }
    }
}

/// How much of the directory somebody may do an action in: what a list must be narrowed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Nowhere.
    Nothing,
    /// These organisations and everything below them.
    Subtrees(Vec<OrganisationPath>),
    /// Everywhere.
    Everything,
}
