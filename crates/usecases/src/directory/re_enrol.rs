//! Making somebody enrol again.

use wardkey_domain::audit::Event;
use wardkey_domain::credential::{ActivationPurpose, Credentials, Who};
use wardkey_domain::factor::{FactorKind, definition};
use wardkey_domain::id::AccountId;
use wardkey_domain::message::{Channel, MessageKind};
use wardkey_domain::op::Op;
use wardkey_domain::permission::Action;
use wardkey_domain::secret::Secret;
use wardkey_domain::session::EndedWhy;
use wardkey_store as store;

use super::target::{changed_meanwhile, end_everything, issue_activation, load_to_change};
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
    let account = &loaded.account;
    store::credential::lock_credentials(&mut tx, id, account.organisation).await?;
    refuse_compromised(&mut tx, account).await?;
    let removed = Credentials::new(store::credential::list_credentials(&mut tx, id).await?).remove_all(op.now);
    for credential in &removed {
        if !store::credential::save_credential(&mut tx, credential).await? {
            return Err(changed_meanwhile());
        }
    }
    for factor in FactorKind::ALL.iter().filter(|factor| definition(**factor).is_second_factor()) {
        store::credential::reset_throttle(&mut tx, &Who::Account(id), *factor).await?;
    }
    // What the person enrols now is on another phone, whatever an exception was given for.
    store::access::forget_re_enrolment(&mut tx, id).await?;
    let end = PassEnd { why: "re_enrolled", reason: Some(reason.clone()), flow: None };
    end_pass(&mut tx, op, (id, account.organisation), end).await?;
    end_recovery_codes(&mut tx, op, (id, account.organisation), "re_enrolled").await?;
    end_everything(&mut tx, op, account, EndedWhy::CredentialRemoved, Some(reason.clone())).await?;
    let event = Event::ReEnrolled { account: id, reason: reason.clone() };
    store::audit::append(&mut tx, op, Some(account.organisation), event).await?;
    let activation = if loaded.is_privileged() {
        // SECURITY: a password alone must never be enough to enrol a privileged account.
        Some(issue_activation(app, &mut tx, op, account, ActivationPurpose::Reset, Some(reason)).await?)
    } else {
        None
    };
    notify(app, &mut tx, op, Notice::new(MessageKind::ReEnrolled, id)).await?;
    tx.commit().await?;
    app.wake().ring(Channel::Mail);
    Ok(ReEnrolled { removed: removed.len(), activation })
}
