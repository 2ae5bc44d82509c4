//! One key from two witnesses: events and sound.

use std::time::Duration;

use wardkey_wire::dtmf::Digit;

/// How long a key that was heard as sound waits for an event that tells of the same press. Networks that send events cut the
/// sound short, but a beginning of it may slip through first.
const WAIT: Duration = Duration::from_millis(300);

/// For how long after it counted the event of the same press may still arrive.
const SAME_PRESS: Duration = Duration::from_millis(1_500);

/// Makes keys of what events say and of what is heard, so that a press counts once.
///
/// A line whose events arrive needs no sound, so the first event ends listening to it for the rest of the call. Until then,
/// on a line that agreed on events, sound counts a moment later, when no event has come.
#[derive(Clone, Debug)]
pub struct Keys {
    wait: Duration,
    has_events: bool,
    waiting: Option<(Digit, Duration)>,
    counted: Option<(Digit, Duration)>,
}

impl Keys {
    /// Keys of a line that agreed on events.
    pub const fn with_events() -> Self {
        Self { wait: WAIT, has_events: false, waiting: None, counted: None }
    }

    /// Keys of a line that knows none: sound need not wait.
    pub const fn by_sound() -> Self {
        Self { wait: Duration::ZERO, has_events: false, waiting: None, counted: None }
    }

    /// An event told of a key.
    pub fn event(&mut self, digit: Digit, now: Duration) -> Option<Digit> {
        self.has_events = true;
        self.waiting = None;
        let counted = self.counted.take();
        let is_same = counted.is_some_and(|(last, at)| last == digit && now.saturating_sub(at) < SAME_PRESS);
        if is_same { None } else { Some(digit) }
    }

    /// A key was heard as sound. Answers the one before it, if that was still waiting.
    pub fn sound(&mut self, digit: Digit, now: Duration) -> Option<Digit> {
        if self.has_events {
            return None;
        }
        let before = self.waiting.replace((digit, now + self.wait)).map(|(digit, _)| digit);
        self.count(before, now)
    }

    /// A key whose wait is over.
    pub fn due(&mut self, now: Duration) -> Option<Digit> {
        let (digit, since) = self.waiting.filter(|(_, due)| *due <= now)?;
        self.waiting = None;
        self.count(Some(digit), since)
    }

    fn count(&mut self, digit: Option<Digit>, now: Duration) -> Option<Digit> {
        if let Some(digit) = digit {
            self.counted = Some((digit, now));
        }
        digit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What happens, as `(milliseconds, what, key)`: `e` an event, `s` a sound. Answers the keys, waiting at the end.
    fn check(mut keys: Keys, happens: &[(u64, char, char)], expected: &str) {
        let mut heard = String::new();
        for (at, what, key) in happens {
            let now = Duration::from_millis(*at);
            let digit = Digit::from_char(*key).unwrap();
            heard.extend(keys.due(now).map(Digit::as_char));
            let counted = if *what == 'e' { keys.event(digit, now) } else { keys.sound(digit, now) };
            heard.extend(counted.map(Digit::as_char));
        }
        heard.extend(keys.due(Duration::from_secs(99)).map(Digit::as_char));
        assert_eq!(heard, expected, "{happens:?}");
    }

    #[test]
    fn sound_alone_counts() {
        let typed = [(0, 's', '4'), (200, 's', '8'), (700, 's', '8'), (900, 's', '#')];
        check(Keys::by_sound(), &typed, "488#");
        check(Keys::with_events(), &typed, "488#");
    }

    #[test]
    fn a_press_that_both_tell_of_counts_once() {
        check(Keys::with_events(), &[(0, 's', '#'), (100, 'e', '#')], "#");
        check(Keys::with_events(), &[(0, 'e', '#'), (60, 's', '#')], "#");
        check(Keys::with_events(), &[(0, 's', '#'), (900, 'e', '#')], "#");
    }

    #[test]
    fn after_the_first_event_sound_is_not_listened_to() {
        check(Keys::with_events(), &[(0, 'e', '1'), (500, 's', '#'), (2_000, 'e', '1')], "11");
    }

    #[test]
    fn the_same_key_pressed_twice_counts_twice() {
        check(Keys::with_events(), &[(0, 'e', '5'), (400, 'e', '5')], "55");
        check(Keys::with_events(), &[(0, 's', '5'), (2_500, 'e', '5')], "55");
    }
}
