//! The handle, and the connections that it keeps.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lettre::transport::smtp::client::AsyncSmtpConnection;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;

use super::connection::{NoConnection, connect};
use super::delivery::{Connection, Delivery, deliver};
use super::letter::{BadLetter, Letter, Sender};
use super::message::Mail;
use super::settings::{SmtpSettings, SmtpSetupError};
use crate::ambient::Clock;
use crate::hand_over::{HandOver, RefusedWhy};
use crate::tls::client_config;

/// How long the server has for its goodbye.
const GOODBYE: Duration = Duration::from_secs(2);

/// A mail server. Cheap to clone.
#[derive(Clone)]
pub struct Smtp(Arc<Inner>);

struct Inner {
    settings: SmtpSettings,
    sender: Sender,
    tls: TlsConnector,
    clock: Clock,
    places: Semaphore,
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    connection: AsyncSmtpConnection,
    since: Instant,
}

impl Smtp {
    /// Checks the settings. Nothing is connected before the first mail.
    ///
    /// # Errors
    /// A setting cannot be used.
    pub fn new(settings: SmtpSettings, clock: Clock) -> Result<Self, SmtpSetupError> {
        settings.check()?;
        Ok(Self(Arc::new(Inner {
            sender: Sender::new(&settings)?,
            tls: TlsConnector::from(Arc::new(client_config(settings.extra_roots.as_deref())?)),
            clock,
            places: Semaphore::new(settings.connections),
            idle: Mutex::default(),
            settings,
        })))
    }

    /// What the operator calls it.
    pub fn name(&self) -> &str {
        &self.0.settings.name
    }

    /// Hands `mail` over. What it is called is its own id: the server gives it no other that anybody could ask for.
    pub async fn send(&self, mail: &Mail) -> HandOver {
        let outcome = match self.0.sender.write(mail, (self.0.clock)()) {
            Ok(letter) => self.post(&letter).await,
            Err(BadLetter::Recipient) => HandOver::give_up(RefusedWhy::Recipient),
            Err(BadLetter::Message) => HandOver::give_up(RefusedWhy::Message),
        };
        match outcome {
            HandOver::Accepted { .. } => HandOver::Accepted { reference: mail.id.clone() },
            HandOver::Refused { why, .. } => {
                tracing::warn!(gateway = %self.name(), mail.id = %mail.id, why = why.as_str(), "a mail was not taken");
                outcome
            }
            HandOver::Unknown => {
                tracing::warn!(gateway = %self.name(), mail.id = %mail.id, "a mail may have been taken, or not");
                outcome
            }
        }
        .counted(self.name())
    }

    async fn post(&self, letter: &Letter) -> HandOver {
        let Ok(_place) = self.0.places.acquire().await else {
            return HandOver::try_another(RefusedWhy::Stopping);
        };
        // The server may have closed what was idle, and we do not know it before we write. Nothing is lost then: the letter
        // had not begun.
        while let Some(connection) = self.take_idle() {
            if let Some(outcome) = self.post_over(connection, letter).await {
                return outcome;
            }
        }
        match connect(&self.0.settings, &self.0.tls).await {
            Ok(connection) => {
                let outcome = self.post_over(connection, letter).await;
                outcome.unwrap_or(HandOver::try_another(RefusedWhy::Unreachable))
            }
            Err(why) => self.unreachable(&why),
        }
    }

    /// Posts over `connection`; nothing, if it turns out to be broken before the letter began.
    async fn post_over(&self, mut connection: AsyncSmtpConnection, letter: &Letter) -> Option<HandOver> {
        let Delivery { outcome, connection: state } = deliver(&mut connection, letter, &self.0.settings).await;
        match state {
            Connection::Good => self.idle().push(Idle { connection, since: Instant::now() }),
            Connection::Refused => part(connection).await,
            Connection::BrokenBefore => return None,
            Connection::Broken => {}
        }
        Some(outcome)
    }

    fn unreachable(&self, why: &NoConnection) -> HandOver {
        let name = self.name();
        match why {
            NoConnection::Credentials | NoConnection::NoTls | NoConnection::Unwanted => {
                tracing::error!(gateway = %name, "cannot use the mail server: {why}");
            }
            NoConnection::Unreachable(_) | NoConnection::Later => {
                tracing::warn!(gateway = %name, "cannot use the mail server: {why}");
            }
        }
        match why {
            NoConnection::Unreachable(_) => HandOver::try_another(RefusedWhy::Unreachable),
            NoConnection::Later => HandOver::try_later(RefusedWhy::Throttled, None),
            NoConnection::Unwanted | NoConnection::NoTls => HandOver::try_another(RefusedWhy::Gateway),
            NoConnection::Credentials => HandOver::try_another(RefusedWhy::Credentials),
        }
    }

    /// The connection that was used last, unless it has been idle for too long.
    fn take_idle(&self) -> Option<AsyncSmtpConnection> {
        let mut idle = self.idle();
        idle.retain(|idle| idle.since.elapsed() < self.0.settings.idle_limit);
        idle.pop().map(|idle| idle.connection)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle>> {
        // Nothing is left half done under this lock, so a panic elsewhere does not spoil it.
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes no more mails, and says goodbye on idle connections. A mail under way is delivered.
    pub async fn shut_down(&self) {
        self.0.places.close();
        let idle = std::mem::take(&mut *self.idle());
        for idle in idle {
            part(idle.connection).await;
        }
    }
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Smtp").field(&self.name()).finish()
    }
}

/// Says goodbye. Whether it is answered does not matter.
async fn part(mut connection: AsyncSmtpConnection) {
    let _ = tokio::time::timeout(GOODBYE, connection.quit()).await;
}
