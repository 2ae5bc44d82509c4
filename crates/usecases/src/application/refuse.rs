//! Refusals, written down: each names an application or an account, and repeats within a minute are counted in one row.

use wardkey_domain::application::{CodeRefusal, RefreshRefusal};
use wardkey_domain::audit::Event;
use wardkey_domain::id::AccountId;
use wardkey_domain::op::Op;
use wardkey_store::{self as store, Tx};

use crate::application::client::Client;
use crate::{App, Result};

/// Why the token endpoint refuses a client that has proved itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenRefusal {
    /// The client may not do this at the token endpoint.
    GrantNotAllowed,
    /// None of the scopes asked for can be given.
    Scope,
    /// The authorization code.
    Code(CodeRefusal),
    /// The refresh token.
    Refresh(RefreshRefusal),
    /// The person may no longer sign in.
    Account,
    /// The device must wait.
    DevicePending,
    /// The device must wait, and longer.
    DeviceSlowDown,
    /// The person said no to the device.
    DeviceDenied,
    /// The device came too late.
    DeviceExpired,
    /// There is no such device code for this client.
    DeviceUnknown,
}

impl TokenRefusal {
    /// The registered error code [RFC 6749 §5.2, RFC 8628 §3.5].
    pub const fn error(self) -> &'static str {
        match self {
            Self::GrantNotAllowed => "unauthorized_client",
            Self::Scope => "invalid_scope",
            Self::Code(_) | Self::Refresh(_) | Self::Account | Self::DeviceUnknown => "invalid_grant",
            Self::DevicePending => "authorization_pending",
            Self::DeviceSlowDown => "slow_down",
            Self::DeviceDenied => "access_denied",
            Self::DeviceExpired => "expired_token",
        }
    }

    /// A sentence for the application's developers. It does not tell why a code or token is no good: whoever holds a stolen
    /// one would learn from it.
    pub const fn description(self) -> &'static str {
        match self {
            Self::GrantNotAllowed => "this client may not use this grant type",
            Self::Scope => "none of the scopes asked for can be given to this client",
            Self::Code(_) => "the code is unknown, expired, used or not meant for this request",
            Self::Refresh(_) => "the refresh token is unknown, expired, used or revoked",
            Self::Account => "the person may no longer sign in",
            Self::DevicePending => "nobody has answered yet",
            Self::DeviceSlowDown => "nobody has answered yet, and the device asks too often",
            Self::DeviceDenied => "the person said no",
            Self::DeviceExpired => "the device code has expired",
            Self::DeviceUnknown => "the device code is unknown or used",
        }
    }

    /// The word for it in events and metrics.
    pub const fn word(self) -> &'static str {
        match self {
            Self::GrantNotAllowed => "grant_not_allowed",
            Self::Scope => "scope",
            Self::Code(refusal) => refusal.word(),
            Self::Refresh(refusal) => refusal.word(),
            Self::Account => "account_refused",
            Self::DevicePending => "device_pending",
            Self::DeviceSlowDown => "device_slow_down",
            Self::DeviceDenied => "device_denied",
            Self::DeviceExpired => "device_expired",
            Self::DeviceUnknown => "device_unknown",
        }
    }

    /// Whether it is part of an ordinary course of events, and so only counted.
    const fn is_routine(self) -> bool {
        match self {
            Self::DevicePending | Self::DeviceSlowDown => true,
            Self::GrantNotAllowed
            | Self::Scope
            | Self::Code(_)
            | Self::Refresh(_)
            | Self::Account
            | Self::DeviceDenied
            | Self::DeviceExpired
            | Self::DeviceUnknown => false,
        }
    }
}

/// Writes a refusal of the token endpoint down in the caller's transaction.
pub(super) async fn append_refusal(
    tx: &mut Tx,
    op: &Op,
    client: &Client,
    account: Option<AccountId>,
    refusal: TokenRefusal,
) -> Result<()> {
    if refusal.is_routine() {
        return Ok(());
    }
    let event = Event::TokenRefused { application: client.id(), account, error: refusal.word().into(), count: 1 };
    store::audit::append(tx, op, Some(client.organisation()), event).await?;
    Ok(())
}

/// Writes a refusal of the token endpoint down.
pub(super) async fn refuse(app: &App, op: &Op, client: &Client, refusal: TokenRefusal) -> Result<TokenRefusal> {
    if !refusal.is_routine() {
        let mut tx = app.store().begin().await?;
        append_refusal(&mut tx, op, client, None, refusal).await?;
        tx.commit().await?;
    }
    Ok(refusal)
}

/// Writes down that a request of a known application to `endpoint` was malformed, hostile or not its own.
pub async fn request_refused(
    app: &App,
    op: &Op,
    client: &Client,
    endpoint: &'static str,
    error: &'static str,
) -> Result<()> {
    let mut tx = app.store().begin().await?;
    let event = Event::RequestRefused {
        account: op.account().map(|account| account.id),
        application: Some(client.id()),
        endpoint: endpoint.into(),
        error: error.into(),
        count: 1,
    };
    store::audit::append(&mut tx, op, Some(client.organisation()), event).await?;
    tx.commit().await?;
    Ok(())
}
