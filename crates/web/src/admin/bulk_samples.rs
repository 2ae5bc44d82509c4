//! A sample of each page about changes to many accounts.

use super::bulk::{BulkListRow, BulkListView, BulkRowView, BulkView, NewBulkView};
use super::people::Search;
use crate::page::Page;
use crate::samples::{Sample, frame};

const WHEN: &str = "21 November 2026 at 9:41pm";

fn text(text: &str) -> String {
    text.to_owned()
}

fn row(deed: &'static str, standing: &'static str, accounts: u32) -> BulkListRow {
    BulkListRow {
        deed,
        standing,
        accounts,
        at: text(WHEN),
        by: text("Siân O'Neill"),
        reason: text("Rollout, wave 3"),
        href: text("/admin/bulk/0199"),
    }
}

fn list(full: bool) -> Page {
    let view = if full {
        BulkListView {
            waiting: vec![row("disable", "waiting", 12_041)],
            own: vec![row("enable_mfa", "running", 4_998), row("move", "done", 1), row("re_enrol", "dropped", 60)],
            asks: true,
        }
    } else {
        BulkListView { asks: true, ..BulkListView::default() }
    };
    Page::new("admin/bulk-changes.html", frame(), view)
}

fn new(search: Option<Search>) -> Page {
    let narrowed = search.as_ref().map(Search::words).unwrap_or_default();
    let view = NewBulkView {
        deeds: vec!["enable_mfa", "return_to_baseline", "re_enrol", "end_sessions", "disable", "enable", "move"],
        deed: text("enable_mfa"),
        reason: text("Rollout, wave 3"),
        addresses: text("nurse@riverside-surgery.example\nclerk@riverside-surgery.example"),
        search,
        narrowed,
        ..NewBulkView::default()
    };
    Page::new("admin/new-bulk-change.html", frame(), view)
}

fn change(standing: &'static str) -> BulkView {
    BulkView {
        href: text("/admin/bulk/0199"),
        deed: "enable_mfa",
        standing,
        reason: text("Rollout, wave 3"),
        asked_by: text("Siân O'Neill"),
        asked_at: text(WHEN),
        approved_by: None,
        destination: None,
        rows: 5_003,
        dealt_with: 1_200,
        in_step: 5_003,
        ready: 0,
        unchanged: 2,
        refused: 0,
        done: 0,
        failed: 0,
        undone: 0,
        kept: 0,
        in_the_way: Vec::new(),
        more: 0,
        is_own: true,
        may_approve: false,
        needs_approval: false,
        undo_until: None,
        can_be_undone: true,
    }
}

fn in_the_way() -> Vec<BulkRowView> {
    [
        (17, "nobody@riverside-surgery.example", "No account that you look after has this address."),
        (804, "Riverside Surgery", "This is not an email address."),
        (4_001, "nurse@riverside-surgery.example", "This address stands in line 3 already."),
    ]
    .map(|(line, address, why)| BulkRowView { line, address: text(address), why: text(why) })
    .into()
}

fn page(view: BulkView) -> Page {
    Page::new("admin/bulk-change.html", frame(), view)
}

pub(super) fn samples() -> Vec<Sample> {
    let checked = BulkView { ready: 4_998, refused: 3, in_the_way: in_the_way(), more: 2_000, ..change("checked") };
    let large = BulkView { needs_approval: true, ..checked.clone() };
    let waiting = BulkView { is_own: false, may_approve: true, ready: 4_998, ..change("waiting") };
    let running = BulkView { ready: 3_798, done: 1_200, in_step: 4_998, ..change("running") };
    let done = BulkView {
        done: 4_990,
        failed: 8,
        approved_by: Some(text("Ola Adeyemi")),
        undo_until: Some(text("21 November 2026 at 9:51pm")),
        ..change("done")
    };
    let undone = BulkView { undone: 4_989, kept: 1, ..change("undone") };
    let moved =
        BulkView { deed: "move", ready: 1, destination: Some(text("Riverside Surgery (A81001)")), ..change("checked") };
    let final_one = BulkView { deed: "re_enrol", ready: 4, can_be_undone: false, ..change("checked") };
    let search = Search { cover: text("no"), organisation: text("A81001"), q: Some(text("an")), ..Search::default() };
    vec![
        Sample::new("admin-bulk-changes", list(true)),
        Sample::new("admin-bulk-changes-none", list(false)),
        Sample::new("admin-bulk-new", new(None)),
        Sample::new("admin-bulk-new-found", new(Some(search))),
        Sample::new("admin-bulk-new-wrong", new(None).error("addresses", text("Enter the email addresses"))),
        Sample::new("admin-bulk-checking", page(change("checking"))),
        Sample::new("admin-bulk-checked", page(checked)),
        Sample::new("admin-bulk-large", page(large)),
        Sample::new("admin-bulk-waiting", page(waiting.clone())),
        Sample::new("admin-bulk-waiting-own", page(BulkView { is_own: true, may_approve: false, ..waiting })),
        Sample::new("admin-bulk-running", page(running)),
        Sample::new("admin-bulk-done", page(done)),
        Sample::new("admin-bulk-undone", page(undone)),
        Sample::new("admin-bulk-move", page(moved)),
        Sample::new("admin-bulk-final", page(final_one)),
        Sample::new("admin-bulk-dropped", page(change("dropped"))),
    ]
}
