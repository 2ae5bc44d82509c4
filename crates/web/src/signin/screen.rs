//! Which page draws which screen of the sign-in, and at which address it stands.

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;
use wardkey_domain::access::GraceLeft;
use wardkey_domain::factor::FactorKind;
use wardkey_domain::factor::push::PushFailure;
use wardkey_domain::factor::recovery_code::FEW_LEFT;
use wardkey_domain::factor::voice_call::CallStanding;
use wardkey_domain::id::CredentialId;
use wardkey_domain::secret::Secret;
use wardkey_domain::signin::{EnrolWhy, NewPasswordWhy, Refusal};
use wardkey_domain::time::Timestamp;
use wardkey_usecases::signin::{CredentialView, Screen, ScreenKind, accepts_passkeys};
use wardkey_usecases::{days_left, ending};

use crate::demo::PersonRow;
use crate::page::Page;
use crate::person::frame_of;
use crate::signin::{app, card, key, refusal, telephone};
use crate::view::{CallView, RulesView, Standing, token_words};
use crate::web::Web;
use crate::{qr, routes};

/// What was typed or chosen and is shown again. Never a password, never a code.
#[derive(Clone, Debug, Default)]
pub(crate) struct Typed {
    /// The address as typed.
    pub(crate) address: Option<String>,
    /// The name for a new authenticator as typed.
    pub(crate) label: Option<String>,
    /// The telephone number as typed.
    pub(crate) number: Option<String>,
    /// The extension as typed.
    pub(crate) extension: Option<String>,
    /// The credential whose code was typed.
    pub(crate) credential: Option<CredentialId>,
    /// Where the first form is sent, so that it keeps its destination.
    pub(crate) action: Option<String>,
    /// Which of the two first pages was filled in.
    pub(crate) first: FirstPage,
    /// Whether the page of a call loads itself again.
    pub(crate) follows: bool,
}

/// A sign-in begins with a password or with an activation code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum FirstPage {
    #[default]
    Password,
    Activation,
}

/// The address at which `screen` is shown.
pub(crate) const fn place(screen: &Screen) -> &'static str {
    match screen.kind {
        ScreenKind::Password { .. } => routes::SIGN_IN_STEP,
        ScreenKind::Activation => routes::ACTIVATE,
        ScreenKind::NewPassword { .. } => routes::NEW_PASSWORD,
        ScreenKind::SelfEnrol => routes::PROFILE,
        ScreenKind::Recovered { .. } => routes::RECOVERED,
        ScreenKind::Register { .. } => routes::REGISTER,
        ScreenKind::ChooseFactor { .. } => routes::CHOOSE_METHOD,
        ScreenKind::EnrolTotp { .. } => routes::ENROL_APP,
        ScreenKind::Pass { .. } => routes::PASS,
        ScreenKind::RecoveryCode { .. } => routes::RECOVERY_CODE,
        ScreenKind::Key { .. } => routes::KEY,
        ScreenKind::EnrolKey { .. } => routes::ENROL_KEY,
        ScreenKind::Card { .. } => routes::CARD,
        ScreenKind::EnrolCard { .. } => routes::ENROL_CARD,
        ScreenKind::ActivateToken { .. } => routes::ENROL_TOKEN,
        ScreenKind::App { .. } => routes::APP_DONE,
        ScreenKind::BindApp { .. } | ScreenKind::ConfirmApp { .. } => routes::ENROL_BIND,
        ScreenKind::EnrolNumber { .. } => routes::ENROL_NUMBER,
        ScreenKind::ConfirmText { .. } => routes::ENROL_TEXT,
        ScreenKind::ConfirmCall { .. } => routes::ENROL_CALL,
        ScreenKind::Code { .. } => routes::CODE,
        ScreenKind::Send { .. } => routes::SEND,
        ScreenKind::TextCode { .. } => routes::TEXT_CODE,
        ScreenKind::Call { .. } => routes::CALL,
        ScreenKind::Ended { .. } => routes::SIGN_IN_ENDED,
    }
}

/// The page for `screen`, with its forms bound to the flow `token`.
pub(crate) fn page(web: &Web, screen: &Screen, token: &Secret<String>, typed: &Typed) -> Page {
    let (template, view) = contents(web, screen, typed);
    let mut page = Page::new(template, frame_of(screen, token), view);
    if matches!(screen.kind, ScreenKind::Card { .. } | ScreenKind::EnrolCard { .. }) {
        page = page.leading_to_cards();
    }
    if let Some(outcome) = telephone::failed_call(&screen.kind) {
        page.errors = vec![refusal::call_failed(outcome)];
    } else if let Some(failure) = failed_app(&screen.kind, web.app().now()) {
        page.errors = vec![refusal::app_failed(failure)];
    } else if typed.follows && telephone::standing(&screen.kind).is_some_and(|standing| !is_over(standing)) {
        page = page.refresh(telephone::FOLLOW_EVERY);
    }
    match varying(screen, typed) {
        Some(texts) => page.varying(texts),
        None => page,
    }
}

/// Why the request that a page shows proved nothing, if it did not.
fn failed_app(kind: &ScreenKind, now: Timestamp) -> Option<PushFailure> {
    match kind {
        ScreenKind::App { asked, .. } | ScreenKind::ConfirmApp { asked, .. } => Standing::of(asked, now).failure(),
        _ => None,
    }
}

const fn is_over(standing: CallStanding) -> bool {
    matches!(standing, CallStanding::Ended(_))
}

/// The texts that tell one person's page from another's, of the two pages that every sign-in passes.
fn varying(screen: &Screen, typed: &Typed) -> Option<Vec<String>> {
    match &screen.kind {
        ScreenKind::Password { address } => {
            Some([&typed.address, address, &typed.action].into_iter().flatten().cloned().collect())
        }
        ScreenKind::Code { credentials, .. }
            if credentials.iter().all(|credential| credential.kind != FactorKind::HardwareToken) =>
        {
            let address = screen.account.as_ref().map(|account| account.address.clone());
            let chosen =
                credentials.iter().flat_map(|credential| [credential.id.to_string(), credential.label.clone()]);
            Some(address.into_iter().chain(chosen).collect())
        }
        ScreenKind::Code { .. }
        | ScreenKind::Activation
        | ScreenKind::NewPassword { .. }
        | ScreenKind::SelfEnrol
        | ScreenKind::Recovered { .. }
        | ScreenKind::Register { .. }
        | ScreenKind::ChooseFactor { .. }
        | ScreenKind::EnrolTotp { .. }
        | ScreenKind::EnrolNumber { .. }
        | ScreenKind::Pass { .. }
        | ScreenKind::RecoveryCode { .. }
        | ScreenKind::Key { .. }
        | ScreenKind::Card { .. }
        | ScreenKind::EnrolKey { .. }
        | ScreenKind::EnrolCard { .. }
        | ScreenKind::ActivateToken { .. }
        | ScreenKind::App { .. }
        | ScreenKind::BindApp { .. }
        | ScreenKind::ConfirmApp { .. }
        | ScreenKind::ConfirmText { .. }
        | ScreenKind::ConfirmCall { .. }
        | ScreenKind::Send { .. }
        | ScreenKind::TextCode { .. }
        | ScreenKind::Call { .. }
        | ScreenKind::Ended { .. } => None,
    }
}

fn contents(web: &Web, screen: &Screen, typed: &Typed) -> (&'static str, Value) {
    let application = screen.application.as_ref().map(|application| application.name.clone());
    let address = screen.account.as_ref().map(|account| account.address.clone());
    let now = web.app().now();
    match &screen.kind {
        ScreenKind::Password { address: hint } => {
            let typed_or_hinted = typed.address.clone().or_else(|| hint.clone());
            if typed.first == FirstPage::Activation {
                let view = ActivationView { asks_address: true, address: typed_or_hinted };
                return ("signin/activation.html", Value::from(Serde(view)));
            }
            let view = PasswordView {
                application,
                address: typed_or_hinted,
                action: typed.action.clone().unwrap_or_else(|| routes::SIGN_IN.to_owned()),
                passkey: accepts_passkeys(web.app()),
                people: web.settings().demo.as_ref().map(|demo| demo.people().to_vec()),
            };
            ("signin/password.html", Value::from(Serde(view)))
        }
        ScreenKind::Activation => {
            let view = ActivationView { asks_address: false, address };
            ("signin/activation.html", Value::from(Serde(view)))
        }
        ScreenKind::NewPassword { why, rules } => {
            let view = NewPasswordView { why: word_for(*why), rules: RulesView::from(rules), address };
            ("signin/new-password.html", Value::from(Serde(view)))
        }
        ScreenKind::SelfEnrol => ("portal/self-enrol.html", Value::from(Serde(EnrolView { address }))),
        ScreenKind::Recovered { left, can_be_put_off } => {
            let (left, few) = (*left, *left <= FEW_LEFT);
            let view = RecoveredView { application, left, few, can_be_put_off: *can_be_put_off };
            ("signin/recovered.html", Value::from(Serde(view)))
        }
        ScreenKind::Register { why } => {
            ("signin/register.html", Value::from(Serde(RegisterView::of(*why, application, now))))
        }
        ScreenKind::ChooseFactor { kinds, why } => {
            let kinds = kinds.iter().map(|kind| kind.as_str()).collect();
            let put_off = match why {
                EnrolWhy::Recovered { can_be_put_off: true } => Some(routes::RECOVERED),
                EnrolWhy::CanWait { .. } | EnrolWhy::Stronger { left: Some(_) } => Some(routes::REGISTER),
                EnrolWhy::Recovered { can_be_put_off: false }
                | EnrolWhy::Stronger { left: None }
                | EnrolWhy::Needed
                | EnrolWhy::Lost => None,
            };
            let is_first = matches!(why, EnrolWhy::Needed | EnrolWhy::CanWait { .. });
            let view = ChooseView { address, kinds, is_first, put_off };
            ("signin/choose-method.html", Value::from(Serde(view)))
        }
        ScreenKind::EnrolTotp { key, uri } => {
            let view = EnrolAppView {
                address,
                key: key.expose().clone(),
                picture: qr::svg(uri.expose()),
                label: typed.label.clone(),
                demo: web.settings().demo.is_some(),
            };
            ("signin/enrol-app.html", Value::from(Serde(view)))
        }
        ScreenKind::EnrolNumber { kind } => ("portal/phone-number.html", telephone::number_page(*kind, typed)),
        ScreenKind::ConfirmText { sent } => ("portal/phone-text.html", telephone::confirm_text_page(sent, typed, now)),
        ScreenKind::ConfirmCall { sent, standing, code } => {
            let call = CallView::of(*standing, code.as_ref(), typed.follows, place(screen).to_owned());
            ("portal/phone-call.html", telephone::confirm_call_page(sent, call, typed, now))
        }
        ScreenKind::Pass { several } => {
            let view = PassView { application, several: *several };
            ("signin/pass.html", Value::from(Serde(view)))
        }
        ScreenKind::RecoveryCode { several } => {
            let view = RecoveryCodeView { application, several: *several };
            ("signin/recovery-code.html", Value::from(Serde(view)))
        }
        ScreenKind::Key { options, credentials, several } => {
            ("signin/key.html", key::key_page(screen, options, credentials, *several))
        }
        ScreenKind::Card { ticket, credentials, several } => {
            ("signin/card.html", card::card_page(web, screen, ticket, credentials, *several))
        }
        ScreenKind::EnrolCard { ticket } => ("signin/enrol-card.html", card::enrol_card_page(web, ticket)),
        ScreenKind::EnrolKey { options } => ("signin/enrol-key.html", key::enrol_key_page(options, typed)),
        ScreenKind::ActivateToken { token } => {
            let token = token.as_ref().map(token_words);
            let view = EnrolTokenView { token, label: typed.label.clone() };
            ("signin/enrol-token.html", Value::from(Serde(view)))
        }
        ScreenKind::App { asked, credential, several } => {
            app::app_page(screen, asked, &credential.label, *several, typed.follows, now)
        }
        ScreenKind::BindApp { binding } => {
            ("portal/bind-app.html", app::bind_page(binding, typed, web.settings().demo.is_some()))
        }
        ScreenKind::ConfirmApp { asked, device } => {
            ("portal/confirm-app.html", app::confirm_page(asked, device, typed, now))
        }
        ScreenKind::Send { credential, again_at, several } if credential.kind == FactorKind::Push => {
            app::ask_page(screen, &credential.label, *again_at, *several, now)
        }
        ScreenKind::Send { credential, again_at, several } => {
            ("signin/send.html", telephone::send_page(screen, credential, *again_at, *several, now))
        }
        ScreenKind::TextCode { sent, several } => {
            ("signin/text-code.html", telephone::text_code(screen, sent, *several, now))
        }
        ScreenKind::Call { sent, standing, code, several } => {
            let call = CallView::of(*standing, code.as_ref(), typed.follows, place(screen).to_owned());
            telephone::call(screen, call, sent, *several, now)
        }
        ScreenKind::Code { credentials, several } => {
            let chosen = credentials
                .iter()
                .find(|credential| Some(credential.id) == typed.credential)
                .or_else(|| credentials.first())
                .map(ChosenView::from);
            let is_token = chosen.as_ref().is_some_and(|chosen| chosen.kind == FactorKind::HardwareToken.as_str());
            let view = CodeView { application, address, several: *several, chosen };
            (if is_token { "signin/token-code.html" } else { "signin/code.html" }, Value::from(Serde(view)))
        }
        ScreenKind::Ended { refusal } => ("signin/ended.html", Value::from(Serde(ended(web, refusal)))),
    }
}

fn ended(web: &Web, refusal: &Refusal) -> EndedView {
    let text = refusal::sentences(&ScreenKind::Ended { refusal: refusal.clone() }, refusal, web.app().now())
        .into_iter()
        .next()
        .map(|error| error.text);
    EndedView { word: refusal.as_str(), text: text.unwrap_or_default(), code: refusal.code() }
}

const fn word_for(why: NewPasswordWhy) -> &'static str {
    match why {
        NewPasswordWhy::Temporary => "temporary",
        NewPasswordWhy::Requested => "requested",
        NewPasswordWhy::Expired => "expired",
        NewPasswordWhy::FirstActivation => "first_activation",
    }
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct PasswordView {
    pub(crate) application: Option<String>,
    pub(crate) address: Option<String>,
    pub(crate) action: String,
    /// Whether a passkey alone is enough.
    pub(crate) passkey: bool,
    pub(crate) people: Option<Vec<PersonRow>>,
}

/// The page that asks for a temporary access pass.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PassView {
    pub(crate) application: Option<String>,
    pub(crate) several: bool,
}

/// The page that asks for a recovery code.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RecoveryCodeView {
    pub(crate) application: Option<String>,
    pub(crate) several: bool,
}

/// The page after a recovery code was used.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RecoveredView {
    pub(crate) application: Option<String>,
    /// How many codes are left.
    pub(crate) left: usize,
    /// Whether those are few.
    pub(crate) few: bool,
    /// Whether the person may go on without enrolling.
    pub(crate) can_be_put_off: bool,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct ActivationView {
    /// Whether the page asks for the address, or the sign-in knows it.
    pub(crate) asks_address: bool,
    pub(crate) address: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct NewPasswordView {
    pub(crate) why: &'static str,
    pub(crate) rules: RulesView,
    pub(crate) address: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct EnrolView {
    pub(crate) address: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct ChooseView {
    pub(crate) address: Option<String>,
    /// Words of the factors that can be chosen, the recommended first.
    pub(crate) kinds: Vec<&'static str>,
    /// Whether the person had no way to sign in before.
    pub(crate) is_first: bool,
    /// Where to go on without enrolling, if the person may.
    pub(crate) put_off: Option<&'static str>,
}

/// The page that asks to register a factor, or a stronger one, besides.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RegisterView {
    pub(crate) application: Option<String>,
    /// Whether the person has a factor, and it is not strong enough.
    pub(crate) stronger: bool,
    /// Whether it can be done here.
    pub(crate) here: bool,
    /// Whether it can be put off.
    pub(crate) can_wait: bool,
    /// Until when.
    pub(crate) until: Option<String>,
    /// How many days there are until the last one.
    pub(crate) days: Option<i32>,
    /// How many more times.
    pub(crate) skips: Option<u16>,
}

impl RegisterView {
    pub(crate) fn of(why: EnrolWhy, application: Option<String>, now: Timestamp) -> Self {
        let (stronger, here, left) = match why {
            EnrolWhy::CanWait { left, here } => (false, here, Some(left)),
            EnrolWhy::Stronger { left } => (true, true, left),
            EnrolWhy::Needed | EnrolWhy::Lost | EnrolWhy::Recovered { .. } => (false, true, None),
        };
        let (until, skips) = match left {
            Some(GraceLeft::Open { until, skips }) => (until, skips),
            Some(GraceLeft::Nothing) | None => (None, None),
        };
        Self {
            application,
            stronger,
            here,
            can_wait: left.is_some_and(|left| left != GraceLeft::Nothing),
            until: until.map(ending),
            days: until.map(|until| days_left(now, until)),
            skips,
        }
    }
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct EnrolAppView {
    pub(crate) address: Option<String>,
    pub(crate) key: String,
    pub(crate) picture: Option<String>,
    pub(crate) label: Option<String>,
    pub(crate) demo: bool,
}

/// The page that activates a hardware token.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct EnrolTokenView {
    /// What it is known by, in words; nothing if it was taken back.
    pub(crate) token: Option<String>,
    pub(crate) label: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct CodeView {
    pub(crate) application: Option<String>,
    pub(crate) address: Option<String>,
    pub(crate) several: bool,
    pub(crate) chosen: Option<ChosenView>,
}

/// The credential whose code is asked for.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ChosenView {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) kind: &'static str,
}

impl From<&CredentialView> for ChosenView {
    fn from(credential: &CredentialView) -> Self {
        let kind: FactorKind = credential.kind;
        Self { id: credential.id.to_string(), label: credential.label.clone(), kind: kind.as_str() }
    }
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct EndedView {
    pub(crate) word: &'static str,
    pub(crate) text: String,
    pub(crate) code: &'static str,
}
