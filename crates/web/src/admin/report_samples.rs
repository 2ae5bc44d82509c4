//! A sample of each page of reports.

use wardkey_domain::report::ReportKind;

use super::reports::{ReportView, ReportsView, StatusRow};
use crate::page::Page;
use crate::samples::{Sample, frame};

const WHEN: &str = "21 November 2026 at 9:41pm";

fn text(text: &str) -> String {
    text.to_owned()
}

fn row(name: &str) -> StatusRow {
    StatusRow {
        name: text(name),
        address: text("nurse@riverside-surgery.example"),
        organisation: text("Riverside Surgery (A81001)"),
        mfa: "Set up",
        mfa_colour: "green",
        source: text("Organisation"),
        since: Some(text(WHEN)),
        methods: vec!["Security key or passkey", "Authenticator app"],
        is_privileged: false,
        excepted_until: None,
        last_used: Some(text(WHEN)),
    }
}

fn report(kind: ReportKind, lines: Vec<StatusRow>, rows: usize) -> Page {
    let view = ReportView {
        kind: kind.as_str(),
        organisation: text("A81001"),
        name: Some(text("Riverside Surgery")),
        rows,
        lines,
        at: text(WHEN),
        csv: text("/admin/reports/mfa-status/table.csv"),
        snapshot: text("/admin/reports/mfa-status/signed.json"),
    };
    Page::new("admin/report.html", frame(), view)
}

pub(super) fn samples() -> Vec<Sample> {
    let without = StatusRow {
        mfa: "Not set up",
        mfa_colour: "red",
        methods: Vec::new(),
        is_privileged: true,
        since: None,
        last_used: None,
        ..row("Siân O'Neill")
    };
    let excepted =
        StatusRow { mfa: "Excepted", mfa_colour: "yellow", excepted_until: Some(text(WHEN)), ..row("Ceri Pugh") };
    let kinds = ReportKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let wrong = ReportView { kind: "mfa-status", organisation: text("Z9"), ..ReportView::default() };
    let wrong = Page::new("admin/report.html", frame(), wrong);
    vec![
        Sample::new("admin-reports", Page::new("admin/reports.html", frame(), ReportsView { kinds })),
        Sample::new("admin-report", report(ReportKind::MfaStatus, vec![row("Ann Annison"), without, excepted], 4_000)),
        Sample::new("admin-report-none", report(ReportKind::NeverSignedIn, Vec::new(), 0)),
        Sample::new(
            "admin-report-wrong",
            wrong.error("organisation", text("No organisation that you look after has this ODS code")),
        ),
    ]
}
