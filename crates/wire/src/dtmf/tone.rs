//! The sound of a key.

use super::digit::Digit;
use crate::g711::SAMPLES_A_SECOND;

/// The sound of `digit` for so many samples; each of its two tones is as loud as `peak` says, of 32,767.
///
/// Two tones at half of the largest value are as loud together as the format carries.
pub fn tone(digit: Digit, samples: usize, peak: i16) -> Vec<i16> {
    let (row, column) = digit.frequencies();
    let step = std::f64::consts::TAU / f64::from(SAMPLES_A_SECOND);
    (0..samples)
        .map(|index| {
            let at = index as f64 * step;
            let sum = ((at * row).sin() + (at * column).sin()) * f64::from(peak);
            sum.clamp(f64::from(i16::MIN), f64::from(i16::MAX)) as i16
        })
        .collect()
}
