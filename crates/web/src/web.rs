//! The state that every page shares.

use std::sync::Arc;

use axum::extract::FromRef;
use wardkey_usecases::App;

use crate::cookie::CookieNames;
use crate::prepared::Prepared;
use crate::settings::WebSettings;

/// The application, the web edge's settings, and what follows from both. Cheap to clone.
#[derive(Clone)]
pub struct Web(Arc<Inner>);

struct Inner {
    app: App,
    settings: WebSettings,
    cookies: CookieNames,
    prepared: Prepared,
}

impl Web {
    pub(crate) fn new(app: App, settings: WebSettings) -> Self {
        let cookies = CookieNames::new(app.settings().issuer.is_https());
        Self(Arc::new(Inner { app, settings, cookies, prepared: Prepared::default() }))
    }

    /// The application.
    pub fn app(&self) -> &App {
        &self.0.app
    }

    pub(crate) fn settings(&self) -> &WebSettings {
        &self.0.settings
    }

    pub(crate) fn prepared(&self) -> &Prepared {
        &self.0.prepared
    }

    pub(crate) fn cookies(&self) -> &CookieNames {
        &self.0.cookies
    }
}

impl FromRef<Web> for App {
    fn from_ref(web: &Web) -> Self {
        web.app().clone()
    }
}
