//! How long a sign-in may take.

use std::time::Duration;

use crate::factor::CoreFactors;
use crate::factor::push::PushRules;
use crate::factor::smartcard::SmartcardRules;
use crate::factor::sms::SmsRules;
use crate::factor::temporary_access_pass::PassRules;
use crate::factor::voice_call::VoiceCallRules;
use crate::factor::webauthn::WebAuthnRules;

/// The limits of a sign-in in progress.
#[derive(Clone, Debug)]
pub struct SignInRules {
    /// An unfinished sign-in is forgotten after this long.
    pub lifetime: Duration,
    /// One that has reached enrolment is forgotten after this long: fetching a phone takes a while.
    pub enrolment_lifetime: Duration,
    /// How long after a code or a call was asked for another may be; each further wait is twice as long.
    pub ask_again_after: Duration,
    /// Requests to authenticator apps.
    pub push: PushRules,
    /// Codes in text messages.
    pub sms: SmsRules,
    /// Calls.
    pub voice_call: VoiceCallRules,
    /// Passes that administrators give.
    pub pass: PassRules,
    /// Security keys and passkeys.
    pub webauthn: WebAuthnRules,
    /// Smartcards.
    pub smartcard: SmartcardRules,
    /// Which factors are enough as the only second one.
    pub core: CoreFactors,
}

impl Default for SignInRules {
    fn default() -> Self {
        Self {
            lifetime: Duration::from_secs(15 * 60),
            enrolment_lifetime: Duration::from_secs(30 * 60),
            ask_again_after: Duration::from_secs(20),
            push: PushRules::default(),
            sms: SmsRules::default(),
            voice_call: VoiceCallRules::default(),
            pass: PassRules::default(),
            webauthn: WebAuthnRules::default(),
            smartcard: SmartcardRules::default(),
            core: CoreFactors::default(),
        }
    }
}

/// The longest wait for another code or call.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

impl SignInRules {
    /// The wait after so many codes and calls.
    pub fn wait_after(&self, dispatches: u32) -> Duration {
        let doubled = 1_u32.checked_shl(dispatches.saturating_sub(1)).unwrap_or(u32::MAX);
        self.ask_again_after.saturating_mul(doubled).min(LONGEST_WAIT)
    }
}
