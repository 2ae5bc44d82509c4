//! Whether a certificate was revoked: asking its authority, and remembering what it said [RFC 6960, RFC 5280 §5].

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use wardkey_domain::factor::smartcard::{
    Card, Grace, RevocationList, RevocationRules, Standing, StatusFailure, StatusSource,
};
use wardkey_domain::secret::TokenHash;
use wardkey_domain::time::Timestamp;

use crate::App;

/// How many answers are remembered: one for each card that is in use, and a list for each authority.
const MOST_ANSWERS: usize = 20_000;

/// What authorities have said of certificates, by whom was asked what.
///
/// It is in memory and belongs to one node: after a restart each answer is asked for again.
#[derive(Default)]
pub struct CardStatuses {
    kept: Mutex<HashMap<TokenHash, Kept>>,
    /// SECURITY: a list may have megabytes. One is fetched at a time, so that many cards at once fetch it once.
    fetching: tokio::sync::Mutex<()>,
}

/// An answer, as it was signed.
#[derive(Clone)]
struct Kept {
    answer: Answer,
    asked_at: Timestamp,
}

#[derive(Clone)]
enum Answer {
    Response(Arc<Vec<u8>>),
    List(Arc<RevocationList>),
}

impl Answer {
    fn judge(&self, asked: &Asked<'_>, grace: Grace) -> Result<Standing, StatusFailure> {
        let Asked { card, number, rules, now } = *asked;
        match self {
            Self::Response(response) => card.judge_response(number, response, rules, now, grace),
            Self::List(list) => card.judge_list(number, list, rules, now, grace),
        }
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
    fn find(&self, source: TokenHash) -> Option<Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(&source).cloned()
    }

    fn keep(&self, source: TokenHash, kept: Kept) {
        let mut all = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST_ANSWERS && !all.contains_key(&source) {
            // Whatever is older than the newest tenth can be asked for again.
            let mut times: Vec<Timestamp> = all.values().map(|kept| kept.asked_at).collect();
            times.sort_unstable();
            let from = times.get(times.len() / 10 * 9).copied().unwrap_or(kept.asked_at);
            all.retain(|_, other| other.asked_at >= from);
        }
        all.insert(source, kept);
    }
}

/// How one certificate of a card stands; nothing if nobody has said so. Its sources are asked in their order.
///
/// SECURITY: it fails closed. Where no newer answer can be had, the last one counts a bounded time longer.
pub(super) async fn standing(app: &App, card: &Card, number: usize, now: Timestamp) -> Option<Standing> {
    let asked = Asked { card, number, rules: &app.settings().signin.smartcard.revocation, now };
    let sources = &card.questions().get(number)?.sources;
    for source in sources {
        match of_source(app, source, &asked).await {
            Ok(standing) => return Some(standing),
            // SECURITY: the authority does not know the certificate: no older answer stands against that.
            Err(Unanswered::Status(StatusFailure::Unknown)) => return None,
            Err(why) => {
                metrics::counter!("wardkey_card_status_unanswered_total", "source" => word(source)).increment(1);
                tracing::warn!(cause = %why, "a smartcard authority did not say whether a certificate was revoked");
            }
        }
    }
    let kept = sources.iter().filter_map(|source| app.card_statuses().find(key(source)));
    kept.filter_map(|kept| kept.answer.judge(&asked, Grace::Allowed).ok()).next()
}

/// Why a source said nothing.
#[derive(Debug, thiserror::Error)]
enum Unanswered {
    #[error("it cannot be reached: {0}")]
    Unreachable(#[from] wardkey_gateway::outbound::OutboundError),
    #[error("its answer is not believed: {0}")]
    Status(#[from] StatusFailure),
    #[error("its list could not be read")]
    Unread(#[from] tokio::task::JoinError),
}

async fn of_source(app: &App, source: &StatusSource, asked: &Asked<'_>) -> Result<Standing, Unanswered> {
    let statuses = app.card_statuses();
    if let Some(standing) = recent(statuses, source, asked) {
        return Ok(standing);
    }
    let (answer, standing) = match source {
        StatusSource::Responder { address, request } => {
            let response = app.certificate_status().ask(address, request.clone()).await?;
            let answer = Answer::Response(Arc::new(response));
            let standing = answer.judge(asked, Grace::None)?;
            (answer, standing)
        }
        StatusSource::List { address } => {
            let _one_at_a_time = statuses.fetching.lock().await;
            if let Some(standing) = recent(statuses, source, asked) {
                return Ok(standing);
            }
            let bytes = app.certificate_status().list(address).await?;
            let list = tokio::task::spawn_blocking(move || RevocationList::parse(&bytes)).await??;
            let answer = Answer::List(Arc::new(list));
            let standing = answer.judge(asked, Grace::None)?;
            (answer, standing)
        }
    };
    statuses.keep(key(source), Kept { answer, asked_at: asked.now });
    Ok(standing)
}

/// What a source has said a short while ago.
fn recent(statuses: &CardStatuses, source: &StatusSource, asked: &Asked<'_>) -> Option<Standing> {
    let kept = statuses.find(key(source)).filter(|kept| asked.now.since(kept.asked_at) < asked.rules.lifetime)?;
    kept.answer.judge(asked, Grace::None).ok()
}

fn key(source: &StatusSource) -> TokenHash {
    let mut bytes = Vec::new();
    match source {
        StatusSource::Responder { address, request } => {
            bytes.extend(address.as_bytes());
            bytes.push(0);
            bytes.extend(request);
        }
        StatusSource::List { address } => bytes.extend(address.as_bytes()),
    }
    TokenHash::of_bytes(&bytes)
}

const fn word(source: &StatusSource) -> &'static str {
    match source {
        StatusSource::Responder { .. } => "responder",
        StatusSource::List { .. } => "list",
    }
}
