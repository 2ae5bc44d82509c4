//! Messages that go nowhere but into memory: for the demonstration's telephone, and for tests.
//!
//! It holds the newest [`KEPT`] messages of each kind, in this process only. The words are codes, so nothing of it is
//! printed or logged; whoever shows them must be the demonstration or a test.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{mpsc, watch};
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;

use crate::ambient::Clock;
use crate::hand_over::{HandOver, Receipt, ReceiptState, RefusedWhy};
use crate::mail::{Mail, MailGateway};
use crate::text::{Text, TextGateway};

/// How many messages of a kind are kept.
pub const KEPT: usize = 1000;

/// A text that was captured.
#[derive(Clone, Debug)]
pub struct CapturedText {
    /// The text as it was handed over.
    pub text: Text,
    /// When.
    pub at: Timestamp,
}

/// A mail that was captured.
#[derive(Clone, Debug)]
pub struct CapturedMail {
    /// The mail as it was handed over.
    pub mail: Mail,
    /// When.
    pub at: Timestamp,
}

/// Where captured messages are. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Capture(Arc<Inner>);

struct Inner {
    clock: Clock,
    kept: Mutex<Kept>,
    count: watch::Sender<u64>,
}

#[derive(Default)]
struct Kept {
    texts: VecDeque<CapturedText>,
    mails: VecDeque<CapturedMail>,
}

impl Capture {
    /// Nothing captured yet.
    pub fn new(clock: Clock) -> Self {
        Self(Arc::new(Inner { clock, kept: Mutex::default(), count: watch::Sender::new(0) }))
    }

    /// A gateway whose texts are captured here.
    pub fn texts_of(&self, name: &str) -> TextGateway {
        TextGateway::Capture(self.text_capture(name))
    }

    /// The same, for whoever decides how hand-overs end.
    pub fn text_capture(&self, name: &str) -> TextCapture {
        TextCapture::new(name, self.clone())
    }

    /// A gateway whose mails are captured here.
    pub fn mails_of(&self, name: &str) -> MailGateway {
        MailGateway::Capture(MailCapture { name: name.into(), capture: self.clone() })
    }

    /// The texts, the newest first.
    pub fn texts(&self) -> Vec<CapturedText> {
        self.kept().texts.iter().cloned().collect()
    }

    /// The mails, the newest first.
    pub fn mails(&self) -> Vec<CapturedMail> {
        self.kept().mails.iter().cloned().collect()
    }

    /// Changes whenever something is captured: how many messages there have been. A test waits for it instead of sleeping.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.count.subscribe()
    }

    /// Forgets everything.
    pub fn clear(&self) {
        *self.kept() = Kept::default();
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Nothing is left half done under this lock, so a panic elsewhere does not spoil it.
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Timestamp {
        (self.0.clock)()
    }

    fn keep(&self, keep: impl FnOnce(&mut Kept)) {
        keep(&mut self.kept());
        self.0.count.send_modify(|count| *count += 1);
    }
}

impl fmt::Debug for Capture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Capture").field(&*self.0.count.borrow()).finish()
    }
}

fn push<T>(list: &mut VecDeque<T>, item: T) {
    list.push_front(item);
    list.truncate(KEPT);
}

/// A gateway for texts that captures them, and says at once that they arrived.
#[derive(Clone, Debug)]
pub struct TextCapture {
    name: Arc<str>,
    capture: Capture,
    receipts: Arc<Receipts>,
    scripted: Arc<Mutex<VecDeque<HandOver>>>,
}

#[derive(Debug)]
struct Receipts {
    to_worker: mpsc::Sender<Receipt>,
    for_worker: Mutex<Option<mpsc::Receiver<Receipt>>>,
}

impl TextCapture {
    fn new(name: &str, capture: Capture) -> Self {
        let (to_worker, for_worker) = mpsc::channel(KEPT);
        let receipts = Receipts { to_worker, for_worker: Mutex::new(Some(for_worker)) };
        Self { name: name.into(), capture, receipts: Arc::new(receipts), scripted: Arc::default() }
    }

    /// What the operator calls it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Ends the next hand-over so; after that, the one after it. For tests.
    ///
    /// A text whose hand-over is unknown arrives here, and no receipt follows.
    pub fn end_next(&self, outcome: HandOver) {
        self.scripted.lock().unwrap_or_else(PoisonError::into_inner).push_back(outcome);
    }

    /// Captures `text`.
    pub fn submit(&self, text: &Text) -> HandOver {
        self.take(text).counted(self.name())
    }

    fn take(&self, text: &Text) -> HandOver {
        let now = self.capture.now();
        if text.expires_at <= now {
            return HandOver::give_up(RefusedWhy::Expired);
        }
        let scripted = self.scripted.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        if let Some(refused @ HandOver::Refused { .. }) = scripted {
            return refused;
        }
        let captured = CapturedText { text: text.clone(), at: now };
        self.capture.keep(|kept| push(&mut kept.texts, captured));
        if let Some(outcome) = scripted {
            return outcome;
        }
        let receipt =
            Receipt { gateway: self.name.to_string(), reference: text.id.clone(), state: ReceiptState::Delivered };
        // Nobody may be interested.
        let _ = self.receipts.to_worker.try_send(receipt.counted());
        HandOver::Accepted { reference: text.id.clone() }
    }

    /// The receipts. The first caller has them.
    pub fn receipts(&self) -> Option<mpsc::Receiver<Receipt>> {
        self.receipts.for_worker.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A gateway for mails that captures them.
#[derive(Clone, Debug)]
pub struct MailCapture {
    name: Arc<str>,
    capture: Capture,
}

impl MailCapture {
    /// What the operator calls it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Captures `mail`.
    pub fn send(&self, mail: &Mail) -> HandOver {
        let captured = CapturedMail { mail: mail.clone(), at: self.capture.now() };
        self.capture.keep(|kept| push(&mut kept.mails, captured));
        HandOver::Accepted { reference: mail.id.clone() }.counted(self.name())
    }
}

impl CapturedText {
    /// The words, for whoever may see them.
    pub const fn body(&self) -> &Secret<String> {
        &self.text.body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(id: usize, expires_at: i64) -> Text {
        Text {
            id: id.to_string(),
            to: "+447700900123".to_owned(),
            body: Secret::new("123456".to_owned()),
            expires_at: Timestamp::from_seconds(expires_at),
        }
    }

    fn capture() -> Capture {
        Capture::new(Arc::new(|| Timestamp::from_seconds(100)))
    }

    #[tokio::test]
    async fn the_newest_text_comes_first_and_the_oldest_go() {
        let capture = capture();
        let gateway = capture.texts_of("telephone");
        for id in 0..=KEPT {
            assert_eq!(gateway.submit(&text(id, 200)).await, HandOver::Accepted { reference: id.to_string() });
        }
        let texts = capture.texts();
        assert_eq!((texts.len(), texts[0].text.id.as_str()), (KEPT, "1000"));
        assert_eq!(texts[0].body().expose(), "123456");
        capture.clear();
        assert!(capture.texts().is_empty());
    }

    #[tokio::test]
    async fn a_text_whose_time_is_over_is_not_captured() {
        let capture = capture();
        assert_eq!(capture.texts_of("telephone").submit(&text(1, 100)).await, HandOver::give_up(RefusedWhy::Expired));
        assert!(capture.texts().is_empty());
    }

    #[tokio::test]
    async fn a_test_can_wait_for_a_text_and_for_its_receipt() {
        let capture = capture();
        let gateway = capture.texts_of("telephone");
        let mut changes = capture.changes();
        let mut receipts = gateway.receipts().unwrap();
        assert!(gateway.receipts().is_none());
        let sending = tokio::spawn(async move { gateway.submit(&text(7, 200)).await });
        changes.wait_for(|count| *count == 1).await.unwrap();
        let receipt = receipts.recv().await.unwrap();
        assert_eq!((receipt.reference.as_str(), receipt.state), ("7", ReceiptState::Delivered));
        sending.await.unwrap();
        assert!(!format!("{:?} {capture:?}", capture.texts()).contains("123456"));
    }
}
