//! The names of applications, for lists that people read.

use std::collections::BTreeMap;

use wardkey_domain::id::ApplicationId;
use wardkey_store as store;

use crate::{App, Result};

/// The names of these applications. One that is gone has none.
pub async fn names(app: &App, ids: impl IntoIterator<Item = ApplicationId>) -> Result<BTreeMap<ApplicationId, String>> {
    let mut names = BTreeMap::new();
    let mut tx = app.store().read().await?;
    for id in ids {
        if !names.contains_key(&id)
            && let Some(application) = store::application::find_application(&mut tx, id).await?
        {
            names.insert(id, application.name);
        }
    }
    Ok(names)
}
