//! The state that every page shares.

use std::sync::Arc;

use axum::extract::FromRef;
use wardkey_usecases::App;

use crate::asset;
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
    /// The origin of our own pages, for those that are drawn elsewhere.
    home: Option<String>,
    /// The folder of the assets, as an address.
    assets: String,
}

impl Web {
    pub(crate) fn new(app: App, settings: WebSettings) -> Self {
        Self::of(app, settings, None)
    }

    /// The state of the pages of the address where cards are shown: each connection there costs a handshake by the card, perhaps
    /// its PIN, so that style and scripts come from our own address.
    pub(crate) fn at_cards(app: App, settings: WebSettings) -> Self {
        let home = app.settings().issuer.origin().to_owned();
        Self::of(app, settings, Some(home))
    }

    fn of(app: App, settings: WebSettings, home: Option<String>) -> Self {
        let cookies = CookieNames::new(app.settings().issuer.is_https());
        let assets = format!("{}{}", home.as_deref().unwrap_or_default(), asset::BASE);
        Self(Arc::new(Inner { app, settings, cookies, prepared: Prepared::default(), home, assets }))
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

    /// The origin of our own pages, for those that are drawn elsewhere.
    pub(crate) fn home(&self) -> Option<&str> {
        self.0.home.as_deref()
    }

    /// The folder of the assets, as an address.
    pub(crate) fn assets(&self) -> &str {
        &self.0.assets
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
