//! Files of sound in the format that everything writes: RIFF WAVE [IBM and Microsoft 1991; RFC 2361].
//!
//! The build script reads what the synthesiser writes with this same file, so it uses nothing but the standard library
//! and `thiserror`.

/// How samples are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Eight bits, 128 is silence.
    Pcm8,
    /// Sixteen bits, little-endian.
    Pcm16,
    /// G.711, A-law.
    ALaw,
    /// G.711, μ-law.
    MuLaw,
}

impl Encoding {
    const fn bytes(self) -> usize {
        match self {
            Self::Pcm16 => 2,
            Self::Pcm8 | Self::ALaw | Self::MuLaw => 1,
        }
    }
}

/// Whether the lengths in the file are believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lengths {
    /// A file: what it announces must be there.
    Exact,
    /// A stream, whose writer did not know how long it would be: it ends where it ends.
    Open,
}

/// A file of sound, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wave<'a> {
    /// How samples are written.
    pub encoding: Encoding,
    /// How many a second, in each channel.
    pub rate: u32,
    /// One or two.
    pub channels: u16,
    /// Whole samples of all channels, in turns.
    pub data: &'a [u8],
}

/// Why a file of sound cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadWave {
    /// Another kind of file.
    #[error("the sound is not a WAVE file")]
    NotWave,
    /// It ends before what it announces.
    #[error("the sound file is cut off")]
    CutOff,
    /// It does not say how its samples are written.
    #[error("the sound file has no format")]
    NoFormat,
    /// Compressed, or of another width.
    #[error("the sound must be PCM of 8 or 16 bits, A-law or μ-law; this is format {tag} with {bits} bits")]
    Encoding {
        /// The number of the format.
        tag: u16,
        /// Its bits a sample.
        bits: u16,
    },
    /// Too many channels, or none.
    #[error("the sound must have one channel or two; this has {0}")]
    Channels(u16),
    /// Too slow or too fast.
    #[error("the sound must have 8,000 to 48,000 samples a second; this has {0}")]
    Rate(u32),
    /// There are no samples.
    #[error("the sound file is empty")]
    Empty,
}

impl<'a> Wave<'a> {
    /// Takes a file apart.
    ///
    /// # Errors
    /// It is not a file of sound, or not of a kind that we read.
    pub fn parse(bytes: &'a [u8], lengths: Lengths) -> Result<Self, BadWave> {
        let (riff, rest) = bytes.split_first_chunk::<12>().ok_or(BadWave::NotWave)?;
        if !riff.starts_with(b"RIFF") || !riff.ends_with(b"WAVE") {
            return Err(BadWave::NotWave);
        }
        let mut rest = rest;
        let mut format = None;
        loop {
            let Some((head, after)) = rest.split_first_chunk::<8>() else {
                return Err(if format.is_some() { BadWave::CutOff } else { BadWave::NoFormat });
            };
            let [k0, k1, k2, k3, l0, l1, l2, l3] = *head;
            let announced = usize::try_from(u32::from_le_bytes([l0, l1, l2, l3])).map_err(|_| BadWave::CutOff)?;
            let (body, next) = match (after.split_at_checked(announced), lengths) {
                (Some(parts), _) => parts,
                (None, Lengths::Open) => (after, &[][..]),
                (None, Lengths::Exact) => return Err(BadWave::CutOff),
            };
            match &[k0, k1, k2, k3] {
                b"fmt " => format = Some(read_format(body)?),
                b"data" => {
                    let (encoding, rate, channels) = format.ok_or(BadWave::NoFormat)?;
                    let frame = encoding.bytes() * usize::from(channels);
                    let whole = body.len() - body.len() % frame;
                    let (data, _) = body.split_at_checked(whole).ok_or(BadWave::CutOff)?;
                    return if data.is_empty() {
                        Err(BadWave::Empty)
                    } else {
                        Ok(Self { encoding, rate, channels, data })
                    };
                }
                // Names of the piece, marks, pictures.
                _ => {}
            }
            // Chunks begin at even places.
            rest = if announced % 2 == 1 { next.get(1..).unwrap_or_default() } else { next };
        }
    }

    /// How many samples each channel has.
    pub const fn frames(&self) -> usize {
        self.data.len() / (self.encoding.bytes() * self.channels as usize)
    }

    /// The samples of one channel: the mean of both when there are two. `decode` reads the bytes of G.711.
    pub fn mono(&self, decode: impl Fn(Encoding, u8) -> i16) -> Vec<i16> {
        let samples: Vec<i16> = match self.encoding {
            Encoding::Pcm16 => self.data.as_chunks::<2>().0.iter().map(|pair| i16::from_le_bytes(*pair)).collect(),
            Encoding::Pcm8 => self.data.iter().map(|byte| (i16::from(*byte) - 128) << 8).collect(),
            Encoding::ALaw | Encoding::MuLaw => self.data.iter().map(|byte| decode(self.encoding, *byte)).collect(),
        };
        if self.channels == 1 {
            return samples;
        }
        let pairs = samples.as_chunks::<2>().0;
        pairs.iter().map(|[left, right]| i16::midpoint(*left, *right)).collect()
    }
}

fn read_format(body: &[u8]) -> Result<(Encoding, u32, u16), BadWave> {
    let head = body.first_chunk::<16>().ok_or(BadWave::CutOff)?;
    let [t0, t1, c0, c1, r0, r1, r2, r3, _, _, _, _, _, _, b0, b1] = *head;
    let mut tag = u16::from_le_bytes([t0, t1]);
    let (channels, rate, bits) =
        (u16::from_le_bytes([c0, c1]), u32::from_le_bytes([r0, r1, r2, r3]), u16::from_le_bytes([b0, b1]));
    // WAVE_FORMAT_EXTENSIBLE keeps the number of the format in the first bytes of an identifier.
    if tag == 0xfffe
        && let Some([low, high]) = body.get(24..26).and_then(|bytes| bytes.first_chunk::<2>())
    {
        tag = u16::from_le_bytes([*low, *high]);
    }
    let encoding = match (tag, bits) {
        (1, 8) => Encoding::Pcm8,
        (1, 16) => Encoding::Pcm16,
        (6, 8) => Encoding::ALaw,
        (7, 8) => Encoding::MuLaw,
        _ => return Err(BadWave::Encoding { tag, bits }),
    };
    if !(1..=2).contains(&channels) {
        return Err(BadWave::Channels(channels));
    }
    if !(8_000..=48_000).contains(&rate) {
        return Err(BadWave::Rate(rate));
    }
    Ok((encoding, rate, channels))
}
