//! What came of handing a message over to somebody who delivers it, told honestly.
//!
//! INVARIANT: a text whose hand-over is [`HandOver::Unknown`] is never sent again by anybody: neither by its gateway, nor by
//! another, nor by a worker. It may be on its way, and a second copy is a second code on somebody's telephone, and a second
//! invoice. The person asks for a new code, which is a new message. `wardkey_domain::message::Fate` decides so.

use std::fmt;
use std::time::Duration;

/// The outcome of one hand-over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandOver {
    /// It was taken; whoever took it calls it `reference`, and receipts name that.
    Accepted {
        /// What the peer calls the message. Empty where it gives no name.
        reference: String,
    },
    /// It was certainly not sent.
    Refused {
        /// Why.
        why: RefusedWhy,
        /// What could help.
        next: Next,
    },
    /// It may have been taken, although no answer came: the connection broke after the request was written, the time ran out,
    /// or the answer does not say.
    Unknown,
}

/// Why a message was certainly not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RefusedWhy {
    /// The peer cannot be reached: no address, no connection, no TLS, no session.
    Unreachable,
    /// The peer does not accept who we say we are.
    Credentials,
    /// The peer takes no more for a moment.
    Throttled,
    /// The peer takes no more for today.
    Limit,
    /// The peer, or how we are set up with it, is at fault: an unknown template, a sender that is not allowed, an error.
    Gateway,
    /// The recipient's number or address cannot be sent to.
    Recipient,
    /// The message itself cannot be sent: it is too long, or has what the peer does not take.
    Message,
    /// The message's time was over before it was sent.
    Expired,
    /// Our own queue to this peer is full.
    Busy,
    /// The gateway is shutting down.
    Stopping,
}

impl RefusedWhy {
    /// One word for figures and records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Credentials => "credentials",
            Self::Throttled => "throttled",
            Self::Limit => "limit",
            Self::Gateway => "gateway",
            Self::Recipient => "recipient",
            Self::Message => "message",
            Self::Expired => "expired",
            Self::Busy => "busy",
            Self::Stopping => "stopping",
        }
    }
}

impl fmt::Display for RefusedWhy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What to do with a message that was certainly not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The same gateway can take it later; after so long, if the peer says it.
    TryLater(Option<Duration>),
    /// This gateway is broken or wrongly set up; another may take it.
    TryAnother,
    /// This message can never be sent.
    GiveUp,
}

impl HandOver {
    /// A refusal that another gateway may mend.
    pub const fn try_another(why: RefusedWhy) -> Self {
        Self::Refused { why, next: Next::TryAnother }
    }

    /// A refusal that time may mend.
    pub const fn try_later(why: RefusedWhy, after: Option<Duration>) -> Self {
        Self::Refused { why, next: Next::TryLater(after) }
    }

    /// A refusal that nothing mends.
    pub const fn give_up(why: RefusedWhy) -> Self {
        Self::Refused { why, next: Next::GiveUp }
    }

    /// What this tells of the network.
    pub const fn sign(&self) -> NetworkSign {
        match self {
            Self::Accepted { .. } | Self::Refused { why: RefusedWhy::Recipient | RefusedWhy::Message, .. } => {
                NetworkSign::Works
            }
            // Our haste, our delay and our own end say nothing of it.
            Self::Refused {
                why: RefusedWhy::Throttled | RefusedWhy::Busy | RefusedWhy::Expired | RefusedWhy::Stopping,
                ..
            } => NetworkSign::Nothing,
            Self::Refused {
                why: RefusedWhy::Unreachable | RefusedWhy::Credentials | RefusedWhy::Limit | RefusedWhy::Gateway,
                ..
            }
            | Self::Unknown => NetworkSign::Fails,
        }
    }

    /// One word for figures and records.
    pub const fn outcome(&self) -> &'static str {
        match self {
            Self::Accepted { .. } => "accepted",
            Self::Refused { why, .. } => why.as_str(),
            Self::Unknown => "unknown",
        }
    }

    /// Counts this outcome for `gateway`, and gives it back.
    pub(crate) fn counted(self, gateway: &str) -> Self {
        metrics::counter!("wardkey_hand_overs_total", "gateway" => gateway.to_owned(), "outcome" => self.outcome())
            .increment(1);
        self
    }
}

/// What a hand-over or a call tells of the network that it went to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkSign {
    /// It does its work.
    Works,
    /// It does not.
    Fails,
    /// Nothing: it was not asked, or is there and has no room for the moment.
    Nothing,
}

/// What a peer said later about a message that it had taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The gateway that took it.
    pub gateway: String,
    /// What the peer calls it, as in [`HandOver::Accepted`].
    pub reference: String,
    /// What became of it.
    pub state: ReceiptState,
}

/// What finally became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReceiptState {
    /// It arrived.
    Delivered,
    /// It did not and will not arrive; the peer's word for why.
    Failed(String),
    /// Its time ran out on the way.
    Expired,
}

impl ReceiptState {
    /// One word for figures and records.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Failed(_) => "failed",
            Self::Expired => "expired",
        }
    }
}

impl Receipt {
    /// Counts this receipt, and gives it back.
    pub(crate) fn counted(self) -> Self {
        metrics::counter!("wardkey_receipts_total", "gateway" => self.gateway.clone(), "state" => self.state.as_str())
            .increment(1);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_judged_by_what_is_its_own_doing() {
        for (why, sign) in [
            (RefusedWhy::Unreachable, NetworkSign::Fails),
            (RefusedWhy::Credentials, NetworkSign::Fails),
            (RefusedWhy::Limit, NetworkSign::Fails),
            (RefusedWhy::Gateway, NetworkSign::Fails),
            (RefusedWhy::Recipient, NetworkSign::Works),
            (RefusedWhy::Message, NetworkSign::Works),
            (RefusedWhy::Throttled, NetworkSign::Nothing),
            (RefusedWhy::Busy, NetworkSign::Nothing),
            (RefusedWhy::Expired, NetworkSign::Nothing),
            (RefusedWhy::Stopping, NetworkSign::Nothing),
        ] {
            assert_eq!(HandOver::try_later(why, None).sign(), sign, "{why}");
        }
        assert_eq!(HandOver::Accepted { reference: String::new() }.sign(), NetworkSign::Works);
        assert_eq!(HandOver::Unknown.sign(), NetworkSign::Fails);
    }
}
