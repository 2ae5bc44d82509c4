//! Fills a test's history: factors that were enrolled, and sign-ins that were decided.

use wardkey_domain::access::history::{Experience, KeptSignIn};
use wardkey_domain::credential::{Credential, CredentialState, Label};
use wardkey_domain::factor::FactorKind;
use wardkey_domain::id::{CredentialId, DecisionId, OrganisationId};
use wardkey_store::access::KeptDecision;

use crate::test_app::TestApp;

impl TestApp {
    /// Writes down that somebody has enrolled a factor, without anything to show for it.
    ///
    /// # Panics
    /// When the store does not take it.
    pub async fn hold_factor(&self, address: &str, kind: FactorKind) {
        let account = self.account(address).await;
        let now = self.app.now();
        let mut tx = self.app.store().begin().await.expect("a transaction");
        let locked = wardkey_store::credential::lock_credentials(&mut tx, account.id, account.organisation).await;
        locked.expect("the credentials are locked");
        let credential = Credential {
            id: CredentialId::new(now, self.app.id_entropy()),
            account: account.id,
            organisation: account.organisation,
            kind,
            label: Label::numbered("Factor", 1),
            state: CredentialState::Active,
            is_default: true,
            created_at: now,
            last_used_at: None,
            version: 1,
        };
        let inserted = wardkey_store::credential::insert_credential(&mut tx, &credential, None, None).await;
        inserted.expect("the credential is kept");
        tx.commit().await.expect("a commit");
    }

    /// Keeps sign-ins in which people were prompted, all in one transaction.
    ///
    /// # Panics
    /// When the store does not take them.
    pub async fn keep_sign_ins(&self, sign_ins: impl IntoIterator<Item = (OrganisationId, KeptSignIn)>) {
        let mut tx = self.app.store().begin().await.expect("a transaction");
        for (organisation, known) in sign_ins {
            let kept = KeptDecision {
                id: DecisionId::new(known.at, self.app.id_entropy()),
                organisation,
                outcome: Experience::Prompted,
                would_be: None,
                known,
                reasons: vec!["the standard baseline always asks for two factors".to_owned()],
            };
            wardkey_store::access::insert_decision(&mut tx, &kept, &[]).await.expect("the decision is kept");
        }
        tx.commit().await.expect("a commit");
    }
}
