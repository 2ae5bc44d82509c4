//! The application: everything a use case needs besides its arguments.

use std::sync::Arc;

use tokio::sync::OnceCell;
use tokio_util::task::TaskTracker;
use wardkey_domain::id::{IdEntropy, RequestId};
use wardkey_domain::op::{Actor, Op, Origin};
use wardkey_domain::time::Timestamp;
use wardkey_gateway::breached_password::BreachedPasswords;
use wardkey_gateway::care_identity::CareIdentity;
use wardkey_gateway::certificate_status::CertificateStatus;
use wardkey_gateway::outbound::Outbound;
use wardkey_gateway::push::PushSender;
use wardkey_store::Store;

use crate::access::PolicyCache;
use crate::application::{Pace, TokenCache};
use crate::audit::Stream;
use crate::credential::CardStatuses;
use crate::hashing::HashingPool;
use crate::message::{Gateways, Wake};
use crate::session::SessionCache;
use crate::settings::Settings;
use crate::visits::Visits;
use crate::waiting::Waiting;
use crate::{Result, message};

/// Tells the time: the system's in the server, a settable one in tests.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Fills a buffer with random bytes: the system's in the server, a seeded generator's in tests.
pub type Random = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// What an [`App`] is built from.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// Randomness fit for keys.
    pub random: Random,
    /// Requests that we make for applications.
    pub outbound: Outbound,
    /// Requests to push services, whose addresses come from people's browsers.
    pub push_outbound: Outbound,
    /// Authorities that say whether a certificate was revoked.
    pub certificate_status: CertificateStatus,
    /// The provider that has card sign-ins, if there is one.
    pub care_identity: Option<CareIdentity>,
    /// The file of breached passwords, if the operator supplied one.
    pub breached: BreachedPasswords,
    /// The networks that messages leave by.
    pub gateways: Gateways,
    /// Whom the audit is handed over to.
    pub streams: Vec<Stream>,
    /// Configuration.
    pub settings: Settings,
}

/// The application. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    parts: Parts,
    hashing: HashingPool,
    sessions: Arc<SessionCache>,
    tokens: Arc<TokenCache>,
    policies: PolicyCache,
    visits: Visits,
    pace: Pace,
    wake: Wake,
    waiting: Waiting,
    card_statuses: CardStatuses,
    push_sender: OnceCell<Arc<PushSender>>,
    tasks: TaskTracker,
}

impl App {
    /// Builds the application; starts the hashing threads.
    pub fn new(parts: Parts) -> Self {
        let hashing = HashingPool::start(&parts.settings.hashing);
        let sessions = Arc::new(SessionCache::new(&parts.settings.cache));
        let hearing = Arc::downgrade(&sessions);
        parts.store.cluster().observe(move |event| {
            if let Some(sessions) = hearing.upgrade() {
                sessions.hear(event);
            }
        });
        let tokens = Arc::new(TokenCache::new(&parts.settings.cache));
        let hearing = Arc::downgrade(&tokens);
        parts.store.cluster().observe(move |event| {
            if let Some(tokens) = hearing.upgrade() {
                tokens.hear(event);
            }
        });
        let waiting = Waiting::default();
        let hearing = waiting.clone();
        parts.store.cluster().observe(move |event| hearing.hear(event));
        let visits = Visits::new(parts.settings.visits);
        let pace = Pace::new(parts.settings.api);
        let inner = Inner {
            parts,
            hashing,
            sessions,
            tokens,
            policies: PolicyCache::default(),
            visits,
            pace,
            wake: Wake::default(),
            waiting,
            card_statuses: CardStatuses::default(),
            push_sender: OnceCell::new(),
            tasks: TaskTracker::new(),
        };
        Self(Arc::new(inner))
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.0.parts.store
    }

    /// How often each application asks.
    pub fn pace(&self) -> &Pace {
        &self.0.pace
    }

    /// How often each network begins something.
    pub fn visits(&self) -> &Visits {
        &self.0.visits
    }

    /// The networks that messages leave by.
    pub fn gateways(&self) -> &Gateways {
        &self.0.parts.gateways
    }

    /// Whom the audit is handed over to.
    pub fn streams(&self) -> &[Stream] {
        &self.0.parts.streams
    }

    /// The bells of the workers that send messages.
    pub fn wake(&self) -> &Wake {
        &self.0.wake
    }

    /// Who waits for an app.
    pub fn waiting(&self) -> &Waiting {
        &self.0.waiting
    }

    /// Whoever wakes apps, with the key by which push services know us.
    pub(crate) async fn push_sender(&self) -> Result<&PushSender> {
        let sender = self.0.push_sender.get_or_try_init(|| message::open_push_sender(self)).await?;
        Ok(sender)
    }

    /// What tells the time.
    pub(crate) fn clock(&self) -> Clock {
        Arc::clone(&self.0.parts.clock)
    }

    /// What fills buffers with random bytes.
    pub(crate) fn random_source(&self) -> Random {
        Arc::clone(&self.0.parts.random)
    }

    /// Requests that we make for applications.
    pub fn outbound(&self) -> &Outbound {
        &self.0.parts.outbound
    }

    /// Authorities that say whether a certificate was revoked.
    pub(crate) fn certificate_status(&self) -> &CertificateStatus {
        &self.0.parts.certificate_status
    }

    /// The provider that has card sign-ins.
    pub fn care_identity(&self) -> Option<&CareIdentity> {
        self.0.parts.care_identity.as_ref()
    }

    /// What authorities have said.
    pub(crate) fn card_statuses(&self) -> &CardStatuses {
        &self.0.card_statuses
    }

    /// Requests to push services.
    pub(crate) fn push_outbound(&self) -> &Outbound {
        &self.0.parts.push_outbound
    }

    /// The breached passwords.
    pub fn breached(&self) -> &BreachedPasswords {
        &self.0.parts.breached
    }

    /// Configuration.
    pub fn settings(&self) -> &Settings {
        &self.0.parts.settings
    }

    /// The bounded pool that hashes passwords.
    pub fn hashing(&self) -> &HashingPool {
        &self.0.hashing
    }

    /// Sessions in memory.
    pub fn sessions(&self) -> &SessionCache {
        &self.0.sessions
    }

    /// Token references in memory.
    pub fn tokens(&self) -> &TokenCache {
        &self.0.tokens
    }

    /// The policies in force, in memory.
    pub(crate) fn policy_cache(&self) -> &PolicyCache {
        &self.0.policies
    }

    /// Background work that a graceful stop waits for.
    pub fn tasks(&self) -> &TaskTracker {
        &self.0.tasks
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        (self.0.parts.clock)()
    }

    /// `N` random bytes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.0.parts.random)(&mut bytes);
        bytes
    }

    /// The entropy of one identifier.
    pub fn id_entropy(&self) -> IdEntropy {
        self.random()
    }

    /// Makes the circumstances of one operation.
    pub fn op(&self, actor: Actor, origin: Origin) -> Op {
        let now = self.now();
        let request = RequestId::new(now, self.id_entropy());
        // So that what is logged on the way can be found from the audit, and from the reference on an error page.
        tracing::Span::current().record("request.id", tracing::field::display(request));
        Op { now, actor, origin, request }
    }
}
