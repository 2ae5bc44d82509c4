//! An application's public keys: registered with it, or fetched from where it publishes them.

use std::sync::Arc;
use std::time::Duration;

use wardkey_domain::application::ClientKeys;
use wardkey_domain::time::Timestamp;

use crate::application::client::Client;
use crate::{App, Result};

/// However many unknown keys a client names, its keys are not fetched more often than this.
const AT_MOST_EVERY: Duration = Duration::from_secs(60);

/// A key set as it was fetched, and when.
#[derive(Debug)]
pub struct FetchedKeys {
    address: String,
    fetched_at: Timestamp,
    set: Option<Arc<str>>,
}

/// How much the caller trusts what is in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Whatever is there, unless it is too old.
    Kept,
    /// Newer ones: the client has named a key that the kept ones lack.
    Fresh,
}

/// The key set of a client as JSON; `None` when it has none or cannot be reached now.
///
/// A client that cannot be reached keeps its last known keys for as long as they are kept anyway, and an attempt that failed
/// is not repeated for a minute: a request must not become a way to have us call somebody.
pub async fn client_keys(app: &App, client: &Client, wanted: Wanted) -> Result<Option<Arc<str>>> {
    let uri = match &client.settings.keys {
        ClientKeys::None => return Ok(None),
        ClientKeys::Inline(set) => return Ok(Some(set.to_string().into())),
        ClientKeys::Uri(uri) => uri.as_str(),
    };
    let now = app.now();
    let kept = app.tokens().client_keys(client.id()).filter(|kept| kept.address == uri);
    if let Some(kept) = &kept {
        let age = now.since(kept.fetched_at);
        let good_for = match (wanted, &kept.set) {
            (Wanted::Kept, Some(_)) => app.settings().oidc.client_keys,
            (Wanted::Fresh, _) | (Wanted::Kept, None) => AT_MOST_EVERY,
        };
        if age < good_for {
            return Ok(kept.set.clone());
        }
    }
    let set = match app.outbound().get_json(uri).await {
        Ok(text) => Some(Arc::from(text)),
        Err(error) => {
            tracing::warn!(
                application.id = %client.id(),
                error = &error as &dyn std::error::Error,
                "failed to fetch an application's keys"
            );
            let longest = app.settings().oidc.client_keys;
            kept.filter(|kept| now.since(kept.fetched_at) < longest * 2).and_then(|kept| kept.set.clone())
        }
    };
    let fetched = Arc::new(FetchedKeys { address: uri.to_owned(), fetched_at: now, set: set.clone() });
    app.tokens().keep_client_keys(client.id(), &fetched);
    Ok(set)
}
