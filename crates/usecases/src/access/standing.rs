//! How an account stands: what is decided from besides the connection.

use wardkey_domain::access::{
    Connection, Enrolled, FactorSet, GraceUsed, Hold, SignInRequest, Signals, Subject, own_factors,
};
use wardkey_domain::directory::{Account, AccountKind, Organisation, Role};
use wardkey_domain::id::{AccountId, GroupId, OrganisationId};
use wardkey_domain::op::Op;
use wardkey_domain::time::Timestamp;
use wardkey_store::{self as store, Tx};

use crate::{Result, signin};

/// How an account stands, as far as it does not say itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) organisations: Vec<OrganisationId>,
    pub(crate) groups: Vec<GroupId>,
    pub(crate) hold: Hold,
    pub(crate) excepted_until: Option<Timestamp>,
    pub(crate) postponed_until: Option<Timestamp>,
    pub(crate) grace: GraceUsed,
}

/// An account, with everything about it that is decided from.
#[derive(Clone, Debug)]
pub(crate) struct AccountFacts {
    pub(crate) id: AccountId,
    pub(crate) kind: AccountKind,
    pub(crate) created_at: Timestamp,
    pub(crate) roles: Vec<Role>,
    pub(crate) factors: FactorSet,
    pub(crate) standing: Standing,
}

/// How an account stands now.
pub(crate) async fn standing(
    tx: &mut Tx,
    now: Timestamp,
    account: &Account,
    organisation: Option<&Organisation>,
) -> Result<Standing> {
    Ok(Standing {
        // The nearest first.
        organisations: organisation
            .map_or_else(|| vec![account.organisation], |organisation| organisation.path.ids().rev().collect()),
        groups: store::access::groups_of(tx, account.id).await?,
        hold: store::access::hold_of(tx, account.id).await?,
        excepted_until: store::access::excepted_until(tx, account.id, now).await?,
        postponed_until: store::access::postponed_until(tx, account.id, now).await?,
        grace: store::access::grace_used(tx, account.id).await?,
    })
}

/// An account with everything about it that is decided from.
pub(crate) async fn account_facts(tx: &mut Tx, op: &Op, account: &Account) -> Result<AccountFacts> {
    let organisation = store::directory::find_organisation(tx, account.organisation).await?;
    Ok(AccountFacts {
        id: account.id,
        kind: account.kind,
        created_at: account.created_at,
        roles: signin::roles_of(tx, op, account.id).await?,
        factors: factors_of(tx, op, account.id).await?,
        standing: standing(tx, op.now, account, organisation.as_ref()).await?,
    })
}

/// The second factors of an account's own that count now.
pub(crate) async fn factors_of(tx: &mut Tx, op: &Op, account: AccountId) -> Result<FactorSet> {
    let credentials = store::credential::list_credentials(tx, account).await?;
    let quarantined = store::access::list_quarantined(tx, account).await?;
    let void = store::access::phones_void_from(tx, account, op.now).await?;
    let active = credentials.iter().filter(|credential| credential.is_active());
    let enrolled = active.map(|credential| Enrolled {
        kind: credential.kind,
        at: credential.created_at,
        is_quarantined: quarantined.contains(&credential.id),
    });
    Ok(own_factors(enrolled, void))
}

impl AccountFacts {
    /// What is known of a sign-in of this account.
    pub(crate) fn signals(&self, request: &SignInRequest, connection: Connection) -> Signals<'_> {
        let Standing { organisations, groups, hold, excepted_until, postponed_until, grace } = &self.standing;
        let Connection { address, country, device, risk, remembered, at } = connection;
        let account = Subject {
            id: self.id,
            kind: self.kind,
            created_at: self.created_at,
            roles: &self.roles,
            groups,
            organisations,
            factors: self.factors,
            hold: *hold,
            excepted_until: *excepted_until,
            postponed_until: *postponed_until,
            grace: *grace,
        };
        let (target, asked, client) = (request.target(), request.strength, request.client);
        Signals { account, target, asked, client, address, country, device, risk, remembered, now: at }
    }
}
