//! Samples of the sign-in, its errors, and the demonstration.

use wardkey_domain::directory::HelpContact;
use wardkey_domain::factor::password::{BrokenRule, PasswordRules};
use wardkey_domain::factor::totp::{Code, Step};
use wardkey_domain::signin::Refusal;
use wardkey_domain::time::Timestamp;
use wardkey_usecases::FieldError;

use super::Sample;
use super::frame::{enrolling, frame, visitor};
use crate::demo::{DemoPhone, PersonRow, PhoneAccount, PhoneView, accounts_view};
use crate::draw::AwayView;
use crate::error::PageError;
use crate::notice::Notice;
use crate::page::{Frame, Page};
use crate::signin::views::*;
use crate::view::{HelpView, RulesView};

const NURSE: &str = "nurse@riverside-surgery.example";
const KEY: &str = "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ";

pub(crate) fn samples() -> Vec<Sample> {
    let mut all = first_pages();
    all.extend(codes());
    all.extend(enrolment());
    all.extend(others());
    all.extend(demonstration());
    all.extend(errors());
    all
}

fn nurse() -> Option<String> {
    Some(NURSE.to_owned())
}

fn refused(mut page: Page, refusal: &Refusal) -> Page {
    page.errors = sentences(refusal, Timestamp::from_seconds(0));
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
        row("manager@riverside-surgery.example", "Practice manager", "Riverside Surgery", "Code from the demo phone"),
        row(
            "local-administrator@northmoor-trust.example",
            "Local administrator",
            "Northmoor Trust",
            "Code from the demo phone",
        ),
    ];
    let application = application.map(str::to_owned);
    let view = PasswordView { application, address, action: "/signin".to_owned(), people: Some(people) };
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
    let choice =
        |value: &str, text: &str| ChoiceView { value: value.to_owned(), text: text.to_owned(), checked: value == "1" };
    let another = AnotherWayView { choices: vec![choice("1", "Work phone"), choice("2", "Tablet")] };
    vec![
        Sample::new("code", code(false)),
        Sample::new("code-several", code(true)),
        Sample::new("code-wrong", refused(code(false), &Refusal::WrongCode)),
        Sample::new("code-ceiling", refused(code(false), &Refusal::CeilingReached)),
        Sample::new("another-way", Page::new("signin/another-way.html", visitor(), another)),
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
    let enrolled = |to_application| {
        let view = EnrolledView { address: NURSE.to_owned(), next: "/".to_owned(), to_application };
        Page::new("signin/enrolled.html", frame(), view)
    };
    vec![
        Sample::new("self-enrol", Page::new("portal/self-enrol.html", enrolling(), EnrolView { address: nurse() })),
        Sample::new(
            "choose-method",
            Page::new("signin/choose-method.html", enrolling(), ChooseView { address: nurse(), kinds: vec!["totp"] }),
        ),
        Sample::new("enrol-app", app()),
        Sample::new("enrol-app-wrong", refused(app(), &Refusal::WrongCode)),
        Sample::new("enrolled", enrolled(true)),
        Sample::new("enrolled-portal", enrolled(false)),
    ]
}

fn others() -> Vec<Sample> {
    let ended = |refusal: Refusal| {
        let text = sentences(&refusal, Timestamp::from_seconds(0)).remove(0).text;
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
    let full = PhoneView { accounts: accounts_view(&phone, now), seconds: Some(1), typed: None };
    let empty = PhoneView { accounts: Vec::new(), seconds: None, typed: Some("Nurse".to_owned()) };
    let wrong = vec![FieldError { field: "key", message: "Enter the key again".to_owned() }];
    vec![
        Sample {
            notice: Some(Notice::PhoneAccountAdded),
            ..Sample::new("demo-phone", Page::new("demo/phone.html", visitor(), full))
        },
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
