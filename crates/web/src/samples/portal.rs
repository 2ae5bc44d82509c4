//! Samples of the portal.

use wardkey_domain::factor::FactorKind;
use wardkey_domain::factor::password::PasswordRules;
use wardkey_usecases::FieldError;

use super::Sample;
use super::frame::{enrolling, frame};
use super::signin::card_form;
use crate::notice::Notice;
use crate::page::Page;
use crate::portal::DeviceRow;
use crate::portal::views::*;
use crate::view::{
    CallView, ConfirmActions, ConfirmCallView, ConfirmTextView, DeliveryView, KeypadCodeView, NumberPageView,
    NumberView, PhoneOffer, RecoveryView, RulesView,
};

const NURSE: &str = "nurse@riverside-surgery.example";

pub(crate) fn samples() -> Vec<Sample> {
    let mut all = profile();
    all.extend(security_info());
    all.extend(keys());
    all.extend(recovery_codes());
    all.extend(phones());
    all.extend(sessions());
    all.extend(device());
    all
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn wrong(field: &'static str, message: &str) -> Vec<FieldError> {
    vec![FieldError { field, message: text(message) }]
}

fn profile() -> Vec<Sample> {
    let waiting = ProfileView { enrolling: true, application: Some(text("Rota planner")) };
    let details = |organisation: Option<&str>| MyProfileView {
        name: text("Practice nurse"),
        address: text(NURSE),
        organisation: organisation.map(text),
    };
    vec![
        Sample::new("home", Page::new("portal/home.html", frame(), HomeView { suspended_until: None })),
        Sample::new(
            "home-suspended",
            Page::new(
                "portal/home.html",
                frame(),
                HomeView { suspended_until: Some(text("3 December 2026 at 2:05pm")) },
            ),
        ),
        Sample::new(
            "profile",
            Page::new("portal/profile.html", frame(), ProfileView { enrolling: false, application: None }),
        ),
        Sample::new("profile-enrolling", Page::new("portal/profile.html", enrolling(), waiting)),
        Sample::new("my-profile", Page::new("portal/my-profile.html", frame(), details(Some("Riverside Surgery")))),
        Sample::new("my-profile-enrolling", Page::new("portal/my-profile.html", enrolling(), details(None))),
        Sample::new(
            "self-service",
            Page::new("portal/self-service.html", frame(), SelfServiceView { enrolling: false }),
        ),
        Sample::new(
            "self-service-enrolling",
            Page::new("portal/self-service.html", enrolling(), SelfServiceView { enrolling: true }),
        ),
        Sample::new(
            "already-enrolled",
            Page::new("portal/already-enrolled.html", frame(), AlreadyView { address: text(NURSE) }),
        ),
    ]
}

fn method(label: &str, is_default: bool) -> MethodView {
    MethodView {
        kind: "totp",
        name: "Authenticator app",
        label: text(label),
        model: None,
        number: None,
        unusable: None,
        change_number: None,
        move_app: (label == "Work phone").then(|| text("/profile/security-info/0199/move")),
        is_default,
        added: text("21 November 2026 at 9:41pm"),
        last_used: is_default.then(|| text("22 November 2026 at 8:02am")),
        rename: text("/profile/security-info/0199/rename"),
        remove: text("/profile/security-info/0199/remove"),
        make_default: text("/profile/security-info/0199/default"),
    }
}

fn keys() -> Vec<Sample> {
    let add = || {
        let view = AddKeyView {
            action: text("/profile/security-info/key/0199"),
            options: text(r#"{"challenge":"AAAA"}"#),
            until: text("21 November 2026 at 9:51pm"),
            label: Some(text("Lanyard")),
        };
        Page::new("portal/add-key.html", frame(), view)
    };
    vec![
        Sample::new("begin-card", Page::new("portal/begin-card.html", frame(), BeginCardView {})),
        Sample::new(
            "add-card",
            Page::new(
                "portal/add-card.html",
                frame(),
                AddCardView { card: card_form(), until: text("today at 10:15") },
            ),
        ),
        Sample::new("begin-key", Page::new("portal/begin-key.html", frame(), BeginKeyView {})),
        Sample::new("add-key", add()),
        Sample::new("add-key-model", add().error("", crate::words::sentence("key_model_not_allowed"))),
    ]
}

fn phone(kind: &'static str, name: &'static str, unusable: Option<&'static str>) -> MethodView {
    MethodView {
        kind,
        name,
        number: Some(NumberView::of("07••••••123")),
        unusable,
        change_number: Some(text("/profile/security-info/0199/number")),
        ..method(name, false)
    }
}

/// Recovery codes, of which some are left, or none were made.
fn recovery(methods: usize) -> RecoveryView {
    let (made, left) = ((methods != 3).then(|| text("1 March 2026 at 10:15am")), if methods > 3 { 2 } else { 8 });
    RecoveryView { made, left, of: 10, are_few: left < 3 }
}

fn token() -> TokenView {
    TokenView {
        name: text("Contoso HardwareKey, serial number 1234567"),
        href: text("/profile/security-info/token/0199"),
    }
}

fn activate_token() -> Page {
    let TokenView { name, href } = token();
    Page::new("portal/activate-token.html", frame(), ActivateTokenView { token: name, action: href, label: None })
}

fn recovery_codes() -> Vec<Sample> {
    let about = |methods| Page::new("portal/recovery-codes.html", frame(), AboutCodesView { codes: recovery(methods) });
    let codes = (0..10).map(|_| text("abcde-fghjk-mnpqr")).collect();
    let new = NewCodesView { address: text(NURSE), codes, next: text("/profile/security-info") };
    let renew = |left, to_application| {
        let (action, next) = (text("/profile/security-info/recovery-codes/renew"), text("/"));
        let view = RenewCodesView { left, action, next, to_application };
        Page::new("portal/renew-recovery-codes.html", frame(), view)
    };
    vec![
        Sample::new("activate-token", activate_token()),
        Sample::new("recovery-codes", about(2)),
        Sample::new("recovery-codes-none", about(3)),
        Sample::new("renew-recovery-codes", renew(2, true)),
        Sample::new("renew-recovery-codes-none", renew(0, false)),
        Sample::new("new-recovery-codes", Page::new("portal/new-recovery-codes.html", frame(), new)),
    ]
}

fn security_info() -> Vec<Sample> {
    let phones = |many| if many { Vec::new() } else { PhoneOffer::of(&FactorKind::ALL) };
    let list = |methods: Vec<MethodView>, days| {
        let view = SecurityInfoView {
            may_add: methods.len() < 3,
            may_bind: methods.len() < 3,
            may_add_key: methods.len() != 3,
            may_add_card: methods.len() == 1,
            phones: phones(methods.len() > 3),
            may_remove: methods.len() > 1,
            pinned: methods.len() > 1,
            tokens: if methods.len() == 2 { vec![token()] } else { Vec::new() },
            recovery: (methods.len() > 1).then(|| recovery(methods.len())),
            suspended_until: (methods.len() == 2).then(|| text("3 December 2026 at 2:05pm")),
            methods,
            password_set: Some(text("1 March 2026 at 10:15am")),
            password_expires_in_days: days,
        };
        Page::new("portal/security-info.html", frame(), view)
    };
    let add = || {
        let view = AddAppView {
            address: text(NURSE),
            key: text("GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"),
            picture: crate::qr::svg("otpauth://totp/Wardkey:nurse%40riverside-surgery.example?secret=GEZDGNBVGY3TQOJQ"),
            label: Some(text("Tablet")),
            action: text("/profile/security-info/add/0199"),
            until: text("21 November 2026 at 9:51pm"),
            demo: true,
        };
        Page::new("portal/add-app.html", frame(), view)
    };
    let rename = || {
        let view = RenameView { label: text("Work phone"), typed: text("Work"), action: text("/x") };
        Page::new("portal/rename-method.html", frame(), view)
    };
    let remove_a = |kind| {
        let view = RemoveView { label: text("Tablet"), kind, action: text("/x") };
        Page::new("portal/remove-method.html", frame(), view)
    };
    let remove = || remove_a("totp");
    let password = || {
        let rules = RulesView::from(&PasswordRules::default());
        Page::new("portal/password.html", frame(), ChangePasswordView { rules })
    };
    vec![
        Sample::new("security-info-one", list(vec![method("Authenticator app", true)], None)),
        Sample {
            notice: Some(Notice::CredentialAdded),
            ..Sample::new("security-info", list(vec![method("Work phone", true), method("Tablet", false)], Some(1)))
        },
        Sample::new(
            "security-info-full",
            list(["a", "b", "c"].map(|label| method(label, label == "a")).into(), Some(5)),
        ),
        Sample {
            notice: Some(Notice::NumberChanged),
            ..Sample::new(
                "security-info-phones",
                list(
                    vec![
                        method("Work phone", true),
                        phone("sms", "Text message", None),
                        phone("sms", "Old phone", Some("number_not_allowed")),
                        phone("voice_call", "Phone call", Some("unavailable")),
                    ],
                    None,
                ),
            )
        },
        Sample::new("begin-adding", Page::new("portal/begin-adding.html", frame(), BeginAddingView {})),
        Sample::new("add-app", add()),
        Sample::new("add-app-wrong", add().errors(wrong("code", "The code is wrong"))),
        Sample::new("rename-method", rename()),
        Sample::new("rename-method-wrong", rename().errors(wrong("label", "Enter a name"))),
        Sample::new("remove-method", remove()),
        Sample::new("remove-phone", remove_a("sms")),
        Sample::new("remove-method-refused", remove().errors(wrong("", "You cannot remove the last one"))),
        Sample::new("change-password", password()),
        Sample::new("change-password-wrong", password().errors(wrong("current", "Your current password is wrong"))),
    ]
}

fn phones() -> Vec<Sample> {
    let number = |kind, replaces: Option<&str>, enrolling, typed: Option<&str>| {
        let view = NumberPageView {
            kind,
            replaces: replaces.map(text),
            number: typed.map(text),
            extension: typed.map(|_| text("12")),
            action: text("/x"),
            enrolling,
            offers_app: true,
        };
        Page::new("portal/phone-number.html", if enrolling { super::frame::enrolling() } else { frame() }, view)
    };
    let actions = |kind, enrolling| ConfirmActions {
        enrolling,
        kind,
        here: text("/x"),
        confirm: text("/x"),
        send: text("/x/send"),
        change: text("/x/number"),
    };
    let sent = |state| DeliveryView { number: NumberView::of("07••••••123"), state, wait: Some(20) };
    let framed = |enrolling| if enrolling { super::frame::enrolling() } else { frame() };
    let by_text = |state, enrolling: bool| {
        let view = ConfirmTextView {
            sent: sent(state),
            label: None,
            replaces: !enrolling,
            actions: actions("sms", enrolling),
        };
        Page::new("portal/phone-text.html", framed(enrolling), view)
    };
    let by_call = |standing, code: Option<&str>, follows, enrolling| {
        let code = code.map(KeypadCodeView::of);
        let view = ConfirmCallView {
            sent: sent("handed_over"),
            call: CallView { standing, code, follows, here: text("/x") },
            label: Some(text("Desk")),
            replaces: false,
            actions: actions("voice_call", enrolling),
        };
        Page::new("portal/phone-call.html", framed(enrolling), view)
    };
    vec![
        Sample::new("phone-number-text", number("sms", None, false, None)),
        Sample::new("phone-number-call", number("voice_call", None, true, None)),
        Sample::new("phone-number-change", number("voice_call", Some("Desk phone"), false, None)),
        Sample::new(
            "phone-number-wrong",
            number("voice_call", None, true, Some("0845"))
                .errors(wrong("number", "Enter an ordinary mobile or landline number")),
        ),
        Sample::new(
            "phone-extension-wrong",
            number("voice_call", None, false, Some("07700 900123"))
                .errors(wrong("extension", "Only a landline has an extension")),
        ),
        Sample::new("phone-text", by_text("sending", true)),
        Sample::new("phone-text-wrong", by_text("delivered", false).errors(wrong("code", "The code is wrong"))),
        Sample::new("phone-text-unknown", by_text("unknown", false)),
        Sample::new("phone-call", by_call("ringing", None, true, true)),
        Sample::new("phone-call-strict", by_call("answered", Some("482915"), false, false)),
        Sample::new("phone-call-confirmed", by_call("confirmed", None, false, true)),
        Sample::new(
            "phone-call-failed",
            by_call("failed", None, false, true).errors(wrong("", "Nobody answered the call")),
        ),
    ]
}

fn sessions() -> Vec<Sample> {
    let row = |browser: &str, is_this_one| SessionRow {
        browser: text(browser),
        address: Some(text("192.0.2.7")),
        started: text("21 November 2026 at 9:41pm"),
        seen: text("22 November 2026 at 8:02am"),
        is_this_one,
        end: text("/profile/sessions/0199/end"),
    };
    let rows = vec![row("Edge on Windows", true), row("Safari on iPhone", false)];
    let known = |browser: &str, is_this_one, until: Option<&str>| DeviceRow {
        browser: text(browser),
        address: Some(text("2001:db8:1234:5678:9abc:def0:1234:5678")),
        first: text("2 March 2026 at 7:58am"),
        last: text("21 November 2026 at 9:41pm"),
        is_this_one,
        remembered_until: until.map(text),
        forget: text("/profile/sessions/devices/0199/forget"),
    };
    let several = SessionsView {
        sessions: rows.clone(),
        devices: vec![
            known("Edge on Windows", true, None),
            known("Safari on iPhone", false, Some("5 December 2026 at 9:41pm")),
        ],
        could_remember: Some(text("14 days")),
    };
    let one = SessionsView {
        sessions: rows.into_iter().take(1).collect(),
        devices: vec![known("Edge on Windows", true, None)],
        could_remember: None,
    };
    let remember = RememberView { long: text("14 days"), action: text("/profile/sessions/remember") };
    let sign_in = |refused, count, application: Option<&str>| SignInRow {
        at: text("21 November 2026 at 9:41pm"),
        refused,
        count,
        application: application.map(text),
        browser: Some(text("Edge on Windows")),
        address: Some(text("2001:db8:1234:5678:9abc:def0:1234:5678")),
    };
    let sign_ins = vec![sign_in(false, 1, Some("Rota planner")), sign_in(true, 3, None), sign_in(true, 1, None)];
    let none = SignInsView { sign_ins: Vec::new() };
    vec![
        Sample::new("sessions", Page::new("portal/sessions.html", frame(), several)),
        Sample::new("sessions-one", Page::new("portal/sessions.html", frame(), one)),
        Sample::new("remember", Page::new("portal/remember.html", frame(), remember)),
        Sample::new("sign-ins", Page::new("portal/sign-ins.html", frame(), SignInsView { sign_ins })),
        Sample::new("sign-ins-none", Page::new("portal/sign-ins.html", frame(), none)),
    ]
}

fn device() -> Vec<Sample> {
    let code = |typed: Option<&str>| Page::new("portal/device.html", frame(), DeviceView { typed: typed.map(text) });
    let decision = DecisionView {
        application: text("Ward display"),
        user_code: text("BCDF-GHJK"),
        place: Some(text("192.0.2.7")),
        offline: true,
        asked_at: text("21 November 2026 at 9:41pm"),
    };
    vec![
        Sample::new("device", code(None)),
        Sample::new("device-wrong", code(Some("BCDF")).errors(wrong("user_code", "There is no such code"))),
        Sample::new("device-decision", Page::new("portal/device-decision.html", frame(), decision)),
        Sample::new("device-allowed", Page::new("portal/device-done.html", frame(), DoneView { allowed: true })),
        Sample::new("device-refused", Page::new("portal/device-done.html", frame(), DoneView { allowed: false })),
    ]
}
