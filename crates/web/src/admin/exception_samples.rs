//! A sample of every page about exceptions.

use wardkey_usecases::FieldError;

use super::exception::{ActiveView, ExceptionView, GivenView, LastView, PostponementView, StandingView, WaitingView};
use super::exceptions::{
    ExceptionsView, LineView, PostponedRow, RefusedView, RequestFormView, RequestView, StandingRow, WaitingRow,
};
use super::postpone::PostponeView;
use crate::page::Page;
use crate::samples::{Sample, frame};

const NURSE: &str = "nurse@riverside-surgery.example";
const WHEN: &str = "2 December 2026 at 2:05pm";
const UNTIL: &str = "3 December 2026 at 2:05pm";

fn text(text: &str) -> String {
    text.to_owned()
}

fn wrong(field: &'static str, message: &str) -> Vec<FieldError> {
    vec![FieldError { field, message: text(message) }]
}

/// Everything that can stand on an account at once.
pub(super) fn standing() -> StandingView {
    StandingView {
        active: Some(ActiveView {
            kind: "short",
            why: "phone_lost",
            note: None,
            until: text(UNTIL),
            since: text(WHEN),
            by: Some(text("Practice administrator")),
            asked_by: None,
            re_enrol: true,
            without_effect: true,
        }),
        waiting: Some(WaitingView {
            at: text(WHEN),
            by: Some(text("Practice manager")),
            href: text("/admin/exceptions/requests/0199"),
        }),
        last: Some(LastView {
            kind: "long",
            word: "rejected",
            at: text(WHEN),
            by: Some(text("Trust administrator")),
            note: Some(text("a security key would do")),
        }),
        postponement: Some(PostponementView {
            until: text(UNTIL),
            since: text(WHEN),
            risk: text("new phones come next week"),
            by: Some(text("Practice administrator")),
        }),
    }
}

fn short(why: &str) -> Page {
    let view = ExceptionView {
        name: text("Practice nurse"),
        address: text(NURSE),
        action: text("/admin/people/0199/exception"),
        back: text("/admin/people/0199"),
        until: text(UNTIL),
        why: text(why),
        reason: String::new(),
        longer: text("/admin/exceptions/request?for=0199"),
    };
    Page::new("admin/exception.html", frame(), view)
}

fn given(all: bool) -> Page {
    let view = GivenView {
        name: text("Practice nurse"),
        address: text(NURSE),
        until: text("3 December 2026 at 2:05:41pm"),
        re_enrol: all,
        repeated: all,
        back: text("/admin/people/0199"),
    };
    Page::new("admin/given-exception.html", frame(), view)
}

fn postpone() -> Page {
    let view = PostponeView {
        name: text("Practice nurse"),
        address: text(NURSE),
        action: text("/admin/people/0199/postpone"),
        back: text("/admin/people/0199"),
        day: text("23"),
        month: text("12"),
        year: text("2026"),
        reason: text("new phones come next week"),
    };
    Page::new("admin/postpone.html", frame(), view)
}

fn lists(full: bool) -> Page {
    let waiting = |is_own, accounts| WaitingRow {
        at: text(WHEN),
        by: Some(text("Practice manager")),
        why: text("secure_location"),
        accounts,
        is_own,
        href: text("/admin/exceptions/requests/0199"),
    };
    let standing = |kind, why| StandingRow {
        name: text("Practice nurse"),
        organisation: text("Riverside Surgery (A81001)"),
        kind,
        why,
        until: text(UNTIL),
        by: (kind == "short").then(|| text("Practice administrator")),
        href: text("/admin/people/0199"),
    };
    let postponed = PostponedRow {
        name: text("New clerk"),
        organisation: text("Riverside Surgery (A81001)"),
        until: text(UNTIL),
        risk: text("new phones come next week"),
        href: text("/admin/people/0199"),
    };
    let view = ExceptionsView {
        waiting: vec![waiting(true, 1), waiting(false, 12)],
        more_waiting: Some(text("/admin/exceptions?waiting=x")),
        standing: vec![standing("short", "phone_misplaced"), standing("long", "accessibility")],
        more_standing: Some(text("/admin/exceptions?standing=x")),
        postponed: vec![postponed],
        more_postponed: Some(text("/admin/exceptions?postponed=x")),
    };
    Page::new("admin/exceptions.html", frame(), if full { view } else { ExceptionsView::default() })
}

fn refused() -> Vec<RefusedView> {
    let line = |address: &str, why: &str| RefusedView { address: text(address), why: text(why) };
    vec![
        line("clerk@elsewhere.example", "No account that you look after has this address."),
        line("administrator@riverside-surgery.example", "A privileged account is never excepted."),
    ]
}

fn request(left_over: bool) -> Page {
    let refused = if left_over { refused() } else { Vec::new() };
    let addresses: Vec<_> = refused.iter().map(|line| line.address.clone()).collect();
    let view = RequestFormView {
        reasons: vec!["accessibility", "clinical_risk", "secure_location", "shared_account"],
        addresses: if left_over { addresses.join("\n") } else { text(NURSE) },
        why: text("secure_location"),
        reason: text("no device may be taken onto the ward"),
        accounts: if left_over { 3 } else { 0 },
        request: left_over.then(|| text("/admin/exceptions/requests/0199")),
        refused,
        most: 100,
    };
    Page::new("admin/request-exceptions.html", frame(), view)
}

fn one_request(may_decide: bool) -> Page {
    let line = |standing, until: Option<&str>, note: Option<&str>| LineView {
        name: text("Practice nurse"),
        address: text(NURSE),
        organisation: text("Riverside Surgery (A81001)"),
        standing,
        until: until.map(text),
        note: note.map(text),
        href: text("/admin/people/0199"),
    };
    let view = RequestView {
        why: "secure_location",
        text: text("no device may be taken onto the ward"),
        by: Some(text("Practice manager")),
        at: text(WHEN),
        lines: vec![
            line("requested", None, None),
            line("active", Some("1 June 2027 at 3:05pm"), None),
            line("rejected", None, Some("a security key would do")),
        ],
        unseen: usize::from(!may_decide) * 2,
        may_decide,
        is_own: !may_decide,
        approve: text("/admin/exceptions/requests/0199/approve"),
        reject: text("/admin/exceptions/requests/0199/reject"),
        reason: String::new(),
        accounts: 3,
        refused: if may_decide { refused() } else { Vec::new() },
    };
    Page::new("admin/exception-request.html", frame(), view)
}

pub(super) fn samples() -> Vec<Sample> {
    vec![
        Sample::new("admin-exception", short("")),
        Sample::new("admin-exception-no-reason", short("").errors(wrong("why", "Select why they need it"))),
        Sample::new("admin-exception-unexplained", short("other").errors(wrong("reason", "Say what the reason is"))),
        Sample::new("admin-given-exception", given(false)),
        Sample::new("admin-given-exception-lost", given(true)),
        Sample::new("admin-postpone", postpone()),
        Sample::new("admin-postpone-day", postpone().errors(wrong("date", "The day must be in the future"))),
        Sample::new("admin-exceptions", lists(true)),
        Sample::new("admin-exceptions-none", lists(false)),
        Sample::new("admin-request-exceptions", request(false)),
        Sample::new(
            "admin-request-exceptions-left",
            request(true).errors(wrong("addresses", "It could not be asked for everybody")),
        ),
        Sample::new("admin-exception-request", one_request(true)),
        Sample::new("admin-exception-request-own", one_request(false)),
    ]
}
