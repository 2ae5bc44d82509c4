//! What came of a change.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::management::word;

/// Multi-factor authentication is enabled.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MfaEnabled {
    /// The account.
    pub id: Uuid,
    /// Whether it is prompted at each sign-in.
    pub mfa_enabled: bool,
}

/// The status of an account has changed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StatusChanged {
    /// The account.
    pub id: Uuid,
    /// What it is now.
    #[schema(schema_with = word::status)]
    pub status: String,
}

/// The sessions of an account have ended.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SessionsEnded {
    /// The account.
    pub id: Uuid,
    /// How many there were.
    pub sessions_ended: u32,
}

/// An account is marked as compromised.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Compromised {
    /// The account.
    pub id: Uuid,
    /// Its case.
    pub case: Uuid,
    /// What people call that.
    #[schema(example = 12)]
    pub case_number: i64,
    /// Whether the case was open before.
    pub again: bool,
    /// How many factors were quarantined now.
    pub quarantined: u32,
}
