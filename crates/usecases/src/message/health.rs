//! How a network has been doing, as this process has seen it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use wardkey_domain::id::MessageId;
use wardkey_domain::time::Timestamp;
use wardkey_gateway::hand_over::NetworkSign;

/// After so many messages in a row that failed a network counts as down, and others are asked before it.
const DOWN_AFTER: u32 = 3;
/// For how long after its last failure a network that is down is not asked. Then it is tried again: without that, factors
/// whose only network is down would be barred, nothing would be sent, and nobody would notice that it works again.
const DOWN_FOR: Duration = Duration::from_secs(30);

/// What is remembered of one network.
#[derive(Debug, Default)]
pub(super) struct Health(Mutex<Failures>);

/// The failures in a row.
#[derive(Debug, Default)]
struct Failures {
    messages: u32,
    last: Option<(MessageId, Timestamp)>,
}

impl Health {
    /// Takes what handing `message` over tells.
    ///
    /// SECURITY: a message that is tried again and again counts once: or one number that a network cannot reach would take
    /// the whole channel from everybody.
    pub(super) fn learn(&self, sign: NetworkSign, message: MessageId, now: Timestamp) {
        let mut failures = self.failures();
        match sign {
            NetworkSign::Works => *failures = Failures::default(),
            NetworkSign::Fails if failures.last.is_some_and(|(last, _)| last == message) => {}
            NetworkSign::Fails => {
                failures.messages = failures.messages.saturating_add(1);
                failures.last = Some((message, now));
            }
            NetworkSign::Nothing => {}
        }
    }

    /// Whether it is worth asking first.
    pub(super) fn is_up(&self, now: Timestamp) -> bool {
        let failures = self.failures();
        let is_forgotten = failures.last.is_none_or(|(_, at)| now >= at.plus(DOWN_FOR));
        failures.messages < DOWN_AFTER || is_forgotten
    }

    fn failures(&self) -> MutexGuard<'_, Failures> {
        // Nothing is left half done under this lock, so a panic elsewhere does not spoil it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);

    fn message(number: u8) -> MessageId {
        MessageId::new(NOW, [number; 10])
    }

    fn failing(messages: impl IntoIterator<Item = u8>) -> Health {
        let health = Health::default();
        messages.into_iter().for_each(|number| health.learn(NetworkSign::Fails, message(number), NOW));
        health
    }

    #[test]
    fn a_network_is_down_after_three_failures_in_a_row_and_up_after_one_success() {
        let health = failing([1, 2]);
        health.learn(NetworkSign::Works, message(3), NOW);
        health.learn(NetworkSign::Fails, message(4), NOW);
        health.learn(NetworkSign::Nothing, message(5), NOW);
        health.learn(NetworkSign::Fails, message(6), NOW);
        assert!(health.is_up(NOW));
        health.learn(NetworkSign::Fails, message(7), NOW);
        assert!(!health.is_up(NOW));
        health.learn(NetworkSign::Works, message(8), NOW);
        assert!(health.is_up(NOW));
    }

    #[test]
    fn one_message_takes_no_network_down_however_often_it_is_tried() {
        let health = failing([1; 50]);
        assert!(health.is_up(NOW));
        health.learn(NetworkSign::Fails, message(2), NOW);
        assert!(health.is_up(NOW));
    }

    #[test]
    fn a_network_that_is_down_is_tried_again_after_a_while() {
        let health = failing([1, 2, 3]);
        let later = NOW.plus(DOWN_FOR);
        assert!(!health.is_up(NOW.plus(Duration::from_secs(29))));
        assert!(health.is_up(later));
        health.learn(NetworkSign::Fails, message(4), later);
        assert!(!health.is_up(later));
    }
}
