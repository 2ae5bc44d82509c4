//! Calls that ring nowhere but in memory: for the demonstration's telephone, and for tests.
//!
//! What is said is shown as words instead of sound, and said in no time. Whoever shows them must be the demonstration or a
//! test.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use wardkey_domain::factor::voice_call::{CallAction, CallEvent, CallOutcome, CallScript, Key, PromptId};

use super::order::{Call, CallEnd, CallNext, CallProgress};
use crate::hand_over::NetworkSign;
use crate::voice::prompts::words_of;

/// How many calls are remembered.
const KEPT: usize = 200;

/// How a captured call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallScene {
    /// It rings.
    Ringing,
    /// It was answered and asks for a key.
    Talking,
    /// It is over.
    Over(CallOutcome),
}

/// A call that was captured.
#[derive(Clone)]
pub struct CapturedCall {
    /// What the worker calls it.
    pub id: String,
    /// The telephone number.
    pub to: String,
    /// The extension.
    pub extension: Option<String>,
    /// How it stands.
    pub scene: CallScene,
    /// What was said so far, a sentence each.
    pub said: Vec<String>,
}

impl fmt::Debug for CapturedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CapturedCall").field("id", &self.id).field("scene", &self.scene).finish_non_exhaustive()
    }
}

/// What somebody does with a telephone.
enum Hand {
    Answer,
    Press(Key),
    HangUp,
    Busy,
}

/// A gateway whose calls ring here. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct CallCapture(Arc<Inner>);

struct Inner {
    name: String,
    calls: Mutex<VecDeque<(CapturedCall, mpsc::UnboundedSender<Hand>)>>,
    scripted: Mutex<VecDeque<CallEnd>>,
    count: watch::Sender<u64>,
}

impl CallCapture {
    /// A telephone that nobody has called.
    pub fn new(name: &str) -> Self {
        let inner = Inner {
            name: name.to_owned(),
            calls: Mutex::default(),
            scripted: Mutex::default(),
            count: watch::Sender::new(0),
        };
        Self(Arc::new(inner))
    }

    /// What the operator calls it.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The calls, the newest first.
    pub fn calls(&self) -> Vec<CapturedCall> {
        self.kept().iter().map(|(call, _)| call.clone()).collect()
    }

    /// Changes whenever a call changes. A test waits for it instead of sleeping.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.count.subscribe()
    }

    /// Answers a call that rings.
    pub fn answer(&self, id: &str) {
        self.act(id, Hand::Answer);
    }

    /// Presses a key in a call that was answered; what is no key of a telephone is ignored.
    pub fn press(&self, id: &str, key: char) {
        if let Some(key) = Key::from_char(key) {
            self.act(id, Hand::Press(key));
        }
    }

    /// Hangs up, or declines a call that rings.
    pub fn hang_up(&self, id: &str) {
        self.act(id, Hand::HangUp);
    }

    /// Is busy when a call rings.
    pub fn be_busy(&self, id: &str) {
        self.act(id, Hand::Busy);
    }

    /// Ends the next call so, without ringing; after that, the one after it. For tests.
    pub fn end_next(&self, end: CallEnd) {
        self.0.scripted.lock().unwrap_or_else(PoisonError::into_inner).push_back(end);
    }

    pub(super) async fn call(&self, call: Call, progress: impl Fn(CallProgress) + Send + Sync + 'static) -> CallEnd {
        if let Some(end) = self.0.scripted.lock().unwrap_or_else(PoisonError::into_inner).pop_front() {
            return end;
        }
        let (to_call, mut hands) = mpsc::unbounded_channel();
        self.add(&call, to_call);
        progress(CallProgress::Dialling);
        progress(CallProgress::Ringing);
        let outcome = self.converse(&call, &mut hands, &progress).await;
        self.change(&call.id, |captured| captured.scene = CallScene::Over(outcome));
        CallEnd { outcome, next: CallNext::Over, sign: NetworkSign::Works }
    }

    async fn converse(
        &self,
        call: &Call,
        hands: &mut mpsc::UnboundedReceiver<Hand>,
        progress: &(impl Fn(CallProgress) + Send + Sync),
    ) -> CallOutcome {
        loop {
            match tokio::time::timeout(call.ring_for, hands.recv()).await {
                Err(_) => return CallOutcome::NoAnswer,
                Ok(None) => return CallOutcome::CutOff,
                Ok(Some(Hand::HangUp)) => return CallOutcome::Declined,
                Ok(Some(Hand::Busy)) => return CallOutcome::Busy,
                Ok(Some(Hand::Press(_))) => {}
                Ok(Some(Hand::Answer)) => break,
            }
        }
        progress(CallProgress::Answered);
        self.change(&call.id, |captured| captured.scene = CallScene::Talking);
        let mut script = CallScript::new(call.mode.clone(), call.rules);
        let mut events = VecDeque::from([CallEvent::Answered]);
        let mut listen: Option<Duration> = None;
        loop {
            let event = match events.pop_front() {
                Some(event) => event,
                None => next_event(hands, listen.take()).await,
            };
            for action in script.step(event) {
                match action {
                    CallAction::Play(prompt) => {
                        self.change(&call.id, |captured| captured.said.extend(words(prompt, call)));
                        events.push_back(CallEvent::PromptPlayed);
                    }
                    CallAction::Listen(duration) => listen = Some(duration),
                    CallAction::HangUp(outcome) => return outcome,
                }
            }
            if let Some(outcome) = script.decided() {
                progress(CallProgress::Decided(outcome));
            }
        }
    }

    fn add(&self, call: &Call, to_call: mpsc::UnboundedSender<Hand>) {
        let captured = CapturedCall {
            id: call.id.clone(),
            to: call.to.clone(),
            extension: call.extension.clone(),
            scene: CallScene::Ringing,
            said: Vec::new(),
        };
        {
            let mut calls = self.kept();
            calls.push_front((captured, to_call));
            calls.truncate(KEPT);
        }
        self.0.count.send_modify(|count| *count += 1);
    }

    fn change(&self, id: &str, change: impl FnOnce(&mut CapturedCall)) {
        if let Some((call, _)) = self.kept().iter_mut().find(|(call, _)| call.id == id) {
            change(call);
        }
        self.0.count.send_modify(|count| *count += 1);
    }

    fn act(&self, id: &str, hand: Hand) {
        if let Some((_, to_call)) = self.kept().iter().find(|(call, _)| call.id == id) {
            // A call that is over hears nothing.
            let _ = to_call.send(hand);
        }
    }

    pub(super) fn shut_down(&self) {
        self.kept().clear();
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<(CapturedCall, mpsc::UnboundedSender<Hand>)>> {
        // Nothing is left half done under this lock, so a panic elsewhere does not spoil it.
        self.0.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for CallCapture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CallCapture").field(&self.0.name).finish()
    }
}

async fn next_event(hands: &mut mpsc::UnboundedReceiver<Hand>, listen: Option<Duration>) -> CallEvent {
    loop {
        let heard = match listen {
            Some(duration) => tokio::time::timeout(duration, hands.recv()).await.map_err(|_| ()),
            None => Ok(hands.recv().await),
        };
        match heard {
            Err(()) => return CallEvent::TimedOut,
            Ok(Some(Hand::Press(key))) => return CallEvent::Key(key),
            Ok(Some(Hand::HangUp) | None) => return CallEvent::HungUp,
            Ok(Some(Hand::Answer | Hand::Busy)) => {}
        }
    }
}

/// What is said, as words.
fn words(prompt: PromptId, call: &Call) -> Option<String> {
    match prompt {
        PromptId::Context => Some(super::words::context(call)),
        other => words_of(other).map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use wardkey_domain::directory::OdsCode;
    use wardkey_domain::factor::voice_call::{CallMode, CallRules};
    use wardkey_domain::secret::Secret;

    use super::*;
    use crate::call::CallPurpose;

    fn call(mode: CallMode) -> Call {
        Call {
            id: "1".to_owned(),
            to: "+447700900123".to_owned(),
            extension: None,
            mode,
            purpose: CallPurpose::SignIn { application: Some("Demo Records".to_owned()) },
            organisation: "Moorland Trust".to_owned(),
            ods_code: OdsCode::parse("RX9").unwrap(),
            rules: CallRules::default(),
            ring_for: Duration::from_secs(30),
        }
    }

    /// Answers, presses `keys`, and says how the call ended.
    async fn check(mode: CallMode, keys: &str, expected: CallOutcome) {
        let capture = CallCapture::new("demo");
        let order = call(mode);
        let calling = tokio::spawn({
            let capture = capture.clone();
            async move { capture.call(order, |_| {}).await }
        });
        let mut changes = capture.changes();
        changes.wait_for(|count| *count > 0).await.unwrap();
        capture.answer("1");
        for key in keys.chars() {
            capture.press("1", key);
        }
        assert_eq!(calling.await.unwrap().outcome, expected);
        let captured = capture.calls().remove(0);
        assert_eq!(captured.scene, CallScene::Over(expected));
        assert!(captured.said.iter().any(|said| said.contains("Demo Records")), "{:?}", captured.said);
        assert!(!format!("{captured:?}").contains("7700900123"));
    }

    #[tokio::test]
    async fn a_captured_call_is_answered_on_the_keypad() {
        check(CallMode::PressHash, "#", CallOutcome::Confirmed).await;
        check(CallMode::PressHash, "0#", CallOutcome::Reported).await;
        let code = || CallMode::TypeCode(Secret::new("123456".to_owned()));
        check(code(), "123456#", CallOutcome::Confirmed).await;
        check(code(), "123#111111#999999#", CallOutcome::WrongCode).await;
    }

    #[tokio::test]
    async fn a_call_says_what_it_is_for_and_never_that_whoever_answers_asked_for_it() {
        let said = |purpose| super::super::words::context(&Call { purpose, ..call(CallMode::PressHash) });
        assert_eq!(said(CallPurpose::SignIn { application: None }), "This call is about a sign-in at Moorland Trust.");
        let enrolment = said(CallPurpose::Enrolment);
        assert!(enrolment.contains("add this telephone") && !enrolment.contains("you"), "{enrolment}");
    }

    #[tokio::test]
    async fn nobody_answers() {
        let capture = CallCapture::new("demo");
        let order = Call { ring_for: Duration::ZERO, ..call(CallMode::PressHash) };
        assert_eq!(capture.call(order, |_| {}).await.outcome, CallOutcome::NoAnswer);
    }
}
