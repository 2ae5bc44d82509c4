//! What the trunk's refusals mean.

use wardkey_domain::factor::voice_call::CallOutcome;

use crate::voice::report::TryAnother;

/// Whether a telephone had been heard to ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rang {
    Yes,
    No,
}

/// What a final answer other than 200 means: how the call ended, and whether another trunk may fare better.
///
/// `cause` is what the telephone network said [ITU-T Q.850 §2.2.7.1, carried as RFC 3326 says], when the trunk passes it on:
/// many answer 480 or 503 to everything and put the truth there.
pub fn meaning(status: u16, cause: Option<u16>, rang: Rang) -> (CallOutcome, TryAnother) {
    let by_cause = cause.and_then(|cause| by_cause(cause, rang));
    match (status, by_cause) {
        // These say themselves whose doing it was.
        (486 | 600, _) => (CallOutcome::Busy, TryAnother::No),
        (603 | 607 | 608, None) => (CallOutcome::Declined, TryAnother::No),
        (_, Some(meaning)) => meaning,
        // [RFC 3261 §21.4.18]: not signed in there, or does not wish to be disturbed; after ringing, nobody answered.
        (408 | 480 | 487, None) if rang == Rang::Yes => (CallOutcome::NoAnswer, TryAnother::No),
        (480, None) => (CallOutcome::Unreachable, TryAnother::No),
        // No such number, or it cannot be dialled. SECURITY: a redirection is not followed: it would name a number that
        // nobody enrolled, and somebody would pay for it.
        (300..=399 | 404 | 410 | 414 | 416 | 484 | 485 | 604, None) => (CallOutcome::Unreachable, TryAnother::No),
        // Our account, the trunk's limits, the trunk's faults. Once it rang, another trunk would only ring it again.
        (_, None) => (CallOutcome::ServiceError, if rang == Rang::Yes { TryAnother::No } else { TryAnother::Yes }),
    }
}

fn by_cause(cause: u16, rang: Rang) -> Option<(CallOutcome, TryAnother)> {
    match cause {
        17 => Some((CallOutcome::Busy, TryAnother::No)),
        18 | 19 => Some((CallOutcome::NoAnswer, TryAnother::No)),
        21 => Some((CallOutcome::Declined, TryAnother::No)),
        // Unallocated, no route to it, switched off, changed, out of order, wrong format.
        1 | 3 | 20 | 22 | 27 | 28 => Some((CallOutcome::Unreachable, TryAnother::No)),
        // No circuit, out of order, congestion: the network between, which another trunk may avoid.
        34 | 38 | 41 | 42 | 44 | 47 => {
            Some((CallOutcome::ServiceError, if rang == Rang::Yes { TryAnother::No } else { TryAnother::Yes }))
        }
        _ => None,
    }
}

/// Reads the cause in a `Reason` header: `Q.850;cause=17;text="User busy"` [RFC 3326 §2].
pub fn cause_in(reason: &str) -> Option<u16> {
    reason.split(',').find_map(|one| {
        let mut parts = one.split(';').map(str::trim);
        parts.next().filter(|protocol| protocol.eq_ignore_ascii_case("Q.850"))?;
        parts.find_map(|part| part.strip_prefix("cause=")?.trim().parse().ok())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_has_its_meaning() {
        use CallOutcome::{Busy, Declined, NoAnswer, ServiceError, Unreachable};
        for (status, cause, rang, outcome, another) in [
            (486, None, Rang::Yes, Busy, TryAnother::No),
            (600, None, Rang::No, Busy, TryAnother::No),
            (603, None, Rang::Yes, Declined, TryAnother::No),
            (480, None, Rang::No, Unreachable, TryAnother::No),
            (480, None, Rang::Yes, NoAnswer, TryAnother::No),
            (480, Some(17), Rang::No, Busy, TryAnother::No),
            (480, Some(20), Rang::No, Unreachable, TryAnother::No),
            (408, None, Rang::Yes, NoAnswer, TryAnother::No),
            (408, None, Rang::No, ServiceError, TryAnother::Yes),
            (404, None, Rang::No, Unreachable, TryAnother::No),
            (484, None, Rang::No, Unreachable, TryAnother::No),
            (302, None, Rang::No, Unreachable, TryAnother::No),
            (401, None, Rang::No, ServiceError, TryAnother::Yes),
            (403, None, Rang::No, ServiceError, TryAnother::Yes),
            (407, None, Rang::No, ServiceError, TryAnother::Yes),
            (488, None, Rang::No, ServiceError, TryAnother::Yes),
            (503, None, Rang::No, ServiceError, TryAnother::Yes),
            (503, None, Rang::Yes, ServiceError, TryAnother::No),
            (503, Some(1), Rang::No, Unreachable, TryAnother::No),
            (500, Some(34), Rang::No, ServiceError, TryAnother::Yes),
        ] {
            assert_eq!(meaning(status, cause, rang), (outcome, another), "{status} {cause:?} {rang:?}");
        }
    }

    #[test]
    fn the_networks_cause_is_found() {
        for (reason, cause) in [
            ("Q.850;cause=17;text=\"User busy\"", Some(17)),
            ("SIP;cause=487, q.850 ; cause=19", Some(19)),
            ("SIP;cause=487", None),
            ("Q.850;cause=many", None),
            ("", None),
        ] {
            assert_eq!(cause_in(reason), cause, "{reason}");
        }
    }
}
