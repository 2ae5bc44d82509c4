//! An organisation's ancestry, from the root to itself.

use uuid::Uuid;

use crate::id::OrganisationId;

/// The organisations above one organisation, from the root down, and the organisation itself.
///
/// Written as text it is `/root/…/itself/`, so that "everything under X" is a range of texts and needs no recursion.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrganisationPath {
    ancestors: Vec<OrganisationId>,
    organisation: OrganisationId,
}

/// A text that is not an ancestry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPath {
    /// It is not a list of identifiers between slashes.
    #[error("an ancestry is a list of identifiers between slashes")]
    Malformed,
    /// An organisation would be its own ancestor.
    #[error("an organisation cannot be above itself")]
    Circular,
    /// There are more levels than any real body has.
    #[error("organisations can be nested at most 12 deep")]
    TooDeep,
}

const DEEPEST: usize = 12;

impl OrganisationPath {
    /// The ancestry of an organisation that has no parent.
    pub const fn root(organisation: OrganisationId) -> Self {
        Self { ancestors: Vec::new(), organisation }
    }

    /// The ancestry of `organisation` directly below the organisation that `self` leads to.
    ///
    /// # Errors
    /// When it would be circular or too deep.
    pub fn child(&self, organisation: OrganisationId) -> Result<Self, BadPath> {
        if self.is_within(organisation) {
            return Err(BadPath::Circular);
        }
        let ancestors: Vec<_> = self.ids().collect();
        if ancestors.len() >= DEEPEST {
            return Err(BadPath::TooDeep);
        }
        Ok(Self { ancestors, organisation })
    }

    /// The organisation itself.
    pub const fn organisation(&self) -> OrganisationId {
        self.organisation
    }

    /// The organisations from the root down to the organisation itself.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = OrganisationId> + '_ {
        self.ancestors.iter().copied().chain(std::iter::once(self.organisation))
    }

    /// Whether the organisation is `ancestor` or lies anywhere below it.
    pub fn is_within(&self, ancestor: OrganisationId) -> bool {
        self.organisation == ancestor || self.ancestors.contains(&ancestor)
    }

    /// Whether `other` is this organisation or lies anywhere below it.
    pub fn covers(&self, other: &Self) -> bool {
        other.is_within(self.organisation)
    }

    /// The text that the store keeps: `/root/…/itself/`.
    pub fn to_text(&self) -> String {
        let mut text = String::from("/");
        for id in self.ids() {
            text.push_str(&id.uuid().simple().to_string());
            text.push('/');
        }
        text
    }

    /// Reads what [`to_text`](Self::to_text) wrote.
    ///
    /// # Errors
    /// When it is not such a text.
    pub fn parse(text: &str) -> Result<Self, BadPath> {
        let inner = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')).ok_or(BadPath::Malformed)?;
        let mut path: Option<Self> = None;
        for part in inner.split('/') {
            let id = OrganisationId::from_uuid(Uuid::try_parse(part).map_err(|_| BadPath::Malformed)?);
            path = Some(match path {
                None => Self::root(id),
                Some(above) => above.child(id)?,
            });
        }
        path.ok_or(BadPath::Malformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> OrganisationId {
        OrganisationId::from_uuid(Uuid::from_u128(n))
    }

    #[test]
    fn an_organisation_is_within_itself_and_all_above_it() {
        let trust = OrganisationPath::root(id(1));
        let site = trust.child(id(2)).unwrap();
        let ward = site.child(id(3)).unwrap();
        for above in [1, 2, 3] {
            assert!(ward.is_within(id(above)));
        }
        assert!(!site.is_within(id(3)));
        assert!(trust.covers(&ward) && !ward.covers(&trust));
        assert_eq!(ward.organisation(), id(3));
    }

    #[test]
    fn an_ancestry_survives_being_written_down() {
        let path = OrganisationPath::root(id(7)).child(id(8)).unwrap();
        assert_eq!(OrganisationPath::parse(&path.to_text()), Ok(path));
    }

    #[test]
    fn an_organisation_is_never_above_itself() {
        let path = OrganisationPath::root(id(7)).child(id(8)).unwrap();
        assert_eq!(path.child(id(7)), Err(BadPath::Circular));
        assert_eq!(path.child(id(8)), Err(BadPath::Circular));
    }

    #[test]
    fn nesting_has_a_limit() {
        let mut path = OrganisationPath::root(id(1));
        for n in 2..=12 {
            path = path.child(id(n)).unwrap();
        }
        assert_eq!(path.child(id(13)), Err(BadPath::TooDeep));
    }

    #[test]
    fn other_texts_are_refused() {
        for bad in ["", "/", "//", "/x/", "00000000000000000000000000000001", "/00000000000000000000000000000001"] {
            assert_eq!(OrganisationPath::parse(bad), Err(BadPath::Malformed), "{bad}");
        }
    }
}
