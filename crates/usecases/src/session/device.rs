//! The browsers in which somebody has signed in before: seen by their owner, remembered, and forgotten [AUT-11, SES-5].

use std::time::Duration;

use wardkey_domain::access::history::KeptSignIn;
use wardkey_domain::audit::Event;
use wardkey_domain::directory::Account;
use wardkey_domain::id::{AccountId, DeviceId};
use wardkey_domain::op::Op;
use wardkey_domain::permission::{Action, Target};
use wardkey_domain::session::{EndedWhy, KnownDevice, Remembered, Session};
use wardkey_domain::time::Timestamp;
use wardkey_store::{self as store, Tx};

use crate::session::end_in;
use crate::{App, Error, Result, access, directory};

/// A browser as its owner, or whoever looks after them, sees it.
#[derive(Clone, Debug)]
pub struct DeviceView {
    /// The browser.
    pub device: KnownDevice,
    /// Whether it is the one that asks.
    pub is_this_one: bool,
    /// Until when it is remembered, at most, if it is.
    pub remembered_until: Option<Timestamp>,
}

/// The actor's own browsers.
#[derive(Clone, Debug)]
pub struct OwnDevices {
    /// The browsers, the last used first.
    pub devices: Vec<DeviceView>,
    /// For how long the one that asks could be remembered from now on; nothing where it cannot, or is.
    pub could_remember: Option<Duration>,
}

/// Lists the browsers in which the actor has signed in.
pub async fn list_devices(app: &App, op: &Op) -> Result<OwnDevices> {
    let mut tx = app.store().read().await?;
    let (account, session) = own(&mut tx, op).await?;
    let devices = listed(app, &mut tx, op, &account, Some(session.facts().device)).await?;
    let can = devices.iter().any(|view| view.is_this_one && view.remembered_until.is_none());
    let could_remember = match session.own_factor_at().filter(|_| can) {
        Some(shown_at) => {
            let window = access::memory_here(app, &mut tx, op, &account).await?;
            window.filter(|window| op.now < shown_at.plus(*window))
        }
        None => None,
    };
    Ok(OwnDevices { devices, could_remember })
}

/// For how long the browser that asks could be remembered, for the page that asks its owner; nothing where that is settled.
pub async fn offered_memory(app: &App, op: &Op) -> Result<Option<Duration>> {
    let mut tx = app.store().read().await?;
    let (account, session) = own(&mut tx, op).await?;
    let Some(known) = store::credential::find_device(&mut tx, session.facts().device, account.id).await? else {
        return Ok(None);
    };
    let window = access::memory_here(app, &mut tx, op, &account).await?;
    let can = session.own_factor_at().is_some() && op.origin.device == Some(known.id);
    Ok(window.filter(|window| can && known.asks_to_remember(*window, op.now)))
}

/// Has the browser remembered that asks: for as long as the baseline says it spares its owner the prompt. Returns until when.
///
/// SECURITY: from when on a second factor was shown in it, not from now on; never from a pass or a recovery code, and not for whoever
/// finds the screen unlocked later [SES-8].
///
/// # Errors
/// A conflict where no second factor was shown, or where browsers are not remembered; `FreshFactorNeeded` when that is a while ago.
pub async fn remember_device(app: &App, op: &Op) -> Result<Timestamp> {
    let mut tx = app.store().begin().await?;
    let (account, session) = own(&mut tx, op).await?;
    // SECURITY: nobody ends the session, and what is remembered with it, between here and the end of this.
    if !store::application::hold_session(&mut tx, session.id()).await? {
        return Err(Error::NotFound("session"));
    }
    let device = session.facts().device;
    let window = access::memory_here(app, &mut tx, op, &account).await?;
    let until = session.own_factor_at().zip(window).map(|(shown_at, window)| (shown_at, shown_at.plus(window)));
    let Some((shown_at, until)) = until.filter(|(_, until)| op.now < *until && op.origin.device == Some(device)) else {
        return Err(Error::Conflict("This browser cannot be remembered here. Sign out, and sign in again.".to_owned()));
    };
    if op.now.since(shown_at) > app.settings().session.fresh_factor {
        return Err(Error::FreshFactorNeeded);
    }
    if !store::credential::remember_device(&mut tx, device, account.id, Remembered { shown_at, until }).await? {
        return Err(Error::NotFound("device"));
    }
    let event = Event::DeviceRemembered { account: account.id, device, until };
    store::audit::append(&mut tx, op, Some(account.organisation), event).await?;
    tx.commit().await?;
    Ok(until)
}

/// Notes that the actor does not want the browser remembered that asks.
pub async fn decline_memory(app: &App, op: &Op) -> Result<()> {
    let mut tx = app.store().begin().await?;
    let (account, session) = own(&mut tx, op).await?;
    store::credential::decline_device(&mut tx, session.facts().device, account.id, op.now).await?;
    tx.commit().await?;
    Ok(())
}

/// Forgets one of the actor's own browsers, and ends the session in it and what applications were granted. Says whether it was the one that asks.
///
/// # Errors
/// Not found for a browser that the actor has not signed in with.
pub async fn forget_device(app: &App, op: &Op, device: DeviceId) -> Result<bool> {
    let mut tx = app.store().begin().await?;
    let (account, session) = own(&mut tx, op).await?;
    forget(&mut tx, op, &account, device, "person", EndedWhy::EndedByPerson).await?;
    tx.commit().await?;
    Ok(session.facts().device == device)
}

/// Lists the browsers in which somebody has signed in, for whoever looks after them.
///
/// # Errors
/// Not found for an account that the actor may not see.
pub async fn list_devices_of(app: &App, op: &Op, id: AccountId) -> Result<(Account, Vec<DeviceView>, bool)> {
    let mut tx = app.store().read().await?;
    let loaded = directory::load(&mut tx, op, Action::SeeAccount, id).await?;
    let may_forget = op.require(Action::EndSessions, &loaded.target()).is_ok();
    let devices = listed(app, &mut tx, op, &loaded.account, None).await?;
    Ok((loaded.account, devices, may_forget))
}

/// Forgets a browser of somebody's, and ends the session in it and what applications were granted.
///
/// # Errors
/// When the actor may not, or the person has not signed in with it.
pub async fn forget_device_of(app: &App, op: &Op, id: AccountId, device: DeviceId) -> Result<()> {
    let mut tx = app.store().begin().await?;
    let account = directory::load_to_change(app, &mut tx, op, Action::EndSessions, id).await?.account;
    forget(&mut tx, op, &account, device, "administrator", EndedWhy::EndedByAdministrator).await?;
    tx.commit().await?;
    Ok(())
}

/// Whether the person is asked if the browser should be remembered in which they have just signed in.
pub(crate) async fn asks_to_remember(
    app: &App,
    op: &Op,
    tx: &mut Tx,
    session: &Session,
    kept: &KeptSignIn,
) -> Result<bool> {
    if session.own_factor_at().is_none() {
        return Ok(false);
    }
    let Some(window) = access::memory_of(app, tx, op, kept).await? else { return Ok(false) };
    let known = store::credential::find_device(tx, session.facts().device, session.account()).await?;
    Ok(known.is_some_and(|known| known.asks_to_remember(window, op.now)))
}

async fn own(tx: &mut Tx, op: &Op) -> Result<(Account, Session)> {
    let actor = op.account().ok_or(Error::NotFound("session"))?;
    let account = store::directory::find_account(tx, actor.id).await?.ok_or(Error::NotFound("account"))?;
    op.require(Action::ManageOwnSessions, &Target::account(&account, &[]))?;
    let session = store::session::session(tx, actor.session).await?.ok_or(Error::NotFound("session"))?;
    Ok((account, session))
}

async fn listed(app: &App, tx: &mut Tx, op: &Op, account: &Account, this: Option<DeviceId>) -> Result<Vec<DeviceView>> {
    let window = access::memory_of_baseline(app, tx, op, account).await?;
    let devices = store::credential::list_devices(tx, account.id).await?;
    let view = |device: KnownDevice| DeviceView {
        is_this_one: Some(device.id) == this,
        remembered_until: device.remembered_until(window, op.now),
        device,
    };
    Ok(devices.into_iter().map(view).collect())
}

async fn forget(
    tx: &mut Tx,
    op: &Op,
    account: &Account,
    device: DeviceId,
    by: &'static str,
    why: EndedWhy,
) -> Result<()> {
    if !store::credential::delete_device(tx, device, account.id).await? {
        return Err(Error::NotFound("device"));
    }
    for session in store::session::list_device_sessions(tx, device, op.now).await? {
        if session.account() == account.id {
            end_in(tx, op, &session, why).await?;
        }
    }
    // Nobody knows in which browser an application was given access that has outlived its session.
    crate::application::revoke_account_grants(tx, op, account.id).await?;
    let event = Event::DeviceForgotten { account: account.id, device, why: by.into() };
    store::audit::append(tx, op, Some(account.organisation), event).await?;
    Ok(())
}
