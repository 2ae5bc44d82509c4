//! Who asks, and what of the directory there is for them.

use std::time::Duration;

use wardkey_domain::directory::{AccountKind, AccountStatus, OrganisationPath, RoleGrant};
use wardkey_domain::id::{AccountId, ApplicationId, OrganisationId};
use wardkey_domain::op::{Actor, Op};
use wardkey_domain::permission::{Action, Target};
use wardkey_store::application::{LinkedAccount, Place};
use wardkey_store::{self as store, StoreError, Tx};

use crate::{App, Error, Result};

/// What version of something a change is about; without it, of any.
pub type IfMatch<'a> = Option<&'a (dyn Fn(&str) -> bool + Send + Sync)>;

/// What became of a change. `E` is why it could not be worked out what was wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provisioned<T, E> {
    /// It is so now.
    Done(T),
    /// There is another version by now.
    Stale,
    /// It was not done.
    Refused(E),
}

/// The application that acts, and by whose mandate.
pub(super) struct Mine<'a> {
    pub(super) application: ApplicationId,
    pub(super) path: &'a OrganisationPath,
}

impl<'a> Mine<'a> {
    pub(super) fn of(op: &'a Op) -> Result<Self> {
        let Actor::Application(acting) = &op.actor else { return Err(Error::NotFound("page")) };
        let mandate = acting.mandate.as_ref().ok_or(Error::NotFound("page"))?;
        Ok(Self { application: acting.id, path: &mandate.path })
    }

    pub(super) fn organisation(&self) -> OrganisationId {
        self.path.organisation()
    }
}

/// Somebody, and the roles they hold.
pub(super) struct Seen {
    pub(super) linked: LinkedAccount,
    pub(super) roles: Vec<RoleGrant>,
}

impl Seen {
    pub(super) fn target(&self) -> Target<'_> {
        Target::account(&self.linked.account, &self.roles)
    }
}

pub(super) const NOBODY: Error = Error::NotFound("user");

/// Somebody whom the application sees: in its reach, a person, not deleted by anybody.
pub(super) async fn see(tx: &mut Tx, op: &Op, mine: &Mine<'_>, id: AccountId) -> Result<Seen> {
    let linked = store::application::find_linked(tx, mine.application, id).await?.ok_or(NOBODY)?;
    let roles = store::directory::list_account_roles(tx, id, op.now).await?;
    let seen = Seen { linked, roles };
    op.require(Action::SeeAccount, &seen.target()).map_err(|_| NOBODY)?;
    let LinkedAccount { account, link, .. } = &seen.linked;
    let is_person = matches!(account.kind, AccountKind::User | AccountKind::Guest);
    let is_gone = matches!(account.status, AccountStatus::Deleted { .. } | AccountStatus::DeletedPermanently { .. });
    let is_ended = link.as_ref().is_some_and(|link| link.ended_at.is_some());
    if is_person && !is_gone && !is_ended { Ok(seen) } else { Err(NOBODY) }
}

/// The identifier of an account as a client writes it.
pub(super) fn account_id(text: &str) -> Option<AccountId> {
    text.parse().ok()
}

/// What becomes of a change within its transaction.
pub(super) type Attempt<T> = std::result::Result<T, Stop>;

/// Why a change is given up within its transaction.
pub(super) enum Stop {
    /// Somebody else was faster.
    Raced,
    /// The application has switched off as many people within a day as it may.
    Halted(u32),
    Failed(Error),
}

/// What somebody else has taken meanwhile is looked at again.
impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        let is_taken = |error: &StoreError| error.is_unique().is_some();
        match &error {
            Error::Internal { source: Some(source), .. } if source.downcast_ref().is_some_and(is_taken) => Self::Raced,
            Error::NotFound(_)
            | Error::Conflict(_)
            | Error::Forbidden(_)
            | Error::Invalid(_)
            | Error::FreshFactorNeeded
            | Error::Unavailable { .. }
            | Error::Internal { .. } => Self::Failed(error),
        }
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Error::from(error).into()
    }
}

impl From<wardkey_domain::permission::Denied> for Stop {
    fn from(denied: wardkey_domain::permission::Denied) -> Self {
        Self::Failed(denied.into())
    }
}

/// How often a change is tried when others change the same.
pub(super) const TRIES: u32 = 4;

/// What has become of a change; nothing when somebody else was faster and it is to be tried again. One that names a version has lost
/// then, since there is another by now.
pub(super) async fn settled<T, E>(
    app: &App,
    op: &Op,
    if_match: IfMatch<'_>,
    attempt: Attempt<Provisioned<T, E>>,
) -> Result<Option<Provisioned<T, E>>> {
    match attempt {
        Ok(done) => Ok(Some(done)),
        Err(Stop::Failed(error)) => Err(error),
        Err(Stop::Halted(limit)) => Err(super::brake::note(app, op, limit).await?),
        Err(Stop::Raced) if if_match.is_some() => Ok(Some(Provisioned::Stale)),
        Err(Stop::Raced) => Ok(None),
    }
}

/// Others change the same all the time.
pub(super) const CONTENDED: Error = Error::Unavailable { retry_after: Duration::from_secs(1) };

/// The codes of the organisations to which the application may have people belong, unless they are too many to be told.
///
/// # Errors
/// When nobody acts who provisions people.
pub async fn provisioning_codes(app: &App, op: &Op) -> Result<Vec<String>> {
    const MOST: u32 = 100;
    let mine = Mine::of(op)?;
    let mut tx = app.store().read().await?;
    let codes = store::application::list_codes_in(&mut tx, Place::Within(mine.path), MOST + 1).await?;
    Ok(if codes.len() > MOST as usize { Vec::new() } else { codes })
}
