//! The pages on what policies made of sign-ins, as tests and pictures see them.

use wardkey_domain::access::PolicyState;
use wardkey_domain::access::history::{Affected, Changes, Experience};
use wardkey_domain::id::{AccountId, OrganisationId, PolicyId, ReplayId};
use wardkey_domain::time::Timestamp;
use wardkey_usecases::access::{
    AffectedPerson, FoundByReplay, Impact, Period, ReplayState, ResultCounts, SeenReplay, StoredReplay,
};

use super::decided::{DecidedRow, DecidedView};
use super::devices::DevicesView;
use super::impact::ImpactView;
use super::messages::{MessageRow, MessagesView};
use super::replay::ReplayView;
use crate::page::Page;
use crate::portal::DeviceRow;
use crate::samples::{Sample, frame};

const NOW: Timestamp = Timestamp::from_seconds(1_795_298_460);

fn text(text: &str) -> String {
    text.to_owned()
}

fn impact(state: PolicyState, period: Period, any: bool) -> Page {
    let column = |place: u64| {
        let counts = ResultCounts { success: place * 3 % 41, action_required: place * 7 % 13, failure: place % 4 };
        let name = if period == Period::Day { format!("{place}:00") } else { format!("{} November", place + 1) };
        (name, if any { counts } else { ResultCounts::default() })
    };
    let columns: Vec<_> = (0..if period == Period::Day { 24 } else { 30 }).map(column).collect();
    let counts = columns.iter().fold(ResultCounts::default(), |all, (_, own)| all.and(*own));
    let found = Impact {
        name: text("Keys for the records"),
        state: Some(state),
        sign_ins: counts.all() + 1_204,
        counts,
        people: ResultCounts { success: 210, action_required: 44, failure: 3 },
        columns,
        organisations: vec![
            (text("Riverside Surgery"), ResultCounts { success: 40, action_required: 9, failure: 3 }),
            (text("Ophthalmology and Audiology Community Services"), ResultCounts { success: 7, ..Default::default() }),
        ],
        applications: vec![(Some(text("Records")), counts), (None, ResultCounts::default())],
    };
    let view = ImpactView::of(PolicyId::new(NOW, [1; 10]), found, period, true);
    Page::new("admin/policy-impact.html", frame(), view)
}

fn replay(state: ReplayState, found: Option<FoundByReplay>) -> Page {
    let replay = StoredReplay {
        id: ReplayId::new(NOW, [1; 10]),
        document: text("[[policy]]\nname = \"Nobody from <abroad>\"\n"),
        asked_by: None,
        asked_at: NOW,
        since: NOW.minus(std::time::Duration::from_secs(30 * 86_400)),
        sign_ins: 182_400,
        done: 60_000,
        state,
    };
    let seen = SeenReplay { replay, asked_by: Some(text("Avery Admin")), found };
    Page::new("admin/policy-replay.html", frame(), ReplayView::of(seen, 0))
}

fn found() -> FoundByReplay {
    let changes = Changes { prompted: 310, must_register: 12, stranded: 4, blocked: 2, ..Changes::default() };
    let person = |name: &str, worst, application: Option<&str>| AffectedPerson {
        of: Affected {
            account: AccountId::new(NOW, [1; 10]),
            organisation: OrganisationId::new(NOW, [1; 10]),
            application: None,
            worst,
            sign_ins: 4,
        },
        display_name: text(name),
        organisation: text("Riverside Surgery"),
        application: application.map(text),
    };
    FoundByReplay {
        sign_ins: 182_400,
        people: 77,
        totals: changes,
        organisations: vec![
            (text("Riverside Surgery"), 70, changes),
            (text("Hillside Pharmacy"), 7, Changes::default()),
        ],
        applications: vec![(None, 77, changes), (Some(text("Records")), 3, Changes::default())],
        affected: vec![
            person("Practice nurse", Experience::Blocked, Some("Records")),
            person("Clerk <b>", Experience::Prompted, None),
        ],
        affected_count: 2,
    }
}

fn decided(any: bool) -> Page {
    let row = DecidedRow {
        at: text("21 November 2026 at 9:41:07pm"),
        application: Some(text("Records")),
        from: Some(text("198.51.100.7 (Leeds, GB)")),
        by_session: false,
        outcome: "prompted",
        words: "asked for a second factor",
        reasons: vec![text("the named-location baseline asks for two factors outside of named locations")],
        would_be: Some("not let in"),
        reported: vec![(text("Nobody from abroad"), "would not have let the person in")],
    };
    let other = DecidedRow {
        application: None,
        by_session: true,
        outcome: "unprompted",
        words: "not asked for a second factor",
        would_be: None,
        reported: Vec::new(),
        ..row.clone()
    };
    let sign_ins = if any { vec![row, other] } else { Vec::new() };
    let view = DecidedView { account: text("1"), name: text("Practice nurse"), sign_ins };
    Page::new("admin/decided-sign-ins.html", frame(), view)
}

fn messages(of: Option<&str>, any: bool) -> Page {
    let row = |kind, channel, state, reason: Option<&str>, again: Option<&str>| MessageRow {
        kind,
        channel,
        state,
        reason: reason.map(text),
        tries: 3,
        at: text("21 November 2026 at 9:41pm"),
        name: text("Practice nurse"),
        organisation: text("Riverside Surgery"),
        person: text("/admin/people/1"),
        again: again.map(text),
    };
    let all = vec![
        row("factor_added", "mail", "failed", Some("smtp_550"), Some("/admin/messages/1/again")),
        row("sign_in_text", "text", "unknown", Some("abandoned"), None),
        row("sign_in_call", "call", "expired", None, None),
    ];
    let view = MessagesView {
        name: of.map(text),
        account: of.map(|_| text("/admin/people/1")),
        messages: if any { all } else { Vec::new() },
        next: any.then(|| text("/admin/messages?before=1")),
    };
    Page::new("admin/messages.html", frame(), view)
}

fn devices(any: bool) -> Page {
    let device = |browser: &str, until: Option<&str>| DeviceRow {
        browser: text(browser),
        address: Some(text("192.0.2.7")),
        first: text("2 March 2026 at 7:58am"),
        last: text("21 November 2026 at 9:41pm"),
        is_this_one: false,
        remembered_until: until.map(text),
        forget: text("/admin/people/1/devices/2/forget"),
    };
    let all = vec![device("Edge on Windows", Some("5 December 2026 at 9:41pm")), device("Safari on iPhone", None)];
    let devices = if any { all } else { Vec::new() };
    let view = DevicesView { account: text("1"), name: text("Practice nurse"), devices, may_forget: true };
    Page::new("admin/devices.html", frame(), view)
}

pub(super) fn samples() -> Vec<Sample> {
    vec![
        Sample::new("policy-impact", impact(PolicyState::ReportOnly, Period::Month, true)),
        Sample::new("policy-impact-day", impact(PolicyState::On, Period::Day, true)),
        Sample::new("policy-impact-none", impact(PolicyState::Off, Period::Day, false)),
        Sample::new("policy-replay", replay(ReplayState::Finished, Some(found()))),
        Sample::new("policy-replay-none", replay(ReplayState::Finished, Some(FoundByReplay::default()))),
        Sample::new("policy-replay-waiting", replay(ReplayState::Waiting, None)),
        Sample::new("policy-replay-failed", replay(ReplayState::Failed, None)),
        Sample::new("decided-sign-ins", decided(true)),
        Sample::new("decided-sign-ins-none", decided(false)),
        Sample::new("admin-messages", messages(None, true)),
        Sample::new("admin-messages-none", messages(None, false)),
        Sample::new("admin-messages-person", messages(Some("Practice nurse"), true)),
        Sample::new("admin-messages-person-none", messages(Some("Practice nurse"), false)),
        Sample::new("admin-devices", devices(true)),
        Sample::new("admin-devices-none", devices(false)),
    ]
}
