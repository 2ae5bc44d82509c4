//! Who waits for an app: pages for its answer, the app itself for a request. Nobody holds a thread or a connection to the
//! database meanwhile.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use wardkey_domain::id::CredentialId;
use wardkey_store::ClusterEvent;

/// Those who wait in this process, by the credential whose app they wait for. Cheap to clone.
///
/// Other nodes' news comes by the database's notifications, and wakes them as well.
#[derive(Clone, Debug, Default)]
pub struct Waiting(Arc<Mutex<Room>>);

#[derive(Debug, Default)]
struct Room {
    bells: HashMap<CredentialId, HashMap<u64, Arc<Notify>>>,
    /// How many have come.
    count: u64,
    is_closed: bool,
}

/// Somebody who waits. Dropping it is leaving.
#[derive(Debug)]
pub struct Waiter {
    registry: Waiting,
    credentials: Box<[CredentialId]>,
    number: u64,
    bell: Arc<Notify>,
}

impl Waiting {
    /// Waits for the apps of these credentials from now on: begin before looking at how they stand, so that nothing that
    /// happens in between is missed.
    pub fn wait_for(&self, credentials: impl Into<Box<[CredentialId]>>) -> Waiter {
        let (credentials, bell) = (credentials.into(), Arc::<Notify>::default());
        let mut room = self.room();
        room.count += 1;
        let number = room.count;
        for credential in &credentials {
            room.bells.entry(*credential).or_default().insert(number, Arc::clone(&bell));
        }
        drop(room);
        Waiter { registry: self.clone(), credentials, number, bell }
    }

    /// Wakes whom an event concerns. It is quick: it runs before the commit returns that told it.
    pub(crate) fn hear(&self, event: &ClusterEvent) {
        match event {
            ClusterEvent::AppNews(credential) => {
                for bell in self.room().bells.get(credential).into_iter().flat_map(HashMap::values) {
                    bell.notify_one();
                }
            }
            // Something may have been missed: everybody looks.
            ClusterEvent::Resynchronise => self.wake_all(),
            ClusterEvent::SessionEnded(_)
            | ClusterEvent::SessionChanged(_)
            | ClusterEvent::AccountSessionsEnded(_)
            | ClusterEvent::GrantRevoked(_)
            | ClusterEvent::AccountGrantsRevoked(_)
            | ClusterEvent::AccessTokenRevoked(_)
            | ClusterEvent::KeysRotated
            | ClusterEvent::ApplicationChanged(_) => {}
        }
    }

    /// Sends everybody away, and whoever comes: the process stops, and another node takes them.
    pub fn close(&self) {
        self.room().is_closed = true;
        self.wake_all();
    }

    #[cfg(test)]
    fn count(&self) -> usize {
        self.room().bells.values().map(HashMap::len).sum()
    }

    fn wake_all(&self) {
        for bell in self.room().bells.values().flat_map(HashMap::values) {
            bell.notify_one();
        }
    }

    fn room(&self) -> MutexGuard<'_, Room> {
        // Nothing is left half done under this lock, so a panic elsewhere does not spoil it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiter {
    /// Ends when something has happened since the last time, or since the waiting began. Says whether it is worth waiting on.
    pub async fn woken(&self) -> bool {
        if self.registry.room().is_closed {
            return false;
        }
        self.bell.notified().await;
        !self.registry.room().is_closed
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        let mut room = self.registry.room();
        for credential in &self.credentials {
            if let Some(bells) = room.bells.get_mut(credential) {
                bells.remove(&self.number);
                if bells.is_empty() {
                    room.bells.remove(credential);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use wardkey_domain::time::Timestamp;

    use super::*;

    fn id(byte: u8) -> CredentialId {
        CredentialId::new(Timestamp::from_seconds(1), [byte; 10])
    }

    #[test]
    fn only_those_whom_it_concerns_are_woken() {
        let waiting = Waiting::default();
        let (page, app) = (waiting.wait_for([id(1)]), waiting.wait_for([id(1), id(2)]));
        waiting.hear(&ClusterEvent::AppNews(id(2)));
        assert!(page.woken().now_or_never().is_none());
        assert!(app.woken().now_or_never().is_some());
        assert!(app.woken().now_or_never().is_none(), "once");
        waiting.hear(&ClusterEvent::Resynchronise);
        assert!(page.woken().now_or_never().is_some() && app.woken().now_or_never().is_some());
    }

    #[test]
    fn what_happens_before_somebody_looks_is_not_missed_and_who_leaves_is_forgotten() {
        let waiting = Waiting::default();
        let page = waiting.wait_for([id(1)]);
        waiting.hear(&ClusterEvent::AppNews(id(1)));
        assert!(page.woken().now_or_never().is_some());
        assert_eq!(waiting.count(), 1);
        drop(page);
        assert_eq!(waiting.count(), 0);
    }

    #[test]
    fn a_process_that_stops_sends_everybody_away() {
        let waiting = Waiting::default();
        let page = waiting.wait_for([id(1)]);
        waiting.close();
        assert_eq!(page.woken().now_or_never(), Some(false));
        assert_eq!(waiting.wait_for([id(2)]).woken().now_or_never(), Some(false));
    }
}
