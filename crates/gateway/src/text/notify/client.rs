//! The handle, and the requests that it makes.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{ACCEPT, RETRY_AFTER};
use serde::Serialize;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use url::Url;
use wardkey_domain::secret::Secret;
use wardkey_wire::jose::sign_hs256;

use super::settings::{ApiKey, NotifyReceipts, NotifySettings, NotifySetupError, is_uuid};
use super::status::{self, Notification};
use super::{answer, watch};
use crate::ambient::Clock;
use crate::hand_over::{HandOver, Receipt, ReceiptState, RefusedWhy};
use crate::text::{Text, is_number};
use crate::tls::client_config;

/// The most that is read of an answer.
const MAX_ANSWER: usize = 64 * 1024;

/// How long an idle connection is kept: well below what load balancers keep theirs.
const IDLE: Duration = Duration::from_secs(15);

/// How many receipts may wait for the worker, and texts for the watch.
const QUEUE: usize = 1000;

/// A service at GOV.UK Notify. Cheap to clone.
#[derive(Clone)]
pub struct Notify(Arc<Inner>);

struct Inner {
    caller: Caller,
    template: String,
    field: String,
    sender: Option<String>,
    taken: Option<mpsc::Sender<String>>,
    receipts: Mutex<Option<mpsc::Receiver<Receipt>>>,
    stop: CancellationToken,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Why Notify did not say what became of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LookUpError {
    /// It knows no such text.
    #[error("GOV.UK Notify knows no such text")]
    NotFound,
    /// It answered with another status.
    #[error("GOV.UK Notify answered with status {0}")]
    Refused(u16),
    /// It could not be asked, or its answer could not be read.
    #[error("GOV.UK Notify could not be asked")]
    Failed,
}

/// `POST /v2/notifications/sms`.
#[derive(Serialize)]
struct Request<'a> {
    phone_number: &'a str,
    template_id: &'a str,
    personalisation: std::collections::BTreeMap<&'a str, &'a str>,
    reference: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sms_sender_id: Option<&'a str>,
}

/// The claims that a request is signed for.
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    iat: i64,
}

impl Notify {
    /// Checks the settings. Receipts are asked for on the runtime of the caller.
    ///
    /// # Errors
    /// A setting cannot be used.
    pub fn start(settings: NotifySettings, clock: Clock) -> Result<Self, NotifySetupError> {
        settings.check()?;
        let base = settings.base()?;
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(client_config(settings.extra_roots.as_deref())?)
            .https_only(base.scheme() == "https")
            .redirect(reqwest::redirect::Policy::none())
            // SECURITY: a request is made once. A client that sends again by itself sends a second text.
            .retry(reqwest::retry::never())
            // A connection that the peer is about to close would make an outcome unknown that need not be.
            .pool_idle_timeout(IDLE)
            .no_proxy()
            .referer(false)
            .connect_timeout(settings.connect_limit)
            .timeout(settings.total_limit)
            .user_agent("Wardkey")
            .build()
            .map_err(NotifySetupError::Client)?;
        let caller = Caller(Arc::new(CallerInner { name: settings.name, client, base, key: settings.key, clock }));
        let (news, receipts) = mpsc::channel(QUEUE);
        let stop = CancellationToken::new();
        let taken = match settings.receipts {
            NotifyReceipts::CalledBack => None,
            NotifyReceipts::Polled => {
                let (taken, to_watch) = mpsc::channel(QUEUE);
                tokio::spawn(watch::watch(caller.clone(), settings.first_look, to_watch, news, stop.clone()));
                Some(taken)
            }
        };
        Ok(Self(Arc::new(Inner {
            caller,
            template: settings.template,
            field: settings.field,
            sender: settings.sender,
            taken,
            receipts: Mutex::new(Some(receipts)),
            stop,
        })))
    }

    /// What the operator calls it.
    pub fn name(&self) -> &str {
        self.0.caller.name()
    }

    /// Hands `text` over.
    pub async fn submit(&self, text: &Text) -> HandOver {
        let outcome = self.request(text).await;
        match &outcome {
            HandOver::Accepted { reference } => self.watch(reference),
            HandOver::Refused { why: RefusedWhy::Credentials, .. } => {
                tracing::error!(gateway = %self.name(), "GOV.UK Notify refuses our API key, or our clock is wrong");
            }
            HandOver::Refused { why: RefusedWhy::Gateway, .. } => {
                tracing::error!(gateway = %self.name(), "GOV.UK Notify refuses the request: check its settings");
            }
            HandOver::Refused { why: RefusedWhy::Limit, .. } => {
                tracing::error!(gateway = %self.name(), "the daily limit of the service at GOV.UK Notify is reached");
            }
            HandOver::Refused { why, .. } => {
                tracing::warn!(gateway = %self.name(), why = why.as_str(), "GOV.UK Notify took no text");
            }
            HandOver::Unknown => {
                tracing::warn!(gateway = %self.name(), "GOV.UK Notify may have taken a text, or not");
            }
        }
        outcome.counted(self.name())
    }

    async fn request(&self, text: &Text) -> HandOver {
        if text.expires_at <= self.0.caller.now() {
            return HandOver::give_up(RefusedWhy::Expired);
        }
        if !is_number(&text.to) {
            return HandOver::give_up(RefusedWhy::Recipient);
        }
        let body = Request {
            phone_number: &text.to,
            template_id: &self.0.template,
            personalisation: [(self.0.field.as_str(), text.body.expose().as_str())].into(),
            reference: &text.id,
            sms_sender_id: self.0.sender.as_deref(),
        };
        self.0.caller.post(&body).await
    }

    fn watch(&self, reference: &str) {
        if let Some(taken) = &self.0.taken
            && taken.try_send(reference.to_owned()).is_err()
        {
            metrics::counter!("wardkey_receipts_unwatched_total").increment(1);
        }
    }

    /// Asks what became of the text that Notify calls `reference`; nothing, while it is on its way.
    ///
    /// # Errors
    /// Notify knows no such text, or cannot be asked.
    pub async fn look_up(&self, reference: &str) -> Result<Option<ReceiptState>, LookUpError> {
        self.0.caller.look_up(reference).await
    }

    /// The receipts that were asked for. The first caller has them.
    pub fn receipts(&self) -> Option<mpsc::Receiver<Receipt>> {
        self.0.receipts.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Asks for no more receipts. A request that is under way goes on.
    pub fn shut_down(&self) {
        self.0.stop.cancel();
    }
}

impl fmt::Debug for Notify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Notify").field(&self.name()).finish()
    }
}

/// Makes requests. Cheap to clone.
#[derive(Clone)]
pub(super) struct Caller(Arc<CallerInner>);

struct CallerInner {
    name: String,
    client: reqwest::Client,
    base: Url,
    key: ApiKey,
    clock: Clock,
}

impl Caller {
    pub(super) fn name(&self) -> &str {
        &self.0.name
    }

    fn now(&self) -> wardkey_domain::time::Timestamp {
        (self.0.clock)()
    }

    /// Where and with which token a request goes. A token is good for half a minute, so each has its own.
    fn address(&self, path: &str) -> Option<(Url, Secret<String>)> {
        let mut url = self.0.base.clone();
        url.set_path(&format!("{}{path}", self.0.base.path().trim_end_matches('/')));
        let claims = Claims { iss: self.0.key.service(), iat: self.now().as_seconds() };
        let token = sign_hs256(self.0.key.secret().expose().as_bytes(), &claims).ok()?;
        Some((url, Secret::new(token)))
    }

    async fn post(&self, body: &Request<'_>) -> HandOver {
        let Some((url, token)) = self.address("/v2/notifications/sms") else {
            return HandOver::try_another(RefusedWhy::Gateway);
        };
        let sent = self
            .0
            .client
            .post(url)
            .bearer_auth(token.expose())
            .header(ACCEPT, "application/json")
            .json(body)
            .send()
            .await;
        let mut response = match sent {
            Ok(response) => response,
            // Before the first byte of the request: no address, no connection, no TLS.
            Err(error) if error.is_connect() => return HandOver::try_another(RefusedWhy::Unreachable),
            Err(error) if error.is_builder() => return HandOver::try_another(RefusedWhy::Gateway),
            Err(_) => return HandOver::Unknown,
        };
        let status = response.status().as_u16();
        let retry_after = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.parse().ok())
            .map(|seconds: u64| Duration::from_secs(seconds.min(3600)));
        let body = read(&mut response).await;
        answer::outcome(status, retry_after, body.as_deref())
    }

    pub(super) async fn look_up(&self, reference: &str) -> Result<Option<ReceiptState>, LookUpError> {
        // SECURITY: a reference is part of an address. Only what looks like one of Notify's is asked for.
        if !is_uuid(reference) {
            return Err(LookUpError::NotFound);
        }
        let (url, token) = self.address(&format!("/v2/notifications/{reference}")).ok_or(LookUpError::Failed)?;
        let request = self.0.client.get(url).bearer_auth(token.expose()).header(ACCEPT, "application/json");
        let mut response = request.send().await.map_err(|_| LookUpError::Failed)?;
        match response.status().as_u16() {
            200 => {
                let body = read(&mut response).await.ok_or(LookUpError::Failed)?;
                let notification: Notification = serde_json::from_slice(&body).map_err(|_| LookUpError::Failed)?;
                Ok(status::state(&notification.status))
            }
            404 => Err(LookUpError::NotFound),
            status => Err(LookUpError::Refused(status)),
        }
    }
}

/// The body, unless it is too large or breaks off.
async fn read(response: &mut reqwest::Response) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    Some(body)
}
