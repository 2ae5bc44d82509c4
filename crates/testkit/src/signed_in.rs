//! A signed-in person without the walk through the pages, for tests of what comes after.

use std::time::Duration;

use wardkey_domain::factor::FactorKind;
use wardkey_domain::id::{DeviceId, SessionId};
use wardkey_domain::op::Origin;
use wardkey_domain::secret::{Secret, TokenHash};
use wardkey_domain::session::{ProofRecord, SavedSession, Session};
use wardkey_usecases::Circumstances;

use crate::test_app::TestApp;

impl TestApp {
    /// Puts a session with password and code, both verified now, into the store; gives back what its browser would send.
    ///
    /// # Panics
    /// When there is no such account.
    pub async fn signed_in(&self, address: &str) -> Circumstances {
        let account = self.account(address).await;
        let now = self.clock.now();
        let entropy: [u8; 32] = self.app.random();
        let token = wardkey_domain::secret::token_text(entropy);
        let proof = |factor| ProofRecord { factor, credential: None, at: now, is_enrolment: false };
        let session = Session::restore(SavedSession {
            id: SessionId::new(now, self.app.id_entropy()),
            account: account.id,
            organisation: account.organisation,
            device: DeviceId::new(now, self.app.id_entropy()),
            proofs: vec![proof(FactorKind::Password), proof(FactorKind::Totp)],
            started_at: now,
            seen_at: now,
            expires_at: now.plus(Duration::from_secs(24 * 60 * 60)),
            idle: None,
            browser: None,
            address: None,
        });
        let mut tx = self.app.store().begin().await.expect("a transaction");
        let hash = TokenHash::of(token.expose());
        wardkey_store::session::insert_session(&mut tx, &session, &hash).await.expect("the session is kept");
        tx.commit().await.expect("the session is committed");
        Circumstances { origin: Origin::default(), session_token: Some(Secret::new(token.expose().clone())) }
    }
}
