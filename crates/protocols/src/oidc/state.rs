//! What every endpoint needs.

use std::ops::Deref;
use std::sync::Arc;

use bytes::Bytes;
use wardkey_domain::application::SigningAlgorithm;
use wardkey_domain::id::ApplicationId;
use wardkey_domain::op::{ActingApplication, Actor, Op};
use wardkey_usecases::session::{self, Authenticated};
use wardkey_usecases::{App, Circumstances, Result};

use crate::oidc::endpoint::discovery;
use crate::oidc::signers::{Prepared, Signers};

/// What every endpoint needs. Cheap to clone.
#[derive(Clone)]
pub struct OidcState(Arc<Inner>);

/// What an [`OidcState`] points to.
pub struct Inner {
    /// The application.
    pub app: App,
    signers: Signers,
    discovery: Bytes,
}

impl Deref for OidcState {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// Who asks, as far as a browser shows it.
pub struct Visitor {
    /// Who is signed in.
    pub authenticated: Option<Authenticated>,
    /// The circumstances of what they do.
    pub op: Op,
}

impl OidcState {
    /// Builds it; the discovery document is written down once.
    pub fn new(app: App) -> Self {
        let discovery = discovery::document(app.settings().issuer.as_str());
        Self(Arc::new(Inner { app, signers: Signers::default(), discovery }))
    }

    /// The issuer. It is configured, never taken from a request.
    pub fn issuer(&self) -> &str {
        self.app.settings().issuer.as_str()
    }

    /// The absolute address of a path of ours.
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.issuer())
    }

    /// The discovery document.
    pub fn discovery(&self) -> Bytes {
        self.discovery.clone()
    }

    /// Our keys, ready to sign and to verify.
    pub async fn keys(&self) -> Result<Arc<Prepared>> {
        self.signers.prepared(&self.app).await
    }

    /// Our keys, with one that signs with `algorithm`.
    pub async fn keys_for(&self, algorithm: SigningAlgorithm) -> Result<Arc<Prepared>> {
        self.signers.prepared_for(&self.app, algorithm).await
    }

    /// The circumstances of something that nobody in particular does.
    pub fn anonymous(&self, circumstances: &Circumstances) -> Op {
        self.app.op(Actor::Anonymous, circumstances.origin.clone())
    }

    /// The circumstances of something that an application does.
    pub fn by_application(&self, circumstances: &Circumstances, application: ApplicationId) -> Op {
        self.app
            .op(Actor::Application(ActingApplication { id: application, mandate: None }), circumstances.origin.clone())
    }

    /// Who is in front of the browser.
    pub async fn visitor(&self, circumstances: &Circumstances) -> Result<Visitor> {
        let authenticated = session::authenticate(&self.app, circumstances).await?;
        let op = match &authenticated {
            Some(authenticated) => authenticated.op(&self.app, circumstances),
            None => self.anonymous(circumstances),
        };
        Ok(Visitor { authenticated, op })
    }
}
