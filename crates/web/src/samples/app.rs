//! Samples of the pages around an app that is asked.

use wardkey_domain::factor::push::PushFailure;
use wardkey_domain::signin::Refusal;
use wardkey_domain::time::Timestamp;
use wardkey_usecases::signin::ScreenKind;

use super::Sample;
use super::frame::{enrolling, frame, visitor};
use crate::page::Page;
use crate::portal::views::{BeginBindingView, MoveView};
use crate::signin::views::{AppView, AskAppView, sentences};
use crate::view::{AppActions, BindAppView, ConfirmAppView};

const LINK: &str = "https://id.nhs.example/authenticator/#enrol=GEZDGNBVGY3TQOJQGEZDGNBVGY";

fn refused(mut page: Page, refusal: &Refusal) -> Page {
    page.errors = sentences(&ScreenKind::SelfEnrol, refusal, Timestamp::from_seconds(0));
    page
}

fn actions(enrolling: bool, moves: bool) -> AppActions {
    AppActions {
        enrolling,
        moves,
        here: "/x".to_owned(),
        done: "/x".to_owned(),
        again: "/x/again".to_owned(),
        wait: "/x/wait".to_owned(),
    }
}

fn asking() -> Vec<Sample> {
    let app = |standing, number: &str, follows| {
        let view = AppView {
            application: Some("Rota planner".to_owned()),
            label: "Work phone".to_owned(),
            number: number.to_owned(),
            standing,
            follows,
            several: follows,
            codes: true,
        };
        Page::new("signin/app.html", visitor(), view)
    };
    let ask = |wait| {
        let view = AskAppView { application: None, label: "Work phone".to_owned(), wait, several: true, codes: true };
        Page::new("signin/ask-app.html", visitor(), view)
    };
    let until = Timestamp::from_seconds(90);
    vec![
        Sample::new("app", app("open", "42", true)),
        Sample::new("app-strict", app("open", "482915", false)),
        Sample::new("app-approved", app("approved", "42", true)),
        Sample::new("app-ask", ask(None)),
        Sample::new("app-wrong-number", refused(ask(None), &Refusal::AppFailed(PushFailure::WrongNumber))),
        Sample::new("app-no-answer", refused(ask(None), &Refusal::AppFailed(PushFailure::NoAnswer))),
        Sample::new("app-too-often", refused(ask(Some(90)), &Refusal::AskedTooOften { until })),
        Sample::new("app-another-open", refused(ask(None), &Refusal::AnotherRequestOpen { until })),
        Sample::new("app-network-reported", refused(ask(None), &Refusal::NetworkReported)),
    ]
}

fn binding() -> Vec<Sample> {
    let bind = |is_bound, on_the_way_in: bool, moves| {
        let view = BindAppView {
            code: "GEZD GNBV GY3T QOJQ GEZD GNBV GY".to_owned(),
            link: LINK.to_owned(),
            picture: crate::qr::svg(LINK),
            is_bound,
            until: "21 November 2026 at 9:51pm".to_owned(),
            follows: on_the_way_in,
            demo: on_the_way_in,
            actions: actions(on_the_way_in, moves),
        };
        Page::new("portal/bind-app.html", if on_the_way_in { enrolling() } else { frame() }, view)
    };
    let confirm = |standing, on_the_way_in: bool| {
        let view = ConfirmAppView {
            number: "42".to_owned(),
            device: "Work phone".to_owned(),
            standing,
            follows: on_the_way_in,
            actions: actions(on_the_way_in, false),
        };
        Page::new("portal/confirm-app.html", if on_the_way_in { enrolling() } else { frame() }, view)
    };
    let failed = refused(confirm("failed", true), &Refusal::AppFailed(PushFailure::WrongNumber));
    let moving = MoveView { label: "Work phone".to_owned(), action: "/x".to_owned(), wants_code: false };
    let moving_by_text = MoveView { wants_code: true, ..moving.clone() };
    vec![
        Sample::new("bind-app", bind(false, true, false)),
        Sample::new("bind-app-bound", bind(true, true, false)),
        Sample::new("bind-app-in-session", bind(false, false, false)),
        Sample::new("bind-app-moves", bind(false, false, true)),
        Sample::new("confirm-app", confirm("open", true)),
        Sample::new("confirm-app-in-session", confirm("open", false)),
        Sample::new("confirm-app-approved", confirm("approved", true)),
        Sample::new("confirm-app-wrong", failed),
        Sample::new("begin-binding", Page::new("portal/begin-binding.html", frame(), BeginBindingView {})),
        Sample::new("move-app", Page::new("portal/move-app.html", frame(), moving)),
        Sample::new("move-app-by-text", Page::new("portal/move-app.html", frame(), moving_by_text)),
    ]
}

pub(crate) fn samples() -> Vec<Sample> {
    let mut all = asking();
    all.extend(binding());
    all
}
