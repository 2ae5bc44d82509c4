//! What the worker holds: writes texts as short messages and queues them.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use wardkey_wire::sms::split;

use super::job::{Carriage, Job};
use super::keeper::Keeper;
use super::pdu::{Identity, Role};
use super::settings::{BindMode, LongMessages, SmppSettings, SmppSetupError, SmppTls};
use crate::ambient::Ambient;
use crate::hand_over::{HandOver, Receipt, RefusedWhy};
use crate::text::{Text, is_number};
use crate::tls::client_config;

/// How many receipts may wait for the worker.
const RECEIPTS: usize = 1000;

/// A message centre. Cheap to clone; the last clone that is dropped ends the session.
#[derive(Clone)]
pub struct Smpp(Arc<Inner>);

struct Inner {
    settings: Arc<SmppSettings>,
    ambient: Ambient,
    queue: mpsc::Sender<Job>,
    receipts: Mutex<Option<mpsc::Receiver<Receipt>>>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Smpp {
    /// Checks the settings and begins to connect, on the runtime of the caller.
    ///
    /// # Errors
    /// A setting cannot be used.
    pub fn start(settings: SmppSettings, ambient: Ambient) -> Result<Self, SmppSetupError> {
        if settings.window == 0 || settings.queue == 0 {
            return Err(SmppSetupError::NoPlace);
        }
        let identity = Identity::new(&settings)?;
        let tls = match &settings.tls {
            SmppTls::Plain => None,
            SmppTls::Tls { extra_roots } => Some(TlsConnector::from(Arc::new(client_config(extra_roots.as_deref())?))),
        };
        let (queue, jobs) = mpsc::channel(settings.queue);
        let (news, receipts) = mpsc::channel(RECEIPTS);
        let (settings, stop, tasks) = (Arc::new(settings), CancellationToken::new(), TaskTracker::new());
        let keep = |role, jobs| {
            let keeper = Keeper {
                settings: Arc::clone(&settings),
                identity: identity.clone(),
                tls: tls.clone(),
                ambient: ambient.clone(),
                role,
                receipts: news.clone(),
                stop: stop.clone(),
            };
            tasks.spawn(keeper.run(jobs));
        };
        match settings.bind {
            BindMode::Transceiver => keep(Role::Transceiver, Some(jobs)),
            BindMode::Pair => {
                keep(Role::Transmitter, Some(jobs));
                keep(Role::Receiver, None);
            }
        }
        tasks.close();
        Ok(Self(Arc::new(Inner { settings, ambient, queue, receipts: Mutex::new(Some(receipts)), stop, tasks })))
    }

    /// What the operator calls it.
    pub fn name(&self) -> &str {
        &self.0.settings.name
    }

    /// Hands `text` over, and waits for the centre's answer.
    pub async fn submit(&self, text: &Text) -> HandOver {
        self.queue(text).await.counted(self.name())
    }

    async fn queue(&self, text: &Text) -> HandOver {
        if text.expires_at <= self.0.ambient.now() {
            return HandOver::give_up(RefusedWhy::Expired);
        }
        if !is_number(&text.to) {
            return HandOver::give_up(RefusedWhy::Recipient);
        }
        let Ok(split) = split(text.body.expose()) else {
            return HandOver::give_up(RefusedWhy::Message);
        };
        let (carriage, parts) = match (split.parts.len(), self.0.settings.long_messages) {
            (0 | 1, _) => (Carriage::Alone, split.with_headers(0)),
            (_, LongMessages::Concatenate) => (Carriage::Part, split.with_headers(self.0.ambient.byte())),
            (_, LongMessages::Payload) => (Carriage::Payload, vec![split.whole()]),
        };
        let (job, outcome) = Job::new(&text.to, split.alphabet, carriage, parts, text.expires_at);
        match self.0.queue.try_send(job) {
            // SECURITY: a task that dies without a word may have sent the text.
            Ok(()) => outcome.await.unwrap_or(HandOver::Unknown),
            Err(mpsc::error::TrySendError::Full(_)) => HandOver::try_later(RefusedWhy::Busy, None),
            Err(mpsc::error::TrySendError::Closed(_)) => HandOver::try_another(RefusedWhy::Stopping),
        }
    }

    /// The receipts that come in. The first caller has them.
    pub fn receipts(&self) -> Option<mpsc::Receiver<Receipt>> {
        self.0.receipts.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Refuses what waits, lets the centre answer what was sent, and says goodbye.
    pub async fn shut_down(&self) {
        self.0.stop.cancel();
        self.0.tasks.wait().await;
    }
}

impl fmt::Debug for Smpp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Smpp").field(&self.0.settings.name).finish()
    }
}
