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

impl Extent {
    /// Whether an organisation lies in it.
    pub fn covers(&self, place: &OrganisationPath) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::Subtrees(all) => all.iter().any(|own| own.covers(place)),
        }
    }

    /// The same without what lies in another part of it: what is added up is counted once.
    #[must_use]
    pub fn disjoint(&self) -> Self {
        let Self::Subtrees(all) = self else { return self.clone() };
        let mut tops: Vec<OrganisationPath> = Vec::with_capacity(all.len());
        for own in all {
            let inside = all.iter().any(|other| other != own && other.covers(own));
            if !inside && !tops.contains(own) {
                tops.push(own.clone());
            }
        }
        Self::Subtrees(tops)
    }

    /// As much of it as lies in an organisation and below.
    #[must_use]
    pub fn within(&self, place: &OrganisationPath) -> Self {
        match self {
            Self::Nothing => Self::Nothing,
            Self::Everything => Self::Subtrees(vec![place.clone()]),
            Self::Subtrees(all) if all.iter().any(|own| own.covers(place)) => Self::Subtrees(vec![place.clone()]),
            Self::Subtrees(all) => {
                let below: Vec<_> = all.iter().filter(|own| place.covers(own)).cloned().collect();
                if below.is_empty() { Self::Nothing } else { Self::Subtrees(below) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::id::OrganisationId;

    fn check(own: &[&OrganisationPath], place: &OrganisationPath, expected: &[&OrganisationPath]) {
        let own = Extent::Subtrees(own.iter().copied().cloned().collect());
        let expected = match expected {
            [] => Extent::Nothing,
            some => Extent::Subtrees(some.iter().copied().cloned().collect()),
        };
        assert_eq!(own.within(place), expected, "{own:?} {place:?}");
    }

    #[test]
    fn an_extent_within_an_organisation_is_what_both_cover() {
        let id = |n| OrganisationId::from_uuid(Uuid::from_u128(n));
        let trust = OrganisationPath::root(id(1));
        let (site, clinic) = (trust.child(id(2)).unwrap(), trust.child(id(3)).unwrap());
        let ward = site.child(id(4)).unwrap();
        check(&[&trust], &site, &[&site]);
        check(&[&site], &trust, &[&site]);
        check(&[&ward, &clinic], &trust, &[&ward, &clinic]);
        check(&[&ward, &clinic], &site, &[&ward]);
        check(&[&clinic], &site, &[]);
        assert_eq!(Extent::Everything.within(&ward), Extent::Subtrees(vec![ward.clone()]));
        assert_eq!(Extent::Nothing.within(&ward), Extent::Nothing);
        let several = |paths: &[&OrganisationPath]| Extent::Subtrees(paths.iter().copied().cloned().collect());
        assert_eq!(several(&[&ward, &site, &clinic, &site]).disjoint(), several(&[&site, &clinic]));
        assert_eq!(several(&[&ward, &trust, &trust]).disjoint(), several(&[&trust]));
        let ours = Extent::Subtrees(vec![site.clone()]);
        assert_eq!([&trust, &site, &ward, &clinic].map(|place| ours.covers(place)), [false, true, true, false]);
        assert!(Extent::Everything.covers(&ward) && !Extent::Nothing.covers(&ward));
    }
}
