//! Encrypting, signing and handing over.

use std::time::Duration;

use url::Url;
use wardkey_domain::secret::Secret;
use wardkey_wire::authenticator::from_base64url;
use wardkey_wire::web_push::{PushError, Recipient, SenderKey, VapidKey, encrypt};

use crate::ambient::Ambient;
use crate::hand_over::{HandOver, RefusedWhy};
use crate::outbound::{Outbound, OutboundError};

/// Every wake-up is as long as this, whatever it says.
const PADDED: usize = 256;
/// How long a push service may use one signature of ours; a day is the most [RFC 8292 §2].
const VOUCHED_FOR: Duration = Duration::from_secs(12 * 3_600);
/// The longest address that a subscription may have.
const LONGEST_ENDPOINT: usize = 1_024;

/// Where a wake-up goes: a subscription as the app sent it.
#[derive(Clone, Copy, Debug)]
pub struct PushTo<'a> {
    /// The push service's address for it.
    pub endpoint: &'a str,
    /// The key to encrypt for, in base64url.
    pub p256dh: &'a str,
    /// The secret to encrypt with, in base64url.
    pub auth: &'a str,
}

/// A wake-up.
#[derive(Clone, Copy, Debug)]
pub struct WakeUp<'a> {
    /// What it says, in few bytes and nothing personal.
    pub plain: &'a [u8],
    /// At most 32 letters and digits: of two with the same topic a push service keeps the newer [RFC 8030 §5.4].
    pub topic: &'a str,
    /// For how long it is worth delivering.
    pub good_for: Duration,
}

/// A new key by which push services know us.
pub struct NewVapidKey;

/// Why a sender cannot be set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key for push services cannot be made or read")]
pub struct PushSetupError;

/// Hands wake-ups over to push services.
pub struct PushSender {
    key: VapidKey,
    contact: String,
    ambient: Ambient,
}

impl NewVapidKey {
    /// Makes one, as PKCS #8.
    ///
    /// # Errors
    /// The library has no entropy.
    pub fn generate() -> Result<Secret<Vec<u8>>, PushSetupError> {
        let key = VapidKey::generate().map_err(|_| PushSetupError)?;
        let der = key.to_pkcs8().map_err(|_| PushSetupError)?;
        Ok(Secret::new(der.expose().clone()))
    }
}

impl PushSender {
    /// A sender with this key. `contact` is a `mailto:` or `https:` address of whoever runs the server.
    ///
    /// # Errors
    /// The key cannot be read.
    pub fn new(key: &Secret<Vec<u8>>, contact: String, ambient: Ambient) -> Result<Self, PushSetupError> {
        Ok(Self { key: VapidKey::from_pkcs8(key.expose()).map_err(|_| PushSetupError)?, contact, ambient })
    }

    /// The public half of the key, for which browsers subscribe, in base64url.
    pub fn public_key(&self) -> &str {
        self.key.public_text()
    }

    /// Hands a wake-up over.
    pub async fn send(&self, outbound: &Outbound, to: PushTo<'_>, wake_up: WakeUp<'_>) -> HandOver {
        let (body, authorization) = match self.prepare(to, wake_up) {
            Ok(prepared) => prepared,
            Err(PushError::BadRecipient) => return HandOver::give_up(RefusedWhy::Recipient).counted(NAME),
            Err(PushError::TooLong | PushError::BadSender | PushError::Library) => {
                return HandOver::give_up(RefusedWhy::Message).counted(NAME);
            }
        };
        let seconds = wake_up.good_for.as_secs().to_string();
        let headers = [
            ("authorization", authorization.as_str()),
            ("content-encoding", "aes128gcm"),
            ("content-type", "application/octet-stream"),
            ("ttl", seconds.as_str()),
            ("urgency", "high"),
            ("topic", wake_up.topic),
        ];
        let outcome = match outbound.post_bytes(to.endpoint, &headers, body).await {
            Ok((200..=299, _)) => HandOver::Accepted { reference: String::new() },
            // The browser has unsubscribed, or its profile is gone [RFC 8030 §7.3].
            Ok((404 | 410, _)) => HandOver::give_up(RefusedWhy::Recipient),
            Ok((429, after)) => HandOver::try_later(RefusedWhy::Throttled, after),
            Ok((401 | 403, _)) => HandOver::give_up(RefusedWhy::Credentials),
            Ok((500..=599, after)) => HandOver::try_later(RefusedWhy::Gateway, after),
            Ok(_) => HandOver::give_up(RefusedWhy::Message),
            Err(OutboundError::BadAddress | OutboundError::NotHttps | OutboundError::SpecialUse(_)) => {
                HandOver::give_up(RefusedWhy::Recipient)
            }
            // A second one with the same topic replaces the first, so that it does no harm.
            Err(_) => HandOver::try_later(RefusedWhy::Unreachable, None),
        };
        outcome.counted(NAME)
    }

    fn prepare(&self, to: PushTo<'_>, wake_up: WakeUp<'_>) -> Result<(Vec<u8>, String), PushError> {
        let recipient = recipient(to)?;
        let (origin, now) = (origin_of(to.endpoint).ok_or(PushError::BadRecipient)?, self.ambient.now());
        let mut salt = [0; 16];
        (self.ambient.random)(&mut salt);
        // One draw in four thousand million is no key.
        let sender = (0..4).find_map(|_| {
            let mut entropy = [0; 32];
            (self.ambient.random)(&mut entropy);
            SenderKey::new(entropy).ok()
        });
        let body = encrypt(&recipient, &sender.ok_or(PushError::BadSender)?, salt, wake_up.plain, PADDED)?;
        let until = now.plus(VOUCHED_FOR).as_seconds();
        let authorization = self.key.authorization(&origin, &self.contact, until).map_err(|_| PushError::Library)?;
        Ok((body, authorization))
    }
}

const NAME: &str = "push";

/// Checks what can be known of a subscription without calling it.
///
/// # Errors
/// Its address would be refused whatever it resolves to, or its keys are none.
pub fn check_subscription(outbound: &Outbound, to: PushTo<'_>) -> Result<(), PushError> {
    if to.endpoint.len() > LONGEST_ENDPOINT || outbound.check(to.endpoint).is_err() {
        return Err(PushError::BadRecipient);
    }
    recipient(to).map(|_| ())
}

fn recipient(to: PushTo<'_>) -> Result<Recipient, PushError> {
    let bytes = |text| from_base64url(text).map_err(|_| PushError::BadRecipient);
    Recipient::parse(&bytes(to.p256dh)?, &bytes(to.auth)?)
}

/// Scheme, host and port: for whom a signature is meant [RFC 8292 §2].
fn origin_of(endpoint: &str) -> Option<String> {
    let origin = Url::parse(endpoint).ok()?.origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}
