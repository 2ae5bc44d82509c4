//! The conversation.

use std::time::Duration;

use super::key::Key;
use super::outcome::CallOutcome;
use super::rules::CallRules;
use crate::secret::{Secret, constant_time_equal};

/// How many keys are remembered. A code is shorter; more can only be wrong.
const MOST_KEYS: usize = 16;

/// After so many hashes before the question it is a recording that presses them, not somebody in a hurry.
const MOST_EARLY: u8 = 2;

/// What the person has to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallMode {
    /// Press the hash key.
    PressHash,
    /// Type the digits that the page shows, then the hash key.
    TypeCode(Secret<String>),
}

/// Something to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PromptId {
    /// Who calls.
    Greeting,
    /// Which application, at which organisation.
    Context,
    /// How to confirm, and how to report: press hash.
    PressHash,
    /// How to confirm, and how to report: type the code.
    TypeCode,
    /// That the code was wrong.
    WrongCode,
    /// That it was the last wrong code.
    NoMoreTries,
    /// That the sign-in is confirmed.
    ThankYou,
    /// That the report was taken.
    Reported,
    /// That nothing was heard, and that the call ends.
    Goodbye,
    /// That a hash is not believed on this line, and that the call ends.
    CannotConfirm,
}

/// What happened on the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallEvent {
    /// Somebody, or something, answered.
    Answered,
    /// What was to be said has been said to its end.
    PromptPlayed,
    /// A key was pressed.
    Key(Key),
    /// Nothing happened while the line was listened to.
    TimedOut,
    /// The other side rang off.
    HungUp,
    /// The line has talked without a pause for longer than a person who answers a telephone does.
    LineSpoke,
}

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallAction {
    /// Say this, in place of what is being said. [`CallEvent::PromptPlayed`] follows.
    Play(PromptId),
    /// Listen for this long, counted from now. A key starts the count again; [`CallEvent::TimedOut`] may follow.
    Listen(Duration),
    /// Ring off. Nothing follows.
    HangUp(CallOutcome),
}

/// Where the conversation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// It has not begun.
    Ringing,
    /// Saying who calls.
    Greeting,
    /// Saying what for.
    Context,
    /// Saying what to do.
    Instruction,
    /// Saying that a code was wrong.
    Correction,
    /// Waiting for keys.
    Listening,
    /// Saying how it ended.
    Ending,
    /// Over.
    Over,
}

/// The conversation of one call: an event goes in, what to do comes out. It knows no time and no telephone.
///
/// INVARIANT: [`CallOutcome::Confirmed`] follows from one key only: a hash that comes after the instruction has been spoken
/// to its end once, with nothing typed before it or, in the strict setting, after exactly the right digits. Silence and
/// speech contain no keys.
///
/// SECURITY: a recorded message may contain them. So where a hash alone confirms, it never does on a line that talked like a
/// machine or that pressed hash twice before the question, nor at the first asking after one such hash. A recording that
/// presses hash once, at the right moment, cannot be told from a person: only the strict setting stops that.
#[derive(Clone, Debug)]
pub struct CallScript {
    mode: CallMode,
    rules: CallRules,
    stage: Stage,
    /// How often the instruction has been begun.
    told: u8,
    /// Whether it has been spoken to its end.
    heard: bool,
    /// What was typed since the beginning, a star or a hash.
    typed: Secret<String>,
    /// How many codes were wrong.
    wrong: u8,
    /// Whether the line talked like a machine, or pressed keys like one.
    is_machine: bool,
    /// How many hashes came before the instruction had been heard.
    early: u8,
    /// Whether one of them came in this telling, which therefore cannot confirm.
    is_spoilt: bool,
    decided: Option<CallOutcome>,
}

impl CallScript {
    /// A conversation that has not begun.
    pub fn new(mode: CallMode, rules: CallRules) -> Self {
        Self {
            mode,
            rules,
            stage: Stage::Ringing,
            told: 0,
            heard: false,
            typed: empty(),
            wrong: 0,
            is_machine: false,
            early: 0,
            is_spoilt: false,
            decided: None,
        }
    }

    /// How the call ends, as soon as that is certain: before the last words are said.
    pub const fn decided(&self) -> Option<CallOutcome> {
        self.decided
    }

    /// Takes what happened and says what to do.
    pub fn step(&mut self, event: CallEvent) -> Vec<CallAction> {
        match (self.stage, event) {
            (Stage::Over, _) => Vec::new(),
            (_, CallEvent::HungUp) => self.hang_up(CallOutcome::HungUp),
            (Stage::Ringing, CallEvent::Answered) => self.say(Stage::Greeting, PromptId::Greeting),
            (Stage::Ringing, _) | (_, CallEvent::Answered) => Vec::new(),
            (Stage::Ending, CallEvent::PromptPlayed | CallEvent::TimedOut) => self.hang_up(CallOutcome::NoResponse),
            (Stage::Ending, CallEvent::Key(_) | CallEvent::LineSpoke) => Vec::new(),
            (_, CallEvent::LineSpoke) => {
                self.is_machine = true;
                Vec::new()
            }
            (_, CallEvent::Key(key)) => self.take(key),
            (Stage::Greeting, CallEvent::PromptPlayed) => self.say(Stage::Context, PromptId::Context),
            (Stage::Context | Stage::Correction, CallEvent::PromptPlayed) => self.instruct(),
            (Stage::Instruction, CallEvent::PromptPlayed) => {
                if !self.heard {
                    self.heard = true;
                    // Whatever was pressed so far answered a question that had not been asked; a zero may become a report.
                    if !self.is_zero() {
                        self.typed = empty();
                    }
                }
                self.listen()
            }
            (Stage::Listening, CallEvent::TimedOut) => {
                self.typed = empty();
                self.instruct()
            }
            (Stage::Listening, CallEvent::PromptPlayed) => Vec::new(),
            (Stage::Greeting | Stage::Context | Stage::Instruction | Stage::Correction, CallEvent::TimedOut) => {
                Vec::new()
            }
        }
    }

    fn say(&mut self, stage: Stage, prompt: PromptId) -> Vec<CallAction> {
        self.stage = stage;
        vec![CallAction::Play(prompt)]
    }

    fn listen(&mut self) -> Vec<CallAction> {
        self.stage = Stage::Listening;
        vec![CallAction::Listen(self.rules.listen_for)]
    }

    fn instruct(&mut self) -> Vec<CallAction> {
        if self.told >= self.rules.tellings.max(1) {
            let outcome = if self.is_machine { CallOutcome::Voicemail } else { CallOutcome::NoResponse };
            return self.decide(outcome, PromptId::Goodbye);
        }
        // What came before the first telling spoils it, too: the question was not known then either.
        self.is_spoilt &= self.told == 0;
        self.told += 1;
        let prompt = match self.mode {
            CallMode::PressHash => PromptId::PressHash,
            CallMode::TypeCode(_) => PromptId::TypeCode,
        };
        self.say(Stage::Instruction, prompt)
    }

    fn decide(&mut self, outcome: CallOutcome, last_words: PromptId) -> Vec<CallAction> {
        self.decided = Some(outcome);
        self.typed = empty();
        self.say(Stage::Ending, last_words)
    }

    fn hang_up(&mut self, otherwise: CallOutcome) -> Vec<CallAction> {
        let outcome = *self.decided.get_or_insert(otherwise);
        self.stage = Stage::Over;
        self.typed = empty();
        vec![CallAction::HangUp(outcome)]
    }

    fn take(&mut self, key: Key) -> Vec<CallAction> {
        match key {
            Key::Digit(digit) => self.remember(digit),
            Key::Star => self.typed = empty(),
            Key::Letter => {}
            Key::Hash => return self.submit(),
        }
        self.go_on()
    }

    /// A key was taken and nothing follows from it yet: who is typing has all the time again.
    fn go_on(&mut self) -> Vec<CallAction> {
        if self.stage == Stage::Listening { self.listen() } else { Vec::new() }
    }

    fn submit(&mut self) -> Vec<CallAction> {
        let typed = std::mem::replace(&mut self.typed, empty());
        // A report is taken at any time after the greeting: whoever is woken at night knows this by heart.
        if typed.expose() == "0" && self.stage != Stage::Greeting {
            return self.decide(CallOutcome::Reported, PromptId::Reported);
        }
        // SECURITY: a hash before the question is no answer to it; a machine that sends keys blindly gets nothing.
        if !self.heard {
            self.note_early();
            return Vec::new();
        }
        match (&self.mode, typed.expose().is_empty()) {
            (CallMode::PressHash, true) if self.is_machine => {
                self.decide(CallOutcome::Voicemail, PromptId::CannotConfirm)
            }
            // Somebody in a hurry pressed it before, or a recording did: who heard the question answers it again.
            (CallMode::PressHash, true) if self.is_spoilt => self.instruct(),
            (CallMode::PressHash, true) => self.decide(CallOutcome::Confirmed, PromptId::ThankYou),
            // Something else was typed: that is not what was asked for, so it is asked again.
            (CallMode::PressHash, false) => self.instruct(),
            (CallMode::TypeCode(_), true) => self.go_on(),
            (CallMode::TypeCode(code), false) => {
                let is_right = constant_time_equal(code.expose().as_bytes(), typed.expose().as_bytes());
                if is_right && !code.expose().is_empty() {
                    return self.decide(CallOutcome::Confirmed, PromptId::ThankYou);
                }
                self.wrong += 1;
                if self.wrong >= self.rules.code_tries.max(1) {
                    return self.decide(CallOutcome::WrongCode, PromptId::NoMoreTries);
                }
                // A wrong code is an answer: the instruction that follows it is not one of those into silence.
                self.told = 0;
                self.say(Stage::Correction, PromptId::WrongCode)
            }
        }
    }

    /// Notes a hash before the question. In the strict setting it means nothing: a code cannot be pressed by chance.
    fn note_early(&mut self) {
        match self.mode {
            CallMode::PressHash => {
                self.early = self.early.saturating_add(1);
                self.is_spoilt = true;
                self.is_machine |= self.early >= MOST_EARLY;
            }
            CallMode::TypeCode(_) => {}
        }
    }

    fn remember(&mut self, digit: u8) {
        if self.typed.expose().len() >= MOST_KEYS {
            return;
        }
        // Full size from the start, so that no part of it is left behind in memory.
        let mut typed = String::with_capacity(MOST_KEYS);
        typed.push_str(self.typed.expose());
        typed.extend(char::from_digit(u32::from(digit), 10));
        self.typed = Secret::new(typed);
    }

    fn is_zero(&self) -> bool {
        self.typed.expose() == "0"
    }
}

const fn empty() -> Secret<String> {
    Secret::new(String::new())
}

#[cfg(test)]
#[path = "script_tests.rs"]
mod tests;
