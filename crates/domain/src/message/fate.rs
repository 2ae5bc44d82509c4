//! What may become of a message.
//!
//! INVARIANT: a text or a call is handed to a network at most once without an answer. Once it may have been taken, it is
//! never handed over again, by anybody.

use std::str::FromStr;
use std::time::Duration;

use super::kind::Channel;
use crate::factor::voice_call::{CallOutcome, CallStanding};
use crate::signin::Previous;
use crate::time::Timestamp;

/// Where a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeliveryState {
    /// It waits to be sent.
    Waiting,
    /// A worker is handing it over.
    Sending,
    /// A network has taken it.
    HandedOver,
    /// It has arrived.
    Delivered,
    /// It will not arrive.
    Failed,
    /// It was too old to be sent, or to arrive.
    Expired,
    /// It may have been taken: nobody can say.
    Unknown,
    /// It was taken back before it left.
    Withdrawn,
}

/// A text that names no state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown state of a message")]
pub struct UnknownState;

impl DeliveryState {
    /// Every state.
    pub const ALL: [Self; 8] = [
        Self::Waiting,
        Self::Sending,
        Self::HandedOver,
        Self::Delivered,
        Self::Failed,
        Self::Expired,
        Self::Unknown,
        Self::Withdrawn,
    ];

    /// Whether it is over without having arrived, as far as anybody knows.
    pub const fn is_lost(self) -> bool {
        matches!(self, Self::Failed | Self::Expired | Self::Unknown)
    }

    /// What a message in this state is to one that takes its place; `call` is how it stands if it is a call.
    ///
    /// A telephone that is busy or that nobody answers is no loss: to call it again at once would only ring it again.
    pub const fn previous(self, call: Option<CallStanding>) -> Previous {
        let is_lost = match call {
            Some(CallStanding::Ended(CallOutcome::ServiceError)) => true,
            // A call that took too long is cut off, too; its worker has lived to say so.
            Some(CallStanding::Ended(CallOutcome::CutOff)) => matches!(self, Self::Unknown),
            Some(_) => false,
            None => matches!(self, Self::Unknown | Self::Failed),
        };
        if is_lost { Previous::Lost } else { Previous::Underway }
    }

    /// The word for it in stores, metrics and templates.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::HandedOver => "handed_over",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Unknown => "unknown",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Whether nothing more happens to it.
    pub const fn is_final(self) -> bool {
        match self {
            Self::Waiting | Self::Sending | Self::HandedOver => false,
            Self::Delivered | Self::Failed | Self::Expired | Self::Unknown | Self::Withdrawn => true,
        }
    }
}

impl FromStr for DeliveryState {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<Self, UnknownState> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(UnknownState)
    }
}

/// What a network answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandOver {
    /// It has taken the message.
    Accepted,
    /// It certainly has not, and asks for patience.
    Later(Option<Duration>),
    /// It certainly has not, and will not; another network may.
    Elsewhere,
    /// It certainly has not, and none will: the message itself is at fault.
    Never,
    /// It may have.
    Unclear,
}

/// What is done with a message next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It has come to this state.
    State(DeliveryState),
    /// It is tried again.
    Again {
        /// When.
        at: Timestamp,
        /// Whether another network is tried first.
        elsewhere: bool,
    },
}

/// How patient a sender is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryRules {
    /// The wait after the first failure; each further one doubles it.
    pub first_wait: Duration,
    /// The longest wait.
    pub longest_wait: Duration,
}

impl RetryRules {
    /// Codes, calls and requests: somebody is waiting.
    pub const URGENT: Self = Self { first_wait: Duration::from_secs(1), longest_wait: Duration::from_secs(15) };
    /// News.
    pub const PATIENT: Self = Self { first_wait: Duration::from_secs(30), longest_wait: Duration::from_secs(3_600) };

    /// Those of a channel.
    pub const fn of(channel: Channel) -> Self {
        match channel {
            Channel::Text | Channel::Call | Channel::Push => Self::URGENT,
            Channel::Mail => Self::PATIENT,
        }
    }

    fn wait_after(self, tries: u32) -> Duration {
        let doubled = 1_u32.checked_shl(tries.saturating_sub(1)).unwrap_or(u32::MAX);
        self.first_wait.saturating_mul(doubled).min(self.longest_wait)
    }
}

impl Fate {
    /// What is done after the `tries`th hand-over of a message that expires at `expires_at`.
    ///
    /// `others` says how many networks have not been asked yet.
    pub fn after(
        answer: HandOver,
        channel: Channel,
        tries: u32,
        others: usize,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Self {
        let rules = RetryRules::of(channel);
        let again = |wait: Duration, elsewhere| {
            let at = now.plus(wait);
            // An old code is never sent.
            if at >= expires_at { Self::State(DeliveryState::Expired) } else { Self::Again { at, elsewhere } }
        };
        match answer {
            HandOver::Accepted => Self::State(DeliveryState::HandedOver),
            HandOver::Never => Self::State(DeliveryState::Failed),
            // SECURITY: see the invariant of this module.
            HandOver::Unclear if channel.may_repeat() => again(rules.wait_after(tries), false),
            HandOver::Unclear => Self::State(DeliveryState::Unknown),
            HandOver::Elsewhere if others > 0 => again(Duration::ZERO, true),
            HandOver::Elsewhere => again(rules.wait_after(tries), false),
            HandOver::Later(_) if others > 0 && !channel.may_repeat() => again(Duration::ZERO, true),
            HandOver::Later(wait) => again(wait.unwrap_or_default().max(rules.wait_after(tries)), false),
        }
    }

    /// What is done with a message whose worker has vanished in the middle of handing it over.
    pub const fn of_abandoned(channel: Channel, now: Timestamp) -> Self {
        if channel.may_repeat() {
            Self::Again { at: now, elsewhere: false }
        } else {
            Self::State(DeliveryState::Unknown)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    fn check(answer: HandOver, channel: Channel, tries: u32, others: usize, expected: &str) {
        let fate = Fate::after(answer, channel, tries, others, Timestamp::from_seconds(1_060), NOW);
        let word = match fate {
            Fate::State(state) => state.as_str().to_owned(),
            Fate::Again { at, elsewhere: true } => format!("elsewhere in {}", at.since(NOW).as_secs()),
            Fate::Again { at, elsewhere: false } => format!("again in {}", at.since(NOW).as_secs()),
        };
        assert_eq!(word, expected, "{answer:?} {channel:?}");
    }

    #[test]
    fn only_what_the_network_lost_is_lost() {
        for state in DeliveryState::ALL {
            let lost = matches!(state, DeliveryState::Unknown | DeliveryState::Failed);
            assert_eq!(state.previous(None) == Previous::Lost, lost, "{state:?}");
        }
        let of = |outcome| DeliveryState::Failed.previous(Some(CallStanding::Ended(outcome)));
        assert_eq!((of(CallOutcome::ServiceError), of(CallOutcome::CutOff)), (Previous::Lost, Previous::Underway));
        let cut_off = Some(CallStanding::Ended(CallOutcome::CutOff));
        assert_eq!(DeliveryState::Unknown.previous(cut_off), Previous::Lost, "its worker died");
        assert_eq!((of(CallOutcome::Busy), of(CallOutcome::NoAnswer)), (Previous::Underway, Previous::Underway));
    }

    #[test]
    fn a_text_that_may_have_been_taken_is_never_sent_again() {
        check(HandOver::Unclear, Channel::Text, 1, 3, "unknown");
        check(HandOver::Unclear, Channel::Call, 1, 3, "unknown");
        check(HandOver::Unclear, Channel::Mail, 1, 0, "again in 30");
        assert_eq!(Fate::of_abandoned(Channel::Text, NOW), Fate::State(DeliveryState::Unknown));
        assert_eq!(Fate::of_abandoned(Channel::Mail, NOW), Fate::Again { at: NOW, elsewhere: false });
    }

    #[test]
    fn another_network_is_asked_at_once_and_the_same_one_later() {
        check(HandOver::Elsewhere, Channel::Text, 1, 1, "elsewhere in 0");
        check(HandOver::Elsewhere, Channel::Text, 1, 0, "again in 1");
        check(HandOver::Elsewhere, Channel::Text, 4, 0, "again in 8");
        check(HandOver::Elsewhere, Channel::Text, 40, 0, "again in 15");
        check(HandOver::Later(Some(Duration::from_secs(20))), Channel::Text, 1, 0, "again in 20");
        check(HandOver::Later(None), Channel::Text, 1, 1, "elsewhere in 0");
    }

    #[test]
    fn an_old_code_is_never_sent() {
        check(HandOver::Later(Some(Duration::from_secs(60))), Channel::Text, 1, 0, "expired");
    }

    #[test]
    fn what_was_taken_or_cannot_be_sent_is_over() {
        check(HandOver::Accepted, Channel::Text, 1, 0, "handed_over");
        check(HandOver::Never, Channel::Mail, 1, 5, "failed");
    }

    #[test]
    fn every_state_reads_back() {
        for state in DeliveryState::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
    }
}
