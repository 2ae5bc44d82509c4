//! Whom to ask whether a certificate was revoked, and how long an answer counts.

use super::rules::RevocationRules;
use crate::time::Timestamp;

/// Whom to ask about one certificate. Any one answer is enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusQuestion {
    /// Those that can be asked, the best first. None, when there is nobody, or nobody at an address that can be fetched.
    pub sources: Vec<StatusSource>,
    pub(super) is_published: bool,
}

/// Somebody to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatusSource {
    /// A responder, which answers about one certificate [RFC 6960].
    Responder {
        /// Where it is, with `http` or `https`.
        address: String,
        /// What to send: a request in DER.
        request: Vec<u8>,
    },
    /// A list of everything that an authority has revoked [RFC 5280 §5].
    List {
        /// Where it is, with `http` or `https`.
        address: String,
    },
}

/// What an answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The certificate has not been revoked.
    Good {
        /// Until when nobody need be asked again. It lies in the past when the answer counts only by grace.
        fresh_until: Timestamp,
    },
    /// It has.
    Revoked,
}

/// Why an answer says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatusFailure {
    /// It is no answer at all, or one with something in it that must be understood and is not.
    #[error("no answer that can be read")]
    Unreadable,
    /// It is about another certificate, or from another issuer.
    #[error("an answer about another certificate")]
    OtherCertificate,
    /// Nobody signed it who may.
    #[error("not signed by the issuer or somebody who may answer for it")]
    Untrusted,
    /// It is too old, or from the future.
    #[error("out of date")]
    OutOfDate,
    /// The responder does not know the certificate.
    #[error("the responder does not know the certificate")]
    Unknown,
    /// The responder cannot answer now.
    #[error("the responder cannot answer")]
    TryLater,
}

/// Whether an answer may be older than it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grace {
    /// It may not.
    None,
    /// By as much as the rules allow, because no newer one can be had.
    Allowed,
}

impl StatusQuestion {
    /// Whether the certificate says nothing about where its status is published. One that names only places that cannot
    /// be fetched does say something: it has no sources, and is not unpublished.
    pub const fn is_unpublished(&self) -> bool {
        !self.is_published
    }
}

/// How far the clock of somebody who answers may be ahead of ours.
const TOLERANCE: std::time::Duration = std::time::Duration::from_secs(300);

/// Whether an answer is in date [RFC 6960 §3.2, RFC 5280 §6.3.3], and until when it need not be asked for again.
///
/// One that does not say when the next comes counts for as long as an answer is used, and by no grace: newer ones are
/// there at any time [RFC 6960 §4.2.2.1].
pub(super) fn fresh_until(
    this_update: Timestamp,
    next_update: Option<Timestamp>,
    rules: &RevocationRules,
    now: Timestamp,
    grace: Grace,
) -> Result<Timestamp, StatusFailure> {
    let end = next_update.unwrap_or_else(|| this_update.plus(rules.lifetime));
    let last = match (next_update, grace) {
        (Some(next), Grace::Allowed) => next.plus(rules.grace),
        (None, Grace::Allowed) | (Some(_) | None, Grace::None) => end,
    };
    if this_update > now.plus(TOLERANCE) || now >= last {
        return Err(StatusFailure::OutOfDate);
    }
    Ok(end.min(now.plus(rules.lifetime)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_counts_between_its_updates() {
        let rules = RevocationRules::default();
        let at = Timestamp::from_seconds;
        // This update, next update, now, grace; fresh until.
        let cases = [
            (0, Some(10_000), 100, Grace::None, Ok(700)),
            (0, Some(10_000), 9_900, Grace::None, Ok(10_000)),
            (0, Some(10_000), 10_000, Grace::None, Err(StatusFailure::OutOfDate)),
            (0, Some(10_000), 13_599, Grace::Allowed, Ok(10_000)),
            (0, Some(10_000), 13_600, Grace::Allowed, Err(StatusFailure::OutOfDate)),
            (300, Some(10_000), 0, Grace::None, Ok(600)),
            (301, Some(10_000), 0, Grace::Allowed, Err(StatusFailure::OutOfDate)),
            (0, None, 599, Grace::None, Ok(600)),
            (0, None, 600, Grace::None, Err(StatusFailure::OutOfDate)),
            (0, None, 600, Grace::Allowed, Err(StatusFailure::OutOfDate)),
            (100, Some(50), 60, Grace::None, Err(StatusFailure::OutOfDate)),
        ];
        for (this, next, now, grace, expected) in cases {
            let found = fresh_until(at(this), next.map(at), &rules, at(now), grace);
            assert_eq!(found, expected.map(at), "{this} {next:?} {now} {grace:?}");
        }
    }
}
