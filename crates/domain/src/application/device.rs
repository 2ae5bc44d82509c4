//! Device authorization [RFC 8628]: a person signs in here for something that has no browser.
//!
//! It is off for each application until somebody switches it on: whoever is talked into typing an attacker's code hands
//! over an account without ever seeing a wrong address.

use std::fmt;
use std::time::Duration;

use crate::application::grant::GrantDetails;
use crate::application::scope::Scopes;
use crate::id::{AccountId, ApplicationId, OrganisationId, SessionId};
use crate::secret::{Secret, TokenHash};
use crate::time::Timestamp;

/// Consonants that are hard to take for each other and spell no words [RFC 8628 §6.1].
const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const LETTERS: usize = 8;

/// Seconds between two polls of a device.
pub const POLL_SECONDS: i64 = 5;

/// The code that a person types: eight letters, about 34 bits. Few tries and a short life make up for its shortness.
#[derive(Clone, PartialEq, Eq)]
pub struct UserCode(String);

/// A text that is no user code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a code has eight letters, such as WDJB-MJHT")]
pub struct BadUserCode;

impl UserCode {
    /// Makes one from random bytes; `None`, once in 10^20 times, when too few of them can be used.
    pub fn from_entropy(entropy: [u8; 32]) -> Option<Self> {
        // 240 is the greatest multiple of 20 in a byte: above it the first letters would come up more often.
        let letters: String = entropy
            .iter()
            .filter(|byte| **byte < 240)
            .filter_map(|byte| ALPHABET.get(usize::from(*byte) % ALPHABET.len()))
            .take(LETTERS)
            .map(|letter| char::from(*letter))
            .collect();
        (letters.len() == LETTERS).then_some(Self(letters))
    }

    /// Reads what a person typed: case, spaces and hyphens do not matter.
    ///
    /// # Errors
    /// When it cannot be one of ours.
    pub fn parse(text: &str) -> Result<Self, BadUserCode> {
        if text.len() > 40 {
            return Err(BadUserCode);
        }
        let letters: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2015}'))
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let known = letters.bytes().all(|byte| ALPHABET.contains(&byte));
        if letters.len() == LETTERS && known { Ok(Self(letters)) } else { Err(BadUserCode) }
    }

    /// What the store keeps.
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(&self.0)
    }

    /// The code as a person reads it.
    pub fn shown(&self) -> Secret<String> {
        match self.0.split_at_checked(LETTERS / 2) {
            Some((left, right)) => Secret::new(format!("{left}-{right}")),
            None => Secret::new(self.0.clone()),
        }
    }
}

impl fmt::Debug for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserCode(..)")
    }
}

/// A device that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceRequest {
    /// The hash of the code that the device polls with.
    pub hash: TokenHash,
    /// The organisation of the application.
    pub organisation: OrganisationId,
    /// Who asks.
    pub application: ApplicationId,
    /// What is asked for.
    pub scope: Scopes,
    /// When it was asked.
    pub created_at: Timestamp,
    /// When it stops being good.
    pub expires_at: Timestamp,
    /// Where the device is, as a person can recognise it.
    pub address: Option<String>,
    /// When it polled last.
    pub polled_at: Option<Timestamp>,
    /// Seconds that it must leave between two polls.
    pub interval: i64,
    /// What the person said.
    pub state: DeviceState,
}

/// What a person said to a device's request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceState {
    /// Nothing yet.
    Waiting,
    /// Yes.
    Approved(Approval),
    /// No.
    Denied,
    /// The device has fetched its tokens.
    Spent,
}

/// A person's yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Who said it.
    pub account: AccountId,
    /// The organisation of that account.
    pub organisation: OrganisationId,
    /// In which session.
    pub session: SessionId,
    /// What tokens will say.
    pub details: GrantDetails,
}

impl DeviceState {
    /// The word for it in stores.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Approved(_) => "approved",
            Self::Denied => "denied",
            Self::Spent => "spent",
        }
    }
}

/// What to answer a device that polls [RFC 8628 §3.5].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PollVerdict {
    /// Issue, once.
    Issue(Approval),
    /// Not yet.
    Pending,
    /// Not yet, and not so often: the interval grows by five seconds.
    SlowDown,
    /// The person said no.
    Denied,
    /// Too late.
    Expired,
    /// There is none like it for this client, or it was spent.
    Unknown,
}

impl DeviceRequest {
    /// Judges a poll by `application`.
    pub fn poll(&self, application: ApplicationId, now: Timestamp) -> PollVerdict {
        if application != self.application || self.state == DeviceState::Spent {
            return PollVerdict::Unknown;
        }
        if now >= self.expires_at {
            return PollVerdict::Expired;
        }
        // One second of grace: the network may bring two polls closer together than they were sent.
        let least = Duration::from_secs(u64::try_from(self.interval.saturating_sub(1)).unwrap_or(0));
        let hasty = self.polled_at.is_some_and(|polled| now.since(polled) < least);
        match &self.state {
            DeviceState::Waiting | DeviceState::Approved(_) if hasty => PollVerdict::SlowDown,
            DeviceState::Waiting => PollVerdict::Pending,
            DeviceState::Approved(approval) => PollVerdict::Issue(approval.clone()),
            DeviceState::Denied => PollVerdict::Denied,
            DeviceState::Spent => PollVerdict::Unknown,
        }
    }

    /// Whether a person may still answer it.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.state == DeviceState::Waiting && now < self.expires_at
    }
}

/// How many wrong user codes are let through before the door closes for a while [RFC 8628 §5.1].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserCodeLimits {
    /// The span in which tries are counted.
    pub window: Duration,
    /// Tries of one account.
    pub per_account: i64,
    /// Tries from one network address.
    pub per_address: i64,
}

impl Default for UserCodeLimits {
    fn default() -> Self {
        Self { window: Duration::from_secs(10 * 60), per_account: 10, per_address: 50 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Strength;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn application(byte: u8) -> ApplicationId {
        ApplicationId::new(at(1), [byte; 10])
    }

    fn request(state: DeviceState, polled_at: Option<i64>) -> DeviceRequest {
        DeviceRequest {
            hash: TokenHash::of("device"),
            organisation: OrganisationId::new(at(1), [2; 10]),
            application: application(3),
            scope: "openid".parse().unwrap(),
            created_at: at(1_000),
            expires_at: at(1_600),
            address: None,
            polled_at: polled_at.map(at),
            interval: POLL_SECONDS,
            state,
        }
    }

    fn approval() -> Approval {
        Approval {
            account: AccountId::new(at(1), [4; 10]),
            organisation: OrganisationId::new(at(1), [2; 10]),
            session: SessionId::new(at(1), [5; 10]),
            details: GrantDetails {
                nonce: None,
                authenticated_at: at(900),
                strength: Strength::MultiFactor,
                factors: Vec::new(),
                id_token_claims: Vec::new(),
                userinfo_claims: Vec::new(),
            },
        }
    }

    #[test]
    fn a_device_waits_its_turn() {
        let check = |state: DeviceState, polled_at, by, now, expected| {
            assert_eq!(request(state, polled_at).poll(application(by), at(now)), expected);
        };
        check(DeviceState::Waiting, None, 3, 1_001, PollVerdict::Pending);
        check(DeviceState::Waiting, Some(1_001), 3, 1_006, PollVerdict::Pending);
        check(DeviceState::Waiting, Some(1_001), 3, 1_005, PollVerdict::Pending);
        check(DeviceState::Waiting, Some(1_001), 3, 1_004, PollVerdict::SlowDown);
        check(DeviceState::Approved(approval()), Some(1_001), 3, 1_006, PollVerdict::Issue(approval()));
        check(DeviceState::Approved(approval()), None, 8, 1_006, PollVerdict::Unknown);
        check(DeviceState::Approved(approval()), None, 3, 1_600, PollVerdict::Expired);
        check(DeviceState::Denied, None, 3, 1_006, PollVerdict::Denied);
        check(DeviceState::Spent, None, 3, 1_006, PollVerdict::Unknown);
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = UserCode::parse("WDJB-MJHT").unwrap();
        for typed in ["wdjbmjht", " WDJB MJHT ", "wdjb\u{2013}mjht"] {
            assert_eq!(UserCode::parse(typed), Ok(code.clone()), "{typed}");
        }
        for bad in ["", "WDJB-MJH", "WDJB-MJHTX", "AEIO-UAEI", "WDJB-MJH1", &"W".repeat(50)] {
            assert_eq!(UserCode::parse(bad), Err(BadUserCode), "{bad}");
        }
        assert_eq!(code.shown().expose(), "WDJB-MJHT");
    }

    #[test]
    fn a_code_is_made_without_bias() {
        assert_eq!(UserCode::from_entropy([255; 32]), None);
        let mut entropy = [0; 32];
        entropy[..9].copy_from_slice(&[255, 0, 19, 20, 239, 1, 2, 3, 4]);
        assert_eq!(UserCode::from_entropy(entropy).unwrap().shown().expose(), "BZBZ-CDFG");
    }
}
