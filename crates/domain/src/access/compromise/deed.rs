//! What was done in a case, as it is kept with it.

use serde::{Deserialize, Serialize};

use super::{Point, QuarantineVerdict};
use crate::id::CredentialId;
use crate::time::Timestamp;

/// Something that was done in a case. Who did it and when is kept beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "did", rename_all = "snake_case")]
pub enum CaseDeed {
    /// The account was marked as compromised, for the first time or again.
    Marked {
        /// From when on it may have been in the wrong hands.
        since: Timestamp,
        /// How many factors that quarantined.
        quarantined: u32,
    },
    /// A point of the check-list was ticked.
    Ticked {
        /// Which.
        point: Point,
    },
    /// It was decided what becomes of a quarantined factor.
    Decided {
        /// Which.
        credential: CredentialId,
        /// What.
        verdict: QuarantineVerdict,
    },
    /// The account was given back.
    Restored,
    /// Somebody asked that the pin be lifted.
    LiftAsked,
    /// Somebody else confirmed that, and it was.
    Lifted,
}
