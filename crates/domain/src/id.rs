//! Typed identifiers: one type per kind of row, so that no function can be handed the wrong one.
//!
//! Each is a UUID of version 7 ([RFC 9562 §5.7]): it sorts by the moment it was made, so rows made together lie together.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::time::Timestamp;

/// Ten random bytes: what a new identifier needs besides the time.
pub type IdEntropy = [u8; 10];

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Makes a new identifier from the time and ten random bytes.
            pub fn new(now: Timestamp, entropy: IdEntropy) -> Self {
                Self(uuid_v7(now, entropy))
            }

            /// Takes an identifier that was read from a store or a message.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The identifier as a UUID.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::from_str(text).map(Self)
            }
        }
    )*};
}

ids! {
    /// An organisation: a body with an ODS code.
    OrganisationId
    /// An account of any kind: user, guest, shared mailbox, application account.
    AccountId
    /// A role that an account holds for an organisation and its subtree.
    RoleGrantId
    /// One account's enrolled instance of a factor.
    CredentialId
    /// A browser or device that has completed a sign-in before.
    DeviceId
    /// A signed-in session.
    SessionId
    /// A sign-in in progress.
    FlowId
    /// A text message, a call or an e-mail that leaves or has left.
    MessageId
    /// One question to an authenticator app, whether a sign-in is the person's own.
    PushRequestId
    /// An application (relying party) of any protocol.
    ApplicationId
    /// An authorization request that waits for a person to sign in.
    AuthorizationRequestId
    /// What an application was granted by one authorization: codes and tokens hang from it.
    GrantId
    /// An audit event.
    AuditEventId
    /// One request from outside, for correlating log lines.
    RequestId
    /// A group of accounts.
    GroupId
    /// A change to many accounts at once.
    BulkChangeId
    /// A policy of conditional access.
    PolicyId
    /// A named location: a network that belongs to an organisation.
    NamedLocationId
    /// The case of an account that was marked as compromised.
    CaseId
    /// Something that was done in such a case.
    CaseDeedId
    /// A suspension of one account's prompts.
    UserExceptionId
    /// A request for long exceptions, for one account or many.
    ExceptionRequestId
    /// Leave of one account to register later.
    PostponementId
    /// What was decided of a sign-in.
    DecisionId
    /// A replay of sign-ins under a draft of policies.
    ReplayId
    /// A key in the key store.
    KeyId
}

fn uuid_v7(now: Timestamp, entropy: IdEntropy) -> Uuid {
    let millis = u64::try_from(now.as_micros() / 1_000).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &entropy).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_sort_by_the_moment_they_were_made() {
        let early = AccountId::new(Timestamp::from_seconds(1), [0xff; 10]);
        let late = AccountId::new(Timestamp::from_seconds(2), [0; 10]);
        assert!(early < late);
        assert_eq!(early.uuid().get_version_num(), 7);
    }
}
