//! Changing one's own password in a session.

use wardkey_domain::audit::Event;
use wardkey_domain::credential::{Attempt, Credentials, Permit, Who};
use wardkey_domain::directory::Account;
use wardkey_domain::factor::FactorKind;
use wardkey_domain::factor::password::{BrokenRule, PasswordHash, PasswordVerdict};
use wardkey_domain::message::MessageKind;
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_domain::secret::Secret;
use wardkey_domain::session::EndedWhy;
use wardkey_domain::time::Timestamp;
use wardkey_store::{self as store, Tx};

use super::{NewPasswordVerdict, judge_new_password, own};
use crate::message::{Notice, notify};
use crate::signin::known_device;
use crate::{App, Error, Result};

/// What somebody types to change their password.
#[derive(Clone, Debug)]
pub struct ChangePassword {
    /// The present one.
    pub current: Secret<String>,
    /// The new one.
    pub password: Secret<String>,
    /// The new one again.
    pub again: Secret<String>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasswordChange {
    /// It is changed, and every other session has ended.
    Changed,
    /// The present password was wrong.
    WrongCurrent,
    /// The present password was wrong too often: no further try before this moment.
    TooManyTries {
        /// That moment.
        until: Timestamp,
    },
    /// The new password breaks these rules.
    Refused(Vec<BrokenRule>),
}

/// Changes the actor's own password, and ends everything else that was signed in [SES-1, SES-5].
///
/// The present password is asked for as well as a fresh second factor [SES-8]: whoever finds a screen unlocked has neither.
///
/// SECURITY: and the factor is one that counts for a change of factors, too: a stolen password and a stolen backup, or a
/// number that was taken over, must not be enough to shut the owner out.
pub async fn change_password(app: &App, op: &Op, input: ChangePassword) -> Result<PasswordChange> {
    let session = own::actor(op)?.session;
    if input.password != input.again {
        return Err(Error::invalid("again", "Passwords do not match. Enter the new password twice"));
    }
    let Reserved { account, hash, attempt } = match reserve(app, op).await? {
        Ok(reserved) => reserved,
        Err(until) => return Ok(PasswordChange::TooManyTries { until }),
    };
    match app.hashing().verify(hash.clone(), input.current, op.now).await {
        Ok(PasswordVerdict::Accept { .. }) => {}
        Ok(PasswordVerdict::Refuse) => return Ok(PasswordChange::WrongCurrent),
        Err(overloaded) => {
            let mut tx = app.store().begin().await?;
            store::credential::give_back_attempt(&mut tx, &attempt, &app.settings().throttle, op.now).await?;
            tx.commit().await?;
            return Err(overloaded.into());
        }
    }
    let judged = judge_new_password(app, op, account.id, &input.password).await;

    let mut tx = app.store().begin().await?;
    // Whatever the new one is like, the present one was right.
    store::credential::succeed_attempt(&mut tx, &attempt, &app.settings().throttle, op.now).await?;
    let new = match judged {
        Ok(NewPasswordVerdict::Accepted(new)) => new,
        Ok(NewPasswordVerdict::Refused(broken)) => {
            tx.commit().await?;
            return Ok(PasswordChange::Refused(broken));
        }
        Err(error) => {
            tx.commit().await?;
            return Err(error);
        }
    };
    // SECURITY: an administrator's reset in the meantime must not be undone.
    if stored(&mut tx, &account).await? != hash {
        return Err(own::changed_elsewhere());
    }
    let (id, organisation) = (account.id, account.organisation);
    store::credential::set_password(&mut tx, id, organisation, &new, None, &app.settings().password, op.now).await?;
    store::credential::delete_activations(&mut tx, id).await?;
    let why = EndedWhy::PasswordChanged;
    store::signin::stop_account_flows(&mut tx, id, None).await?;
    store::session::end_account_sessions(&mut tx, id, Some(session), why, op.now).await?;
    store::credential::end_memories(&mut tx, id, None).await?;
    crate::application::revoke_account_grants(&mut tx, op, id).await?;
    store::audit::append(&mut tx, op, Some(organisation), Event::PasswordSet { account: id, by: "person".into() })
        .await?;
    notify(app, &mut tx, op, Notice::new(MessageKind::PasswordChanged, id)).await?;
    tx.commit().await?;
    Ok(PasswordChange::Changed)
}

/// Whether the actor may change their password now.
///
/// # Errors
/// `FreshFactorNeeded` when a factor has to be shown first: what was typed before that would be lost.
pub async fn may_change_password(app: &App, op: &Op) -> Result<()> {
    permitted(app, &mut app.store().read().await?, op).await.map(drop)
}

async fn permitted(app: &App, tx: &mut Tx, op: &Op) -> Result<Account> {
    let account = own::account(tx, op, Action::ChangeOwnPassword).await?;
    let credentials = Credentials::new(store::credential::list_credentials(tx, account.id).await?);
    own::require_best(app, tx, op, &account, &credentials).await?;
    own::require_strongest(app, tx, op, &account).await?;
    Ok(account)
}

struct Reserved {
    account: Account,
    hash: PasswordHash,
    attempt: Attempt,
}

/// Counts the attempt, in a transaction of its own, before the present password is checked. The inner error says until when
/// no attempt may be made.
async fn reserve(app: &App, op: &Op) -> Result<std::result::Result<Reserved, Timestamp>> {
    let mut tx = app.store().begin().await?;
    let account = permitted(app, &mut tx, op).await?;
    let hash = stored(&mut tx, &account).await?;
    let known_device = known_device(&mut tx, op, Some(account.id)).await?;
    let who = Who::Address(account.address.as_str().to_owned());
    let attempt = Attempt { who, factor: FactorKind::Password, address: op.origin.address, known_device };
    let permit = store::credential::reserve_attempt(&mut tx, &attempt, &app.settings().throttle, op.now).await?;
    tx.commit().await?;
    match permit {
        Permit::Now => Ok(Ok(Reserved { account, hash, attempt })),
        Permit::Wait { until } => Ok(Err(until)),
        Permit::Never => Err(Error::Forbidden("Ask your local administrator for help with your password.".to_owned())),
    }
}

async fn stored(tx: &mut Tx, account: &Account) -> Result<PasswordHash> {
    let stored = store::credential::password(tx, account.id).await?;
    Ok(stored.ok_or(Error::NotFound("password"))?.hash)
}
