//! One account, as its page shows it. SECURITY: nothing in it is a secret, and telephone numbers are masked.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use wardkey_domain::access::Unusable;
use wardkey_domain::credential::PasswordStanding;
use wardkey_domain::time::Timestamp;
use wardkey_usecases::access::HeldFacts;
use wardkey_usecases::credential::HeldCredential;
use wardkey_usecases::directory::{AccountFacts, GivenPass, HeldRole, PasswordFacts};

use crate::management::word::{self, DEEDS};

/// An account.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Account {
    /// The account.
    id: Uuid,
    /// The name that pages show.
    #[schema(example = "Jo Nurse")]
    name: String,
    /// The person's given name.
    #[schema(required = true)]
    given_name: Option<String>,
    /// The person's family name.
    #[schema(required = true)]
    family_name: Option<String>,
    /// The address that names it.
    #[schema(example = "jo.nurse@riverside-surgery.example")]
    address: String,
    /// Its kind.
    #[schema(schema_with = word::kind)]
    kind: &'static str,
    /// Its status.
    #[schema(schema_with = word::status)]
    status: &'static str,
    /// What its organisation is called.
    organisation: String,
    /// The code of its organisation.
    #[schema(example = "A81001")]
    ods_code: String,
    /// When it was added.
    #[schema(format = DateTime)]
    created_at: String,
    /// When somebody signed in with it last.
    #[schema(format = DateTime, required = true)]
    last_signed_in_at: Option<String>,
    /// The roles that it holds.
    roles: Vec<RoleHeld>,
    /// Its password, if it has one.
    #[schema(required = true)]
    password: Option<Password>,
    /// Whether an administrator has it prompted at each sign-in.
    mfa_enabled: bool,
    /// Its second factors, the oldest first.
    credentials: Vec<Credential>,
    /// How many recovery codes it has left; nothing where it has made none.
    #[schema(required = true)]
    recovery_codes_left: Option<usize>,
    /// The last temporary access pass that it was given, if that is not long ago.
    #[schema(required = true)]
    pass: Option<Pass>,
    /// Whether an activation code waits to be used.
    activation_waits: bool,
    /// What holds it, if somebody else had it.
    #[schema(required = true)]
    held: Option<Held>,
    /// How many sessions it has open.
    open_sessions: usize,
    /// What the scopes of the token let the application do to it.
    #[schema(schema_with = word::deeds)]
    permitted: Vec<&'static str>,
}

/// A role that an account holds.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Role)]
pub struct RoleHeld {
    /// The role.
    #[schema(example = "local_help_desk")]
    role: &'static str,
    /// What the organisation is called that it is held for.
    organisation: String,
    /// When it ends by itself.
    #[schema(format = DateTime, required = true)]
    expires_at: Option<String>,
}

/// What may be known about a password.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Password {
    /// When it was set.
    #[schema(format = DateTime)]
    set_at: String,
    /// What it is good for now: `good`, `must_change`, `expired`, `lapsed` or `void`.
    #[schema(example = "good")]
    standing: &'static str,
}

/// A second factor of an account.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Credential {
    /// Names it.
    id: Uuid,
    /// The factor.
    #[schema(schema_with = word::factor)]
    kind: &'static str,
    /// What its owner calls it.
    label: String,
    /// Its telephone number, masked.
    #[schema(required = true)]
    masked: Option<String>,
    /// The model of a security key that has proved it.
    #[schema(required = true)]
    model: Option<String>,
    /// Whether it is the one to ask for first.
    default: bool,
    /// When its enrolment began.
    #[schema(format = DateTime)]
    enrolled_at: String,
    /// When it last proved something.
    #[schema(format = DateTime, required = true)]
    last_used_at: Option<String>,
    /// Why it cannot be used now.
    #[schema(required = true, example = "quarantined")]
    unusable: Option<&'static str>,
}

/// A temporary access pass: never its code.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Pass {
    /// From when on it is good.
    #[schema(format = DateTime)]
    starts_at: String,
    /// From when on it is not.
    #[schema(format = DateTime)]
    expires_at: String,
    /// Whether it can be used several times.
    multi_use: bool,
    /// When it was last used.
    #[schema(format = DateTime, required = true)]
    used_at: Option<String>,
    /// When it ended before its time.
    #[schema(format = DateTime, required = true)]
    ended_at: Option<String>,
}

/// What holds an account that somebody else had.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Held {
    /// `compromised`, or `pinned` since it was given back.
    #[schema(example = "compromised")]
    how: &'static str,
    /// Since when.
    #[schema(format = DateTime)]
    since: String,
    /// The case in which that was done.
    case: Uuid,
    /// What people call that.
    case_number: i64,
}

impl From<AccountFacts> for Account {
    fn from(facts: AccountFacts) -> Self {
        let permitted = DEEDS.iter().filter(|(action, _)| facts.permitted.contains(action));
        let account = facts.account;
        Self {
            id: account.id.uuid(),
            name: account.display_name,
            given_name: account.given_name,
            family_name: account.family_name,
            address: account.address.to_string(),
            kind: account.kind.as_str(),
            status: account.status.name().as_str(),
            organisation: facts.organisation.name,
            ods_code: facts.organisation.ods_code.to_string(),
            created_at: account.created_at.to_utc(),
            last_signed_in_at: account.last_signed_in_at.map(Timestamp::to_utc),
            roles: facts.roles.into_iter().map(RoleHeld::from).collect(),
            password: facts.password.map(Password::from),
            mfa_enabled: facts.is_mfa_enabled,
            credentials: facts.credentials.into_iter().map(Credential::from).collect(),
            recovery_codes_left: facts.recovery.map(|codes| codes.left),
            pass: facts.pass.map(Pass::from),
            activation_waits: facts.has_activation,
            held: facts.held.map(Held::from),
            open_sessions: facts.sessions,
            permitted: permitted.map(|(_, word)| *word).collect(),
        }
    }
}

impl From<HeldRole> for RoleHeld {
    fn from(held: HeldRole) -> Self {
        Self {
            role: held.grant.role.as_str(),
            organisation: held.organisation,
            expires_at: held.grant.expires_at.map(Timestamp::to_utc),
        }
    }
}

impl From<PasswordFacts> for Password {
    fn from(facts: PasswordFacts) -> Self {
        let standing = match facts.standing {
            PasswordStanding::Good { .. } => "good",
            PasswordStanding::MustChange(_) => "must_change",
            PasswordStanding::Expired => "expired",
            PasswordStanding::Lapsed => "lapsed",
            PasswordStanding::Void => "void",
        };
        Self { set_at: facts.set_at.to_utc(), standing }
    }
}

impl From<HeldCredential> for Credential {
    fn from(held: HeldCredential) -> Self {
        let credential = held.credential;
        Self {
            id: credential.id.uuid(),
            kind: credential.kind.as_str(),
            label: credential.label.to_string(),
            masked: held.masked,
            model: held.model,
            default: credential.is_default,
            enrolled_at: credential.created_at.to_utc(),
            last_used_at: credential.last_used_at.map(Timestamp::to_utc),
            unusable: held.unusable.map(Unusable::as_str),
        }
    }
}

impl From<GivenPass> for Pass {
    fn from(pass: GivenPass) -> Self {
        Self {
            starts_at: pass.starts_at.to_utc(),
            expires_at: pass.expires_at.to_utc(),
            multi_use: pass.multi_use,
            used_at: pass.used_at.map(Timestamp::to_utc),
            ended_at: pass.ended_at.map(Timestamp::to_utc),
        }
    }
}

impl From<HeldFacts> for Held {
    fn from(held: HeldFacts) -> Self {
        Self { how: held.hold.as_str(), since: held.since.to_utc(), case: held.case.uuid(), case_number: held.number }
    }
}
