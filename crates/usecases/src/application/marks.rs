//! What was taken back lately: whether an entry of the cache may still be believed.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use wardkey_domain::id::{AccountId, ApplicationId, GrantId};
use wardkey_domain::secret::TokenHash;
use wardkey_store::ClusterEvent;

/// How many marks are kept apart before everything older counts as taken back.
const MOST_MARKS: usize = 20_000;

/// A moment in the order of events. Taken *before* the database is read, it says what the reading can have missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(u64);

/// The moment at which an entry was last known to be right.
#[derive(Debug)]
pub(super) struct KnownAt(AtomicU64);

/// What an entry hangs from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Roots {
    pub(super) application: Option<ApplicationId>,
    pub(super) grant: Option<GrantId>,
    pub(super) account: Option<AccountId>,
    pub(super) token: Option<TokenHash>,
}

/// Counts events that take something back, and remembers what each was about.
#[derive(Default)]
pub(super) struct Marks {
    count: AtomicU64,
    about: RwLock<About>,
}

#[derive(Default)]
struct About {
    /// Entries from before this are not believed, whatever they are about.
    everything: u64,
    applications: HashMap<ApplicationId, u64>,
    grants: HashMap<GrantId, u64>,
    accounts: HashMap<AccountId, u64>,
    tokens: HashMap<TokenHash, u64>,
}

impl Marks {
    pub(super) fn moment(&self) -> Moment {
        Moment(self.count.load(Ordering::SeqCst))
    }

    /// Whether nothing that an entry hangs from was taken back since it was known to be right.
    pub(super) fn vouch_for(&self, known: &KnownAt, roots: &Roots) -> bool {
        let now = self.count.load(Ordering::SeqCst);
        let known_at = known.0.load(Ordering::Relaxed);
        if known_at == now {
            return true;
        }
        let about = self.about.read().unwrap_or_else(PoisonError::into_inner);
        let newest = about
            .everything
            .max(mark(&about.applications, roots.application))
            .max(mark(&about.grants, roots.grant))
            .max(mark(&about.accounts, roots.account))
            .max(mark(&about.tokens, roots.token));
        if newest > known_at {
            return false;
        }
        // `now` was read before the marks, so an event in between keeps its chance to be seen next time.
        known.0.fetch_max(now, Ordering::Relaxed);
        true
    }

    /// Whether no key has changed, and no event was missed, since `moment`.
    pub(super) fn is_untouched_by_keys(&self, moment: Moment) -> bool {
        let about = self.about.read().unwrap_or_else(PoisonError::into_inner);
        about.everything <= moment.0
    }

    /// Notes an event.
    pub(super) fn hear(&self, event: &ClusterEvent) {
        let mut about = self.about.write().unwrap_or_else(PoisonError::into_inner);
        let next = self.count.load(Ordering::SeqCst) + 1;
        match event {
            ClusterEvent::GrantRevoked(grant) => about.grants.insert(*grant, next),
            ClusterEvent::AccountGrantsRevoked(account) | ClusterEvent::AccountSessionsEnded(account) => {
                about.accounts.insert(*account, next)
            }
            ClusterEvent::AccessTokenRevoked(token) => about.tokens.insert(TokenHash::from_bytes(*token), next),
            ClusterEvent::ApplicationChanged(application) => about.applications.insert(*application, next),
            ClusterEvent::KeysRotated | ClusterEvent::Resynchronise => {
                about.everything = next;
                None
            }
            ClusterEvent::SessionEnded(_) | ClusterEvent::SessionChanged(_) | ClusterEvent::AppNews(_) => return,
        };
        if about.applications.len() + about.grants.len() + about.accounts.len() + about.tokens.len() > MOST_MARKS {
            *about = About { everything: next, ..About::default() };
        }
        // INVARIANT: the count moves after the mark is there and before the lock is released, so that nobody can see the
        // new count without the mark.
        self.count.store(next, Ordering::SeqCst);
    }
}

impl KnownAt {
    pub(super) fn new(moment: Moment) -> Self {
        Self(AtomicU64::new(moment.0))
    }
}

fn mark<K: Eq + Hash>(marks: &HashMap<K, u64>, key: Option<K>) -> u64 {
    key.and_then(|key| marks.get(&key).copied()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use wardkey_domain::time::Timestamp;

    use super::*;

    fn roots(byte: u8) -> Roots {
        let now = Timestamp::from_seconds(1);
        Roots {
            application: Some(ApplicationId::new(now, [byte; 10])),
            grant: Some(GrantId::new(now, [byte; 10])),
            account: Some(AccountId::new(now, [byte; 10])),
            token: Some(TokenHash::from_bytes([byte; 32])),
        }
    }

    fn check(event: ClusterEvent, mine: bool, others: bool) {
        let marks = Marks::default();
        let (one, two) = (KnownAt::new(marks.moment()), KnownAt::new(marks.moment()));
        marks.hear(&event);
        assert_eq!(marks.vouch_for(&one, &roots(1)), mine, "{event:?}");
        assert_eq!(marks.vouch_for(&two, &roots(2)), others, "{event:?}");
        assert!(marks.vouch_for(&KnownAt::new(marks.moment()), &roots(1)), "what was read afterwards is believed");
    }

    #[test]
    fn an_event_takes_back_what_it_is_about_and_nothing_else() {
        let one = roots(1);
        check(ClusterEvent::GrantRevoked(one.grant.unwrap()), false, true);
        check(ClusterEvent::AccountGrantsRevoked(one.account.unwrap()), false, true);
        check(ClusterEvent::AccessTokenRevoked([1; 32]), false, true);
        check(ClusterEvent::ApplicationChanged(one.application.unwrap()), false, true);
        check(ClusterEvent::Resynchronise, false, false);
    }

    #[test]
    fn what_was_read_before_an_event_is_not_believed_after_it() {
        let marks = Marks::default();
        let reading = marks.moment();
        marks.hear(&ClusterEvent::GrantRevoked(roots(1).grant.unwrap()));
        assert!(!marks.vouch_for(&KnownAt::new(reading), &roots(1)));
    }

    #[test]
    fn too_many_marks_take_everything_back() {
        let marks = Marks::default();
        let known = KnownAt::new(marks.moment());
        for number in 0..=MOST_MARKS {
            let mut hash = [0; 32];
            hash[..8].copy_from_slice(&number.to_be_bytes());
            marks.hear(&ClusterEvent::AccessTokenRevoked(hash));
        }
        assert!(!marks.vouch_for(&known, &roots(9)));
    }
}
