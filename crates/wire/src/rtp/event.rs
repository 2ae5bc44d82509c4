//! Keys of a telephone as named events [RFC 4733].

use crate::dtmf::Digit;

/// How many samples a packet of ours carries: 20 ms [RFC 3551 §4.2].
pub const FRAME_SAMPLES: u16 = 160;

/// A key counts once it was held for this long, when the packet that ends it is lost: 50 ms, longer than any bounce.
const HELD: u16 = 400;

/// One report about one event [RFC 4733 §2.3]. A key is told in many of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Which event: 0 to 15 are keys [RFC 4733 §3.2].
    pub code: u8,
    /// Whether this is its end.
    pub end: bool,
    /// How loud, in decibels below 0 dBm0, six bits.
    pub volume: u8,
    /// How long it lasts so far, in samples.
    pub duration: u16,
}

impl Event {
    /// Reads a payload. What follows its four bytes is ignored: some phones send several reports in one.
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let [code, flags, d0, d1] = *payload.first_chunk::<4>()?;
        Some(Self { code, end: flags & 0x80 != 0, volume: flags & 0x3f, duration: u16::from_be_bytes([d0, d1]) })
    }

    /// Writes the payload.
    pub fn write(&self) -> [u8; 4] {
        let [d0, d1] = self.duration.to_be_bytes();
        [self.code, (if self.end { 0x80 } else { 0 }) | (self.volume & 0x3f), d0, d1]
    }
}

/// Makes keys of events: each is counted once, however many packets tell of it and however many of those are lost.
#[derive(Clone, Debug, Default)]
pub struct EventReader {
    /// The event that was heard last: who sent it, its timestamp, and what became of it.
    last: Option<Heard>,
}

#[derive(Clone, Copy, Debug)]
struct Heard {
    source: u32,
    timestamp: u32,
    code: u8,
    duration: u16,
    counted: bool,
    ended: bool,
}

impl EventReader {
    /// Takes the next report, with the source and timestamp of its packet; answers a key when one is to be counted.
    ///
    /// All packets of one event carry the timestamp of its beginning [RFC 4733 §2.5.1.2]: that is what makes them one.
    pub fn read(&mut self, source: u32, timestamp: u32, event: Event) -> Option<Digit> {
        let mut heard = match self.last {
            Some(last) if last.source == source && last.timestamp == timestamp => last,
            // A packet that was overtaken tells of an event that is over.
            Some(last) if last.source == source && is_before(timestamp, last.timestamp) => return None,
            Some(last) if last.source == source && is_continued(&last, timestamp, event) => {
                Heard { timestamp, duration: 0, ..last }
            }
            Some(_) | None => Heard { source, timestamp, code: event.code, duration: 0, counted: false, ended: false },
        };
        heard.duration = heard.duration.max(event.duration);
        heard.ended |= event.end;
        let is_pressed = !heard.counted && heard.code == event.code && (heard.ended || heard.duration >= HELD);
        heard.counted |= is_pressed;
        self.last = Some(heard);
        if is_pressed { Digit::from_event(event.code) } else { None }
    }
}

/// Whether `timestamp` lies before `other`, around the end of the range.
const fn is_before(timestamp: u32, other: u32) -> bool {
    let ahead = other.wrapping_sub(timestamp);
    ahead != 0 && ahead < 0x8000_0000
}

/// A key held for more than eight seconds outgrows its sixteen bits and is told as another event that begins where the
/// first ran out [RFC 4733 §2.5.1.3].
fn is_continued(last: &Heard, timestamp: u32, event: Event) -> bool {
    let ran_out = timestamp.wrapping_sub(last.timestamp);
    !last.ended && last.code == event.code && last.duration >= 0xf000 && (0xf000..=0x1_0000).contains(&ran_out)
}

/// The reports that press one key: one for each 20 ms, the last of them three times [RFC 4733 §2.5.1.4].
#[derive(Clone, Debug)]
pub struct EventTrain {
    digit: Digit,
    frames: u16,
    sent: u16,
}

impl EventTrain {
    /// Presses `digit` for `frames` times 20 ms.
    pub const fn new(digit: Digit, frames: u16) -> Self {
        Self { digit, frames, sent: 0 }
    }
}

impl Iterator for EventTrain {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        if self.sent >= self.frames.saturating_add(2) {
            return None;
        }
        self.sent += 1;
        Some(Event {
            code: self.digit.event(),
            end: self.sent >= self.frames,
            volume: 10,
            duration: self.sent.min(self.frames).saturating_mul(FRAME_SAMPLES),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads events given as `(source, timestamp, code, end, duration)` and answers the keys.
    fn check(events: &[(u32, u32, u8, bool, u16)], keys: &str) {
        let mut reader = EventReader::default();
        let heard: String = events
            .iter()
            .filter_map(|&(source, timestamp, code, end, duration)| {
                reader.read(source, timestamp, Event { code, end, volume: 10, duration })
            })
            .map(Digit::as_char)
            .collect();
        assert_eq!(heard, keys);
    }

    #[test]
    fn a_key_counts_once() {
        check(
            &[
                (1, 100, 11, false, 160),
                (1, 100, 11, false, 320),
                (1, 100, 11, false, 480),
                (1, 100, 11, true, 640),
                (1, 100, 11, true, 640),
                (1, 100, 11, true, 640),
            ],
            "#",
        );
        check(&[(1, 100, 0, true, 160), (1, 900, 0, true, 160), (1, 900, 0, true, 160)], "00");
    }

    #[test]
    fn a_key_counts_when_its_end_or_its_beginning_is_lost() {
        check(&[(1, 100, 11, false, 160), (1, 100, 11, false, 800)], "#");
        check(&[(1, 100, 11, true, 800)], "#");
        check(&[(1, 100, 11, false, 160)], "");
    }

    #[test]
    fn a_packet_that_was_overtaken_is_not_another_key() {
        check(&[(1, 100, 1, true, 800), (1, 2_000, 2, true, 800), (1, 100, 1, true, 800)], "12");
        check(&[(1, u32::MAX - 100, 1, true, 800), (1, 900, 2, true, 800), (1, u32::MAX - 100, 1, true, 800)], "12");
    }

    #[test]
    fn a_key_that_is_held_for_long_counts_once() {
        check(&[(1, 0, 11, false, 0xffff), (1, 0xffff, 11, false, 800), (1, 0xffff, 11, true, 1_600)], "#");
    }

    #[test]
    fn another_source_begins_anew() {
        check(&[(1, 5_000, 1, true, 800), (2, 100, 2, true, 800)], "12");
    }

    #[test]
    fn what_is_not_a_key_is_not_one() {
        check(&[(1, 100, 16, true, 800), (1, 900, 255, true, 800)], "");
        assert_eq!(Event::parse(&[11, 0x80, 0]), None);
        assert_eq!(Event::parse(&[11, 0x8a, 3, 32, 9]), Some(Event { code: 11, end: true, volume: 10, duration: 800 }));
    }

    proptest! {
        #[test]
        fn keys_that_are_sent_are_heard_whatever_one_packet_in_three_is_lost(
            digits in prop::collection::vec(prop::sample::select(&Digit::ALL[..]), 1..8),
            lost in 0_usize..3,
            start in any::<u32>(),
        ) {
            let mut reader = EventReader::default();
            let mut heard = Vec::new();
            let mut timestamp = start;
            for digit in &digits {
                for (index, event) in EventTrain::new(*digit, 5).enumerate() {
                    let read = Event::parse(&event.write());
                    prop_assert_eq!(read, Some(event));
                    if index % 3 != lost {
                        heard.extend(reader.read(7, timestamp, event));
                    }
                }
                timestamp = timestamp.wrapping_add(3_200);
            }
            prop_assert_eq!(heard, digits);
        }
    }
}
