//! Hearing a key in sound, and nothing but a key.

use super::digit::{COLUMNS, Digit, ROWS};
use crate::g711::SAMPLES_A_SECOND;

/// How many samples are judged together: 12.75 ms, so that the shortest good tone (40 ms, [ITU-T Q.24 §2.4]) covers two
/// blocks wherever they begin, and neighbouring tones of a row are a bin apart.
const BLOCK: usize = 102;

/// For how many blocks in a row a key must be heard: 51 ms. Q.24 asks for 40 ms to be enough, and telephones send 70 and
/// more. SECURITY: an approval hangs from this key, so that speech that sounds like it for an instant must not do.
const PRESSED: u8 = 4;

/// For how many blocks in a row it must be gone before the same key counts again: 25 ms [ITU-T Q.24 §2.5: 10 to 40].
const RELEASED: u8 = 2;

/// The quietest tone that is heard, as a peak of 32,767: −36 dBm0 each [ITU-T Q.24 annex A: −25 to −29 and below].
const QUIETEST: f64 = 260.0;

/// The column may be louder than the row by 4 dB, and quieter by 8 dB [ITU-T Q.24 annex A], as a ratio of powers.
const COLUMN_LOUDER: f64 = 2.512;
const ROW_LOUDER: f64 = 6.310;

/// Every other tone of the same group is at least 8 dB below, as a ratio of powers.
const APART: f64 = 6.310;

/// How much of the block's whole power the two tones must be. Speech spreads its power over many overtones.
const PURE: f64 = 0.82;

/// What a detector hears at the end of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hearing {
    /// A key was held long enough: it counts now.
    Pressed(Digit),
    /// The key that counted is gone.
    Released(Digit),
}

/// Hears keys in sound, by the powers of eight frequencies [Goertzel 1958].
#[derive(Clone, Debug)]
pub struct Detector {
    rows: [Filter; 4],
    columns: [Filter; 4],
    energy: f64,
    filled: usize,
    /// What was heard in the last block, and for how many in a row.
    heard: (Option<Digit>, u8),
    /// The key that counted and is not gone yet, and for how many blocks in a row it has been missing.
    down: Option<(Digit, u8)>,
}

#[derive(Clone, Copy, Debug)]
struct Filter {
    coefficient: f64,
    last: f64,
    before: f64,
}

impl Default for Detector {
    fn default() -> Self {
        Self {
            rows: ROWS.map(Filter::new),
            columns: COLUMNS.map(Filter::new),
            energy: 0.0,
            filled: 0,
            heard: (None, 0),
            down: None,
        }
    }
}

impl Detector {
    /// Listens to the next samples, in pieces of any size.
    pub fn listen(&mut self, samples: &[i16]) -> Vec<Hearing> {
        let mut hearings = Vec::new();
        for sample in samples {
            let sample = f64::from(*sample);
            self.energy += sample * sample;
            for filter in self.rows.iter_mut().chain(&mut self.columns) {
                filter.push(sample);
            }
            self.filled += 1;
            if self.filled == BLOCK {
                let heard = self.judge();
                hearings.extend(self.follow(heard));
            }
        }
        hearings
    }

    /// Which key the block that ends here holds, if it holds one and nothing else.
    fn judge(&mut self) -> Option<Digit> {
        let energy = std::mem::take(&mut self.energy);
        self.filled = 0;
        let rows = self.rows.each_mut().map(Filter::take);
        let columns = self.columns.each_mut().map(Filter::take);
        let (row, row_power) = loudest(&rows)?;
        let (column, column_power) = loudest(&columns)?;
        // The power that a sine of the quietest peak has in its own bin.
        let quietest = (QUIETEST * BLOCK as f64 / 2.0).powi(2);
        if row_power < quietest || column_power < quietest {
            return None;
        }
        if column_power > row_power * COLUMN_LOUDER || row_power > column_power * ROW_LOUDER {
            return None;
        }
        let stands_out = |powers: &[f64; 4], at: usize, loudest: f64| {
            powers.iter().enumerate().all(|(index, power)| index == at || power * APART <= loudest)
        };
        if !stands_out(&rows, row, row_power) || !stands_out(&columns, column, column_power) {
            return None;
        }
        // A sine of peak p has the energy p²·N/2 and, in its bin, the power (p·N/2)²: N/2 times as much.
        if row_power + column_power < PURE * energy * BLOCK as f64 / 2.0 {
            return None;
        }
        Digit::at(row, column)
    }

    /// Makes presses of what blocks hold.
    fn follow(&mut self, heard: Option<Digit>) -> Option<Hearing> {
        let (last, times) = self.heard;
        let times = if heard == last { times.saturating_add(1) } else { 1 };
        self.heard = (heard, times);
        if let Some((down, missing)) = &mut self.down {
            if heard == Some(*down) {
                *missing = 0;
                return None;
            }
            *missing += 1;
            if *missing < RELEASED {
                return None;
            }
            let gone = *down;
            self.down = None;
            return Some(Hearing::Released(gone));
        }
        match heard {
            Some(digit) if times >= PRESSED => {
                self.down = Some((digit, 0));
                Some(Hearing::Pressed(digit))
            }
            Some(_) | None => None,
        }
    }
}

impl Filter {
    fn new(frequency: f64) -> Self {
        let coefficient = 2.0 * (std::f64::consts::TAU * frequency / f64::from(SAMPLES_A_SECOND)).cos();
        Self { coefficient, last: 0.0, before: 0.0 }
    }

    fn push(&mut self, sample: f64) {
        let next = sample + self.coefficient * self.last - self.before;
        self.before = std::mem::replace(&mut self.last, next);
    }

    /// The power at this frequency; the next block begins at nothing.
    fn take(&mut self) -> f64 {
        let (last, before) = (std::mem::take(&mut self.last), std::mem::take(&mut self.before));
        last * last + before * before - self.coefficient * last * before
    }
}

fn loudest(powers: &[f64; 4]) -> Option<(usize, f64)> {
    powers.iter().copied().enumerate().max_by(|(_, left), (_, right)| left.total_cmp(right))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dtmf::tone;
    use crate::g711::Law;

    fn heard(samples: &[i16]) -> String {
        let mut detector = Detector::default();
        let pressed = |hearing| match hearing {
            Hearing::Pressed(digit) => Some(digit.as_char()),
            Hearing::Released(_) => None,
        };
        samples.chunks(160).flat_map(|frame| detector.listen(frame)).filter_map(pressed).collect()
    }

    fn sine(frequency: f64, peak: f64, samples: usize) -> Vec<f64> {
        (0..samples).map(|at| (at as f64 * std::f64::consts::TAU * frequency / 8_000.0).sin() * peak).collect()
    }

    fn mix(parts: &[Vec<f64>]) -> Vec<i16> {
        let longest = parts.iter().map(Vec::len).max().unwrap_or(0);
        (0..longest).map(|at| parts.iter().map(|part| part.get(at).unwrap_or(&0.0)).sum::<f64>() as i16).collect()
    }

    /// A tone that does not repeat itself, so that a test is the same each time without being regular.
    fn noise(samples: usize, peak: f64) -> Vec<f64> {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        (0..samples)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                (state as f64 / u64::MAX as f64 * 2.0 - 1.0) * peak
            })
            .collect()
    }

    #[test]
    fn every_key_is_heard_once_through_either_law() {
        for law in Law::ALL {
            for digit in Digit::ALL {
                let mut samples = vec![0; 333];
                samples.extend(tone(digit, 800, 8_000));
                samples.extend([0; 800]);
                let samples = law.decode_all(&law.encode_all(&samples));
                assert_eq!(heard(&samples), digit.as_char().to_string(), "{law:?}");
            }
        }
    }

    #[test]
    fn a_key_is_heard_from_quiet_to_loud() {
        for peak in [400, 1_000, 4_000, 16_000] {
            assert_eq!(heard(&tone(Digit::Hash, 800, peak)), "#", "{peak}");
        }
        assert_eq!(heard(&tone(Digit::Hash, 800, 100)), "");
    }

    #[test]
    fn the_same_key_twice_is_two_keys_and_held_is_one() {
        let gap = vec![0; 480];
        let twice = [tone(Digit::Five, 640, 8_000), gap, tone(Digit::Five, 640, 8_000)].concat();
        assert_eq!(heard(&twice), "55");
        assert_eq!(heard(&tone(Digit::Five, 24_000, 8_000)), "5");
    }

    #[test]
    fn a_short_blip_is_no_key() {
        assert_eq!(heard(&tone(Digit::Hash, 300, 8_000)), "");
    }

    #[test]
    fn tones_of_very_different_loudness_are_no_key() {
        let (row, column) = Digit::Hash.frequencies();
        let pair = |low, high| heard(&mix(&[sine(row, low, 1_600), sine(column, high, 1_600)]));
        assert_eq!(pair(4_000.0, 5_500.0), "#");
        assert_eq!(pair(4_000.0, 8_000.0), "");
        assert_eq!(pair(8_000.0, 4_000.0), "#");
        assert_eq!(pair(12_000.0, 3_000.0), "");
    }

    #[test]
    fn frequencies_that_are_a_little_off_are_a_key_and_far_off_none() {
        // [ITU-T Q.24 annex A]: within 1.5 % and 2 Hz is a key.
        let off = |by: f64| heard(&mix(&[sine(941.0 * by, 6_000.0, 1_600), sine(1477.0 * by, 6_000.0, 1_600)]));
        assert_eq!(off(1.015), "#");
        assert_eq!(off(0.985), "#");
        assert_eq!(off(1.09), "");
    }

    #[test]
    fn a_key_in_noise_is_heard_and_noise_is_none() {
        let (row, column) = Digit::Seven.frequencies();
        let noisy = mix(&[sine(row, 6_000.0, 1_600), sine(column, 6_000.0, 1_600), noise(1_600, 2_000.0)]);
        assert_eq!(heard(&noisy), "7");
        assert_eq!(heard(&mix(&[noise(80_000, 12_000.0)])), "");
    }

    #[test]
    fn what_sounds_like_a_voice_is_no_key() {
        // Overtones of a low voice, which fall near the tones of keys, gliding as speech does.
        for pitch in 85..260 {
            let parts: Vec<_> = (1..=20).map(|n| sine(f64::from(pitch * n), 6_000.0 / f64::from(n), 1_600)).collect();
            assert_eq!(heard(&mix(&parts)), "", "{pitch}");
        }
        // A dial tone, a ringing tone, a fax's call, the beep of an answering machine.
        for pair in [(350.0, 440.0), (400.0, 450.0), (1_100.0, 0.0), (1_400.0, 0.0), (941.0, 0.0), (1_477.0, 0.0)] {
            assert_eq!(heard(&mix(&[sine(pair.0, 8_000.0, 8_000), sine(pair.1, 8_000.0, 8_000)])), "", "{pair:?}");
        }
    }

    proptest! {
        #[test]
        fn any_sound_is_heard_in_any_pieces(samples in prop::collection::vec(any::<i16>(), 0..2_000), piece in 1_usize..300) {
            let mut whole = Detector::default();
            let mut pieces = Detector::default();
            let once = whole.listen(&samples);
            let many: Vec<_> = samples.chunks(piece).flat_map(|part| pieces.listen(part)).collect();
            prop_assert_eq!(once, many);
        }
    }
}
