//! A telephone, as pages show it: its number with most digits hidden, and what has become of what was sent there.

use serde::Serialize;
use wardkey_domain::factor::telephone::Reach;
use wardkey_domain::factor::voice_call::{CallOutcome, CallStanding};
use wardkey_domain::factor::{FactorKind, definition};
use wardkey_domain::message::DeliveryState;
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;
use wardkey_usecases::credential::NewPhone;
use wardkey_usecases::signin::SentView;

use crate::routes;

/// How many digits at the end of a number are told to somebody who hears the page.
const TOLD: usize = 3;

/// A telephone number with most of its digits hidden: once for eyes, once for ears.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NumberView {
    /// With dots for the digits that are hidden.
    pub(crate) shown: String,
    /// The last digits, one by one: a screen reader says neither dots nor a number of three digits well.
    pub(crate) ending: String,
}

impl NumberView {
    /// The view of a number that is masked already.
    pub(crate) fn of(masked: &str) -> Self {
        let skipped = masked.chars().count().saturating_sub(TOLD);
        let ending: Vec<String> = masked.chars().skip(skipped).map(String::from).collect();
        Self { shown: masked.to_owned(), ending: ending.join(" ") }
    }
}

/// Something on its way to a telephone.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct DeliveryView {
    pub(crate) number: NumberView,
    /// The word of its [`DeliveryState`], or `old` when its time is over.
    pub(crate) state: &'static str,
    /// For how many seconds no other may be asked for.
    pub(crate) wait: Option<u64>,
}

impl DeliveryView {
    pub(crate) fn of(sent: &SentView, now: Timestamp) -> Self {
        Self {
            number: NumberView::of(&sent.masked),
            state: word(sent.state, sent.expires_at, now),
            wait: wait(sent.again_at, now),
        }
    }

    pub(crate) fn of_new(phone: &NewPhone, now: Timestamp) -> Self {
        Self {
            number: NumberView::of(&phone.masked),
            state: word(phone.state, phone.expires_at, now),
            wait: wait(Some(phone.again_at), now),
        }
    }
}

fn word(state: DeliveryState, expires_at: Timestamp, now: Timestamp) -> &'static str {
    if now >= expires_at { "old" } else { state.as_str() }
}

/// For how many seconds to wait until `again_at`, if it is not there yet; never too short by a fraction.
pub(crate) fn wait(again_at: Option<Timestamp>, now: Timestamp) -> Option<u64> {
    again_at.filter(|at| now < *at).map(|at| at.since(now).as_millis().div_ceil(1_000).try_into().unwrap_or(u64::MAX))
}

/// A call.
#[derive(Clone, Serialize)]
pub(crate) struct CallView {
    /// `waiting`, `dialling`, `ringing`, `answered`, `confirmed` or `failed`.
    pub(crate) standing: &'static str,
    /// The code to type on the keypad, in the strict setting.
    pub(crate) code: Option<KeypadCodeView>,
    /// Whether the page loads itself again while the call is under way.
    pub(crate) follows: bool,
    /// The page's own address.
    pub(crate) here: String,
}

/// A code to type on the keypad.
#[derive(Clone, Serialize)]
pub(crate) struct KeypadCodeView {
    /// In two groups, for eyes.
    pub(crate) shown: String,
    /// Digit by digit, for ears.
    pub(crate) spelled: String,
}

impl CallView {
    pub(crate) fn of(standing: CallStanding, code: Option<&Secret<String>>, follows: bool, here: String) -> Self {
        let is_over = matches!(standing, CallStanding::Ended(_));
        Self {
            standing: match standing {
                CallStanding::Ended(CallOutcome::Confirmed) => "confirmed",
                CallStanding::Ended(_) => "failed",
                CallStanding::Waiting | CallStanding::Dialling | CallStanding::Ringing | CallStanding::Answered => {
                    standing.as_str()
                }
            },
            code: code.filter(|_| !is_over).map(|code| KeypadCodeView::of(code.expose())),
            follows: follows && !is_over,
            here,
        }
    }
}

impl CallView {
    /// The call to a telephone that is being added; nothing if it gets a text.
    pub(crate) fn of_new(phone: &NewPhone, follows: bool) -> Option<Self> {
        match definition(phone.kind).telephone? {
            Reach::Text => None,
            Reach::Call => {
                let standing = phone.standing.unwrap_or(CallStanding::Waiting);
                Some(Self::of(standing, phone.code.as_ref(), follows, routes::confirm_phone(phone.id)))
            }
        }
    }
}

impl KeypadCodeView {
    pub(crate) fn of(code: &str) -> Self {
        let digits: Vec<String> = code.chars().map(String::from).collect();
        let groups: Vec<String> = digits.chunks(3).map(<[String]>::concat).collect();
        Self { shown: groups.join(" "), spelled: digits.join(" ") }
    }
}

/// How a call ended that confirmed nothing, if it has.
pub(crate) const fn failure(standing: CallStanding) -> Option<CallOutcome> {
    match standing {
        CallStanding::Ended(CallOutcome::Confirmed)
        | CallStanding::Waiting
        | CallStanding::Dialling
        | CallStanding::Ringing
        | CallStanding::Answered => None,
        CallStanding::Ended(outcome) => Some(outcome),
    }
}

/// A kind of telephone that may be added.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PhoneOffer {
    /// The word of the factor.
    pub(crate) kind: &'static str,
    /// Where it is added.
    pub(crate) href: &'static str,
}

impl PhoneOffer {
    pub(crate) fn of(kinds: &[FactorKind]) -> Vec<Self> {
        let offer = |kind: &FactorKind| {
            let reach = definition(*kind).telephone?;
            Some(Self { kind: kind.as_str(), href: routes::add_phone(reach) })
        };
        kinds.iter().filter_map(offer).collect()
    }
}

/// The page that asks for a telephone number, on the way in and in Security info.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NumberPageView {
    /// The word of the factor.
    pub(crate) kind: &'static str,
    /// The name of the telephone whose number is replaced, if one is.
    pub(crate) replaces: Option<String>,
    /// The number as typed.
    pub(crate) number: Option<String>,
    /// The extension as typed.
    pub(crate) extension: Option<String>,
    /// Where the form is sent.
    pub(crate) action: String,
    /// Whether the person enrols on the way in, and so has nowhere to go back to.
    pub(crate) enrolling: bool,
    /// Whether an authenticator app can be set up instead.
    pub(crate) offers_app: bool,
}

/// The page that proves a new number by the code that was sent to it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ConfirmTextView {
    pub(crate) sent: DeliveryView,
    /// The name as typed; without one it gets the next free name.
    pub(crate) label: Option<String>,
    /// Whether it replaces another number, and so keeps its name.
    pub(crate) replaces: bool,
    pub(crate) actions: ConfirmActions,
}

/// The page that proves a new number by a call to it.
#[derive(Clone, Serialize)]
pub(crate) struct ConfirmCallView {
    pub(crate) sent: DeliveryView,
    pub(crate) call: CallView,
    /// The name as typed.
    pub(crate) label: Option<String>,
    /// Whether it replaces another number, and so keeps its name.
    pub(crate) replaces: bool,
    pub(crate) actions: ConfirmActions,
}

/// Where the forms of a page go that proves a new number.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ConfirmActions {
    /// Whether the person enrols on the way in.
    pub(crate) enrolling: bool,
    /// The word of the factor.
    pub(crate) kind: &'static str,
    /// The page's own address.
    pub(crate) here: String,
    /// Confirming.
    pub(crate) confirm: String,
    /// Asking for another code or call.
    pub(crate) send: String,
    /// Another number: a form on the way in, a link in Security info.
    pub(crate) change: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_told_by_its_last_digits() {
        let number = NumberView::of("07••••••123");
        assert_eq!((number.shown.as_str(), number.ending.as_str()), ("07••••••123", "1 2 3"));
    }

    #[test]
    fn a_code_is_shown_in_groups_and_told_digit_by_digit() {
        let code = KeypadCodeView::of("482915");
        assert_eq!((code.shown.as_str(), code.spelled.as_str()), ("482 915", "4 8 2 9 1 5"));
    }

    #[test]
    fn a_wait_is_never_told_too_short() {
        let now = Timestamp::from_seconds(100);
        for (again_at, expected) in [(100, None), (99, None), (101, Some(1)), (120, Some(20))] {
            assert_eq!(wait(Some(Timestamp::from_seconds(again_at)), now), expected);
        }
        assert_eq!(wait(Some(now.plus(std::time::Duration::from_millis(1_200))), now), Some(2));
    }

    #[test]
    fn a_call_that_is_over_is_not_followed_and_shows_no_code() {
        let code = Secret::new("482915".to_owned());
        for (standing, word, goes_on) in [
            (CallStanding::Ringing, "ringing", true),
            (CallStanding::Ended(CallOutcome::Confirmed), "confirmed", false),
            (CallStanding::Ended(CallOutcome::Busy), "failed", false),
        ] {
            let view = CallView::of(standing, Some(&code), true, "/x".to_owned());
            assert_eq!((view.standing, view.follows, view.code.is_some()), (word, goes_on, goes_on));
        }
    }
}
