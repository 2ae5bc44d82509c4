//! Finding an application by the name that it gives itself: from memory, on every request.

use std::sync::Arc;

use wardkey_domain::application::{Application, ClientSecret, ClientSettings, is_a_secret};
use wardkey_domain::id::{ApplicationId, OrganisationId};
use wardkey_domain::time::Timestamp;
use wardkey_store::{self as store, Tx};

use crate::{App, Error, Result};

/// An open application with everything that its requests are checked against.
#[derive(Clone, Debug)]
pub struct Client {
    /// The application.
    pub application: Application,
    /// Its settings.
    pub settings: ClientSettings,
    secrets: Vec<ClientSecret>,
}

impl Client {
    /// Its identifier.
    pub const fn id(&self) -> ApplicationId {
        self.application.id
    }

    /// Its name in the protocol.
    pub fn client_id(&self) -> &str {
        self.application.client_id.as_str()
    }

    /// The organisation that answers for it.
    pub const fn organisation(&self) -> OrganisationId {
        self.application.organisation
    }

    /// Whether `presented` is one of its secrets. Takes the same time wherever it differs.
    pub fn has_secret(&self, presented: &str, now: Timestamp) -> bool {
        is_a_secret(&self.secrets, presented, now)
    }
}

/// The open application that calls itself `client_id`.
///
/// A closed one is not found: nobody signs in to it and it gets no tokens.
pub async fn find(app: &App, client_id: &str) -> Result<Option<Arc<Client>>> {
    let is_current = app.store().cluster().is_current();
    if is_current && let Some(client) = app.tokens().client(client_id) {
        return Ok(Some(client));
    }
    let moment = app.tokens().moment();
    let mut tx = app.store().read().await?;
    let Some(application) = store::application::find_application_by_client_id(&mut tx, client_id).await? else {
        return Ok(None);
    };
    let Some(client) = complete(&mut tx, application).await? else { return Ok(None) };
    if is_current {
        app.tokens().keep_client(moment, &client, app.now());
    }
    Ok(Some(client))
}

/// The open application with this identifier, read in the caller's transaction.
pub(super) async fn find_by_id(tx: &mut Tx, id: ApplicationId) -> Result<Option<Arc<Client>>> {
    match store::application::find_application(tx, id).await? {
        Some(application) => complete(tx, application).await,
        None => Ok(None),
    }
}

async fn complete(tx: &mut Tx, application: Application) -> Result<Option<Arc<Client>>> {
    if !application.is_open() {
        return Ok(None);
    }
    let settings = application.client().map_err(|error| Error::internal("read an application's settings", error))?;
    let secrets = store::application::list_secrets(tx, application.id).await?;
    Ok(Some(Arc::new(Client { application, settings, secrets })))
}
