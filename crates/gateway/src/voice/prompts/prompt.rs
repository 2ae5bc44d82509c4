//! One piece of sound, ready for the telephone.

use std::fmt;
use std::sync::Arc;

use wardkey_wire::g711::Law;

use super::resample::{TELEPHONE, polish, resample};
use super::wav::{BadWave, Encoding, Lengths, Wave};

/// The largest file of sound that is read.
pub const MAX_FILE: usize = 1_000_000;

/// The longest prompt, in seconds.
pub const MAX_SECONDS: u32 = 20;

/// A piece of sound as the telephone carries it: 8,000 samples a second, sixteen bits, one channel. Cheap to clone.
#[derive(Clone, PartialEq, Eq)]
pub struct Prompt(Arc<[i16]>);

/// Why a file cannot be a prompt.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    /// More than 1 MB.
    #[error("the sound file is larger than 1 MB")]
    TooLarge,
    /// More than 20 seconds.
    #[error("the sound is longer than 20 seconds")]
    TooLong,
    /// Not a file of sound that we read.
    #[error("the sound file cannot be read")]
    Bad(#[from] BadWave),
    /// There is nothing to be heard.
    #[error("the sound is silent")]
    Silent,
}

impl Prompt {
    /// Reads an organisation's own file: WAVE with PCM of 8 or 16 bits, A-law or μ-law, mono or stereo, at most 20 seconds
    /// and 1 MB. It is brought to the loudness of a telephone.
    ///
    /// # Errors
    /// It is too large, too long, silent, or of another kind.
    pub fn from_wav(bytes: &[u8]) -> Result<Self, PromptError> {
        if bytes.len() > MAX_FILE {
            return Err(PromptError::TooLarge);
        }
        Self::from_wave(&Wave::parse(bytes, Lengths::Exact)?)
    }

    /// Reads what a synthesiser writes while it speaks.
    pub(super) fn from_stream(bytes: &[u8]) -> Result<Self, PromptError> {
        Self::from_wave(&Wave::parse(bytes, Lengths::Open)?)
    }

    fn from_wave(wave: &Wave<'_>) -> Result<Self, PromptError> {
        if wave.frames() > (wave.rate * MAX_SECONDS) as usize {
            return Err(PromptError::TooLong);
        }
        let samples = wave.mono(|encoding, byte| match encoding {
            Encoding::ALaw => Law::A.decode(byte),
            Encoding::MuLaw => Law::Mu.decode(byte),
            Encoding::Pcm8 | Encoding::Pcm16 => 0,
        });
        let samples = resample(&samples, wave.rate);
        if samples.iter().all(|sample| sample.unsigned_abs() <= 200) {
            return Err(PromptError::Silent);
        }
        Ok(Self::from_samples(&polish(&samples)))
    }

    /// Takes samples as they are.
    pub fn from_samples(samples: &[i16]) -> Self {
        Self(samples.into())
    }

    /// Takes samples of sixteen bits, little-endian: what the build wrote.
    pub(super) fn from_bytes(bytes: &[u8]) -> Self {
        Self(bytes.as_chunks::<2>().0.iter().map(|pair| i16::from_le_bytes(*pair)).collect())
    }

    /// The samples.
    pub fn samples(&self) -> &[i16] {
        &self.0
    }

    /// How long it is, in milliseconds.
    pub fn milliseconds(&self) -> usize {
        self.0.len() * 1_000 / TELEPHONE as usize
    }
}

// Sound says nothing in a log.
impl fmt::Debug for Prompt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Prompt({} ms)", self.milliseconds())
    }
}

#[cfg(test)]
#[path = "prompt_tests.rs"]
mod tests;
