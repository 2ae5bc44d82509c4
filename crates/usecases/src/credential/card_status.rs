//! Whether a certificate was revoked: asking its authority, and remembering what it said [RFC 6960, RFC 5280 §5].

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use wardkey_domain::factor::smartcard::{
    Card, Grace, RevocationList, RevocationRules, Standing, StatusFailure, StatusSource,
};
use wardkey_domain::secret::TokenHash;
use wardkey_domain::time::Timestamp;
use wardkey_gateway::outbound::OutboundError;

use crate::App;

/// How many answers of responders are remembered: one for each card that is in use.
const MOST_RESPONSES: usize = 50_000;
/// How many lists: each may have megabytes, and there is one for each authority.
const MOST_LISTS: usize = 64;
/// How long nobody is asked again who has not answered, so that a queue of people does not wait for them one by one.
const NOT_ASKED_FOR: Duration = Duration::from_secs(10);
/// How long one of them may take.
const PATIENCE: Duration = Duration::from_secs(4);
/// How long all of them together may take for one card.
const PATIENCE_IN_ALL: Duration = Duration::from_secs(12);
/// How long a certificate stays revoked on the node that has heard so, whatever is said after it.
///
/// SECURITY: answers are not bound to a question, and travel in clear: an older one that says *good*, and is still in date, can be
/// sent again by whoever is on the way.
const REVOKED_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// What authorities have said of certificates.
///
/// It is in memory and belongs to one node: after a restart each answer is asked for again.
#[derive(Default)]
pub struct CardStatuses {
    responses: Remembered<TokenHash, Arc<Vec<u8>>>,
    lists: Remembered<String, Arc<RevocationList>>,
    /// Who has not answered.
    silent: Remembered<TokenHash, ()>,
    /// Certificates.
    revoked: Remembered<TokenHash, ()>,
    /// One for each list, so that many cards at once fetch it once.
    fetching: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

/// Values with the time at which each was put there.
struct Remembered<K, V>(Mutex<HashMap<K, (V, Timestamp)>>);

impl<K, V> Default for Remembered<K, V> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

impl<K: Eq + Hash + Clone, V: Clone> Remembered<K, V> {
    fn find(&self, key: &K) -> Option<(V, Timestamp)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    /// Whether it was put there less than `age` ago.
    fn has(&self, key: &K, age: Duration, now: Timestamp) -> bool {
        self.find(key).is_some_and(|(_, at)| now.since(at) < age)
    }

    fn put(&self, key: K, value: V, now: Timestamp, most: usize) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= most && !all.contains_key(&key) {
            // The oldest tenth can be asked for again.
            let mut times: Vec<Timestamp> = all.values().map(|(_, at)| *at).collect();
            times.sort_unstable();
            let from = times.get(times.len().div_ceil(10)).copied().unwrap_or(now);
            all.retain(|_, (_, at)| *at >= from);
        }
        all.insert(key, (value, now));
    }

    fn forget(&self, key: &K) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

/// One certificate of a card, and by which rules it is judged.
#[derive(Clone, Copy)]
struct Asked<'a> {
    card: &'a Card,
    number: usize,
    rules: &'a RevocationRules,
    now: Timestamp,
}

impl CardStatuses {
    /// What a source has said before, and when; nothing if that is not believed.
    fn before(&self, source: &StatusSource, asked: &Asked<'_>, grace: Grace) -> Option<(Standing, Timestamp)> {
        let Asked { card, number, rules, now } = *asked;
        let (standing, at) = match source {
            StatusSource::Responder { .. } => {
                let (response, at) = self.responses.find(&key(source))?;
                (card.judge_response(number, &response, rules, now, grace), at)
            }
            StatusSource::List { address } => {
                let (list, at) = self.lists.find(address)?;
                (card.judge_list(number, &list, rules, now, grace), at)
            }
        };
        standing.ok().map(|standing| (standing, at))
    }

    fn forget(&self, source: &StatusSource) {
        match source {
            StatusSource::Responder { .. } => self.responses.forget(&key(source)),
            StatusSource::List { address } => self.lists.forget(address),
        }
    }

    fn lock_of(&self, address: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut all = self.fetching.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST_LISTS {
            all.retain(|_, lock| Arc::strong_count(lock) > 1);
        }
        Arc::clone(all.entry(address.to_owned()).or_default())
    }
}

/// How each certificate of a card stands; nothing for one of which nobody has said so.
///
/// SECURITY: it fails closed. Where no newer answer can be had, the last one counts a bounded time longer.
pub(super) async fn standings(app: &App, card: &Card, now: Timestamp) -> Vec<Option<Standing>> {
    let rules = &app.settings().signin.smartcard.revocation;
    let asked = |number| Asked { card, number, rules, now };
    let mut standings = vec![None; card.questions().len()];
    let asking = async {
        for (number, standing) in standings.iter_mut().enumerate() {
            *standing = ask(app, &asked(number)).await;
        }
    };
    // Whoever is left over is judged by what was said before.
    let _in_time = tokio::time::timeout(PATIENCE_IN_ALL, asking).await;
    for (number, standing) in standings.iter_mut().enumerate().filter(|(_, standing)| standing.is_none()) {
        *standing = longer(app.card_statuses(), &asked(number));
    }
    let statuses = app.card_statuses();
    for (number, standing) in standings.iter_mut().enumerate() {
        let Ok(certificate) = card.certificate(number) else { continue };
        if *standing == Some(Standing::Revoked) {
            statuses.revoked.put(certificate, (), now, MOST_RESPONSES);
        } else if statuses.revoked.has(&certificate, REVOKED_FOR, now) {
            *standing = Some(Standing::Revoked);
        }
    }
    standings
}

/// Asks the sources of one certificate in their order until one of them says how it stands.
async fn ask(app: &App, asked: &Asked<'_>) -> Option<Standing> {
    let statuses = app.card_statuses();
    let sources = &asked.card.questions().get(asked.number)?.sources;
    for source in sources {
        let recent = statuses.before(source, asked, Grace::None);
        if let Some((standing, _)) = recent.filter(|(_, at)| asked.now.since(*at) < asked.rules.lifetime) {
            return Some(standing);
        }
        if statuses.silent.has(&key(source), NOT_ASKED_FOR, asked.now) {
            continue;
        }
        match fetch(app, source, asked).await {
            Ok(standing) => return Some(standing),
            // SECURITY: the authority has signed that it does not know the certificate: nothing older stands against that.
            Err(Unanswered::Status(StatusFailure::Unknown)) => {
                sources.iter().for_each(|source| statuses.forget(source));
                return None;
            }
            Err(why) => {
                statuses.silent.put(key(source), (), asked.now, MOST_RESPONSES);
                metrics::counter!("wardkey_card_status_unanswered_total", "source" => word(source)).increment(1);
                tracing::warn!(
                    cause = %why, source = word(source), address = address(source),
                    "a smartcard authority did not say whether a certificate was revoked"
                );
            }
        }
    }
    None
}

/// What was said before, where it still counts: the worst of it.
fn longer(statuses: &CardStatuses, asked: &Asked<'_>) -> Option<Standing> {
    let sources = &asked.card.questions().get(asked.number)?.sources;
    let said: Vec<Standing> = sources
        .iter()
        .filter_map(|source| statuses.before(source, asked, Grace::Allowed).map(|(standing, _)| standing))
        .collect();
    said.iter().find(|standing| **standing == Standing::Revoked).or_else(|| said.first()).copied()
}

/// Why a source said nothing.
#[derive(Debug, thiserror::Error)]
enum Unanswered {
    #[error("it cannot be reached: {0}")]
    Unreachable(#[from] OutboundError),
    #[error("its answer is not believed: {0}")]
    Status(#[from] StatusFailure),
    #[error("its list could not be read")]
    Unread(#[from] tokio::task::JoinError),
    #[error("no answer in time")]
    Late(#[from] tokio::time::error::Elapsed),
}

async fn fetch(app: &App, source: &StatusSource, asked: &Asked<'_>) -> Result<Standing, Unanswered> {
    let Asked { card, number, rules, now } = *asked;
    match source {
        StatusSource::Responder { address, request } => {
            let answering = app.certificate_status().ask(address, request.clone());
            let response = tokio::time::timeout(PATIENCE, answering).await??;
            let standing = card.judge_response(number, &response, rules, now, Grace::None)?;
            app.card_statuses().responses.put(key(source), Arc::new(response), now, MOST_RESPONSES);
            Ok(standing)
        }
        StatusSource::List { address } => {
            // A long one goes on when nobody waits for it any more, and is there for the next.
            let fetching = app.tasks().spawn(fetch_list(app.clone(), address.clone(), now));
            let list = tokio::time::timeout(PATIENCE, fetching).await???;
            Ok(card.judge_list(number, &list, rules, now, Grace::None)?)
        }
    }
}

/// Fetches and keeps a list, unless somebody else has done so meanwhile.
async fn fetch_list(app: App, address: String, now: Timestamp) -> Result<Arc<RevocationList>, Unanswered> {
    let statuses = app.card_statuses();
    let lock = statuses.lock_of(&address);
    let _alone = lock.lock().await;
    let lifetime = app.settings().signin.smartcard.revocation.lifetime;
    if let Some((list, _)) = statuses.lists.find(&address).filter(|(_, at)| now.since(*at) < lifetime) {
        return Ok(list);
    }
    let bytes = app.certificate_status().list(&address).await?;
    let list = Arc::new(tokio::task::spawn_blocking(move || RevocationList::parse(&bytes)).await??);
    statuses.lists.put(address, Arc::clone(&list), now, MOST_LISTS);
    Ok(list)
}

fn key(source: &StatusSource) -> TokenHash {
    let mut bytes = address(source).as_bytes().to_vec();
    if let StatusSource::Responder { request, .. } = source {
        bytes.push(0);
        bytes.extend(request);
    }
    TokenHash::of_bytes(&bytes)
}

fn address(source: &StatusSource) -> &str {
    match source {
        StatusSource::Responder { address, .. } | StatusSource::List { address } => address,
    }
}

const fn word(source: &StatusSource) -> &'static str {
    match source {
        StatusSource::Responder { .. } => "responder",
        StatusSource::List { .. } => "list",
    }
}
