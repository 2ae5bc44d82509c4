//! Which policies one condition lets through: a set of policies for each thing that they name, so that a sign-in looks up what is
//! known of it and not each policy.

use std::collections::HashMap;
use std::hash::Hash;

/// A set of policies, by their places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PolicySet(Box<[u64]>);

/// One condition of all policies.
#[derive(Clone, Debug)]
pub(super) struct Index<K> {
    /// Those that include everything.
    open: PolicySet,
    included: HashMap<K, PolicySet>,
    excluded: HashMap<K, PolicySet>,
    count: usize,
}

/// What one condition makes of a sign-in, for every policy.
#[derive(Clone, Debug)]
pub(super) struct Met {
    /// Those that include it.
    pub(super) included: PolicySet,
    /// Those that exclude it.
    pub(super) excluded: PolicySet,
}

impl PolicySet {
    pub(super) fn none(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)].into())
    }

    pub(super) fn all(count: usize) -> Self {
        let mut all = Self::none(count);
        for place in 0..count {
            all.insert(place);
        }
        all
    }

    pub(super) fn insert(&mut self, place: usize) {
        if let Some(word) = self.0.get_mut(place / 64) {
            *word |= 1 << (place % 64);
        }
    }

    pub(super) fn contains(&self, place: usize) -> bool {
        self.0.get(place / 64).is_some_and(|word| word & (1 << (place % 64)) != 0)
    }

    fn add(&mut self, other: &Self) {
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            *own |= other;
        }
    }
}

impl<K: Eq + Hash + Copy> Index<K> {
    /// The index of what each policy, in its place, includes and excludes.
    pub(super) fn of<'a>(lists: impl ExactSizeIterator<Item = (&'a [K], &'a [K])>) -> Self
    where
        K: 'a,
    {
        let count = lists.len();
        let mut index =
            Self { open: PolicySet::none(count), included: HashMap::new(), excluded: HashMap::new(), count };
        for (place, (included, excluded)) in lists.enumerate() {
            if included.is_empty() {
                index.open.insert(place);
            }
            for key in included {
                index.included.entry(*key).or_insert_with(|| PolicySet::none(count)).insert(place);
            }
            for key in excluded {
                index.excluded.entry(*key).or_insert_with(|| PolicySet::none(count)).insert(place);
            }
        }
        index
    }

    /// What it makes of a sign-in of which all of this is true.
    pub(super) fn met(&self, keys: impl IntoIterator<Item = K>) -> Met {
        let (mut included, mut excluded) = (self.open.clone(), PolicySet::none(self.count));
        for key in keys {
            if let Some(places) = self.included.get(&key) {
                included.add(places);
            }
            if let Some(places) = self.excluded.get(&key) {
                excluded.add(places);
            }
        }
        Met { included, excluded }
    }

    /// What it makes of a sign-in of which nobody knows: the worst. It is included everywhere, and excluded nowhere.
    pub(super) fn unknown(&self) -> Met {
        Met { included: PolicySet::all(self.count), excluded: PolicySet::none(self.count) }
    }
}
