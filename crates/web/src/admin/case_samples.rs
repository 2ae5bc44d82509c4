//! A sample of every page about compromised accounts.

use wardkey_usecases::FieldError;

use super::case::{CaseView, DeedRow, DoneView, FactorView, OwnView, PinView, PointView};
use super::cases::{CaseRow, CasesView};
use super::compromise::CompromiseView;
use super::lift::LiftView;
use super::restore::{RestoreView, RestoredView};
use crate::notice::Notice;
use crate::page::Page;
use crate::samples::{Sample, frame};
use crate::view::NumberView;

const NURSE: &str = "nurse@riverside-surgery.example";
const WHEN: &str = "21 November 2026 at 9:41pm";
const POINTS: [&str; 6] =
    ["password_reset", "devices_scanned", "factors_decided", "own_factor", "rules_reviewed", "explained"];

fn text(text: &str) -> String {
    text.to_owned()
}

fn done() -> DoneView {
    DoneView { at: text(WHEN), by: Some(text("Ann Administrator")) }
}

fn compromise(case: Option<&str>) -> Page {
    let view = CompromiseView {
        name: text("Practice nurse"),
        address: text(NURSE),
        action: text("/admin/people/0199/compromise"),
        back: text("/admin/people/0199"),
        marking: text("01a20481-3cd9-78db-ba51-58b27328c5c4"),
        case: case.map(text),
        signs_in: true,
        day: text("14"),
        month: text("11"),
        year: text("2026"),
        time: text("21:41"),
        reason: String::new(),
    };
    Page::new("admin/compromise.html", frame(), view)
}

fn compromise_mailbox() -> Page {
    let view = CompromiseView {
        name: text("Ward 7"),
        address: text("ward7@riverside-surgery.example"),
        action: text("/admin/people/0199/compromise"),
        back: text("/admin/people/0199"),
        marking: text("01a20481-3cd9-78db-ba51-58b27328c5c4"),
        case: None,
        signs_in: false,
        day: text("14"),
        month: text("11"),
        year: text("2026"),
        time: text("21:41"),
        reason: String::new(),
    };
    Page::new("admin/compromise.html", frame(), view)
}

fn cases(restored: bool, some: bool) -> Page {
    let row = |number: &str, next| CaseRow {
        number: text(number),
        name: text("Practice nurse"),
        organisation: text("Riverside Surgery"),
        opened: text(WHEN),
        next,
        href: text("/admin/cases/0199"),
    };
    let cases = if some { vec![row("18", Some("devices_scanned")), row("17", None)] } else { Vec::new() };
    let view = CasesView { restored, cases, next: some.then(|| text("/admin/cases?before=17")) };
    Page::new("admin/cases.html", frame(), view)
}

/// How far a case is.
#[derive(Clone, Copy, PartialEq)]
enum Far {
    Begun,
    Complete,
    Restored,
}

fn case(far: Far, pin: &'static str) -> Page {
    Page::new("admin/case.html", frame(), case_view(far, pin))
}

fn case_view(far: Far, pin: &'static str) -> CaseView {
    let begun = far == Far::Begun;
    let factor = |label: &str, number: bool, verdict: Option<&'static str>| FactorView {
        label: text(label),
        kind: if number { "Text message" } else { "Authenticator app" },
        number: number.then(|| NumberView::of("07••••••123")),
        added: text(WHEN),
        last_used: Some(text(WHEN)),
        verdict,
        decided: verdict.map(|_| done()),
        action: text("/admin/cases/0199/factors/0200"),
    };
    let point = |(index, word): (usize, &'static str)| {
        let is_done = !begun || index == 0;
        PointView {
            word,
            done: is_done.then(done),
            is_next: begun && index == 1,
            action: (!is_done && word != "factors_decided").then(|| text("/admin/cases/0199/points/x")),
        }
    };
    CaseView {
        number: text("17"),
        name: text("Practice nurse"),
        address: text(NURSE),
        organisation: text("Riverside Surgery"),
        account: text("/admin/people/0199"),
        opened: text(WHEN),
        suspected_since: text("14 November 2026 at 9:41pm"),
        restored: (far == Far::Restored).then(|| text(WHEN)),
        is_application: false,
        points: POINTS.into_iter().enumerate().map(point).collect(),
        factors: vec![
            factor("Galaxy <S24>", false, (!begun).then_some("removed")),
            factor("Text message", true, Some("kept")),
        ],
        own: if begun { vec![own()] } else { Vec::new() },
        complete: !begun,
        may_work: begun,
        restore: (far == Far::Complete).then(|| text("/admin/cases/0199/restore")),
        mark_again: (far != Far::Restored).then(|| text("/admin/people/0199/compromise")),
        pin: PinView {
            standing: pin,
            asked_by: (pin == "asked").then(|| text("Tom Tenant")),
            until: (pin == "asked").then(|| text("22 November 2026 at 9:41pm")),
            is_own: false,
            href: (pin != "none").then(|| text("/admin/cases/0199/lift")),
        },
        deeds: deeds(),
    }
}

fn own() -> OwnView {
    OwnView { label: text("Work phone"), kind: "Authenticator app", added: text("3 March 2026 at 8:00am") }
}

fn deeds() -> Vec<DeedRow> {
    let row = |word| DeedRow {
        at: text(WHEN),
        by: Some(text("Ann Administrator")),
        word,
        point: None,
        factor: None,
        since: None,
        quarantined: None,
        reason: None,
    };
    vec![
        DeedRow {
            by: None,
            since: Some(text("14 November 2026 at 9:41pm")),
            quarantined: Some(2),
            reason: Some(text("sends spam, ticket 4711")),
            ..row("marked")
        },
        DeedRow { point: Some("devices_scanned"), ..row("ticked") },
        DeedRow { factor: Some(text("Galaxy <S24>")), ..row("removed") },
        DeedRow { factor: Some(text("Text message")), ..row("kept") },
        DeedRow { reason: Some(text("all is well")), ..row("restored") },
        DeedRow { reason: Some(text("left the service")), ..row("lift_asked") },
        DeedRow { reason: Some(text("checked")), ..row("lifted") },
    ]
}

/// As somebody sees it who may not work on it, or whose account software uses.
fn case_to_look_at(is_application: bool) -> Page {
    let mut view = case_view(if is_application { Far::Begun } else { Far::Complete }, "none");
    view.may_work = false;
    view.restore = None;
    view.mark_again = None;
    view.is_application = is_application;
    view.own = Vec::new();
    if is_application {
        view.factors = Vec::new();
        view.points.retain(|point| ["rules_reviewed", "explained"].contains(&point.word));
    }
    for point in &mut view.points {
        point.action = None;
    }
    Page::new("admin/case.html", frame(), view)
}

fn restore(given: &'static str, complete: bool) -> Page {
    let view = RestoreView {
        number: text("17"),
        name: text("Practice nurse"),
        address: text(NURSE),
        action: text("/admin/cases/0199/restore"),
        back: text("/admin/cases/0199"),
        given,
        complete,
        reason: String::new(),
    };
    Page::new("admin/restore.html", frame(), view)
}

fn restored(given: &'static str, secret: &str) -> Page {
    let view = RestoredView {
        name: text("Practice nurse"),
        address: text(NURSE),
        given,
        secret: text(secret),
        back: text("/admin/cases/0199"),
    };
    Page::new("admin/restored.html", frame(), view)
}

fn lift(step: &'static str) -> Page {
    let asked = step != "ask";
    let view = LiftView {
        name: text("Practice nurse"),
        address: text(NURSE),
        action: text("/admin/cases/0199/lift"),
        back: text("/admin/cases/0199"),
        step,
        asked_by: asked.then(|| text("Tom Tenant")),
        asked_at: asked.then(|| text(WHEN)),
        until: asked.then(|| text("22 November 2026 at 9:41pm")),
        reason: String::new(),
    };
    Page::new("admin/lift.html", frame(), view)
}

fn error(field: &'static str, message: &str) -> FieldError {
    FieldError { field, message: text(message) }
}

pub(super) fn samples() -> Vec<Sample> {
    let wrong = vec![error("date", "The time must not lie in the future"), error("reason", "Give a reason")];
    vec![
        Sample::new("admin-compromise", compromise(None)),
        Sample::new("admin-compromise-again", compromise(Some("17"))),
        Sample::new("admin-compromise-wrong", compromise(None).errors(wrong)),
        Sample::new("admin-compromise-mailbox", compromise_mailbox()),
        Sample::new("admin-cases", cases(false, true)),
        Sample::new("admin-cases-none", cases(false, false)),
        Sample::new("admin-cases-restored", cases(true, true)),
        Sample::new("admin-cases-none-restored", cases(true, false)),
        Sample { notice: Some(Notice::AccountCompromised), ..Sample::new("admin-case", case(Far::Begun, "none")) },
        Sample::new("admin-case-complete", case(Far::Complete, "none")),
        Sample::new("admin-case-restored", case(Far::Restored, "pinned")),
        Sample::new("admin-case-lift-asked", case(Far::Restored, "asked")),
        Sample::new("admin-case-to-look-at", case_to_look_at(false)),
        Sample::new("admin-case-application", case_to_look_at(true)),
        Sample::new("admin-restore", restore("password", true)),
        Sample::new(
            "admin-restore-activation",
            restore("activation", true).errors(vec![error("reason", "Give a reason")]),
        ),
        Sample::new("admin-restore-mailbox", restore("nothing", false)),
        Sample::new("admin-restored", restored("password", "k7rm-2wqp-x9ta-hb3e")),
        Sample::new("admin-restored-activation", restored("activation", "ABCD-EFGH-JKMN-PQRS-TVWX-YZ12")),
        Sample::new("admin-lift-ask", lift("ask")),
        Sample::new("admin-lift-confirm", lift("confirm")),
        Sample::new("admin-lift-wait", lift("wait")),
    ]
}
