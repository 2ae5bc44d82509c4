//! Who sends this request? Answered from memory.

use std::sync::Arc;
use std::time::Duration;

use wardkey_domain::id::AccountId;
use wardkey_domain::op::{ActingAccount, Actor, Op};
use wardkey_domain::secret::TokenHash;
use wardkey_domain::session::{Session, Standing, Strength};
use wardkey_domain::time::Timestamp;
use wardkey_store as store;

use crate::session::cache::Cached;
use crate::{App, Circumstances, Result, access};

/// How often the database hears that a session is in use.
const TOUCH_EVERY_MICROS: i64 = 60_000_000;

/// For how long the policies that let a session go on are not asked again.
const ADMITTED_FOR: Duration = Duration::from_secs(60);

/// A request's session, and its owner as an actor.
#[derive(Clone, Debug)]
pub struct Authenticated {
    /// The session.
    pub session: Session,
    /// Its owner, as permission decisions see them.
    pub account: ActingAccount,
}

impl Authenticated {
    /// The circumstances of an operation of this person's.
    pub fn op(&self, app: &App, circumstances: &Circumstances) -> Op {
        app.op(Actor::Account(self.account.clone()), circumstances.origin.clone())
    }

    /// Whose session it is.
    pub const fn account_id(&self) -> AccountId {
        self.account.id
    }
}

/// Whether the request carries a session that is good: the whole of `GET /session/check`.
pub async fn check(app: &App, circumstances: &Circumstances) -> Result<bool> {
    Ok(admitted(app, circumstances).await?.is_some())
}

/// The session that the request carries, if it is good.
///
/// It is answered from memory while this node hears the others; a node that lost touch with them asks the database each
/// time, so a revoked session is never accepted for longer than a heartbeat's absence goes unnoticed.
pub async fn authenticate(app: &App, circumstances: &Circumstances) -> Result<Option<Authenticated>> {
    let Some(cached) = admitted(app, circumstances).await? else {
        return Ok(None);
    };
    let now = app.now();
    let session = cached.session.clone();
    let account = ActingAccount {
        id: session.account(),
        organisation: session.facts().organisation,
        session: session.id(),
        roles: cached.roles.iter().filter(|role| role.expires_at.is_none_or(|end| now < end)).cloned().collect(),
        second_factor_at: session.second_factor_at().unwrap_or(Timestamp::from_micros(0)),
        unrestricted_factor_at: session.unrestricted_factor_at(),
    };
    Ok(Some(Authenticated { session, account }))
}

/// The session that the request carries, if it is good and enough where the request comes from.
///
/// SECURITY: who came in without a second factor, in a named location, a remembered browser or for a day, is asked again by each request whether that
/// still holds: a laptop that is carried home is at home. Of anybody else that is asked once a minute, and as soon as they come
/// from another address: what is published, or lasts too long, ends a session within that.
async fn admitted(app: &App, circumstances: &Circumstances) -> Result<Option<Arc<Cached>>> {
    let Some(cached) = current(app, circumstances).await? else {
        return Ok(None);
    };
    let (now, address) = (app.now(), circumstances.origin.address);
    if cached.session.strength() > Strength::OneFactor && cached.was_admitted(address, now, ADMITTED_FOR) {
        return Ok(Some(cached));
    }
    let op = app.op(Actor::Anonymous, circumstances.origin.clone());
    let mut tx = app.store().read().await?;
    if !access::may_go_on(app, &mut tx, &op, &cached.session).await? {
        return Ok(None);
    }
    cached.admit(address, now);
    Ok(Some(cached))
}

async fn current(app: &App, circumstances: &Circumstances) -> Result<Option<Arc<Cached>>> {
    let Some(token) = &circumstances.session_token else {
        return Ok(None);
    };
    let token = TokenHash::of(token.expose());
    let now = app.now();
    if app.store().cluster().is_current()
        && let Some(cached) = app.sessions().find(&token)
        && cached.session.standing(&app.settings().session, cached.seen_at(), now) == Standing::Current
    {
        touch(app, &cached, now).await?;
        return Ok(Some(cached));
    }
    // Not in memory, or idle as far as this node knows: another node may have seen it since.
    let Some(cached) = load(app, token).await? else {
        return Ok(None);
    };
    if cached.session.standing(&app.settings().session, cached.seen_at(), now) != Standing::Current {
        return Ok(None);
    }
    touch(app, &cached, now).await?;
    Ok(Some(cached))
}

async fn load(app: &App, token: TokenHash) -> Result<Option<Arc<Cached>>> {
    let epoch = app.sessions().epoch();
    let mut tx = app.store().read().await?;
    let Some(session) = store::session::session_by_token(&mut tx, &token).await? else {
        return Ok(None);
    };
    let roles = store::directory::list_account_roles(&mut tx, session.account(), app.now()).await?;
    let cached = Arc::new(Cached::new(session, roles));
    app.sessions().keep(epoch, token, Arc::clone(&cached));
    Ok(Some(cached))
}

/// Notes a use in memory, and once a minute in the database. A fault there does not turn the person away.
async fn touch(app: &App, cached: &Cached, now: Timestamp) -> Result<()> {
    if cached.see(now, TOUCH_EVERY_MICROS) {
        let mut tx = app.store().begin().await?;
        store::session::touch_session(&mut tx, cached.session.id(), now).await?;
        tx.commit().await?;
    }
    Ok(())
}
