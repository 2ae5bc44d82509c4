//! What an application does to an account by itself, once however often it says so.
//!
//! A network that breaks leaves an application without an answer, and it asks again. So it gives each request a key
//! [draft-ietf-httpapi-idempotency-key-header-07 §2]: the deed, its audit and what came of it under this key are one transaction.
//! A node that dies in between has done nothing, and two that are asked at the same time wait for each other at the key's row.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use wardkey_domain::id::{AccountId, CaseId};
use wardkey_domain::op::{Actor, Op};
use wardkey_domain::secret::TokenHash;
use wardkey_store::application::KeyedRequest;
use wardkey_store::{self as store, Tx};

use crate::access::{Marking, after_marking, mark_in, next_marking};
use crate::directory::{disable_in, enable_in, enable_mfa_in, end_sessions_in};
use crate::{App, Error, Result};

/// For how long a key stands for what was done under it.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// What an application does to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountDeed {
    /// Has it prompted at each sign-in.
    EnableMfa,
    /// Switches it off.
    Disable,
    /// Switches it on again.
    Enable,
    /// Ends its sessions.
    EndSessions,
    /// Marks it as compromised.
    MarkCompromised {
        /// For how long it may have been in the wrong hands; for 7 days where nobody says.
        suspected_for: Option<Duration>,
    },
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "done", rename_all = "snake_case")]
pub enum DeedOutcome {
    /// It is prompted at each sign-in.
    MfaEnabled,
    /// Its status changed.
    StatusChanged {
        /// The word of what it is now.
        status: String,
    },
    /// Its sessions ended.
    SessionsEnded {
        /// How many there were.
        sessions: u32,
    },
    /// It is marked.
    Compromised {
        /// Its case.
        case: CaseId,
        /// What people call that.
        number: i64,
        /// Whether the case was open before.
        again: bool,
        /// How many factors were quarantined.
        quarantined: u32,
    },
}

/// The key of a request, as an application gave it: 16 to 128 letters, digits and `-`, `.`, `_`, `:`.
///
/// INVARIANT: long enough that nobody numbers requests from 1 and meets the keys of yesterday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(TokenHash);

/// Why a text is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an idempotency key has 16 to 128 letters, digits, hyphens, full stops, underscores or colons, in quotation marks or without"
)]
pub struct BadKey;

impl IdempotencyKey {
    /// Reads a key; around it may be the quotation marks of a string [RFC 8941 §3.3.3].
    ///
    /// # Errors
    /// When it is too short, too long, or has other characters.
    pub fn parse(text: &str) -> std::result::Result<Self, BadKey> {
        let bare = match text.strip_prefix('"') {
            Some(rest) => rest.strip_suffix('"').ok_or(BadKey)?,
            None => text,
        };
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b':');
        if (16..=128).contains(&bare.len()) && bare.bytes().all(is_plain) {
            Ok(Self(TokenHash::of(bare)))
        } else {
            Err(BadKey)
        }
    }
}

/// What an application asks for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The key of this request.
    pub key: IdempotencyKey,
    /// Everything that the request says, as it came: what tells it from another.
    pub text: &'a str,
    /// The account.
    pub account: AccountId,
    /// What to do to it.
    pub deed: AccountDeed,
    /// Why.
    pub why: &'a str,
}

/// What an application is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// It was done now.
    Now(DeedOutcome),
    /// It was done before, under the same key.
    Before(DeedOutcome),
    /// The key stands for another request.
    OtherRequest,
}

/// Does to an account what an application asks for, unless that was done under the same key within a day.
///
/// What is refused leaves no trace at its key: asked again, it is judged anew.
///
/// # Errors
/// When the deed is refused, as on pages; or somebody else acts than an application with a mandate.
pub async fn do_once(app: &App, op: &Op, asked: &Asked<'_>) -> Result<Done> {
    let request = keyed(op, asked)?;
    let mut tx = app.store().begin().await?;
    if !store::application::spend_idempotency_key(&mut tx, &request, op.now, op.now.plus(KEPT)).await? {
        let kept = store::application::kept_outcome(&mut tx, &request).await?;
        let kept = kept.ok_or_else(|| Error::fault("find what came of a request that was done before"))?;
        if kept.request != request.request {
            return Ok(Done::OtherRequest);
        }
        let outcome = serde_json::from_value(kept.outcome);
        return outcome.map(Done::Before).map_err(|error| Error::internal("read what came of a request", error));
    }
    let outcome = act(app, &mut tx, op, asked).await?;
    let kept = serde_json::to_value(&outcome).map_err(|error| Error::internal("keep what came of a request", error))?;
    store::application::keep_outcome(&mut tx, &request, &kept).await?;
    tx.commit().await?;
    if matches!(outcome, DeedOutcome::Compromised { .. }) {
        after_marking(app);
    }
    Ok(Done::Now(outcome))
}

fn keyed(op: &Op, asked: &Asked<'_>) -> Result<KeyedRequest> {
    let (Actor::Application(acting), Some(organisation)) = (&op.actor, op.organisation()) else {
        return Err(Error::NotFound("page"));
    };
    let (key, request) = (asked.key.0, TokenHash::of(asked.text));
    Ok(KeyedRequest { application: acting.id, organisation, key, request })
}

async fn act(app: &App, tx: &mut Tx, op: &Op, asked: &Asked<'_>) -> Result<DeedOutcome> {
    let &Asked { account, deed, why, .. } = asked;
    match deed {
        AccountDeed::EnableMfa => {
            enable_mfa_in(app, tx, op, account, why).await?;
            Ok(DeedOutcome::MfaEnabled)
        }
        AccountDeed::Disable => {
            let account = disable_in(app, tx, op, account, why).await?;
            Ok(DeedOutcome::StatusChanged { status: account.status.name().as_str().to_owned() })
        }
        AccountDeed::Enable => {
            let account = enable_in(app, tx, op, account, why).await?;
            Ok(DeedOutcome::StatusChanged { status: account.status.name().as_str().to_owned() })
        }
        AccountDeed::EndSessions => {
            let ended = end_sessions_in(app, tx, op, account, why).await?;
            Ok(DeedOutcome::SessionsEnded { sessions: u32::try_from(ended).unwrap_or(u32::MAX) })
        }
        AccountDeed::MarkCompromised { suspected_for } => {
            let since = suspected_for.map(|span| op.now.minus(span));
            let marking = Marking { id: next_marking(app, op), since, why };
            let marked = mark_in(app, tx, op, account, marking).await?;
            let marked = marked.ok_or_else(|| Error::fault("mark an account by a new marking"))?;
            Ok(DeedOutcome::Compromised {
                case: marked.case,
                number: marked.number,
                again: marked.again,
                quarantined: u32::try_from(marked.quarantined).unwrap_or(u32::MAX),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_long_and_plain_and_the_same_in_quotation_marks() {
        let good = "8e03978e-40d5-43dd-bc93-6894a57f9324";
        assert_eq!(IdempotencyKey::parse(good), IdempotencyKey::parse(&format!("\"{good}\"")));
        assert!(IdempotencyKey::parse(&"k".repeat(16)).is_ok() && IdempotencyKey::parse(&"k".repeat(128)).is_ok());
        for bad in [
            "",
            "1",
            &"k".repeat(15),
            &"k".repeat(129),
            "\"8e03978e-40d5-43dd",
            "8e03978e 40d5 43dd",
            "é8e03978e-40d5-43dd-bc93",
        ] {
            assert_eq!(IdempotencyKey::parse(bad), Err(BadKey), "{bad}");
        }
    }
}
