//! One text on its way through a session.

use tokio::sync::oneshot;
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;
use wardkey_wire::sms::Alphabet;

use crate::hand_over::HandOver;

/// How the octets of a part travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carriage {
    /// As the short message itself.
    Alone,
    /// As the short message, with a header in front.
    Part,
    /// As `message_payload`.
    Payload,
}

/// A text that was written as short messages, and whoever waits for its outcome.
pub(super) struct Job {
    /// The number, without its plus sign.
    pub(super) to: Secret<String>,
    pub(super) alphabet: Alphabet,
    pub(super) carriage: Carriage,
    /// The octets of the parts. One that was sent stays, so that the next is found by number.
    pub(super) parts: Vec<Secret<Vec<u8>>>,
    /// Which part goes next.
    pub(super) next: usize,
    pub(super) expires_at: Timestamp,
    done: oneshot::Sender<HandOver>,
}

impl Job {
    pub(super) fn new(
        to: &str,
        alphabet: Alphabet,
        carriage: Carriage,
        parts: Vec<Vec<u8>>,
        expires_at: Timestamp,
    ) -> (Self, oneshot::Receiver<HandOver>) {
        let (done, outcome) = oneshot::channel();
        let to = Secret::new(to.trim_start_matches('+').to_owned());
        let parts = parts.into_iter().map(Secret::new).collect();
        (Self { to, alphabet, carriage, parts, next: 0, expires_at, done }, outcome)
    }

    /// Whether nobody waits for it any more. What was not sent then never will be.
    pub(super) fn is_abandoned(&self) -> bool {
        self.done.is_closed()
    }

    /// Whether this is the last part.
    pub(super) fn is_last(&self) -> bool {
        self.next + 1 >= self.parts.len()
    }

    /// Tells the outcome. Once a part was accepted, a refusal of another is no refusal of the text: some of it was sent.
    pub(super) fn finish(self, outcome: HandOver) {
        let outcome = match outcome {
            HandOver::Refused { .. } if self.next > 0 => HandOver::Unknown,
            HandOver::Accepted { .. } | HandOver::Refused { .. } | HandOver::Unknown => outcome,
        };
        // Nobody may be waiting any more; they have taken it for unknown.
        let _ = self.done.send(outcome);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hand_over::RefusedWhy;

    #[test]
    fn a_text_of_which_a_part_was_sent_is_never_refused() {
        let refused = HandOver::try_another(RefusedWhy::Gateway);
        for (next, expected) in [(0, refused.clone()), (1, HandOver::Unknown)] {
            let parts = vec![vec![1], vec![2]];
            let (mut job, mut outcome) =
                Job::new("+447700900123", Alphabet::Gsm7, Carriage::Part, parts, Timestamp::from_seconds(1));
            job.next = next;
            job.finish(refused.clone());
            assert_eq!(outcome.try_recv(), Ok(expected));
        }
    }
}
