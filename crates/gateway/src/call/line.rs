//! A SIP trunk with what is said over it.

use std::sync::Arc;

use crate::call::order::{Call, CallEnd, CallNext, CallProgress};
use crate::call::words::context;
use crate::voice::prompts::{CallPrompts, OwnPrompts, Speaker};
use crate::voice::{self, CallOrder, HandedOver, Trunk, TrunkHealth, TryAnother};

/// A SIP trunk, the prompts of the organisations, and whoever speaks what differs from call to call. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Line {
    trunk: Trunk,
    prompts: OwnPrompts,
    speaker: Option<Arc<Speaker>>,
}

impl Line {
    /// A trunk that says `prompts`; without a `speaker` a call does not say what it is for.
    pub fn new(trunk: Trunk, prompts: OwnPrompts, speaker: Option<Speaker>) -> Self {
        Self { trunk, prompts, speaker: speaker.map(Arc::new) }
    }

    /// What the operator calls it.
    pub fn name(&self) -> &str {
        self.trunk.name()
    }

    pub(super) async fn call(&self, call: Call, progress: impl Fn(CallProgress) + Send + Sync + 'static) -> CallEnd {
        let about = self.about(&call).await;
        let order = CallOrder {
            id: call.id,
            to: call.to,
            extension: call.extension,
            mode: call.mode,
            prompts: CallPrompts::new(self.prompts.of(&call.ods_code).clone(), about),
            rules: call.rules,
        };
        let report = self.trunk.call(order, move |step| progress(translated(step))).await;
        let next = match (report.try_another, report.handed_over) {
            (TryAnother::Yes, HandedOver::Never) => CallNext::TryAnother,
            // SECURITY: a second call to a telephone that may be ringing would confuse its owner.
            (TryAnother::Yes, HandedOver::Yes | HandedOver::Unknown) | (TryAnother::No, _) => CallNext::Over,
        };
        CallEnd { outcome: report.outcome, next, sign: report.sign }
    }

    /// What the call is for, spoken. It is prepared before the telephone rings.
    async fn about(&self, call: &Call) -> Option<voice::prompts::Prompt> {
        let text = context(call);
        match self.speaker.as_ref()?.say(&text).await {
            Ok(prompt) => Some(prompt),
            Err(error) => {
                tracing::warn!(
                    trunk = self.name(),
                    error = &error as &dyn std::error::Error,
                    "a call does not say what it is for"
                );
                None
            }
        }
    }

    /// Whether the trunk no longer answers when it is asked whether it is there.
    pub(super) fn is_lost(&self) -> bool {
        self.trunk.health() == TrunkHealth::Down
    }

    pub(super) async fn shut_down(&self) {
        self.trunk.shut_down().await;
    }
}

const fn translated(step: voice::CallProgress) -> CallProgress {
    match step {
        voice::CallProgress::Invited => CallProgress::Dialling,
        voice::CallProgress::Ringing => CallProgress::Ringing,
        voice::CallProgress::Answered => CallProgress::Answered,
        voice::CallProgress::Decided(outcome) => CallProgress::Decided(outcome),
    }
}
