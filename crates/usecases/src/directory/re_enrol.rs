//! Making somebody enrol again.

use wardkey_domain::audit::{Event, Reason};
use wardkey_domain::credential::{ActivationPurpose, Credentials, Who};
use wardkey_domain::factor::{FactorKind, definition};
use wardkey_domain::id::AccountId;
use wardkey_domain::message::{Channel, MessageKind};
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_domain::secret::Secret;
use wardkey_domain::session::EndedWhy;
use wardkey_store::{self as store, Tx};

use super::target::{Loaded, changed_meanwhile, end_everything, issue_activation, load_to_change};
use crate::access::refuse_compromised;
use crate::audit::reason;
use crate::credential::{PassEnd, end_pass, end_recovery_codes};
use crate::message::{Notice, notify};
use crate::{App, Result};

/// What came of a re-enrolment.
#[derive(Debug)]
pub struct ReEnrolled {
    /// How many second factors were removed.
    pub removed: usize,
    /// The single-use code that a privileged account needs before it enrols again; shown once.
    pub activation: Option<Secret<String>>,
}

/// Removes all second factors of an account, so that its owner enrols again at the next sign-in; also what opens a
/// factor that reached its ceiling of failures [AUT-6]. What the account had open ends.
///
/// # Errors
/// When the actor may not, or there is no reason.
pub async fn re_enrol(app: &App, op: &Op, id: AccountId, why: &str) -> Result<ReEnrolled> {
    let reason = reason(why)?;
    let mut tx = app.store().begin().await?;
    let loaded = load_to_change(app, &mut tx, op, Action::ReEnrol, id).await?;
    let done = re_enrol_it(app, &mut tx, op, &loaded, reason).await?;
    tx.commit().await?;
    app.wake().ring(Channel::Mail);
    Ok(done)
}

/// The same, in a transaction of the caller's, who rings for the e-mail after it.
pub(super) async fn re_enrol_it(
    app: &App,
    tx: &mut Tx,
    op: &Op,
    loaded: &Loaded,
    reason: Reason,
) -> Result<ReEnrolled> {
    let account = &loaded.account;
    let id = account.id;
    store::credential::lock_credentials(tx, id, account.organisation).await?;
    refuse_compromised(tx, account).await?;
    let removed = Credentials::new(store::credential::list_credentials(tx, id).await?).remove_all(op.now);
    for credential in &removed {
        if !store::credential::save_credential(tx, credential).await? {
            return Err(changed_meanwhile());
        }
    }
    for factor in FactorKind::ALL.iter().filter(|factor| definition(**factor).is_second_factor()) {
        store::credential::reset_throttle(tx, &Who::Account(id), *factor).await?;
    }
    // What the person enrols now is on another phone, whatever an exception was given for.
    store::access::forget_re_enrolment(tx, id).await?;
    let end = PassEnd { why: "re_enrolled", reason: Some(reason.clone()), flow: None };
    end_pass(tx, op, (id, account.organisation), end).await?;
    end_recovery_codes(tx, op, (id, account.organisation), "re_enrolled").await?;
    end_everything(tx, op, account, EndedWhy::CredentialRemoved, Some(reason.clone())).await?;
    let event = Event::ReEnrolled { account: id, reason: reason.clone() };
    store::audit::append(tx, op, Some(account.organisation), event).await?;
    let activation = if loaded.is_privileged() {
        // SECURITY: a password alone must never be enough to enrol a privileged account.
        Some(issue_activation(app, tx, op, account, ActivationPurpose::Reset, Some(reason)).await?)
    } else {
        None
    };
    notify(app, tx, op, Notice::new(MessageKind::ReEnrolled, id)).await?;
    Ok(ReEnrolled { removed: removed.len(), activation })
}
