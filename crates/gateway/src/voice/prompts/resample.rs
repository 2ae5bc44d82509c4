//! From any rate to the telephone's, and from any loudness to one that can be understood.
//!
//! The build script uses this same file, so it uses nothing but the standard library.

/// Samples a second on a telephone line.
pub const TELEPHONE: u32 = 8_000;

/// What a telephone carries at the top, in hertz: below half of its rate by what a filter needs to fall.
const HIGHEST: f64 = 3_600.0;

/// How many periods of the filter's frequency it reaches to either side.
const REACH: f64 = 16.0;

/// How loud speech is made: its mean power, 20 dB below the largest value, which is what telephones are set for.
const LEVEL: f64 = 3_276.0;
/// No louder than this at the top.
const PEAK: f64 = 24_000.0;
/// Nothing is made louder than so many times: what was recorded that quietly is mostly noise.
const MOST_GAIN: f64 = 8.0;
/// What is below this is silence.
const SILENT: u16 = 200;
/// How much silence stands at either end: 100 ms.
const MARGIN: usize = 800;

/// The same sound at the telephone's rate, with what that rate cannot carry taken out first.
pub fn resample(samples: &[i16], rate: u32) -> Vec<i16> {
    if rate == TELEPHONE || rate == 0 {
        return samples.to_vec();
    }
    let common = gcd(rate, TELEPHONE);
    let (step, phases) = ((rate / common) as usize, (TELEPHONE / common) as usize);
    let cutoff = HIGHEST.min(f64::from(rate) / 2.0 * 0.9) / f64::from(rate);
    let reach = (REACH / (2.0 * cutoff)).ceil() as usize;
    let filters: Vec<Vec<f64>> = (0..phases).map(|phase| filter(phase as f64 / phases as f64, cutoff, reach)).collect();
    let length = samples.len() * phases / step;
    let at = |index: isize| usize::try_from(index).ok().and_then(|index| samples.get(index)).copied().unwrap_or(0);
    (0..length)
        .map(|index| {
            // The output's place among the input's samples: a whole one and so many parts of the next.
            let (whole, phase) = (index * step / phases, index * step % phases);
            let first = whole as isize - reach as isize + 1;
            let taps = filters.get(phase).map(Vec::as_slice).unwrap_or_default();
            let sum: f64 = (first..).zip(taps).map(|(place, tap)| f64::from(at(place)) * tap).sum();
            sum.round().clamp(-32_768.0, 32_767.0) as i16
        })
        .collect()
}

/// A low-pass filter whose middle lies `offset` after a sample: a sinc under a Blackman window, of sum one.
fn filter(offset: f64, cutoff: f64, reach: usize) -> Vec<f64> {
    let taps: Vec<f64> = (0..2 * reach)
        .map(|index| {
            let distance = index as f64 - (reach as f64 - 1.0) - offset;
            let angle = std::f64::consts::TAU * cutoff * distance;
            let sinc = if distance.abs() < 1e-9 { 1.0 } else { angle.sin() / angle };
            let place = std::f64::consts::PI * distance / reach as f64;
            sinc * (0.42 + 0.5 * place.cos() + 0.08 * (2.0 * place).cos())
        })
        .collect();
    let sum: f64 = taps.iter().sum();
    taps.into_iter().map(|tap| tap / sum).collect()
}

const fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The same speech as loud as a telephone wants it, without clipping, with 100 ms of silence at either end.
pub fn polish(samples: &[i16]) -> Vec<i16> {
    let is_sound = |sample: &i16| sample.unsigned_abs() > SILENT;
    let first = samples.iter().position(is_sound).unwrap_or(0);
    let end = samples.iter().rposition(is_sound).map_or(0, |last| last + 1);
    let speech = samples.get(first..end).unwrap_or_default();
    let loud: Vec<f64> = speech.iter().filter(|sample| is_sound(sample)).map(|sample| f64::from(*sample)).collect();
    let power = loud.iter().map(|sample| sample * sample).sum::<f64>() / loud.len().max(1) as f64;
    let top = loud.iter().fold(1.0_f64, |top, sample| top.max(sample.abs()));
    let gain = if power > 0.0 { (LEVEL / power.sqrt()).min(PEAK / top).min(MOST_GAIN) } else { 1.0 };
    let silence = || std::iter::repeat_n(0, MARGIN);
    silence().chain(speech.iter().map(|sample| (f64::from(*sample) * gain) as i16)).chain(silence()).collect()
}
