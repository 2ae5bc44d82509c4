//! Applications, access tokens and keys in memory, so that a question about a token asks no database.

use std::sync::{Arc, PoisonError, RwLock};

use quick_cache::sync::Cache;
use wardkey_domain::application::Person;
use wardkey_domain::id::{AccountId, ApplicationId};
use wardkey_domain::secret::TokenHash;
use wardkey_domain::time::Timestamp;
use wardkey_store::ClusterEvent;

use crate::application::client::Client;
use crate::application::client_keys::FetchedKeys;
use crate::application::marks::{KnownAt, Marks, Moment, Roots};
use crate::application::signing_keys::SigningKeys;
use crate::application::token::TokenFacts;
use crate::settings::CacheSettings;

/// The most applications that are kept.
const CLIENTS: usize = 10_000;

/// Applications, access tokens and keys that were used lately.
///
/// INVARIANT: it never fails open. An entry carries the moment before its reading and is believed only while nothing that it
/// hangs from was taken back since; a node that lost touch with the others asks the database instead (callers check
/// `Cluster::is_current`).
pub struct TokenCache {
    marks: Marks,
    clients: Cache<String, Arc<Held<Arc<Client>>>>,
    tokens: Cache<TokenHash, Arc<Held<Arc<TokenFacts>>>>,
    people: Cache<AccountId, Arc<Held<Person>>>,
    client_keys: Cache<ApplicationId, Arc<FetchedKeys>>,
    signing_keys: RwLock<Option<(Moment, Arc<SigningKeys>)>>,
}

/// An entry, with what it hangs from.
struct Held<T> {
    known: KnownAt,
    roots: Roots,
    since: Timestamp,
    value: T,
}

impl TokenCache {
    /// An empty cache.
    pub fn new(settings: &CacheSettings) -> Self {
        Self {
            marks: Marks::default(),
            clients: Cache::new(CLIENTS),
            tokens: Cache::new(settings.tokens.max(1)),
            people: Cache::new(settings.tokens.max(1)),
            client_keys: Cache::new(CLIENTS),
            signing_keys: RwLock::new(None),
        }
    }

    /// Notes an event of this node or another one.
    pub fn hear(&self, event: &ClusterEvent) {
        self.marks.hear(event);
        if let ClusterEvent::AccessTokenRevoked(token) = event {
            self.tokens.remove(&TokenHash::from_bytes(*token));
        }
    }

    /// The moment to take before reading what will be kept.
    pub(super) fn moment(&self) -> Moment {
        self.marks.moment()
    }

    pub(super) fn client(&self, client_id: &str) -> Option<Arc<Client>> {
        let held = self.clients.get(client_id)?;
        self.marks.vouch_for(&held.known, &held.roots).then(|| Arc::clone(&held.value))
    }

    pub(super) fn keep_client(&self, moment: Moment, client: &Arc<Client>, now: Timestamp) {
        let application = client.application.id;
        let held = Held {
            known: KnownAt::new(moment),
            roots: Roots { application: Some(application), grant: None, account: None, token: None },
            since: now,
            value: Arc::clone(client),
        };
        self.clients.insert(client.application.client_id.as_str().to_owned(), Arc::new(held));
    }

    /// The facts of a token, unless they are older than `oldest`: what applications may learn of a person changes without
    /// an event.
    pub(super) fn token(&self, hash: &TokenHash, oldest: Timestamp) -> Option<Arc<TokenFacts>> {
        let held = self.tokens.get(hash)?;
        (held.since >= oldest && self.marks.vouch_for(&held.known, &held.roots)).then(|| Arc::clone(&held.value))
    }

    pub(super) fn keep_token(&self, moment: Moment, facts: &Arc<TokenFacts>, now: Timestamp) {
        let held = Held { known: KnownAt::new(moment), roots: facts.roots(), since: now, value: Arc::clone(facts) };
        self.tokens.insert(facts.hash, Arc::new(held));
    }

    /// The person behind an account who may sign in, unless the reading is older than `oldest`.
    pub(super) fn person(&self, account: AccountId, oldest: Timestamp) -> Option<Person> {
        let held = self.people.get(&account)?;
        (held.since >= oldest && self.marks.vouch_for(&held.known, &held.roots)).then(|| held.value.clone())
    }

    pub(super) fn keep_person(&self, moment: Moment, person: &Person, now: Timestamp) {
        let roots = Roots { application: None, grant: None, account: Some(person.id), token: None };
        let held = Held { known: KnownAt::new(moment), roots, since: now, value: person.clone() };
        self.people.insert(person.id, Arc::new(held));
    }

    pub(super) fn client_keys(&self, application: ApplicationId) -> Option<Arc<FetchedKeys>> {
        self.client_keys.get(&application)
    }

    pub(super) fn keep_client_keys(&self, application: ApplicationId, keys: &Arc<FetchedKeys>) {
        self.client_keys.insert(application, Arc::clone(keys));
    }

    /// The signing keys, unless any key has changed since they were read.
    pub(super) fn signing_keys(&self) -> Option<Arc<SigningKeys>> {
        let kept = self.signing_keys.read().unwrap_or_else(PoisonError::into_inner);
        let (moment, keys) = kept.as_ref()?;
        self.marks.is_untouched_by_keys(*moment).then(|| Arc::clone(keys))
    }

    pub(super) fn keep_signing_keys(&self, moment: Moment, keys: &Arc<SigningKeys>) {
        *self.signing_keys.write().unwrap_or_else(PoisonError::into_inner) = Some((moment, Arc::clone(keys)));
    }
}
