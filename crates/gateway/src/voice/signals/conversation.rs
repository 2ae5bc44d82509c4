//! The conversation of a call that was answered: the line on one side, the script of the domain on the other.

use rsipstack::dialog::dialog::{DialogState, DialogStateReceiver};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use wardkey_domain::factor::voice_call::{CallAction, CallEvent, CallOutcome, CallScript, Key};
use wardkey_wire::dtmf::Digit;
use wardkey_wire::sdp::Session;

use super::desk::{Desk, Told};
use crate::voice::media::{Heard, Order, Peer, Stream};
use crate::voice::order::CallProgress;
use crate::voice::prompts::CallPrompts;

/// A line that was answered.
pub struct Line<'a> {
    pub desk: &'a Desk,
    pub stream: &'a mut Stream,
    pub states: &'a mut DialogStateReceiver,
    pub told: &'a mut UnboundedReceiver<Told>,
    pub prompts: &'a CallPrompts,
    pub progress: &'a UnboundedSender<CallProgress>,
    pub gone: &'a CancellationToken,
    /// When the call is over whatever is said.
    pub deadline: Instant,
}

/// What happens on a line.
enum Happens {
    Said(u32),
    Dialled,
    Event(CallEvent),
    /// Its time is over, or ours is, or nobody waits for it.
    CutOff,
    Waited,
    Nothing,
}

impl Line<'_> {
    /// Presses the keys of an extension. Answers how the call ended, if it ended meanwhile.
    pub async fn dial(&mut self, extension: Vec<Digit>) -> Option<CallOutcome> {
        let begin = Instant::now() + self.desk.settings.extension_wait;
        let mut extension = Some(extension);
        loop {
            let wait = extension.is_some().then_some(begin);
            match self.next(wait).await {
                Happens::Waited => self.stream.order(Order::Dial(extension.take().unwrap_or_default())),
                Happens::Dialled => return None,
                Happens::CutOff => return Some(CallOutcome::CutOff),
                Happens::Event(CallEvent::HungUp) => return Some(CallOutcome::HungUp),
                // Whatever is pressed or said now is the switchboard's.
                Happens::Said(_) | Happens::Event(_) | Happens::Nothing => {}
            }
        }
    }

    /// Holds the conversation to its end.
    pub async fn talk(&mut self, mut script: CallScript) -> CallOutcome {
        let (mut number, mut listening, mut told) = (0, None, false);
        let mut happens = Happens::Event(CallEvent::Answered);
        loop {
            let event = match happens {
                Happens::Event(event) => Some(event),
                // What was interrupted has not been said to its end, even if that crossed our interruption.
                Happens::Said(said) => (said == number).then_some(CallEvent::PromptPlayed),
                Happens::Waited => Some(CallEvent::TimedOut),
                Happens::CutOff => return script.decided().unwrap_or(CallOutcome::CutOff),
                Happens::Dialled | Happens::Nothing => None,
            };
            let mut events: Vec<CallEvent> = event.into_iter().collect();
            while let Some(event) = events.pop() {
                for action in script.step(event) {
                    match action {
                        CallAction::Play(id) => {
                            listening = None;
                            number += 1;
                            match self.prompts.prompt(id) {
                                Some(prompt) => self.stream.order(Order::Play(number, prompt.clone())),
                                // What the call does not have to say is said at once.
                                None => events.push(CallEvent::PromptPlayed),
                            }
                        }
                        CallAction::Listen(time) => listening = Some(Instant::now() + time),
                        CallAction::HangUp(outcome) => return outcome,
                    }
                }
            }
            if let Some(outcome) = script.decided().filter(|_| !told) {
                told = true;
                self.progress.send(CallProgress::Decided(outcome)).ok();
            }
            happens = self.next(listening).await;
        }
    }

    /// Waits for what happens next; `wait` says until when at most.
    async fn next(&mut self, wait: Option<Instant>) -> Happens {
        tokio::select! {
            biased;
            () = self.desk.stop.cancelled() => Happens::CutOff,
            () = self.gone.cancelled() => Happens::CutOff,
            () = sleep_until(self.deadline) => Happens::CutOff,
            told = self.told.recv() => match told {
                Some(Told::HungUp) => Happens::Event(CallEvent::HungUp),
                Some(Told::Moved(session)) => {
                    self.stream.order(Order::Redirect(peer(&session)));
                    Happens::Nothing
                }
                None => Happens::CutOff,
            },
            state = self.states.recv() => match state {
                Some(DialogState::Terminated(..)) | None => Happens::Event(CallEvent::HungUp),
                Some(_) => Happens::Nothing,
            },
            heard = self.stream.heard() => match heard {
                Some(Heard::Played(number)) => Happens::Said(number),
                Some(Heard::Dialled) => Happens::Dialled,
                Some(Heard::Key(digit)) => {
                    Key::from_char(digit.as_char()).map_or(Happens::Nothing, |key| Happens::Event(CallEvent::Key(key)))
                }
                Some(Heard::Spoke) => Happens::Event(CallEvent::LineSpoke),
                None => Happens::CutOff,
            },
            () = sleep_until(wait.unwrap_or(self.deadline)) => Happens::Waited,
        }
    }
}

/// The other side's end as the stream knows it.
pub fn peer(session: &Session) -> Peer {
    Peer {
        address: (session.address, session.port).into(),
        law: session.laws.first().copied().unwrap_or(wardkey_wire::g711::Law::A),
        telephone_event: session.telephone_event,
        hears: session.direction.hears(),
    }
}
