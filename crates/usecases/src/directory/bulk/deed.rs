//! What is done to one account of a change: looked at, done, and undone.

use wardkey_domain::audit::Event;
use wardkey_domain::directory::{Account, BulkDeed, CannotChange, Change, Organisation, RowStanding};
use wardkey_domain::id::AccountId;
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_domain::session::EndedWhy;
use wardkey_store::directory::{Before, BulkRow, StoredBulkChange};
use wardkey_store::{self as store, Tx};

use crate::access::{capitalised, refuse_compromised};
use crate::directory::enable_mfa::{enable_it as enable_mfa_of, nobody_signs_in, refuse_held, return_it};
use crate::directory::end_sessions::end_sessions_of;
use crate::directory::re_enrol::re_enrol_it;
use crate::directory::set_status::{disable_it, enable_it, save_status};
use crate::directory::{Loaded, changed_meanwhile, end_everything, load};
use crate::{App, Error, Result};

/// What somebody has to be permitted to do to each account.
pub(super) const fn action(deed: BulkDeed) -> Action {
    match deed {
        BulkDeed::EnableMfa => Action::EnableMfa,
        BulkDeed::ReturnToBaseline => Action::ReturnToBaseline,
        BulkDeed::ReEnrol => Action::ReEnrol,
        BulkDeed::EndSessions => Action::EndSessions,
        BulkDeed::Disable => Action::DisableAccount,
        BulkDeed::Enable => Action::EnableAccount,
        // As an import does it.
        BulkDeed::Move => Action::ImportAccounts,
    }
}

/// One change, in the name of whoever has it done.
pub(super) struct Doing<'a> {
    pub(super) app: &'a App,
    pub(super) op: &'a Op,
    pub(super) stored: &'a StoredBulkChange,
    /// Where the accounts go, when they move.
    pub(super) destination: Option<&'a Organisation>,
}

/// What can be done to an account.
enum Judged {
    Ready(Box<Loaded>),
    Unchanged,
    Refused(String),
}

const NOBODY: &str = "No account that you look after has this address.";
const CHANGED_SINCE: &str = "The account has been changed since.";

impl Doing<'_> {
    /// Says what would become of a row; nothing is changed.
    pub(super) async fn check(&self, tx: &mut Tx, mut row: BulkRow) -> Result<BulkRow> {
        let judged = match row.account {
            Some(account) => self.judge(tx, account).await?,
            None => Judged::Refused(NOBODY.to_owned()),
        };
        (row.standing, row.why) = match judged {
            Judged::Ready(loaded) => {
                row.organisation = loaded.account.organisation;
                (RowStanding::Ready, None)
            }
            Judged::Unchanged => (RowStanding::Unchanged, None),
            Judged::Refused(why) => (RowStanding::Refused, Some(why)),
        };
        Ok(row)
    }

    /// Does it.
    pub(super) async fn carry_out(&self, tx: &mut Tx, mut row: BulkRow) -> Result<BulkRow> {
        let judged = match row.account {
            Some(account) => self.judge(tx, account).await?,
            None => Judged::Refused(NOBODY.to_owned()),
        };
        match judged {
            Judged::Ready(loaded) => {
                row.was = self.change(tx, *loaded).await?;
                (row.standing, row.done_at) = (RowStanding::Done, Some(self.op.now));
            }
            Judged::Unchanged => row.standing = RowStanding::Unchanged,
            Judged::Refused(why) => (row.standing, row.why) = (RowStanding::Failed, Some(why)),
        }
        Ok(row)
    }

    /// Undoes it, unless somebody has changed the account since.
    pub(super) async fn undo(&self, tx: &mut Tx, mut row: BulkRow) -> Result<BulkRow> {
        let kept = match row.account {
            Some(account) => self.bring_back(tx, account, &row).await?,
            None => Some(NOBODY.to_owned()),
        };
        (row.standing, row.why) = match kept {
            None => (RowStanding::Undone, None),
            Some(why) => (RowStanding::Kept, Some(why)),
        };
        Ok(row)
    }

    async fn judge(&self, tx: &mut Tx, account: AccountId) -> Result<Judged> {
        let deed = self.stored.change.deed;
        let loaded = match load(tx, self.op, action(deed), account).await {
            Ok(loaded) => loaded,
            Err(Error::NotFound(_)) => return Ok(Judged::Refused(NOBODY.to_owned())),
            Err(Error::Forbidden(why)) => return Ok(Judged::Refused(capitalised(&why))),
            Err(other) => return Err(other),
        };
        let is_enabled = |groups: Vec<_>| groups.contains(&wardkey_domain::access::MFA_ENABLED);
        match deed {
            BulkDeed::ReEnrol if loaded.is_privileged() => {
                // It needs an activation code, which whoever does it reads once.
                let why = "This account has a privileged role: have it enrol again on its own page.";
                return Ok(Judged::Refused(why.to_owned()));
            }
            BulkDeed::EnableMfa if !loaded.account.kind.may_sign_in() => {
                return Ok(Judged::Refused(nobody_signs_in(&loaded.account)));
            }
            BulkDeed::EnableMfa if is_enabled(store::access::groups_of(tx, account).await?) => {
                return Ok(Judged::Unchanged);
            }
            BulkDeed::ReturnToBaseline if !is_enabled(store::access::groups_of(tx, account).await?) => {
                return Ok(Judged::Unchanged);
            }
            BulkDeed::ReEnrol if store::credential::list_credentials(tx, account).await?.is_empty() => {
                return Ok(Judged::Unchanged);
            }
            BulkDeed::Move if self.destination.is_some_and(|to| to.id == loaded.account.organisation) => {
                return Ok(Judged::Unchanged);
            }
            _other => {}
        }
        let held = match deed {
            BulkDeed::ReturnToBaseline => refuse_held(tx, account).await,
            BulkDeed::ReEnrol | BulkDeed::Enable => refuse_compromised(tx, &loaded.account).await,
            BulkDeed::EnableMfa | BulkDeed::EndSessions | BulkDeed::Disable | BulkDeed::Move => Ok(()),
        };
        match held {
            Ok(()) => {}
            Err(Error::Conflict(why)) => return Ok(Judged::Refused(why)),
            Err(other) => return Err(other),
        }
        let change = match deed {
            BulkDeed::Disable => Some(Change::Disable),
            BulkDeed::Enable => Some(Change::Enable),
            _other => None,
        };
        let changed = change.map(|change| loaded.account.status.change(change, self.op.now));
        Ok(match changed {
            Some(Err(CannotChange::Already)) => Judged::Unchanged,
            Some(Err(why)) => Judged::Refused(capitalised(&why.to_string())),
            Some(Ok(_)) | None => Judged::Ready(Box::new(loaded)),
        })
    }

    async fn change(&self, tx: &mut Tx, loaded: Loaded) -> Result<Option<Before>> {
        let (op, reason) = (self.op, self.stored.reason.clone());
        let before = Some(Before::Status(loaded.account.status));
        match self.stored.change.deed {
            BulkDeed::EnableMfa => {
                enable_mfa_of(tx, op, &loaded.account, reason).await?;
            }
            BulkDeed::ReturnToBaseline => {
                return_it(tx, op, &loaded.account, reason).await?;
            }
            BulkDeed::ReEnrol => {
                re_enrol_it(self.app, tx, op, &loaded, reason).await?;
            }
            BulkDeed::EndSessions => {
                end_sessions_of(tx, op, &loaded, reason).await?;
            }
            BulkDeed::Disable => {
                disable_it(tx, op, loaded.account, reason).await?;
                return Ok(before);
            }
            BulkDeed::Enable => {
                enable_it(tx, op, loaded.account, reason).await?;
                return Ok(before);
            }
            BulkDeed::Move => {
                let from = loaded.account.organisation;
                let to = self.destination.ok_or_else(|| Error::fault("find where accounts move to"))?;
                move_it(tx, op, loaded.account, to).await?;
                return Ok(Some(Before::Organisation(from)));
            }
        }
        Ok(None)
    }

    /// Why it stays as it is, if it does.
    async fn bring_back(&self, tx: &mut Tx, account: AccountId, row: &BulkRow) -> Result<Option<String>> {
        let deed = self.stored.change.deed;
        let loaded = match load(tx, self.op, action(deed), account).await {
            Ok(loaded) => loaded,
            Err(Error::NotFound(_)) => return Ok(Some(NOBODY.to_owned())),
            Err(Error::Forbidden(why)) => return Ok(Some(capitalised(&why))),
            Err(other) => return Err(other),
        };
        match refuse_held(tx, account).await {
            Ok(()) => {}
            Err(Error::Conflict(why)) => return Ok(Some(why)),
            Err(other) => return Err(other),
        }
        let (op, reason, changed_since) = (self.op, self.stored.reason.clone(), || Some(CHANGED_SINCE.to_owned()));
        let brought_back = match (deed, row.was) {
            (BulkDeed::EnableMfa, _) => return_it(tx, op, &loaded.account, reason).await?,
            (BulkDeed::ReturnToBaseline, _) => enable_mfa_of(tx, op, &loaded.account, reason).await?,
            (BulkDeed::Disable | BulkDeed::Enable, Some(Before::Status(was))) => {
                let now = loaded.account.status;
                let is_as_left = match deed {
                    BulkDeed::Disable => now.since() == row.done_at,
                    _enable => now.since().is_none(),
                };
                if !is_as_left {
                    return Ok(changed_since());
                }
                let back = Account { status: was, ..loaded.account };
                let saved = save_status(tx, op, now.name(), back, reason.clone()).await?;
                if saved.may_sign_in().is_err() {
                    end_everything(tx, op, &saved, EndedWhy::AccountDisabled, Some(reason)).await?;
                }
                true
            }
            (BulkDeed::Move, Some(Before::Organisation(was))) => {
                if self.destination.is_none_or(|to| to.id != loaded.account.organisation) {
                    return Ok(changed_since());
                }
                let home = store::directory::find_organisation(tx, was).await?;
                let Some(home) = home.filter(Organisation::takes_accounts) else {
                    return Ok(Some("Its organisation of before takes no accounts.".to_owned()));
                };
                move_it(tx, op, loaded.account, &home).await?;
                true
            }
            (BulkDeed::ReEnrol | BulkDeed::EndSessions, _) | (_, Some(_) | None) => false,
        };
        Ok(if brought_back { None } else { changed_since() })
    }
}

/// Has an account belong to another organisation. Sessions carry the organisation, so those that were begun in the old one end.
async fn move_it(tx: &mut Tx, op: &Op, account: Account, to: &Organisation) -> Result<()> {
    let moved = Account { organisation: to.id, path: to.path.clone(), ..account };
    if !store::directory::save_account(tx, &moved).await? {
        return Err(changed_meanwhile());
    }
    end_everything(tx, op, &moved, EndedWhy::EndedByAdministrator, None).await?;
    let event = Event::AccountChanged { account: moved.id, changed: vec!["ods_code".into()] };
    Ok(store::audit::append(tx, op, Some(moved.organisation), event).await?)
}
