//! What a call is to be.

use wardkey_domain::factor::voice_call::{CallMode, CallOutcome, CallRules};
use wardkey_wire::dtmf::Digit;

use super::prompts::CallPrompts;

/// The longest number [ITU-T E.164 §6.2: fifteen digits], and the longest extension.
const MOST_DIGITS: usize = 15;

/// A call to be made.
#[derive(Clone)]
pub struct CallOrder {
    /// A text that no other call has; it becomes the Call-ID [RFC 3261 §8.1.1.4], which the trunk's own records show.
    pub id: String,
    /// The number, in international form: `+441134960000`.
    pub to: String,
    /// What is pressed once the call is answered: digits, stars and hashes.
    pub extension: Option<String>,
    /// What the person has to do.
    pub mode: CallMode,
    /// What is said.
    pub prompts: CallPrompts,
    /// How the conversation goes.
    pub rules: CallRules,
}

// SECURITY: a number is somebody's; only the identifier is printed.
impl std::fmt::Debug for CallOrder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CallOrder").field("id", &self.id).finish_non_exhaustive()
    }
}

/// How far a call has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallProgress {
    /// It has been handed to the trunk. From now on a telephone may ring.
    Invited,
    /// A telephone rings.
    Ringing,
    /// Somebody, or something, has answered.
    Answered,
    /// It is certain how the call ends; the last words are still said.
    Decided(CallOutcome),
}

/// A number and an extension that can be called.
#[derive(Debug)]
pub(super) struct Dialled {
    pub number: String,
    pub extension: Vec<Digit>,
}

impl CallOrder {
    /// The number and the extension, if they are such. SECURITY: they become part of an address; nothing but a plus sign and
    /// digits passes.
    pub(super) fn dialled(&self) -> Option<Dialled> {
        let digits = self.to.strip_prefix('+')?;
        let is_number = (3..=MOST_DIGITS).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        let is_id = (8..=128).contains(&self.id.len())
            && self.id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._@".contains(&byte));
        let extension = self.extension.as_deref().unwrap_or_default();
        let extension: Vec<Digit> = extension.chars().map(Digit::from_char).collect::<Option<_>>()?;
        (is_number && is_id && extension.len() <= MOST_DIGITS).then(|| Dialled { number: self.to.clone(), extension })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::voice::prompts::PromptSet;

    fn order(to: &str, extension: Option<&str>) -> CallOrder {
        CallOrder {
            id: "call-0001".to_owned(),
            to: to.to_owned(),
            extension: extension.map(str::to_owned),
            mode: CallMode::PressHash,
            prompts: CallPrompts::new(PromptSet::english(), None),
            rules: CallRules::default(),
        }
    }

    #[test]
    fn only_numbers_are_dialled() {
        for good in ["+441134960000", "+999", "+123456789012345"] {
            assert!(order(good, None).dialled().is_some(), "{good}");
        }
        for bad in ["", "+", "01134960000", "+44 113", "+44@evil.example", "+44;phone-context=x", "+1234567890123456"] {
            assert!(order(bad, None).dialled().is_none(), "{bad}");
        }
        assert_eq!(order("+441134960000", Some("20*#")).dialled().unwrap().extension.len(), 4);
        assert!(order("+441134960000", Some("12-34")).dialled().is_none());
    }

    #[test]
    fn an_order_does_not_print_the_number() {
        assert!(!format!("{:?}", order("+441134960000", Some("5512"))).contains("113496"));
    }
}
