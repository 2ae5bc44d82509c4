//! One line per protocol.

use axum::Router;
use serde_json::Value;
use wardkey_domain::application::{ClientSettings, ProtocolKind};
use wardkey_usecases::{App, Result};

use crate::{authenticator, management, oidc, scim};

/// The endpoints of every protocol.
pub fn router(app: App) -> Router {
    // Apps of people are no applications: they have no settings, and nobody registers them. Whoever calls the others is
    // registered as an OAuth client.
    let guests = authenticator::router(app.clone());
    let guests = guests.merge(management::router(app.clone())).merge(scim::router(app.clone()));
    ProtocolKind::ALL.iter().fold(guests, |router, protocol| {
        router.merge(match protocol {
            ProtocolKind::Oidc => oidc::router(app.clone()),
        })
    })
}

/// Reads the settings of an application as an operator writes them, and checks them.
///
/// # Errors
/// Names every setting that is wrong.
pub fn read_settings(protocol: ProtocolKind, written: Value) -> Result<ClientSettings> {
    match protocol {
        ProtocolKind::Oidc => oidc::read_settings(written),
    }
}
