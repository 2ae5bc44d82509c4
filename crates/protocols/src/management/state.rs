//! What every call needs.

use std::ops::Deref;
use std::sync::Arc;

use bytes::Bytes;
use wardkey_usecases::App;

use super::document::document;
use crate::oidc::OidcState;

/// What every call needs. Cheap to clone.
#[derive(Clone)]
pub struct Api(Arc<Inner>);

/// What an [`Api`] points to.
pub struct Inner {
    /// Whoever issued the access tokens.
    pub oidc: OidcState,
    document: Bytes,
}

impl Deref for Api {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Api {
    /// Builds it; the description is written down once.
    pub fn new(app: App) -> Self {
        let document = Bytes::from(document(app.settings().issuer.as_str()));
        Self(Arc::new(Inner { oidc: OidcState::new(app), document }))
    }

    /// The application.
    pub fn app(&self) -> &App {
        &self.oidc.app
    }

    /// The description of the API.
    pub fn document(&self) -> Bytes {
        self.document.clone()
    }
}
