//! Sessions in memory, so that a session check asks no database.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use wardkey_domain::directory::RoleGrant;
use wardkey_domain::id::{AccountId, SessionId};
use wardkey_domain::secret::TokenHash;
use wardkey_domain::session::Session;
use wardkey_domain::time::Timestamp;

use wardkey_store::ClusterEvent;

use crate::settings::CacheSettings;

/// Sessions that were used lately, by the hash of their token.
///
/// INVARIANT: it never fails open. What it cannot vouch for it does not answer: an entry is put in only if nothing was
/// revoked since the database was read, and a node that lost touch with the others asks the database instead.
pub struct SessionCache {
    inner: RwLock<Inner>,
    capacity: usize,
}

/// A session in memory, with what every request needs besides.
#[derive(Debug)]
pub(super) struct Cached {
    pub(super) session: Session,
    pub(super) roles: Vec<RoleGrant>,
    /// When it was last used, in microseconds.
    pub(super) seen: AtomicI64,
    /// The last use that the database knows of, in microseconds.
    pub(super) saved: AtomicI64,
    /// When, and from where, this node last found that policies let it go on.
    admitted: Mutex<Option<(Timestamp, Option<IpAddr>)>>,
}

/// The state of the cache when a database read began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Epoch(u64);

/// Two generations: when the young one is full it becomes the old one, and the old one is forgotten.
#[derive(Default)]
struct Inner {
    epoch: u64,
    young: HashMap<TokenHash, Arc<Cached>>,
    old: HashMap<TokenHash, Arc<Cached>>,
    by_session: HashMap<SessionId, TokenHash>,
    by_account: HashMap<AccountId, HashSet<TokenHash>>,
}

impl SessionCache {
    /// An empty cache.
    pub fn new(settings: &CacheSettings) -> Self {
        Self { inner: RwLock::default(), capacity: settings.sessions.max(2) }
    }

    /// Hears what a committed transaction tells: for this node's own ones before the commit returns.
    pub fn hear(&self, event: &ClusterEvent) {
        match event {
            ClusterEvent::SessionEnded(id) | ClusterEvent::SessionChanged(id) => self.forget(*id),
            ClusterEvent::AccountSessionsEnded(account) => self.forget_account(*account),
            ClusterEvent::Resynchronise => self.forget_all(),
            ClusterEvent::GrantRevoked(_)
            | ClusterEvent::AccountGrantsRevoked(_)
            | ClusterEvent::AccessTokenRevoked(_)
            | ClusterEvent::AppNews(_)
            | ClusterEvent::KeysRotated
            | ClusterEvent::ApplicationChanged(_) => {}
        }
    }

    pub(super) fn epoch(&self) -> Epoch {
        Epoch(self.read().epoch)
    }

    pub(super) fn find(&self, token: &TokenHash) -> Option<Arc<Cached>> {
        let inner = self.read();
        if let Some(found) = inner.young.get(token) {
            return Some(Arc::clone(found));
        }
        let found = Arc::clone(inner.old.get(token)?);
        drop(inner);
        self.write().promote(token, self.capacity);
        Some(found)
    }

    /// Keeps `cached`, unless something was revoked since `epoch`: then it may already be stale.
    pub(super) fn keep(&self, epoch: Epoch, token: TokenHash, cached: Arc<Cached>) {
        let mut inner = self.write();
        if inner.epoch == epoch.0 {
            inner.insert(token, cached, self.capacity);
        }
    }

    /// Forgets one session: it ended or changed.
    fn forget(&self, session: SessionId) {
        let mut inner = self.write();
        inner.epoch += 1;
        if let Some(token) = inner.by_session.get(&session).copied() {
            inner.remove(&token);
        }
    }

    /// Forgets all sessions of an account: they ended, or the account's roles changed.
    fn forget_account(&self, account: AccountId) {
        let mut inner = self.write();
        inner.epoch += 1;
        for token in inner.by_account.get(&account).cloned().unwrap_or_default() {
            inner.remove(&token);
        }
    }

    /// Forgets everything: some news from other nodes was missed.
    fn forget_all(&self) {
        let mut inner = self.write();
        *inner = Inner { epoch: inner.epoch + 1, ..Inner::default() };
    }

    // A poisoned lock means that a thread died between two map operations; the maps are still memory-safe, and
    // forgetting is all that such a state could need.
    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn insert(&mut self, token: TokenHash, cached: Arc<Cached>, capacity: usize) {
        if self.young.len() >= capacity / 2 {
            let forgotten = std::mem::replace(&mut self.old, std::mem::take(&mut self.young));
            for (token, cached) in forgotten {
                self.unlink(&token, &cached);
            }
        }
        self.by_session.insert(cached.session.id(), token);
        self.by_account.entry(cached.session.account()).or_default().insert(token);
        self.young.insert(token, cached);
    }

    fn promote(&mut self, token: &TokenHash, capacity: usize) {
        if let Some(cached) = self.old.remove(token) {
            self.insert(*token, cached, capacity);
        }
    }

    fn remove(&mut self, token: &TokenHash) {
        let young = self.young.remove(token);
        let old = self.old.remove(token);
        for cached in young.into_iter().chain(old) {
            self.unlink(token, &cached);
        }
    }

    fn unlink(&mut self, token: &TokenHash, cached: &Cached) {
        self.by_session.remove(&cached.session.id());
        let account = cached.session.account();
        if let Some(tokens) = self.by_account.get_mut(&account) {
            tokens.remove(token);
            if tokens.is_empty() {
                self.by_account.remove(&account);
            }
        }
    }
}

impl Cached {
    pub(super) fn new(session: Session, roles: Vec<RoleGrant>) -> Self {
        let seen = session.facts().seen_at.as_micros();
        Self { session, roles, seen: AtomicI64::new(seen), saved: AtomicI64::new(seen), admitted: Mutex::new(None) }
    }

    /// Whether policies let it go on from this address a moment ago.
    pub(super) fn was_admitted(&self, address: Option<IpAddr>, now: Timestamp, within: Duration) -> bool {
        let admitted = *self.admitted.lock().unwrap_or_else(PoisonError::into_inner);
        admitted.is_some_and(|(at, from)| from == address && at <= now && now.since(at) < within)
    }

    /// Notes that policies let it go on.
    pub(super) fn admit(&self, address: Option<IpAddr>, now: Timestamp) {
        *self.admitted.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, address));
    }

    pub(super) fn seen_at(&self) -> Timestamp {
        Timestamp::from_micros(self.seen.load(Ordering::Relaxed))
    }

    /// Notes a use at `now`; says whether the database should hear of it, to one caller only.
    pub(super) fn see(&self, now: Timestamp, every_micros: i64) -> bool {
        self.seen.fetch_max(now.as_micros(), Ordering::Relaxed);
        let saved = self.saved.load(Ordering::Relaxed);
        now.as_micros() - saved >= every_micros
            && self.saved.compare_exchange(saved, now.as_micros(), Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use wardkey_domain::id::{DeviceId, OrganisationId};
    use wardkey_domain::session::SavedSession;

    use super::*;

    fn cached(number: u8, account: u8) -> (TokenHash, Arc<Cached>) {
        let now = Timestamp::from_seconds(1);
        let session = Session::restore(SavedSession {
            id: SessionId::new(now, [number; 10]),
            account: AccountId::new(now, [account; 10]),
            organisation: OrganisationId::new(now, [0; 10]),
            device: DeviceId::new(now, [0; 10]),
            proofs: Vec::new(),
            started_at: now,
            seen_at: now,
            expires_at: now,
            idle: None,
            browser: None,
            address: None,
        });
        (TokenHash::from_bytes([number; 32]), Arc::new(Cached::new(session, Vec::new())))
    }

    fn cache(sessions: usize) -> SessionCache {
        SessionCache::new(&CacheSettings { sessions, ..CacheSettings::default() })
    }

    #[test]
    fn what_was_read_before_a_revocation_is_not_kept() {
        let cache = cache(10);
        let (token, entry) = cached(1, 1);
        let epoch = cache.epoch();
        cache.forget(entry.session.id());
        cache.keep(epoch, token, Arc::clone(&entry));
        assert!(cache.find(&token).is_none());
        cache.keep(cache.epoch(), token, entry);
        assert!(cache.find(&token).is_some());
    }

    #[test]
    fn ending_an_accounts_sessions_forgets_all_of_them_and_no_others() {
        let cache = cache(10);
        for (number, account) in [(1, 1), (2, 1), (3, 2)] {
            let (token, entry) = cached(number, account);
            cache.keep(cache.epoch(), token, entry);
        }
        cache.forget_account(cached(1, 1).1.session.account());
        let left: Vec<_> =
            (1..=3).filter(|number| cache.find(&TokenHash::from_bytes([*number; 32])).is_some()).collect();
        assert_eq!(left, [3]);
    }

    #[test]
    fn it_never_holds_more_than_its_capacity_and_keeps_what_is_used() {
        let cache = cache(10);
        for number in 1..=100 {
            let (token, entry) = cached(number, number);
            cache.keep(cache.epoch(), token, entry);
            cache.find(&TokenHash::from_bytes([1; 32]));
            let inner = cache.read();
            assert!(inner.young.len() + inner.old.len() <= 10);
            assert_eq!(inner.by_session.len(), inner.young.len() + inner.old.len());
            assert_eq!(inner.by_account.len(), inner.by_session.len());
        }
        assert!(cache.find(&TokenHash::from_bytes([1; 32])).is_some());
        assert!(cache.find(&TokenHash::from_bytes([50; 32])).is_none());
    }

    #[test]
    fn a_use_is_written_down_by_one_caller_a_minute() {
        let (_, entry) = cached(1, 1);
        assert!(!entry.see(Timestamp::from_seconds(60), 60_000_000));
        assert!(entry.see(Timestamp::from_seconds(61), 60_000_000));
        assert!(!entry.see(Timestamp::from_seconds(62), 60_000_000));
    }
}
