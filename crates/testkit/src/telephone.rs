//! A telephone that gets what the product sends, and can be answered.

use std::time::Duration;

use wardkey_usecases::Settings;
use wardkey_usecases::message::{CallCapture, CallScene, Capture, CapturedCall, Courier};

use crate::test_app::TestApp;

/// How long anything may take to arrive before a test fails: far longer than it ever does.
const PATIENCE: Duration = Duration::from_secs(20);

/// The one telephone of a test, whatever number was dialled.
pub struct Telephone {
    /// Texts and mails.
    pub messages: Capture,
    /// Calls.
    pub calls: CallCapture,
    // It stops when it is dropped.
    _courier: Courier,
}

impl TestApp {
    /// The product on SQLite, with a telephone that gets its texts and calls.
    ///
    /// # Panics
    /// When it cannot be built.
    pub async fn with_telephone(change: impl FnOnce(&mut Settings)) -> (Self, Telephone) {
        let test = Self::with(change).await;
        let (messages, calls, courier) = (test.messages.clone(), test.calls.clone(), test.courier());
        (test, Telephone { messages, calls, _courier: courier })
    }
}

impl Telephone {
    /// The words of the `number`th text, once it is there.
    ///
    /// # Panics
    /// When it does not arrive.
    pub async fn text(&self, number: usize) -> String {
        let mut changes = self.messages.changes();
        let arrives = async {
            loop {
                let texts = self.messages.texts();
                if let Some(index) = texts.len().checked_sub(number) {
                    return texts[index].body().expose().clone();
                }
                changes.changed().await.expect("the telephone is there");
            }
        };
        tokio::time::timeout(PATIENCE, arrives).await.expect("a text arrives")
    }

    /// The code of the `number`th text.
    ///
    /// # Panics
    /// When it does not arrive or has none.
    pub async fn code(&self, number: usize) -> String {
        let words = self.text(number).await;
        words.get(..6).filter(|code| code.bytes().all(|b| b.is_ascii_digit())).expect("a code comes first").to_owned()
    }

    /// The `number`th call, once it is as `is_so` says.
    ///
    /// # Panics
    /// When it never is.
    pub async fn call(&self, number: usize, is_so: impl Fn(CallScene) -> bool) -> CapturedCall {
        let mut changes = self.calls.changes();
        let happens = async {
            loop {
                let calls = self.calls.calls();
                if let Some(call) = calls.len().checked_sub(number).map(|index| calls[index].clone())
                    && is_so(call.scene)
                {
                    return call;
                }
                changes.changed().await.expect("the telephone is there");
            }
        };
        tokio::time::timeout(PATIENCE, happens).await.expect("the call comes so far")
    }

    /// Answers the `number`th call, presses `keys`, and waits until it is over.
    ///
    /// # Panics
    /// When the call does not come, or does not end.
    pub async fn answer(&self, number: usize, keys: &str) -> CapturedCall {
        let call = self.call(number, |scene| scene == CallScene::Ringing).await;
        self.calls.answer(&call.id);
        keys.chars().for_each(|key| self.calls.press(&call.id, key));
        self.call(number, |scene| matches!(scene, CallScene::Over(_))).await
    }
}
