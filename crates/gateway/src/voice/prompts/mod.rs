//! What a call says: prompts spoken when the product is built, an organisation's own files, and sentences about one call.
//!
//! Start with [`PromptSet`] and [`CallPrompts`]; [`Speaker`] speaks what is known at run time only. The words are in
//! `words.rs`, and `build.rs` of this crate has them spoken by `espeak-ng`. When what is said, and how often, is the
//! conversation's affair (`wardkey_domain::factor::voice_call`).

#[macro_use]
mod words;
mod folder;
mod prompt;
mod resample;
mod set;
mod speaker;
mod wav;

/// How fast the synthesiser speaks, in words a minute: a little slower than its own 175, for a telephone at a bedside.
const PACE: &str = "150";

pub use folder::{OwnPrompts, PromptFolderError};
pub use prompt::{MAX_FILE, MAX_SECONDS, Prompt, PromptError};
pub use set::{CallPrompts, PromptSet, words_of};
pub use speaker::{Speaker, SpeakerError};
pub use wav::BadWave;
