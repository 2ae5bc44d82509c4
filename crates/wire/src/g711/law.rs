//! The two laws.

/// How many samples a second both laws carry [ITU-T G.711 §2].
pub const SAMPLES_A_SECOND: u32 = 8_000;

/// A law: how sixteen bits become eight, with more of them for what is quiet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Law {
    /// A-law [ITU-T G.711 table 1].
    A,
    /// μ-law [ITU-T G.711 table 2].
    Mu,
}

impl Law {
    /// Both laws, the one that we prefer first: Europe's networks speak it, so nobody has to convert.
    pub const ALL: [Self; 2] = [Self::A, Self::Mu];

    /// The static payload type [RFC 3551 §6].
    pub const fn payload_type(self) -> u8 {
        match self {
            Self::A => 8,
            Self::Mu => 0,
        }
    }

    /// The name in a session description [RFC 3551 §6].
    pub const fn encoding_name(self) -> &'static str {
        match self {
            Self::A => "PCMA",
            Self::Mu => "PCMU",
        }
    }

    /// The byte of silence: positive zero.
    pub const fn silence(self) -> u8 {
        match self {
            Self::A => 0xd5,
            Self::Mu => 0xff,
        }
    }

    /// One sample as a byte.
    pub const fn encode(self, sample: i16) -> u8 {
        match self {
            Self::A => encode_a(sample),
            Self::Mu => encode_mu(sample),
        }
    }

    /// One byte as a sample.
    pub const fn decode(self, byte: u8) -> i16 {
        match self {
            Self::A => decode_a(byte),
            Self::Mu => decode_mu(byte),
        }
    }

    /// Many samples as bytes.
    pub fn encode_all(self, samples: &[i16]) -> Vec<u8> {
        samples.iter().map(|sample| self.encode(*sample)).collect()
    }

    /// Many bytes as samples.
    pub fn decode_all(self, bytes: &[u8]) -> Vec<i16> {
        bytes.iter().map(|byte| self.decode(*byte)).collect()
    }
}

/// Even bits are inverted on the wire, and a set sign bit means positive [ITU-T G.711 table 1a, notes 2 and 3].
const fn encode_a(sample: i16) -> u8 {
    let (mask, magnitude) = if sample >= 0 { (0xd5, sample) } else { (0x55, !sample) };
    // Thirteen bits of sixteen count: sign and twelve.
    let magnitude = (magnitude >> 4) as u16;
    let segment = 16_u16.saturating_sub(magnitude.leading_zeros() as u16).saturating_sub(4);
    let step = if segment == 0 { magnitude } else { magnitude >> (segment - 1) };
    ((segment as u8) << 4 | (step & 0x0f) as u8) ^ mask
}

const fn decode_a(byte: u8) -> i16 {
    let byte = byte ^ 0x55;
    let (segment, step) = ((byte >> 4) & 0x07, ((byte & 0x0f) as i16) << 4);
    // The middle of the interval, so that an error is at most half of it.
    let magnitude = match segment {
        0 => step + 0x008,
        _ => (step + 0x108) << (segment - 1),
    };
    if byte & 0x80 == 0 { -magnitude } else { magnitude }
}

/// Added to every magnitude, so that each segment begins at a power of two [ITU-T G.711 table 2a: 33 of 8159].
const BIAS: i32 = 0x84;
const MOST: i32 = 32_635;

const fn encode_mu(sample: i16) -> u8 {
    let (sign, magnitude) = if sample >= 0 { (0x00, sample as i32) } else { (0x80, -(sample as i32)) };
    let magnitude = (if magnitude > MOST { MOST } else { magnitude }) + BIAS;
    let segment = 31 - magnitude.leading_zeros() as i32 - 7;
    let step = (magnitude >> (segment + 3)) & 0x0f;
    !(sign | (segment << 4) as u8 | step as u8)
}

const fn decode_mu(byte: u8) -> i16 {
    let byte = !byte;
    let (segment, step) = ((byte >> 4) & 0x07, (byte & 0x0f) as i32);
    let magnitude = (((step << 3) + BIAS) << segment) - BIAS;
    (if byte & 0x80 == 0 { magnitude } else { -magnitude }) as i16
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The digital milliwatt: 1 kHz at 0 dBm0, eight bytes that repeat [ITU-T G.711 tables 5 and 6]; and by how many
    /// hundredths of a decibel the largest sine that fits is louder.
    const MILLIWATT: [(Law, [u8; 8], u16); 2] = [
        (Law::A, [0x34, 0x21, 0x21, 0x34, 0xb4, 0xa1, 0xa1, 0xb4], 314),
        (Law::Mu, [0x1e, 0x0b, 0x0b, 0x1e, 0x9e, 0x8b, 0x8b, 0x9e], 317),
    ];

    #[test]
    fn the_digital_milliwatt_is_a_kilohertz_at_its_level() {
        for (law, bytes, overload) in MILLIWATT {
            let samples = law.decode_all(&bytes);
            assert_eq!(law.encode_all(&samples), bytes, "{law:?}");
            let power = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / 8.0;
            let largest = f64::from(law.decode(law.encode(i16::MAX)));
            let level = 10.0 * (power / (largest.powi(2) / 2.0)).log10() + f64::from(overload) / 100.0;
            assert!(level.abs() < 0.15, "{law:?} {level}");
            for (index, sample) in samples.iter().enumerate() {
                let phase = (index as f64 + 0.5) * std::f64::consts::FRAC_PI_4;
                let sine = -phase.sin() * (2.0 * power).sqrt();
                assert!((sine - f64::from(*sample)).abs() < 700.0, "{law:?} {index} {sine} {sample}");
            }
        }
    }

    #[test]
    fn the_values_of_the_tables_are_decoded() {
        // [ITU-T G.711 table 1a]: 1, 3, … 31 of 4096, then each segment twice as wide; here in units of sixteen bits.
        for (byte, of_4096) in
            [(0xd5_u8, 1), (0xd4, 3), (0xda, 31), (0xc5, 33), (0xf5, 66), (0xaa, 4032), (0x2a, -4032)]
        {
            assert_eq!(i32::from(Law::A.decode(byte)), of_4096 * 8, "{byte:02x}");
        }
        // [ITU-T G.711 table 2a]: 0, 2, 4, … 8031 of 8159.
        for (byte, of_8159) in [(0xff_u8, 0), (0xfe, 2), (0xf0, 30), (0xef, 33), (0x80, 8031), (0x00, -8031)] {
            assert_eq!(i32::from(Law::Mu.decode(byte)), of_8159 * 4, "{byte:02x}");
        }
    }

    #[test]
    fn a_byte_survives_being_a_sample() {
        for law in Law::ALL {
            for byte in 0..=u8::MAX {
                // μ-law has two zeros; the negative one is written as the positive.
                let same = if law == Law::Mu && byte == 0x7f { 0xff } else { byte };
                assert_eq!(law.encode(law.decode(byte)), same, "{law:?} {byte:02x}");
            }
            assert!(law.decode(law.silence()).abs() <= 8);
        }
    }

    proptest! {
        #[test]
        fn an_error_is_small_beside_the_sample(sample in any::<i16>()) {
            for law in Law::ALL {
                let error = i32::from(law.decode(law.encode(sample))) - i32::from(sample);
                prop_assert!(error.abs() <= 16 + i32::from(sample).abs() / 16 , "{:?} {} {}", law, sample, error);
            }
        }

        #[test]
        fn a_louder_sample_is_never_decoded_quieter(sample in i16::MIN..i16::MAX) {
            for law in Law::ALL {
                prop_assert!(law.decode(law.encode(sample)) <= law.decode(law.encode(sample + 1)));
            }
        }
    }
}
