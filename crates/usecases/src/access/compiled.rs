//! The policies in force, made ready once and kept in memory until something that they are made from changes.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;
use wardkey_domain::access::{ActiveLocation, Names, Policies, PolicyDocument};
use wardkey_domain::id::{NamedLocationId, PolicyId};
use wardkey_domain::time::Timestamp;
use wardkey_store::access::PolicySet;
use wardkey_store::{self as store, Tx};

use crate::{App, Error, Result};

/// The policies in force, ready for deciding, with the words for what they name.
#[derive(Debug)]
pub struct Compiled {
    /// The policies.
    pub policies: Arc<Policies>,
    /// The set that they are from; nothing before any was published.
    pub set: Option<PolicySet>,
    /// Its text.
    pub document: PolicyDocument,
    /// What people call each policy.
    pub names: HashMap<PolicyId, String>,
    /// What people call each named location.
    pub places: HashMap<NamedLocationId, String>,
    epoch: i64,
    /// From then on it is not what is in force any more: a set was not confirmed, or an attestation has ended.
    until: Option<Timestamp>,
}

/// The policies in force, in memory.
///
/// INVARIANT: it never fails open: whoever asks reads the epoch first, in their own transaction.
#[derive(Debug, Default)]
pub struct PolicyCache {
    newest: ArcSwapOption<Compiled>,
    /// Held while they are made ready, so that a crowd does not do it at once.
    making: Mutex<()>,
}

impl PolicyCache {
    fn find(&self, epoch: i64, now: Timestamp) -> Option<Arc<Compiled>> {
        let newest = self.newest.load_full()?;
        (newest.epoch == epoch && newest.until.is_none_or(|until| now < until)).then_some(newest)
    }
}

/// The policies in force.
///
/// # Errors
/// When they cannot be read. SECURITY: nobody comes in then.
pub(crate) async fn policies(app: &App, tx: &mut Tx, now: Timestamp) -> Result<Arc<Policies>> {
    Ok(Arc::clone(&compiled(app, tx, now).await?.policies))
}

/// As [`policies`], with the words for what they name.
pub(crate) async fn compiled(app: &App, tx: &mut Tx, now: Timestamp) -> Result<Arc<Compiled>> {
    let epoch = store::access::epoch(tx).await?;
    if let Some(found) = app.policy_cache().find(epoch, now) {
        return Ok(found);
    }
    let _making = app.policy_cache().making.lock().await;
    if let Some(found) = app.policy_cache().find(epoch, now) {
        return Ok(found);
    }
    let made = Arc::new(make(tx, epoch, now).await?);
    app.policy_cache().newest.store(Some(Arc::clone(&made)));
    Ok(made)
}

async fn make(tx: &mut Tx, epoch: i64, now: Timestamp) -> Result<Compiled> {
    let (set, document) = match store::access::find_policy_set_in_force(tx, now).await? {
        Some((set, text)) => {
            let document =
                PolicyDocument::parse(&text).map_err(|error| Error::fault(format!("read policies: {error}")))?;
            (Some(set), document)
        }
        None => (None, PolicyDocument::default()),
    };
    let until = set.as_ref().and_then(|set| set.confirm_by.filter(|_| set.confirmed_at.is_none()));
    let names = store::access::names(tx, &document.wanted()).await?;
    let ids = store::access::list_policy_ids(tx).await?;
    let Locations { ranges, places, until: lapses } = locations(tx, now).await?;
    let words = ids.iter().map(|(name, id)| (*id, name.clone())).collect();
    let policies = ready(document.clone(), names, ids, ranges).await?;
    let until = until.into_iter().chain(lapses).min();
    Ok(Compiled { policies: Arc::new(policies), set, document, names: words, places, epoch, until })
}

/// The named locations that are active.
pub(super) struct Locations {
    pub(super) ranges: Vec<ActiveLocation>,
    pub(super) places: HashMap<NamedLocationId, String>,
    /// When the first of them lapses.
    pub(super) until: Option<Timestamp>,
}

/// The named locations that are active.
pub(super) async fn locations(tx: &mut Tx, now: Timestamp) -> Result<Locations> {
    let active = store::access::list_active_locations(tx, now).await?;
    let until = active.iter().map(|one| one.active_until).min();
    let places = active.iter().map(|one| (one.location.id, one.name.as_str().to_owned())).collect();
    Ok(Locations { ranges: active.into_iter().map(|one| one.location).collect(), places, until })
}

/// Makes a document ready for deciding. Millions of ranges take a second, so that a thread of its own does it.
pub(super) async fn ready(
    document: PolicyDocument,
    names: Names,
    ids: HashMap<String, PolicyId>,
    locations: Vec<ActiveLocation>,
) -> Result<Policies> {
    let fault = |error: &dyn std::fmt::Display| Error::fault(format!("make policies ready: {error}"));
    let compiling = spawn_blocking(move || document.compile(&names, &ids, locations));
    compiling.await.map_err(|error| fault(&error))?.map_err(|error| fault(&error))
}
