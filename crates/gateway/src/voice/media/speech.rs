//! Whether the line talks like a machine.

/// What is loud enough to be somebody: 44 dB below the largest value, as mean power of 20 ms.
const AUDIBLE: f64 = 200.0;
/// How much louder than the line's own noise speech is.
const ABOVE_NOISE: f64 = 4.0;
/// The quietest that a line is taken for: what is below comes from a network that sends nothing at all.
const QUIET: f64 = 25.0;
/// By how much the line's noise is believed to have risen in 20 ms.
const RISE: f64 = 1.02;
/// How much of what we say may come back as an echo.
const ECHO: f64 = 0.35;
/// How many packets of 20 ms may lie between two words of the same speech: 600 ms.
const PAUSE: u32 = 30;
/// How many packets of speech a person who answers a telephone does not reach: 4 seconds.
const MACHINE: u32 = 200;

/// Hears whether somebody talks for longer than people do who answer a telephone. A line that does is never confirmed by a
/// hash alone.
#[derive(Clone, Debug)]
pub struct Speech {
    /// The quietest that the line has been, which rises slowly.
    noise: f64,
    spoken: u32,
    pause: u32,
    told: bool,
}

impl Default for Speech {
    fn default() -> Self {
        Self { noise: AUDIBLE, spoken: 0, pause: 0, told: false }
    }
}

impl Speech {
    /// Listens to the next 20 ms, while we say something of this power; answers once that it was a machine's.
    pub fn listen(&mut self, samples: &[i16], saying: f64) -> bool {
        let power = power(samples);
        // Steady noise, of a ward or a car, is caught up with before it counts as a machine; speech is quiet between its words.
        self.noise = if power < self.noise { power.max(QUIET) } else { self.noise * RISE };
        let is_speech = power > AUDIBLE.max(self.noise * ABOVE_NOISE) && power > saying * ECHO;
        if is_speech {
            self.spoken += 1;
            self.pause = 0;
        } else {
            self.pause += 1;
            if self.pause > PAUSE {
                self.spoken = 0;
            }
        }
        let is_machine = !self.told && self.spoken >= MACHINE;
        self.told |= is_machine;
        is_machine
    }
}

/// The mean power of samples, as an amplitude.
pub fn power(samples: &[i16]) -> f64 {
    let sum: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    (sum / samples.len().max(1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Listens to stretches of `(frames, amplitude)` while saying nothing.
    fn is_machine(stretches: &[(usize, i16)], saying: f64) -> bool {
        let mut speech = Speech::default();
        let frames = stretches.iter().flat_map(|(frames, amplitude)| std::iter::repeat_n(*amplitude, *frames));
        frames.fold(false, |machine, amplitude| {
            let samples: Vec<i16> = (0..160).map(|at| if at % 8 < 4 { amplitude } else { -amplitude }).collect();
            speech.listen(&samples, saying) || machine
        })
    }

    /// Words of 400 ms, with 60 ms between them.
    fn words(number: usize) -> Vec<(usize, i16)> {
        std::iter::once((20, 0)).chain(std::iter::repeat_n([(20, 3_000), (3, 60)], number).flatten()).collect()
    }

    #[test]
    fn a_long_message_is_a_machine_and_a_hello_is_not() {
        assert!(is_machine(&words(11), 0.0));
        assert!(!is_machine(&words(8), 0.0));
        assert!(is_machine(&[(20, 0), (80, 3_000), (20, 0), (80, 3_000), (20, 0), (80, 3_000)], 0.0));
        assert!(!is_machine(&[(20, 0), (60, 3_000), (200, 0), (60, 3_000), (200, 0)], 0.0));
        assert!(!is_machine(&[(1_000, 0)], 0.0));
        assert!(!is_machine(&[(1_000, 60)], 0.0));
    }

    #[test]
    fn a_loud_ward_is_not_a_machine() {
        for loudness in [150, 400, 1_000, 2_500] {
            assert!(!is_machine(&[(50, 0), (1_000, loudness)], 0.0), "{loudness}");
        }
    }

    #[test]
    fn our_own_echo_is_not_a_machine() {
        assert!(!is_machine(&[(20, 0), (400, 900)], 3_300.0));
        assert!(is_machine(&words(11), 3_300.0));
    }
}
