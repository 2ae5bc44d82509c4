//! The keys that sign tokens, and how they take turns.
//!
//! A key is published before it signs and stays published after it has stopped, so that an application that fetches our
//! keys now and then always finds the one it needs [OpenID Connect Core §10.1.1].

use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::id::KeyId;
use crate::time::Timestamp;

/// How a token is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SigningAlgorithm {
    /// ECDSA on P-256 with SHA-256: small and quick.
    #[default]
    #[serde(rename = "ES256")]
    Es256,
    /// RSA (2048 bits) with SHA-256: what every application understands.
    #[serde(rename = "RS256")]
    Rs256,
}

/// A word that is no algorithm or state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such signing algorithm or key state: `{0}`")]
pub struct UnknownKeyWord(pub String);

impl SigningAlgorithm {
    /// Every algorithm.
    pub const ALL: &'static [Self] = &[Self::Es256, Self::Rs256];

    /// Its registered name [RFC 7518 §3.1].
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
        }
    }
}

impl FromStr for SigningAlgorithm {
    type Err = UnknownKeyWord;

    fn from_str(text: &str) -> Result<Self, UnknownKeyWord> {
        Self::ALL
            .iter()
            .copied()
            .find(|algorithm| algorithm.as_str() == text)
            .ok_or_else(|| UnknownKeyWord(text.to_owned()))
    }
}

/// Where a key is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Published, not yet signing.
    Next,
    /// Signing. There is one for each algorithm.
    Current,
    /// Published so that what it signed can still be verified.
    Retiring,
    /// Not published; its private part is gone.
    Retired,
}

impl KeyState {
    /// Every state.
    pub const ALL: &'static [Self] = &[Self::Next, Self::Current, Self::Retiring, Self::Retired];

    /// The word for it in stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Current => "current",
            Self::Retiring => "retiring",
            Self::Retired => "retired",
        }
    }
}

impl FromStr for KeyState {
    type Err = UnknownKeyWord;

    fn from_str(text: &str) -> Result<Self, UnknownKeyWord> {
        Self::ALL.iter().copied().find(|state| state.as_str() == text).ok_or_else(|| UnknownKeyWord(text.to_owned()))
    }
}

/// When keys take turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeySchedule {
    /// How long a key signs.
    pub signs_for: Duration,
    /// How long a key is published before it signs, unless somebody rotates in an emergency.
    pub published_before: Duration,
    /// How long a key stays published after it stopped signing.
    pub published_after: Duration,
}

impl Default for KeySchedule {
    fn default() -> Self {
        const DAY: u64 = 24 * 60 * 60;
        Self {
            signs_for: Duration::from_secs(90 * DAY),
            published_before: Duration::from_secs(DAY),
            published_after: Duration::from_secs(30 * DAY),
        }
    }
}

/// What the schedule knows of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyTurn {
    /// The key.
    pub id: KeyId,
    /// Where it is in its life.
    pub state: KeyState,
    /// Since when.
    pub since: Timestamp,
}

/// One thing to do to the keys of one algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyMove {
    /// Make a key and give it this state.
    Make(KeyState),
    /// Give a key its next state.
    Move(KeyId, KeyState),
}

impl KeySchedule {
    /// What is to be done at `now` to the keys of one algorithm.
    pub fn due(&self, keys: &[KeyTurn], now: Timestamp) -> Vec<KeyMove> {
        let of = |state: KeyState| keys.iter().filter(move |key| key.state == state);
        let mut moves: Vec<KeyMove> = of(KeyState::Retiring)
            .filter(|key| now.since(key.since) >= self.published_after)
            .map(|key| KeyMove::Move(key.id, KeyState::Retired))
            .collect();
        let current = of(KeyState::Current).max_by_key(|key| key.since);
        let next = of(KeyState::Next).min_by_key(|key| key.since);
        match (current, next) {
            (None, Some(next)) => moves.push(KeyMove::Move(next.id, KeyState::Current)),
            (None, None) => moves.push(KeyMove::Make(KeyState::Current)),
            (Some(current), Some(next)) => {
                let waited = now.since(next.since) >= self.published_before;
                if now.since(current.since) >= self.signs_for && waited {
                    moves.push(KeyMove::Move(current.id, KeyState::Retiring));
                    moves.push(KeyMove::Move(next.id, KeyState::Current));
                }
            }
            (Some(current), None) => {
                // Made early enough to be published for its time before its turn.
                if now.since(current.since).saturating_add(self.published_before) >= self.signs_for {
                    moves.push(KeyMove::Make(KeyState::Next));
                }
            }
        }
        moves
    }

    /// What is to be done when somebody wants new keys now, whatever their age.
    ///
    /// The next key, if one is published already, takes over; otherwise a new one does at once.
    pub fn at_once(keys: &[KeyTurn]) -> Vec<KeyMove> {
        let mut moves: Vec<KeyMove> = keys
            .iter()
            .filter(|key| key.state == KeyState::Current)
            .map(|key| KeyMove::Move(key.id, KeyState::Retiring))
            .collect();
        match keys.iter().filter(|key| key.state == KeyState::Next).min_by_key(|key| key.since) {
            Some(next) => moves.push(KeyMove::Move(next.id, KeyState::Current)),
            None => moves.push(KeyMove::Make(KeyState::Current)),
        }
        moves
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 60 * 60;

    fn key(byte: u8, state: KeyState, since_day: i64) -> KeyTurn {
        let since = Timestamp::from_seconds(since_day * DAY);
        KeyTurn { id: KeyId::new(Timestamp::from_seconds(0), [byte; 10]), state, since }
    }

    fn check(keys: &[KeyTurn], day: i64, expected: &[KeyMove]) {
        assert_eq!(KeySchedule::default().due(keys, Timestamp::from_seconds(day * DAY)), expected, "day {day}");
    }

    #[test]
    fn the_first_key_signs_at_once() {
        check(&[], 0, &[KeyMove::Make(KeyState::Current)]);
    }

    #[test]
    fn keys_take_turns() {
        let one = key(1, KeyState::Current, 0);
        check(&[one], 88, &[]);
        check(&[one], 89, &[KeyMove::Make(KeyState::Next)]);
        let two = key(2, KeyState::Next, 89);
        check(&[one, two], 89, &[]);
        check(&[one, two], 90, &[KeyMove::Move(one.id, KeyState::Retiring), KeyMove::Move(two.id, KeyState::Current)]);
        let (one, two) = (key(1, KeyState::Retiring, 90), key(2, KeyState::Current, 90));
        check(&[one, two], 119, &[]);
        check(&[one, two], 120, &[KeyMove::Move(one.id, KeyState::Retired)]);
    }

    #[test]
    fn a_key_that_was_made_late_is_still_published_first() {
        let (one, two) = (key(1, KeyState::Current, 0), key(2, KeyState::Next, 200));
        check(&[one, two], 200, &[]);
        check(&[one, two], 201, &[KeyMove::Move(one.id, KeyState::Retiring), KeyMove::Move(two.id, KeyState::Current)]);
    }

    #[test]
    fn an_emergency_does_not_wait() {
        let (one, two) = (key(1, KeyState::Current, 0), key(2, KeyState::Next, 0));
        assert_eq!(
            KeySchedule::at_once(&[one]),
            [KeyMove::Move(one.id, KeyState::Retiring), KeyMove::Make(KeyState::Current)]
        );
        assert_eq!(
            KeySchedule::at_once(&[one, two]),
            [KeyMove::Move(one.id, KeyState::Retiring), KeyMove::Move(two.id, KeyState::Current)]
        );
    }
}
