//! The check-list of a case.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Point;
use crate::directory::AccountKind;
use crate::id::AccountId;
use crate::time::Timestamp;

/// Who has ticked a point, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    /// Who; nobody with an account where it was an operator.
    pub by: Option<AccountId>,
    /// When.
    pub at: Timestamp,
}

/// Which points are done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CheckList(BTreeMap<Point, Tick>);

/// Evidence that each point of a check-list is done.
///
/// INVARIANT: [`CompromiseCase::restore`](super::CompromiseCase::restore) is what makes it.
#[derive(Debug)]
pub struct Complete(());

impl CheckList {
    /// Who has ticked a point, if it is done.
    pub fn tick(&self, point: Point) -> Option<Tick> {
        self.0.get(&point).copied()
    }

    /// What to do next, in an account of this kind; nothing when each point is done.
    pub fn next(&self, kind: AccountKind) -> Option<Point> {
        Point::ALL.into_iter().find(|point| point.is_needed(kind) && !self.0.contains_key(point))
    }

    /// The list with `point` done. Whoever was first stays the one who did it.
    #[must_use]
    pub(super) fn with(mut self, point: Point, tick: Tick) -> Self {
        self.0.entry(point).or_insert(tick);
        self
    }

    /// Evidence that each point is done.
    ///
    /// # Errors
    /// The first that is not.
    pub(super) fn complete(&self, kind: AccountKind) -> Result<Complete, Point> {
        self.next(kind).map_or(Ok(Complete(())), Err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_complete_with_its_last_point_and_not_before() {
        let tick = |second| Tick { by: None, at: Timestamp::from_seconds(second) };
        let mut list = CheckList::default();
        for (index, point) in Point::ALL.into_iter().enumerate() {
            assert_eq!(list.complete(AccountKind::User).unwrap_err(), point, "after {index}");
            list = list.with(point, tick(1)).with(point, tick(2));
            assert_eq!(list.tick(point), Some(tick(1)), "whoever was first");
        }
        assert!(list.complete(AccountKind::User).is_ok());
        let text = serde_json::to_string(&list).unwrap();
        assert_eq!(serde_json::from_str::<CheckList>(&text).unwrap(), list);
    }
}
