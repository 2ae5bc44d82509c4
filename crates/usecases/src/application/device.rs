//! Device authorization [RFC 8628]: a device asks, a person answers on a page of ours, the device fetches its tokens.

use std::sync::Arc;
use std::time::Duration;

use wardkey_domain::access::{Admission, ClientKind, SignInRequest};
use wardkey_domain::application::device::{Approval, DeviceRequest, DeviceState, POLL_SECONDS, PollVerdict, UserCode};
use wardkey_domain::application::{ClaimsRequest, Grant, GrantType, Scopes, token as text};
use wardkey_domain::audit::Event;
use wardkey_domain::id::{ApplicationId, GrantId};
use wardkey_domain::op::Op;
use wardkey_domain::secret::{Secret, TokenHash};
use wardkey_domain::session::Session;
use wardkey_domain::time::Timestamp;
use wardkey_store::application::SavedGrant;
use wardkey_store::{self as store, Tx};

use crate::application::authorize::{details, ends_at};
use crate::application::client::{self, Client};
use crate::application::exchange::refused;
use crate::application::issue::{NewRefresh, TokenAnswer, Wanted};
use crate::application::refuse::{TokenRefusal, append_refusal, refuse};
use crate::application::token;
use crate::session::Authenticated;
use crate::{App, Error, Result, access};

/// What became of a device's request.
#[derive(Debug)]
pub enum DeviceBegun {
    /// Show the person the user code.
    Begun(DeviceCodes),
    /// Why not.
    Refused(TokenRefusal),
}

/// What a device gets.
#[derive(Debug)]
pub struct DeviceCodes {
    /// What it polls with.
    pub device_code: Secret<String>,
    /// What the person types.
    pub user_code: Secret<String>,
    /// How long both are good.
    pub expires_in: Duration,
    /// Seconds between two polls.
    pub interval: i64,
}

/// What a person sees of a device's request before they answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceView {
    /// The application.
    pub application_name: String,
    /// The network address that the request came from.
    pub address: Option<String>,
    /// When it was made.
    pub asked_at: Timestamp,
    /// Until when it can be answered.
    pub expires_at: Timestamp,
    /// Whether the device wants to keep access when the person is not there.
    pub offline: bool,
}

/// What became of a code that a person typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceFound {
    /// Show this and ask.
    Found(DeviceView),
    /// There is no such code, or it has expired or was answered.
    Unknown,
    /// Too many codes were tried; try again at this time.
    TooManyTries(Timestamp),
}

/// What a person says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceAnswer {
    /// Yes.
    Approve,
    /// No.
    Deny,
}

/// What became of a person's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceAnswered {
    /// The device may fetch its tokens.
    Approved,
    /// The device will hear that the person said no.
    Denied,
    /// The person's sign-in is not enough for the application.
    NotAllowed,
    /// There is no such code, or it has expired or was answered.
    Unknown,
    /// Too many codes were tried; try again at this time.
    TooManyTries(Timestamp),
}

/// Begins a device's request.
pub async fn begin(app: &App, op: &Op, client: &Client, scope: &Scopes) -> Result<DeviceBegun> {
    if !client.settings.may(GrantType::DeviceCode) {
        return refuse(app, op, client, TokenRefusal::GrantNotAllowed).await.map(DeviceBegun::Refused);
    }
    let granted = client.settings.grantable(scope);
    if granted.is_empty() && !scope.is_empty() {
        return refuse(app, op, client, TokenRefusal::Scope).await.map(DeviceBegun::Refused);
    }
    let device_code = text::device_code(app.random());
    let life = app.settings().oidc.lifetimes.device_code;
    let request = DeviceRequest {
        hash: TokenHash::of(device_code.expose()),
        organisation: client.organisation(),
        application: client.id(),
        scope: granted,
        created_at: op.now,
        expires_at: op.now.plus(life),
        address: op.origin.address.map(|address| address.to_string()),
        polled_at: None,
        interval: POLL_SECONDS,
        state: DeviceState::Waiting,
    };
    let mut tx = app.store().begin().await?;
    // Some tries, in case a code is in use already: with 25 thousand million of them, one is enough nearly always.
    for _ in 0..4 {
        let Some(user_code) = UserCode::from_entropy(app.random()) else { continue };
        if store::application::insert_device_request(&mut tx, &request, &user_code.hash()).await? {
            tx.commit().await?;
            return Ok(DeviceBegun::Begun(DeviceCodes {
                device_code,
                user_code: user_code.shown(),
                expires_in: life,
                interval: request.interval,
            }));
        }
    }
    Err(Error::fault("find a free user code"))
}

/// Looks a typed code up for a signed-in person. Every try counts, so that codes cannot be guessed [RFC 8628 §5.1].
pub async fn look_up(app: &App, op: &Op, typed: &str) -> Result<DeviceFound> {
    let mut tx = app.store().begin().await?;
    let found = match find(app, op, &mut tx, typed).await? {
        Tried::TooManyTries(until) => DeviceFound::TooManyTries(until),
        Tried::Unknown => DeviceFound::Unknown,
        Tried::Found(request, client) => DeviceFound::Found(DeviceView {
            application_name: client.application.name.clone(),
            address: request.address,
            asked_at: request.created_at,
            expires_at: request.expires_at,
            offline: request.scope.contains(wardkey_domain::application::scope::OFFLINE_ACCESS),
        }),
    };
    tx.commit().await?;
    Ok(found)
}

/// Writes down what a signed-in person says to a device's request.
pub async fn answer(
    app: &App,
    op: &Op,
    authenticated: &Authenticated,
    typed: &str,
    answer: DeviceAnswer,
) -> Result<DeviceAnswered> {
    let session = &authenticated.session;
    let mut tx = app.store().begin().await?;
    let (request, client) = match find(app, op, &mut tx, typed).await? {
        Tried::Found(request, client) => (request, client),
        Tried::Unknown => {
            tx.commit().await?;
            return Ok(DeviceAnswered::Unknown);
        }
        Tried::TooManyTries(until) => {
            tx.commit().await?;
            return Ok(DeviceAnswered::TooManyTries(until));
        }
    };
    let (approval, answered, word) = match answer {
        DeviceAnswer::Deny => (None, DeviceAnswered::Denied, "deny"),
        DeviceAnswer::Approve if !may_approve(app, &mut tx, op, session, client.id()).await? => {
            return Ok(DeviceAnswered::NotAllowed);
        }
        DeviceAnswer::Approve => {
            let userinfo_claims = ClaimsRequest::default().for_userinfo(&request.scope);
            let approval = Approval {
                account: session.account(),
                organisation: session.facts().organisation,
                session: session.id(),
                details: wardkey_domain::application::GrantDetails {
                    userinfo_claims,
                    ..details(session, session.strength())
                },
            };
            (Some(approval), DeviceAnswered::Approved, "approve")
        }
    };
    if !store::application::answer_device(&mut tx, &request.hash, approval.as_ref(), op.now).await? {
        return Ok(DeviceAnswered::Unknown);
    }
    let event = Event::DeviceAnswered { application: client.id(), account: session.account(), answer: word.into() };
    store::audit::append(&mut tx, op, Some(session.facts().organisation), event).await?;
    tx.commit().await?;
    Ok(answered)
}

/// Whether the session of whoever approves is enough for the application, as if the device asked for it; kept as a sign-in.
async fn may_approve(app: &App, tx: &mut Tx, op: &Op, session: &Session, application: ApplicationId) -> Result<bool> {
    let request =
        SignInRequest { application: Some(application), client: ClientKind::Native, ..SignInRequest::portal() };
    Ok(access::admit(app, tx, op, session, &request).await? == Admission::Admitted)
}

enum Tried {
    Found(Box<DeviceRequest>, Arc<Client>),
    Unknown,
    TooManyTries(Timestamp),
}

async fn find(app: &App, op: &Op, tx: &mut Tx, typed: &str) -> Result<Tried> {
    let limits = app.settings().oidc.user_codes;
    let length = i64::try_from(limits.window.as_micros()).unwrap_or(i64::MAX).max(1);
    let span = op.now.as_micros().div_euclid(length);
    let account = op.account().ok_or(Error::NotFound("session"))?;
    let address = op.origin.address.map(|address| address.to_canonical().to_string());
    let subjects = [
        (format!("account {}", account.id), limits.per_account),
        (format!("address {}", address.unwrap_or_default()), limits.per_address),
    ];
    for (subject, limit) in subjects {
        let subject = tx.mac("device user code", subject.as_bytes());
        if store::application::count_device_try(tx, subject, span).await? > limit {
            return Ok(Tried::TooManyTries(Timestamp::from_micros(span.saturating_add(1).saturating_mul(length))));
        }
    }
    let Ok(code) = UserCode::parse(typed) else { return Ok(Tried::Unknown) };
    let request = store::application::device_request_by_user_code(tx, &code.hash()).await?;
    let Some(request) = request.filter(|request| request.is_open(op.now)) else { return Ok(Tried::Unknown) };
    Ok(match client::find_by_id(tx, request.application).await? {
        Some(client) => Tried::Found(Box::new(request), client),
        None => Tried::Unknown,
    })
}

/// Exchanges a device code, once a person has said yes [RFC 8628 §3.4].
pub async fn exchange_device_code(app: &App, op: &Op, client: &Arc<Client>, device_code: &str) -> Result<TokenAnswer> {
    if !client.settings.may(GrantType::DeviceCode) {
        return refused(app, op, client, TokenRefusal::GrantNotAllowed).await;
    }
    let hash = TokenHash::of(device_code);
    let mut tx = app.store().begin().await?;
    let Some(request) = store::application::device_request(&mut tx, &hash).await? else {
        drop(tx);
        return refused(app, op, client, TokenRefusal::DeviceUnknown).await;
    };
    let verdict = request.poll(client.id(), op.now);
    let refusal = match verdict {
        PollVerdict::Issue(approval) => match issue(app, op, &mut tx, client, &request, approval).await? {
            TokenAnswer::Issued(issued) => {
                tx.commit().await?;
                return Ok(TokenAnswer::Issued(issued));
            }
            TokenAnswer::Refused(refusal) => refusal,
        },
        PollVerdict::Pending => {
            store::application::note_poll(&mut tx, &hash, request.interval, op.now).await?;
            TokenRefusal::DevicePending
        }
        PollVerdict::SlowDown => {
            let interval = request.interval.saturating_add(POLL_SECONDS);
            store::application::note_poll(&mut tx, &hash, interval, op.now).await?;
            TokenRefusal::DeviceSlowDown
        }
        PollVerdict::Denied => TokenRefusal::DeviceDenied,
        PollVerdict::Expired => TokenRefusal::DeviceExpired,
        PollVerdict::Unknown => TokenRefusal::DeviceUnknown,
    };
    append_refusal(&mut tx, op, client, None, refusal).await?;
    tx.commit().await?;
    Ok(TokenAnswer::Refused(refusal))
}

async fn issue(
    app: &App,
    op: &Op,
    tx: &mut Tx,
    client: &Arc<Client>,
    request: &DeviceRequest,
    approval: Approval,
) -> Result<TokenAnswer> {
    if !store::application::spend_device(tx, &request.hash, op.now).await? {
        return Ok(TokenAnswer::Refused(TokenRefusal::DeviceUnknown));
    }
    let still_signed_in = store::application::hold_session(tx, approval.session).await?;
    let person = if still_signed_in { token::person(app, tx, approval.account).await? } else { None };
    let Some(person) = person else { return Ok(TokenAnswer::Refused(TokenRefusal::Account)) };
    let grant = Grant {
        id: GrantId::new(op.now, app.id_entropy()),
        organisation: approval.organisation,
        application: client.id(),
        account: approval.account,
        session: approval.session,
        scope: request.scope.clone(),
        details: approval.details,
        created_at: op.now,
        revoked_at: None,
    };
    let refresh = NewRefresh::first(app, op, client, &grant);
    let saved = SavedGrant { grant, code: None, refresh: refresh.as_ref().map(|refresh| refresh.stored) };
    store::application::insert_grant(tx, &saved, ends_at(app, &request.scope, op.now)).await?;
    let grant = &saved.grant;
    let event = Event::GrantMade {
        application: client.id(),
        account: Some(grant.account),
        grant: grant.id,
        flow: GrantType::DeviceCode.word().into(),
    };
    store::audit::append(tx, op, Some(grant.organisation), event).await?;
    let wanted =
        Wanted { client, scope: grant.scope.clone(), bearer: Some((grant, &person)), flow: GrantType::DeviceCode };
    let issued = wanted.issue(app, op, tx, refresh.map(|refresh| refresh.text)).await?;
    Ok(TokenAnswer::Issued(Box::new(issued)))
}
