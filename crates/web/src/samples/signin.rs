//! Samples of the sign-in, its errors, and the demonstration.

use std::time::Duration;

use wardkey_domain::access::GraceLeft;
use wardkey_domain::directory::HelpContact;
use wardkey_domain::factor::password::{BrokenRule, PasswordRules};
use wardkey_domain::factor::smartcard::CardFailure;
use wardkey_domain::factor::totp::Step;
use wardkey_domain::factor::voice_call::CallOutcome;
use wardkey_domain::factor::webauthn::KeyFailure;
use wardkey_domain::factor::{Code, FactorKind};
use wardkey_domain::signin::{EnrolWhy, Refusal};
use wardkey_domain::time::Timestamp;
use wardkey_usecases::FieldError;
use wardkey_usecases::signin::ScreenKind;

use super::Sample;
use super::frame::{enrolling, frame, visitor};
use crate::card_door::{self, CardReadView};
use crate::demo::{
    AppFrameView, DemoPhone, MessagesView, PersonRow, PhoneAccount, PhoneCallView, PhoneMailView, PhoneTextView,
    PhoneView, accounts_view,
};
use crate::draw::AwayView;
use crate::error::PageError;
use crate::notice::Notice;
use crate::page::{Frame, Page};
use crate::routes;
use crate::signin::views::*;
use crate::view::{CallView, CardForm, DeliveryView, HelpView, KeypadCodeView, NumberView, PhoneOffer, RulesView};

const NURSE: &str = "nurse@riverside-surgery.example";
const KEY: &str = "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ";

pub(crate) fn samples() -> Vec<Sample> {
    let mut all = first_pages();
    all.extend(codes());
    all.extend(keys());
    all.extend(cards());
    all.extend(telephones());
    all.extend(enrolment());
    all.extend(others());
    all.extend(demonstration());
    all.extend(errors());
    all
}

fn cards() -> Vec<Sample> {
    let card = |labels: &[&str], several| {
        let view = CardView {
            application: Some("Rota planner".to_owned()),
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            card: card_form(),
            several,
        };
        Page::new("signin/card.html", visitor(), view)
    };
    let card_at = |action: Option<&str>| {
        let care_identity = Some(crate::routes::CARE_IDENTITY);
        let card = CardForm { action: action.map(str::to_owned), care_identity, ticket: "c2VhbGVk".to_owned() };
        let view = CardView { application: None, labels: vec!["Smartcard".to_owned()], card, several: false };
        Page::new("signin/card.html", visitor(), view)
    };
    let card_refused = |failure| card_door::refused(failure, "https://id.example/signin/card".to_owned());
    vec![
        Sample::new("card", card(&["Smartcard ending 0107"], false)),
        Sample::new("card-or-care-identity", card_at(Some("https://card.example/card"))),
        Sample::new("card-care-identity", card_at(None)),
        Sample::new("card-several", card(&["Smartcard ending 0107", "Old card"], true)),
        Sample::new("card-unknown", refused(card(&["Old card"], true), &Refusal::CardFailed(CardFailure::UnknownCard))),
        Sample::new(
            "enrol-card",
            Page::new("signin/enrol-card.html", enrolling(), EnrolCardView { card: card_form() }),
        ),
        Sample::new("card-refused", card_refused(CardFailure::WrongUsage)),
        Sample::new("card-revoked", card_refused(CardFailure::Revoked)),
        Sample::new("card-read", {
            let view =
                CardReadView { action: "https://id.example/signin/card".to_owned(), receipt: "c2VhbGVk".to_owned() };
            Page::new("signin/card-read.html", Frame::default(), view)
        }),
    ]
}

/// The form that leads to the address where cards are shown.
pub(super) fn card_form() -> CardForm {
    let action = Some("https://card.example/card".to_owned());
    CardForm { action, care_identity: None, ticket: "c2VhbGVk".to_owned() }
}

fn keys() -> Vec<Sample> {
    let key = |labels: &[&str], several| {
        let view = KeyView {
            application: Some("Rota planner".to_owned()),
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            options: r#"{"challenge":"AAAA","rpId":"id.example"}"#.to_owned(),
            several,
        };
        Page::new("signin/key.html", visitor(), view)
    };
    let pass = |several| {
        let view = PassView { application: Some("Rota planner".to_owned()), several };
        Page::new("signin/pass.html", visitor(), view)
    };
    let enrol_token = || {
        let token = Some("Contoso HardwareKey, serial number 1234567".to_owned());
        Page::new("signin/enrol-token.html", enrolling(), EnrolTokenView { token, label: None })
    };
    let code_token = || {
        let chosen = ChosenView { id: "0199".to_owned(), label: "Hardware token".to_owned(), kind: "hardware_token" };
        let view = CodeView { application: None, address: nurse(), several: true, chosen: Some(chosen) };
        Page::new("signin/token-code.html", visitor(), view)
    };
    let recovery_code = |several| {
        let view = RecoveryCodeView { application: Some("Rota planner".to_owned()), several };
        Page::new("signin/recovery-code.html", visitor(), view)
    };
    let recovered = |left, can_be_put_off| {
        let application = Some("Rota planner".to_owned());
        let view = RecoveredView { application, left, few: left < 3, can_be_put_off };
        Page::new("signin/recovered.html", enrolling(), view)
    };
    let register = |why| {
        let application = Some("Rota planner".to_owned());
        Page::new("signin/register.html", enrolling(), RegisterView::of(why, application, Timestamp::from_seconds(0)))
    };
    let open = |days: u64, skips| {
        let until = (days > 0).then(|| Timestamp::from_seconds(0).plus(Duration::from_secs(days * 86_400 - 3_600)));
        GraceLeft::Open { until, skips }
    };
    let choose_again = || {
        let kinds = vec!["push", "totp", "sms"];
        let view = ChooseView { address: nurse(), kinds, is_first: false, put_off: Some(routes::RECOVERED) };
        Page::new("signin/choose-method.html", enrolling(), view)
    };
    let enrol = || {
        let view = EnrolKeyView { options: r#"{"challenge":"AAAA"}"#.to_owned(), label: Some("Lanyard".to_owned()) };
        Page::new("signin/enrol-key.html", enrolling(), view)
    };
    vec![
        Sample::new("pass", pass(true)),
        Sample::new("pass-wrong", refused(pass(false), &Refusal::WrongPass)),
        Sample::new("enrol-token", enrol_token()),
        Sample::new("enrol-token-wrong", enrol_token().error("code", crate::words::sentence("wrong_token_code"))),
        Sample::new("code-token", code_token()),
        Sample::new("recovery-code", recovery_code(true)),
        Sample::new("recovery-code-wrong", refused(recovery_code(false), &Refusal::WrongRecoveryCode)),
        Sample::new("recovered", recovered(7, true)),
        Sample::new("recovered-last", recovered(0, false)),
        Sample::new("register-days", register(EnrolWhy::CanWait { left: open(14, None), here: true })),
        Sample::new("register-last-day", register(EnrolWhy::CanWait { left: open(1, None), here: true })),
        Sample::new("register-elsewhere", register(EnrolWhy::CanWait { left: open(5, None), here: false })),
        Sample::new("register-stronger-skips", register(EnrolWhy::Stronger { left: Some(open(0, Some(1))) })),
        Sample::new("register-stronger", register(EnrolWhy::Stronger { left: None })),
        Sample::new("choose-method-recovered", choose_again()),
        Sample::new("key", key(&["Key on my lanyard"], false)),
        Sample::new("key-several", key(&["Key on my lanyard", "Work laptop"], true)),
        Sample::new(
            "key-not-verified",
            refused(key(&["Key on my lanyard"], true), &Refusal::KeyFailed(KeyFailure::NotVerified)),
        ),
        Sample::new("enrol-key", enrol()),
        Sample::new("enrol-key-no-answer", enrol().error("", crate::words::sentence("key_no_answer"))),
    ]
}

fn nurse() -> Option<String> {
    Some(NURSE.to_owned())
}

fn refused(mut page: Page, refusal: &Refusal) -> Page {
    page.errors = sentences(&ScreenKind::SelfEnrol, refusal, Timestamp::from_seconds(0));
    page
}

fn password(application: Option<&str>, address: Option<String>) -> Page {
    let row = |address: &str, role: &str, organisation: &str, second: &str| PersonRow {
        address: address.to_owned(),
        password: Some("correct-horse-battery".to_owned()),
        second_factor: second.to_owned(),
        role: role.to_owned(),
        organisation: organisation.to_owned(),
    };
    let people = vec![
        row(NURSE, "Practice nurse", "Riverside Surgery", "None yet: enrols at the first sign-in"),
        row(
            "manager@riverside-surgery.example",
            "Practice manager",
            "Riverside Surgery",
            "Code from the demo messages",
        ),
        row(
            "local-administrator@northmoor-trust.example",
            "Local administrator",
            "Northmoor Trust",
            "Code from the demo messages",
        ),
    ];
    let passkey = application.is_some();
    let application = application.map(str::to_owned);
    let view = PasswordView { application, address, action: "/signin".to_owned(), passkey, people: Some(people) };
    Page::new("signin/password.html", visitor(), view)
}

fn first_pages() -> Vec<Sample> {
    let activation = |asks_address, address| {
        Page::new("signin/activation.html", visitor(), ActivationView { asks_address, address })
    };
    let new_password = |why| {
        let view = NewPasswordView { why, rules: RulesView::from(&PasswordRules::default()), address: nurse() };
        Page::new("signin/new-password.html", visitor(), view)
    };
    let broken = Refusal::NewPasswordRefused(vec![BrokenRule::TooShort { min: 10 }, BrokenRule::ContainsName]);
    let wait = Refusal::TooManyTries { until: Timestamp::from_seconds(120) };
    vec![
        Sample::new("sign-in", password(None, None)),
        Sample::new("sign-in-for-application", password(Some("Rota planner"), nurse())),
        Sample::new("sign-in-refused", refused(password(None, nurse()), &Refusal::WrongPassword)),
        Sample::new("sign-in-wait", refused(password(None, nurse()), &wait)),
        Sample { notice: Some(Notice::SignInRestarted), ..Sample::new("sign-in-restarted", password(None, None)) },
        Sample::new("activation", activation(true, None)),
        Sample::new("activation-known", activation(false, nurse())),
        Sample::new("activation-refused", refused(activation(true, nurse()), &Refusal::WrongActivation)),
        Sample::new("new-password-temporary", new_password("temporary")),
        Sample::new("new-password-requested", new_password("requested")),
        Sample::new("new-password-expired", new_password("expired")),
        Sample::new("new-password-first", new_password("first_activation")),
        Sample::new("new-password-refused", refused(new_password("expired"), &broken)),
        Sample::new("new-password-differ", refused(new_password("expired"), &Refusal::PasswordsDiffer)),
    ]
}

fn codes() -> Vec<Sample> {
    let code = |several| {
        let chosen = ChosenView { id: "0199".to_owned(), label: "Work phone".to_owned(), kind: "totp" };
        let application = Some("Rota planner".to_owned());
        Page::new(
            "signin/code.html",
            visitor(),
            CodeView { application, address: nurse(), several, chosen: Some(chosen) },
        )
    };
    let choice = |value: &str, label: &str, name, number: Option<&str>, unusable| ChoiceView {
        value: value.to_owned(),
        label: label.to_owned(),
        name,
        number: number.map(NumberView::of),
        is_default: value == "1",
        unusable,
        checked: value == "1",
    };
    let another = |unusable| {
        let choices = vec![
            choice("1", "Work phone", "Authenticator app", None, None),
            choice("2", "My mobile", "Text message", Some("07••••••123"), None),
            choice("3", "Desk phone", "Phone call", Some("01•••••••001"), unusable),
        ];
        let view = AnotherWayView { application: Some("Rota planner".to_owned()), choices, back: "/signin/code" };
        Page::new("signin/another-way.html", visitor(), view)
    };
    vec![
        Sample::new("code", code(false)),
        Sample::new("code-several", code(true)),
        Sample::new("code-wrong", refused(code(false), &Refusal::WrongCode)),
        Sample::new("code-ceiling", refused(code(false), &Refusal::CeilingReached)),
        Sample::new("another-way", another(None)),
        Sample::new("another-way-unavailable", another(Some("unavailable"))),
        Sample::new("another-way-weak", another(Some("too_weak"))),
        Sample::new("another-way-number", another(Some("number_not_allowed"))),
        Sample::new("another-way-off", another(Some("switched_off"))),
        Sample::new("another-way-moving", another(Some("moving"))),
        Sample::new("another-way-refused", refused(another(Some("role")), &Refusal::FactorNotUsable)),
    ]
}

fn telephones() -> Vec<Sample> {
    let application = || Some("Rota planner".to_owned());
    let sent = |state, wait| DeliveryView { number: NumberView::of("07••••••123"), state, wait };
    let text = |state, several| {
        let view = TextCodeView { application: application(), sent: sent(state, Some(20)), several };
        Page::new("signin/text-code.html", visitor(), view)
    };
    let call = |standing, code: Option<&str>, follows| {
        let code = code.map(KeypadCodeView::of);
        let call = CallView { standing, code, follows, here: "/signin/call".to_owned() };
        let view = CallPageView { application: None, sent: sent("sending", None), call, several: true };
        Page::new("signin/call.html", visitor(), view)
    };
    let send = |kind, wait| {
        let number = NumberView::of("07••••••123");
        Page::new("signin/send.html", visitor(), SendView { application: None, kind, number, wait, several: true })
    };
    let report = |typed: Option<&str>| {
        Page::new("signin/report.html", visitor(), ReportView { reference: typed.map(str::to_owned) })
    };
    let reported = |locked| Page::new("signin/reported.html", Frame::default(), ReportedView { locked });
    let unknown = FieldError { field: "reference", message: crate::words::sentence("unknown_reference") };
    let wait = Refusal::TooManyMessages { until: Timestamp::from_seconds(1_800) };
    vec![
        Sample::new("text-code", text("delivered", true)),
        Sample::new("text-code-on-its-way", text("waiting", false)),
        Sample::new("text-code-handed-over", text("handed_over", false)),
        Sample::new("text-code-failed", text("failed", true)),
        Sample::new("text-code-expired", text("expired", true)),
        Sample::new("text-code-unknown", text("unknown", true)),
        Sample::new("text-code-withdrawn", text("withdrawn", false)),
        Sample::new("text-code-old", refused(text("old", true), &Refusal::CodeExpired)),
        Sample::new("text-code-wrong", refused(text("delivered", true), &Refusal::WrongCode)),
        Sample::new("call-waiting", call("waiting", None, true)),
        Sample::new("call-dialling", call("dialling", None, true)),
        Sample::new("call-ringing", call("ringing", None, true)),
        Sample::new("call-answered", call("answered", None, false)),
        Sample::new("call-strict", call("ringing", Some("482915"), true)),
        Sample::new("call-confirmed", call("confirmed", None, false)),
        Sample::new("send-text", send("sms", None)),
        Sample::new("send-call", send("voice_call", Some(20))),
        Sample::new("send-too-many", refused(send("sms", None), &wait)),
        Sample::new("send-call-busy", refused(send("voice_call", None), &Refusal::CallFailed(CallOutcome::Busy))),
        Sample::new("not-me", report(None)),
        Sample::new("not-me-unknown", report(Some("ABCD-2345")).errors(vec![unknown])),
        Sample::new("not-me-done", reported(false)),
        Sample::new("not-me-locked", reported(true)),
    ]
}

fn enrolment() -> Vec<Sample> {
    let app = || {
        let picture = crate::qr::svg(
            "otpauth://totp/Wardkey:nurse%40riverside-surgery.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Wardkey",
        );
        let view = EnrolAppView { address: nurse(), key: KEY.to_owned(), picture, label: None, demo: true };
        Page::new("signin/enrol-app.html", enrolling(), view)
    };
    let enrolled = |kind, to_application| {
        let view = EnrolledView {
            address: NURSE.to_owned(),
            kind,
            offers_app: true,
            offers_key: true,
            offers_card: kind == "smartcard",
            offers: PhoneOffer::of(&FactorKind::ALL),
            next: "/".to_owned(),
            to_application,
        };
        Page::new("signin/enrolled.html", frame(), view)
    };
    let choose = |kinds| {
        Page::new(
            "signin/choose-method.html",
            enrolling(),
            ChooseView { address: nurse(), kinds, is_first: true, put_off: None },
        )
    };
    vec![
        Sample::new("self-enrol", Page::new("portal/self-enrol.html", enrolling(), EnrolView { address: nurse() })),
        Sample::new("choose-method", choose(vec!["totp"])),
        Sample::new("enrol-app", app()),
        Sample::new("enrol-app-wrong", refused(app(), &Refusal::WrongCode)),
        Sample::new("choose-method-phones", choose(vec!["push", "totp", "sms", "voice_call"])),
        Sample::new("enrolled-push", enrolled("push", false)),
        Sample::new("enrolled", enrolled("totp", true)),
        Sample::new("enrolled-portal", enrolled("sms", false)),
        Sample::new("enrolled-call", enrolled("voice_call", false)),
    ]
}

fn others() -> Vec<Sample> {
    let ended = |refusal: Refusal| {
        let text = sentences(&ScreenKind::SelfEnrol, &refusal, Timestamp::from_seconds(0)).remove(0).text;
        Page::new("signin/ended.html", visitor(), EndedView { word: refusal.as_str(), text, code: refusal.code() })
    };
    let sign_out = |application: Option<&str>| {
        let view = SignOutView {
            application: application.map(str::to_owned),
            address: nurse(),
            request: application.map(|_| "0199".to_owned()),
            back: "/".to_owned(),
        };
        Page::new("signin/sign-out.html", frame(), view)
    };
    let helpers = |administrators| HelpersView {
        organisation: "Riverside Surgery".to_owned(),
        contact: HelpView::from(&HelpContact {
            name: "Riverside reception".to_owned(),
            telephone: Some("01632 960 002".to_owned()),
            address: None,
            hours: None,
        }),
        administrators,
    };
    let cannot = |helpers, typed: Option<&str>, asks_organisation| {
        let view = CannotView { helpers, typed: typed.map(str::to_owned), asks_organisation };
        Page::new("signin/help.html", Frame::default(), view)
    };
    let unknown = FieldError { field: "organisation", message: "There is no such organisation".to_owned() };
    let fields = [("code", "abc"), ("state", "\"><script>")];
    let form_post = minijinja::context! { action => "https://app.example/callback", fields => fields };
    vec![
        Sample::new("ended-account", ended(Refusal::AccountNotActive)),
        Sample::new("ended-reported", ended(Refusal::Reported)),
        Sample::new("ended-nothing-works", ended(Refusal::NoUsableFactor)),
        Sample::new("ended-number-not-allowed", ended(Refusal::NumberNotAllowed)),
        Sample::new("ended-mailbox", ended(Refusal::KindCannotSignIn)),
        Sample::new("help", cannot(None, None, true)),
        Sample::new("help-organisation", cannot(Some(helpers(Vec::new())), Some("Y12345"), true)),
        Sample::new("help-unknown", cannot(None, Some("X"), true).errors(vec![unknown])),
        Sample::new("help-proved", cannot(Some(helpers(vec!["Practice manager".to_owned()])), None, false)),
        Sample::new("accessibility", Page::new("signin/accessibility.html", Frame::default(), NothingView {})),
        Sample::new("sign-out", sign_out(None)),
        Sample::new("sign-out-application", sign_out(Some("Rota planner"))),
        Sample::new("signed-out", Page::new("signin/signed-out.html", Frame::default(), NothingView {})),
        Sample::new("away", Page::new("signin/away.html", Frame::default(), AwayView { address: "/".to_owned() })),
        Sample::new("form-post", Page::new("signin/form-post.html", Frame::default(), form_post)),
    ]
}

fn demonstration() -> Vec<Sample> {
    let account = |label: &str| PhoneAccount::parse(label, KEY).unwrap();
    let other = PhoneAccount::parse("manager@riverside-surgery.example", "GEZDGNBVGY3TQOJQ").unwrap();
    let phone = DemoPhone::open(vec![account(NURSE), other], None);
    let now = Timestamp::from_seconds(59);
    assert_eq!(Code::at(account("x").seed.expose(), Step::of(now)).text(), "287082");
    let full = PhoneView { accounts: accounts_view(&phone, now), messages: None, seconds: Some(1), typed: None };
    let call = |scene, extension: Option<&str>| PhoneCallView {
        id: "0199".to_owned(),
        to: "01632 960001".to_owned(),
        extension: extension.map(str::to_owned),
        scene,
        said: if scene == "ringing" {
            Vec::new()
        } else {
            vec!["Hello. This is a call from your sign-in service.".to_owned(), "Press the hash key.".to_owned()]
        },
    };
    let messages = |calls| {
        MessagesView {
        calls,
        texts: vec![PhoneTextView {
            to: "07700 900123".to_owned(),
            at: "21 November 2026 at 9:41pm".to_owned(),
            words: "482915 is your code for Rota. Lasts 10 min. Do not share it. Not you? Go to id.nhs.example/not-me, reference ABCD-2345\n\n@id.nhs.example #482915".to_owned(),
            code: Some("482915".to_owned()),
        }],
        mails: vec![PhoneMailView {
            to: NURSE.to_owned(),
            at: "21 November 2026 at 9:41pm".to_owned(),
            subject: "A phone was added to your account".to_owned(),
            words: "Hello\n\nA phone was added.".to_owned(),
        }],
    }
    };
    let ringing = PhoneView {
        accounts: accounts_view(&phone, now),
        messages: Some(messages(vec![call("ringing", Some("12")), call("talking", None), call("over", None)])),
        seconds: Some(5),
        typed: None,
    };
    let quiet = MessagesView { calls: Vec::new(), texts: Vec::new(), mails: Vec::new() };
    let quiet = PhoneView { accounts: Vec::new(), messages: Some(quiet), seconds: None, typed: None };
    let empty = PhoneView { accounts: Vec::new(), messages: None, seconds: None, typed: Some("Nurse".to_owned()) };
    let wrong = vec![FieldError { field: "key", message: "Enter the key again".to_owned() }];
    vec![
        Sample {
            notice: Some(Notice::PhoneAccountAdded),
            ..Sample::new("demo-phone", Page::new("demo/phone.html", visitor(), full))
        },
        Sample::new(
            "demo-app",
            Page::new(
                "demo/app.html",
                Frame::default(),
                AppFrameView { app: "/authenticator/", messages: "/demo/messages" },
            ),
        ),
        Sample::new("demo-phone-ringing", Page::new("demo/phone.html", visitor(), ringing)),
        Sample::new("demo-phone-quiet", Page::new("demo/phone.html", visitor(), quiet)),
        Sample::new("demo-phone-empty", Page::new("demo/phone.html", visitor(), empty).errors(wrong)),
    ]
}

fn errors() -> Vec<Sample> {
    use std::time::Duration;
    let all = [
        ("error-400", PageError::BadRequest),
        ("error-stale", PageError::Stale),
        ("error-403", PageError::Forbidden("You cannot change your own roles.".to_owned())),
        ("error-404", PageError::NotFound),
        ("error-405", PageError::MethodNotAllowed),
        ("error-409", PageError::Conflict("Somebody else changed this account at the same time.".to_owned())),
        ("error-413", PageError::TooLarge),
        ("error-429", PageError::TooMany(Duration::from_secs(30))),
        ("error-500", PageError::Fault("never shown".to_owned())),
        ("error-503", PageError::Unavailable(Duration::from_secs(1))),
    ];
    let mut samples: Vec<_> = all
        .into_iter()
        .map(|(name, error)| {
            let reference =
                matches!(error, PageError::Fault(_)).then(|| "0199aa00-0000-7000-8000-000000000000".to_owned());
            Sample::new(
                name,
                error_page(error.template(), error.code(), reference, error.sentences(), error.retry_after()),
            )
        })
        .collect();
    let sentences = vec!["The application sent an address to return to that is not registered.".to_owned()];
    samples.push(Sample::new(
        "error-application",
        error_page("error/application.html", "OIDC-003", None, sentences, None),
    ));
    samples
}

fn error_page(
    template: &'static str,
    code: &'static str,
    reference: Option<String>,
    sentences: Vec<String>,
    wait: Option<std::time::Duration>,
) -> Page {
    let seconds = wait.map(|wait| wait.as_secs());
    let view = crate::draw::ErrorPageView { code, reference, sentences, seconds };
    Page::new(template, Frame::default(), view)
}
