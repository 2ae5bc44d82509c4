//! All that a call may say.

use std::collections::BTreeMap;
use std::sync::Arc;

use wardkey_domain::factor::voice_call::PromptId;

use super::prompt::Prompt;

/// A prompt that the build had spoken.
struct Spoken {
    id: PromptId,
    name: &'static str,
    words: &'static str,
    sound: &'static [u8],
}

/// Lists the prompts, each with its sound.
macro_rules! spoken {
    ($($id:ident = $name:literal: $words:literal),+ $(,)?) => {
        const SPOKEN: &[Spoken] = &[$(Spoken {
            id: PromptId::$id,
            name: $name,
            words: $words,
            sound: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".pcm")),
        }),+];
    };
}
for_each_prompt!(spoken);

/// The words of a fixed prompt, for a call that is shown instead of heard; none for the one that differs from call to call.
pub fn words_of(prompt: PromptId) -> Option<&'static str> {
    SPOKEN.iter().find(|spoken| spoken.id == prompt).map(|spoken| spoken.words)
}

/// The prompt with this name.
pub(super) fn named(name: &str) -> Option<PromptId> {
    SPOKEN.iter().find(|spoken| spoken.name == name).map(|spoken| spoken.id)
}

/// The names of all fixed prompts.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    SPOKEN.iter().map(|spoken| spoken.name)
}

/// The fixed prompts: ours in English, or an organisation's own. Cheap to clone.
#[derive(Clone, Debug)]
pub struct PromptSet(Arc<BTreeMap<PromptId, Prompt>>);

/// What one call says: the fixed prompts, and the sentence that is about this call. Cheap to clone.
#[derive(Clone, Debug)]
pub struct CallPrompts {
    fixed: PromptSet,
    context: Option<Prompt>,
}

impl PromptSet {
    /// Ours, in English.
    pub fn english() -> Self {
        Self(Arc::new(SPOKEN.iter().map(|spoken| (spoken.id, Prompt::from_bytes(spoken.sound))).collect()))
    }

    /// The same set with one prompt replaced.
    #[must_use]
    pub fn with(&self, id: PromptId, prompt: Prompt) -> Self {
        let mut prompts = (*self.0).clone();
        prompts.insert(id, prompt);
        Self(Arc::new(prompts))
    }

    /// One prompt; the context is not among the fixed ones.
    pub fn prompt(&self, id: PromptId) -> Option<&Prompt> {
        self.0.get(&id)
    }
}

impl CallPrompts {
    /// The prompts of a call; without `context` the call does not say what it is about.
    pub const fn new(fixed: PromptSet, context: Option<Prompt>) -> Self {
        Self { fixed, context }
    }

    /// One prompt, if the call has it.
    pub fn prompt(&self, id: PromptId) -> Option<&Prompt> {
        match id {
            PromptId::Context => self.context.as_ref(),
            PromptId::Greeting
            | PromptId::PressHash
            | PromptId::TypeCode
            | PromptId::WrongCode
            | PromptId::NoMoreTries
            | PromptId::ThankYou
            | PromptId::Reported
            | PromptId::Goodbye
            | PromptId::CannotConfirm => self.fixed.prompt(id),
        }
    }
}
