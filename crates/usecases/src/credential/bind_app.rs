//! Adding an app that is asked in a session, and moving one to a new phone.
//!
//! Both are the same three steps: a page shows a code, an app uses it, and the person types the number on the page into the
//! app. What differs is how it begins, and what it ends in.

use wardkey_domain::audit::Event;
use wardkey_domain::credential::{Attempt, Credential, CredentialState, Credentials, Label, Permit, Who};
use wardkey_domain::directory::Account;
use wardkey_domain::factor::push::{
    AskedApp, BindingCode, Digits, MatchNumber, NewBinding, PushFailure, Verdict as PushVerdict, proves_move,
};
use wardkey_domain::factor::totp::{self, Verdict};
use wardkey_domain::factor::{Code, FactorKind, definition};
use wardkey_domain::id::{CredentialId, PushRequestId};
use wardkey_domain::message::{Channel, MessageKind};
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_domain::secret::Secret;
use wardkey_domain::session::{EndedWhy, Session};
use wardkey_store::credential::{BindingStanding, OfferedBinding, StoredApp};
use wardkey_store::{self as store, Tx};

use super::own;
use crate::signin::{AskedView, Asker, BindingView, ask_app, binding_view, known_device};
use crate::{App, Error, Result};

/// An app on its way to becoming a factor, or to another phone.
#[derive(Clone, Debug)]
pub struct PendingBinding {
    /// The credential that it becomes.
    pub credential: CredentialId,
    /// Whether it moves to another phone.
    pub moves: bool,
    /// Where it stands.
    pub stage: BindingStage,
}

/// Where a binding stands.
#[derive(Clone, Debug)]
pub enum BindingStage {
    /// The code is shown.
    Code(BindingView),
    /// An app has used it, and has to be asked.
    Bound {
        /// What its owner calls it.
        device: String,
    },
    /// The number is shown.
    Asked {
        /// What the app was asked.
        asked: AskedView,
        /// What its owner calls it.
        device: String,
    },
}

/// What became of it.
#[derive(Clone, Debug)]
pub enum BindingProgress {
    /// It goes on.
    Waiting(PendingBinding),
    /// It is over: this is the app.
    Finished {
        /// The credential.
        credential: Credential,
        /// Whether it has moved to another phone.
        moved: bool,
    },
    /// The number was not confirmed; the app can be asked again.
    Failed(PendingBinding, PushFailure),
}

/// Begins to add an app: draws its code. One that was begun before is given up.
pub async fn begin_binding_app(app: &App, op: &Op) -> Result<CredentialId> {
    let mut tx = app.store().begin().await?;
    let (account, credentials) = own::locked_strongest(app, &mut tx, op).await?;
    own::room(app, &credentials, FactorKind::Push)?;
    let credential = CredentialId::new(op.now, app.id_entropy());
    offer(app, &mut tx, op, &account, credential, false).await?;
    tx.commit().await?;
    Ok(credential)
}

/// Begins to move an app to a new phone. `code` is one of the app, where [`moving_wants_code`] says so.
///
/// SECURITY: it wants a second factor that was verified a short while ago, and not with the app itself nor with a code:
/// whoever has stolen a backup has all codes, and must not get the rest. A restricted factor alone is not enough either:
/// whoever has taken over a number would get what a number does not open [AUT-8]. With a code of the app that moves, which
/// they do not have and the owner has from the backup, it is.
pub async fn begin_moving_app(app: &App, op: &Op, id: CredentialId, code: &str) -> Result<()> {
    let mut tx = app.store().begin().await?;
    let (account, credentials) = own::locked(&mut tx, op).await?;
    let found = credentials.find(id).filter(|credential| credential.kind == FactorKind::Push);
    let credential = found.ok_or(Error::NotFound("credential"))?;
    // SECURITY: nor does one that a stranger may have enrolled, or moved to their phone, move anywhere.
    if store::access::is_quarantined(&mut tx, account.id, id).await? {
        return Err(Error::Conflict(
            "This app cannot be moved before somebody has decided whether it is yours.".to_owned(),
        ));
    }
    let session = store::session::session(&mut tx, own::actor(op)?.session).await?;
    let session = session.ok_or(Error::NotFound("session"))?;
    let strength = shown_for_moving(app, op, &session, id).ok_or(Error::FreshFactorNeeded)?;
    if strength == Shown::Restricted && !app_code_is_right(app, &mut tx, op, id, code).await? {
        tx.commit().await?;
        return Err(Error::invalid("code", "Enter the 6-digit code that the app shows for this account now"));
    }
    offer(app, &mut tx, op, &account, credential.id, true).await?;
    tx.commit().await?;
    Ok(())
}

/// Whether a code of the app that moves is wanted besides: what was shown for it is restricted.
pub async fn moving_wants_code(app: &App, op: &Op, id: CredentialId) -> Result<bool> {
    let mut tx = app.store().read().await?;
    let session = store::session::session(&mut tx, own::actor(op)?.session).await?;
    let session = session.ok_or(Error::NotFound("session"))?;
    Ok(shown_for_moving(app, op, &session, id) == Some(Shown::Restricted))
}

/// What was shown for moving an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    /// A factor that may be taken over from afar.
    Restricted,
    /// Another.
    Unrestricted,
}

fn shown_for_moving(app: &App, op: &Op, session: &Session, id: CredentialId) -> Option<Shown> {
    let fresh = app.settings().session.fresh_factor;
    let mut shown = session
        .facts()
        .proofs
        .iter()
        .filter(|proof| definition(proof.factor).is_second_factor() && op.now.since(proof.at) <= fresh)
        .filter(|proof| proves_move(proof.factor, proof.credential, id))
        .map(|proof| definition(proof.factor).restricted)
        .peekable();
    shown.peek()?;
    Some(if shown.any(|restricted| !restricted) { Shown::Unrestricted } else { Shown::Restricted })
}

/// Checks a code of the app that moves, and counts the try as any other.
async fn app_code_is_right(app: &App, tx: &mut Tx, op: &Op, id: CredentialId, code: &str) -> Result<bool> {
    let code = Code::parse(code).map_err(|_| Error::invalid("code", "Enter the 6-digit code"))?;
    let who = Who::Account(own::actor(op)?.id);
    let known_device = known_device(tx, op, Some(own::actor(op)?.id)).await?;
    let attempt = Attempt { who, factor: FactorKind::Totp, address: op.origin.address, known_device };
    match store::credential::reserve_attempt(tx, &attempt, &app.settings().throttle, op.now).await? {
        Permit::Now => {}
        Permit::Wait { .. } => {
            return Err(Error::Conflict("There were too many wrong codes. Wait a while, then try again.".to_owned()));
        }
        Permit::Never => {
            return Err(Error::Forbidden(
                "Ask your local administrator for help with your sign-in methods.".to_owned(),
            ));
        }
    }
    let Some(mut state) = store::credential::find_totp(tx, id).await? else { return Ok(false) };
    let Verdict::Accept(_) = totp::verify(&mut state, code, op.now) else { return Ok(false) };
    let Some(step) = state.last_used_step else { return Ok(false) };
    if !store::credential::spend_totp_step(tx, id, step, op.now).await? {
        return Ok(false);
    }
    store::credential::succeed_attempt(tx, &attempt, &app.settings().throttle, op.now).await?;
    Ok(true)
}

async fn offer(
    app: &App,
    tx: &mut Tx,
    op: &Op,
    account: &Account,
    credential: CredentialId,
    moves: bool,
) -> Result<()> {
    let expires_at = op.now.plus(app.settings().signin.push.bind_within);
    let binding = NewBinding { credential, code: BindingCode::new(app.random()), expires_at };
    let holder = own::actor(op)?.session.uuid();
    let (account, organisation) = (account.id, account.organisation);
    let offered = OfferedBinding { binding: &binding, account, organisation, holder, moves };
    Ok(store::credential::offer_binding(tx, &offered, op.now).await?)
}

/// Shows the app that this session has begun to bind.
pub async fn pending_binding(app: &App, op: &Op, id: CredentialId) -> Result<PendingBinding> {
    let mut tx = app.store().read().await?;
    own::account(&mut tx, op, Action::ManageOwnCredentials).await?;
    let standing = standing(app, &mut tx, op, id).await?;
    shown(app, &mut tx, id, &standing).await
}

/// Goes on: asks an app that was bound, or ends with its answer. `again` asks another time.
pub async fn continue_binding(app: &App, op: &Op, id: CredentialId, again: Again) -> Result<BindingProgress> {
    let mut tx = app.store().begin().await?;
    let (account, credentials) = own::locked(&mut tx, op).await?;
    let standing = standing(app, &mut tx, op, id).await?;
    let Some(device) = standing.device.clone() else {
        return Ok(BindingProgress::Waiting(shown(app, &mut tx, id, &standing).await?));
    };
    let Some(request) = standing.request else {
        return ask(app, tx, op, &account, id, &standing).await;
    };
    match judge(&mut tx, op, id, request).await? {
        PushVerdict::Accept(_proof) => {
            let label = Label::parse(&device).ok();
            finish(app, tx, op, &account, &credentials, id, label).await
        }
        PushVerdict::Pending => Ok(BindingProgress::Waiting(shown(app, &mut tx, id, &standing).await?)),
        PushVerdict::Refuse(PushFailure::Reported) => Err(Error::NotFound("enrolment")),
        PushVerdict::Refuse(failure) => match again {
            Again::Yes => ask(app, tx, op, &account, id, &standing).await,
            Again::No => Ok(BindingProgress::Failed(shown(app, &mut tx, id, &standing).await?, failure)),
        },
    }
}

/// Whether an app whose number was not confirmed is asked another time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// It is.
    Yes,
    /// It is not.
    No,
}

/// The binding of `id` that this very session has begun, if there is still time.
async fn standing(app: &App, tx: &mut Tx, op: &Op, id: CredentialId) -> Result<BindingStanding> {
    let holder = own::actor(op)?.session.uuid();
    let standing = store::credential::binding_standing(tx, id, holder).await?;
    // One that an app has used in time may still be finished, but not for ever.
    let longer = app.settings().signin.push.lifetime;
    let in_time = |standing: &BindingStanding| {
        op.now < if standing.device.is_some() { standing.expires_at.plus(longer) } else { standing.expires_at }
    };
    standing.filter(in_time).ok_or(Error::NotFound("enrolment"))
}

async fn judge(tx: &mut Tx, op: &Op, id: CredentialId, request: PushRequestId) -> Result<PushVerdict> {
    let (how, expires_at) = store::credential::push_standing_until(tx, request).await?;
    Ok(how.judge(id, expires_at, op.now))
}

async fn ask(
    app: &App,
    mut tx: Tx,
    op: &Op,
    account: &Account,
    id: CredentialId,
    standing: &BindingStanding,
) -> Result<BindingProgress> {
    let rules = app.settings().signin.push;
    let asked = AskedApp {
        credential: id,
        request: PushRequestId::new(op.now, app.id_entropy()),
        number: MatchNumber::draw(app.random(), Digits::JOINING),
        asked_at: op.now,
        expires_at: op.now.plus(rules.lifetime),
    };
    let asker =
        Asker { account: account.id, organisation: account.organisation, flow: None, application: None, joining: true };
    ask_app(app, op, &mut tx, &asker, &asked).await?;
    let holder = own::actor(op)?.session.uuid();
    store::credential::set_binding_request(&mut tx, id, holder, asked.request).await?;
    let standing = BindingStanding { request: Some(asked.request), ..standing.clone() };
    let shown = shown(app, &mut tx, id, &standing).await?;
    tx.commit().await?;
    Ok(BindingProgress::Waiting(shown))
}

async fn finish(
    app: &App,
    mut tx: Tx,
    op: &Op,
    account: &Account,
    credentials: &Credentials,
    id: CredentialId,
    label: Option<Label>,
) -> Result<BindingProgress> {
    let holder = own::actor(op)?.session.uuid();
    let bound = store::credential::take_binding(&mut tx, id, holder).await?.ok_or_else(own::changed_elsewhere)?;
    let (credential, kind, moved) = if bound.moves {
        let credential = credentials.find(id).cloned().ok_or(Error::NotFound("credential"))?;
        // The name of the phone that it was on would be wrong from now on.
        let credential = Credential { label: label.unwrap_or_else(|| credential.label.clone()), ..credential };
        if !store::credential::move_app(&mut tx, &credential, &bound.key, &bound.secret, op.now).await? {
            return Err(own::changed_elsewhere());
        }
        // SECURITY: nor does what was signed in with it go on, on any other device.
        let session = own::actor(op)?.session;
        let why = EndedWhy::CredentialRemoved;
        store::session::end_account_sessions(&mut tx, account.id, Some(session), why, op.now).await?;
        store::credential::end_memories(&mut tx, account.id, None).await?;
        crate::application::revoke_account_grants(&mut tx, op, account.id).await?;
        let end = own::PassEnd { why: "enrolled", reason: None, flow: None };
        own::end_pass(&mut tx, op, (account.id, account.organisation), end).await?;
        // The phone before is asked nothing more, and is woken no more.
        store::credential::take_back_push_requests(&mut tx, id, op.now).await?;
        store::credential::delete_subscription(&mut tx, id).await?;
        let factor = FactorKind::Push.as_str().into();
        let moved = Event::CredentialMoved { account: account.id, credential: id, factor };
        (credential, MessageKind::FactorMoved, Some(moved))
    } else {
        // Another window may have filled the last place since this one began.
        let free_label = own::room(app, credentials, FactorKind::Push)?;
        let new = Credential {
            id,
            account: account.id,
            organisation: account.organisation,
            kind: FactorKind::Push,
            label: free_label.clone(),
            state: CredentialState::Active,
            is_default: false,
            created_at: op.now,
            last_used_at: Some(op.now),
            version: 1,
        };
        let enrolled = credentials.enrol(new, label.unwrap_or(free_label), op.now);
        if let Some(former) = &enrolled.former_default
            && !store::credential::save_credential(&mut tx, former).await?
        {
            return Err(own::changed_elsewhere());
        }
        let credential = enrolled.credential;
        store::credential::insert_credential(&mut tx, &credential, Some(&bound.secret), None).await?;
        store::credential::set_app_key(&mut tx, id, &bound.key).await?;
        own::note_enrolment(&mut tx, op, &credential, None).await?;
        (credential, MessageKind::FactorAdded, None)
    };
    if let Some(subscription) = &bound.subscription {
        let (account, organisation) = (account.id, account.organisation);
        let stored = StoredApp { credential: id, account, organisation, key: bound.key, joining: false };
        store::credential::save_subscription(&mut tx, &stored, subscription, op.now).await?;
    }
    if let Some(moved) = moved {
        store::audit::append(&mut tx, op, Some(account.organisation), moved).await?;
    }
    own::tell(app, &mut tx, op, kind, &credential).await?;
    tx.commit().await?;
    app.wake().ring(Channel::Mail);
    Ok(BindingProgress::Finished { credential, moved: bound.moves })
}

async fn shown(app: &App, tx: &mut Tx, id: CredentialId, standing: &BindingStanding) -> Result<PendingBinding> {
    let stage = match (&standing.code, &standing.device, standing.request) {
        (_, Some(device), None) => BindingStage::Bound { device: device.clone() },
        (_, Some(device), Some(request)) => {
            let stored = store::credential::find_push_request(tx, request).await?;
            let asked = AskedView {
                number: Secret::new(stored.as_ref().map(|stored| stored.open.number.text()).unwrap_or_default()),
                standing: store::credential::push_standing(tx, request).await?,
                expires_at: stored.map_or(standing.expires_at, |stored| stored.open.expires_at),
                credential: id,
            };
            BindingStage::Asked { asked, device: device.clone() }
        }
        (Some(code), None, _) => {
            let binding = NewBinding { credential: id, code: code.clone(), expires_at: standing.expires_at };
            BindingStage::Code(binding_view(app, &binding, false))
        }
        (None, None, _) => return Err(Error::NotFound("enrolment")),
    };
    Ok(PendingBinding { credential: id, moves: standing.moves, stage })
}
