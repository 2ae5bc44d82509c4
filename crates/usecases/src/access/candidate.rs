//! What is known of an account where it is judged whether it may be excepted.

use wardkey_domain::access::exception::{Candidate, UserException};
use wardkey_domain::access::{FactorSet, Hold};
use wardkey_domain::directory::{Account, StatusName};
use wardkey_domain::op::Op;
use wardkey_store::{self as store, Tx};

use super::end::end_due;
use super::standing::factors_of;
use crate::directory::Loaded;
use crate::{App, Result};

/// The facts of an account, as the rules want them.
pub(super) struct Facts {
    account: Account,
    privileged: bool,
    factors: FactorSet,
    hold: Hold,
    pub(super) history: Vec<UserException>,
}

impl Facts {
    /// Holds the account's credentials and exceptions as they are until the transaction ends, notes the end of what is over, and
    /// says how the account stands then.
    pub(super) async fn locked(app: &App, tx: &mut Tx, op: &Op, loaded: &Loaded) -> Result<Self> {
        let account = &loaded.account;
        // Of two administrators at once the second sees what the first has given.
        store::credential::lock_credentials(tx, account.id, account.organisation).await?;
        end_due(app, tx, op, account).await?;
        Self::load(app, tx, op, loaded).await
    }

    /// How the account stands.
    pub(super) async fn load(app: &App, tx: &mut Tx, op: &Op, loaded: &Loaded) -> Result<Self> {
        let account = loaded.account.clone();
        let since = op.now.minus(app.settings().access.exception.span);
        Ok(Self {
            privileged: loaded.is_privileged(),
            factors: factors_of(tx, op, account.id).await?,
            hold: store::access::hold_of(tx, account.id).await?,
            history: store::access::list_account_exceptions(tx, account.id, since).await?,
            account,
        })
    }

    pub(super) fn candidate(&self) -> Candidate<'_> {
        Candidate {
            account: self.account.id,
            organisation: self.account.organisation,
            kind: self.account.kind,
            in_use: matches!(self.account.status.name(), StatusName::Active | StatusName::Leaver),
            factors: self.factors,
            privileged: self.privileged,
            hold: self.hold,
            history: &self.history,
        }
    }
}
