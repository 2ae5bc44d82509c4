//! Sentences that are known only when a call is made.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;

use super::prompt::{Prompt, PromptError};

/// The longest sentence, in characters: some twelve seconds.
const LONGEST: usize = 200;
/// How long the synthesiser may take. It speaks a hundred times faster than it is heard.
const PATIENCE: Duration = Duration::from_secs(5);
/// The most that is read from it: 22,050 samples of two bytes a second for twenty seconds, and a header.
const MOST_BYTES: u64 = 900_000;
/// How many sentences are remembered: applications times organisations that are used in a day.
const REMEMBERED: usize = 500;

/// Speaks sentences with `espeak-ng`, and remembers them. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Speaker(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    program: PathBuf,
    voice: String,
    spoken: Mutex<Spoken>,
}

#[derive(Debug, Default)]
struct Spoken {
    by_text: HashMap<String, Prompt>,
    /// In the order in which they were spoken first.
    order: VecDeque<String>,
}

/// Why a sentence was not spoken.
#[derive(Debug, thiserror::Error)]
pub enum SpeakerError {
    /// The program is not installed.
    #[error("the synthesiser `{0}` is not installed")]
    Missing(PathBuf),
    /// It could not be run.
    #[error("the synthesiser cannot be run")]
    Run(#[source] io::Error),
    /// It took too long.
    #[error("the synthesiser took too long")]
    TooLate,
    /// It failed.
    #[error("the synthesiser failed")]
    Failed,
    /// What it wrote is no sound.
    #[error("what the synthesiser wrote cannot be used")]
    Bad(#[from] PromptError),
}

impl Default for Speaker {
    fn default() -> Self {
        Self::new(PathBuf::from("espeak-ng"), "en-gb")
    }
}

impl Speaker {
    /// Speaks with `program` in `voice`.
    pub fn new(program: PathBuf, voice: &str) -> Self {
        Self(Arc::new(Inner { program, voice: voice.to_owned(), spoken: Mutex::default() }))
    }

    /// The sentence as sound.
    ///
    /// # Errors
    /// The synthesiser is missing, late, or fails. The call is made without the sentence then.
    pub async fn say(&self, text: &str) -> Result<Prompt, SpeakerError> {
        let text = plain(text);
        let remembered = self.0.spoken.lock().unwrap_or_else(PoisonError::into_inner).by_text.get(&text).cloned();
        if let Some(prompt) = remembered {
            return Ok(prompt);
        }
        let bytes =
            tokio::time::timeout(PATIENCE, self.synthesise(&text)).await.map_err(|_| SpeakerError::TooLate)??;
        let prompt = Prompt::from_stream(&bytes)?;
        self.0.spoken.lock().unwrap_or_else(PoisonError::into_inner).remember(text, &prompt);
        Ok(prompt)
    }

    async fn synthesise(&self, text: &str) -> Result<Vec<u8>, SpeakerError> {
        // SECURITY: a list of arguments and no shell; the text, which names organisations, arrives on the standard input and
        // is neither an option nor a file. The environment is not passed on.
        let mut child = Command::new(&self.0.program)
            .args(["-v", &self.0.voice, "-s", super::PACE, "-b", "1", "--stdin", "--stdout"])
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => SpeakerError::Missing(self.0.program.clone()),
                _ => SpeakerError::Run(error),
            })?;
        let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(SpeakerError::Failed);
        };
        input.write_all(text.as_bytes()).await.map_err(SpeakerError::Run)?;
        drop(input);
        let mut bytes = Vec::new();
        output.take(MOST_BYTES).read_to_end(&mut bytes).await.map_err(SpeakerError::Run)?;
        if !child.wait().await.map_err(SpeakerError::Run)?.success() {
            return Err(SpeakerError::Failed);
        }
        Ok(bytes)
    }
}

impl Spoken {
    fn remember(&mut self, text: String, prompt: &Prompt) {
        if self.by_text.insert(text.clone(), prompt.clone()).is_none() {
            self.order.push_back(text);
        }
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.by_text.remove(&oldest);
        }
    }
}

/// The text without what the synthesiser would take for instructions (`[[` begins phonemes) and without control characters.
fn plain(text: &str) -> String {
    let readable = |c: char| if c.is_control() || "[]<>{}|\\".contains(c) { ' ' } else { c };
    let text: String = text.chars().map(readable).take(LONGEST).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_sentence_is_spoken_once() {
        let speaker = Speaker::default();
        let text = "This call is about a sign-in to Demo Records, at Moorland Trust.";
        let first = speaker.say(text).await.unwrap();
        assert!((1_500..8_000).contains(&first.milliseconds()), "{first:?}");
        let again = speaker.say(text).await.unwrap();
        assert!(std::ptr::eq(first.samples(), again.samples()), "the second time it was spoken anew");
    }

    #[tokio::test]
    async fn without_the_program_a_sentence_is_an_error_that_says_so() {
        let speaker = Speaker::new(PathBuf::from("there-is-no-such-synthesiser"), "en-gb");
        assert!(matches!(speaker.say("Hello").await, Err(SpeakerError::Missing(_))));
        let fails = Speaker::new(PathBuf::from("false"), "en-gb");
        assert!(fails.say("Hello").await.is_err());
    }

    #[tokio::test]
    async fn a_synthesiser_that_never_ends_is_ended() {
        // `yes` ignores its input and writes for ever: what is read is bounded, and it is no sound.
        let speaker = Speaker::new(PathBuf::from("yes"), "en-gb");
        assert!(speaker.say("Hello").await.is_err());
    }

    #[test]
    fn a_name_is_not_an_instruction() {
        assert_eq!(plain("Ward [[h@'loU]] <b>4</b>\r\n at  {x}|y\\z"), "Ward h@'loU b 4 /b at x y z");
        assert_eq!(plain(&"a".repeat(1_000)).len(), LONGEST);
    }

    #[test]
    fn only_so_many_sentences_are_remembered() {
        let mut spoken = Spoken::default();
        for number in 0..REMEMBERED + 10 {
            spoken.remember(number.to_string(), &Prompt::from_samples(&[1]));
        }
        assert_eq!((spoken.by_text.len(), spoken.order.len()), (REMEMBERED, REMEMBERED));
        assert!(!spoken.by_text.contains_key("0"));
    }
}
