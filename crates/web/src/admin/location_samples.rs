//! A sample of every page about named locations.

use wardkey_domain::access::Prerequisite;
use wardkey_usecases::FieldError;

use super::location::{LocationRow, LocationsView};
use super::location_deed::LocationDeedView;
use super::location_form::LocationFormView;
use super::location_see::{Because, ChangeView, DeedLink, Done, LocationView, TermsView};
use crate::notice::Notice;
use crate::page::{ErrorView, Page};
use crate::samples::{Sample, frame};

const NAME: &str = "Riverside Surgery, main site";
const ORGANISATION: &str = "Riverside Surgery (A81001)";
const WHEN: &str = "21 November 2026 at 9:41pm";
const THERE: &str = "/admin/named-locations/0199";

fn text(text: &str) -> String {
    text.to_owned()
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

fn row(name: &str, phase: &'static str, changes: bool) -> LocationRow {
    let in_force = ["active", "due", "lapsed", "suspended"].contains(&phase);
    LocationRow {
        name: text(name),
        organisation: text(ORGANISATION),
        phase,
        until: in_force.then(|| text(WHEN)),
        changes,
        since: (changes || phase == "submitted").then(|| text(WHEN)),
        see: text(THERE),
    }
}

fn list(locations: Vec<LocationRow>, next: Option<&str>) -> Page {
    let view = LocationsView { locations, next: next.map(text), may_request: true, may_approve: true };
    Page::new("admin/named-locations.html", frame(), view)
}

fn waiting(locations: Vec<LocationRow>) -> Page {
    let view = LocationsView { locations, next: None, may_request: false, may_approve: true };
    Page::new("admin/named-locations-waiting.html", frame(), view)
}

fn terms() -> TermsView {
    TermsView {
        connection: "internet",
        owner: Some(text("Practice manager, manager@riverside-surgery.example")),
        ranges: texts(&["203.0.113.0/28", "2001:db8:7::/48"]),
        addresses: 16,
        change: None,
        may_not_approve: None,
        overlaps: Vec::new(),
    }
}

fn changed() -> TermsView {
    let added = (1..=20).map(|number| format!("198.51.100.{number}/32")).collect();
    let change = ChangeView {
        owner: Some(text("Head of IT, it@riverside-surgery.example")),
        added,
        removed: texts(&["2001:db8:7::/48"]),
        addresses: 36,
    };
    TermsView {
        change: Some(change),
        overlaps: texts(&["“Riverside Pharmacy” of Riverside Pharmacy Limited"]),
        ..terms()
    }
}

fn location(phase: &'static str, terms: TermsView, deeds: &[&'static str]) -> Page {
    let done = || Some(Done { by: text("Local administrator"), at: text(WHEN) });
    let in_force = ["active", "due", "lapsed", "suspended"].contains(&phase);
    let waits = phase == "submitted" || terms.change.is_some();
    let because = ["rejected", "suspended"].contains(&phase);
    let view = LocationView {
        name: text(NAME),
        organisation: text(ORGANISATION),
        phase,
        because: because.then(|| Because { at: text(WHEN), reason: text("say who manages the firewall") }),
        proposed: if waits { done() } else { None },
        submitted: if waits { done() } else { None },
        attested: if in_force { done() } else { None },
        until: in_force.then(|| text(WHEN)),
        deeds: deeds.iter().map(|word| DeedLink { word, href: text(THERE) }).collect(),
        terms,
    };
    Page::new("admin/named-location.html", frame(), view)
}

fn deed(word: &'static str, terms: TermsView) -> Page {
    let view = LocationDeedView {
        word,
        name: text(NAME),
        action: format!("{THERE}/{word}"),
        back: text(THERE),
        version: 3,
        terms,
        checked: vec![Prerequisite::NoGuestWifi.as_str()],
        reason: String::new(),
    };
    Page::new("admin/named-location-deed.html", frame(), view)
}

fn form(word: &'static str, prove_at: Option<&'static str>) -> Page {
    let is_new = word == "request";
    let view = LocationFormView {
        word,
        action: text(THERE),
        back: text(THERE),
        location: text("01a20481-3cd9-78db-ba51-58b27328c5c4"),
        version: text("3"),
        organisation: text(if is_new { "A81001" } else { ORGANISATION }),
        name: text(NAME),
        connection: text("internet"),
        owner: text("manager@riverside-surgery.example"),
        ranges: text("203.0.113.0/28\n2001:db8:7::/48"),
        checked: Prerequisite::ALL.map(Prerequisite::as_str).to_vec(),
        own_address: Some(text("203.0.113.7")),
        largest_v4: 22,
        largest_v6: 48,
        prove_at,
    };
    Page::new("admin/named-location-form.html", frame(), view)
}

fn wrong(field: &'static str, message: &str) -> FieldError {
    FieldError { field, message: text(message) }
}

pub(crate) fn location_samples() -> Vec<Sample> {
    let all = ["draft", "submitted", "rejected", "active", "due", "lapsed", "suspended", "retired"];
    let mut samples = lists(&all);
    for (name, phase, deeds) in [
        ("admin-location-draft", "draft", &["submit", "revise", "retire"][..]),
        ("admin-location-rejected", "rejected", &["submit", "revise", "retire"]),
        ("admin-location-active", "active", &["change", "suspend"]),
        ("admin-location-lapsed", "lapsed", &["attest", "change", "suspend"]),
        ("admin-location-suspended", "suspended", &["attest", "resume", "change", "retire"]),
        ("admin-location-retired", "retired", &[]),
    ] {
        samples.push(Sample::new(name, location(phase, terms(), deeds)));
    }
    let own = TermsView {
        may_not_approve: Some(text("You asked for this yourself. Somebody else has to approve it.")),
        ..terms()
    };
    samples.push(Sample::new("admin-location-submitted", location("submitted", own, &["revise"])));
    samples.push(Sample {
        notice: Some(Notice::LocationChangeProposed),
        ..Sample::new("admin-location-change", location("due", changed(), &["approve", "reject", "attest"]))
    });
    samples.extend(deeds());
    samples.extend(forms());
    samples
}

fn lists(all: &[&'static str]) -> Vec<Sample> {
    let rows = || all.iter().map(|phase| row(NAME, phase, *phase == "due")).collect();
    let queue = vec![row(NAME, "submitted", false), row("Annexe", "active", true)];
    vec![
        Sample::new("admin-locations", list(rows(), Some("/admin/named-locations?after=x"))),
        Sample::new("admin-locations-none", list(Vec::new(), None)),
        Sample::new("admin-locations-waiting", waiting(queue)),
        Sample::new("admin-locations-waiting-none", waiting(Vec::new())),
    ]
}

fn deeds() -> Vec<Sample> {
    let unconfirmed = vec![wrong("checks", "Confirm each of these points. Do not go on while one of them is not so")];
    vec![
        Sample::new("admin-location-submit", deed("submit", terms())),
        Sample::new("admin-location-approve", deed("approve", changed())),
        Sample::new("admin-location-approve-unchecked", deed("approve", terms()).errors(unconfirmed)),
        Sample::new("admin-location-reject", deed("reject", terms())),
        Sample::new("admin-location-attest", deed("attest", terms())),
        Sample::new("admin-location-suspend", deed("suspend", terms())),
        Sample::new("admin-location-resume", deed("resume", terms())),
        Sample::new(
            "admin-location-retire-why",
            deed("retire", terms()).errors(vec![wrong("reason", "Give a reason")]),
        ),
    ]
}

fn forms() -> Vec<Sample> {
    let errors = vec![
        wrong("owner", "No account that you look after has this address"),
        wrong(
            "ranges",
            "Line 2: this is an address inside a network. Did you mean the network 203.0.113.0/28, or the one address \
             203.0.113.7?",
        ),
        wrong("ranges", "Line 3: the network is too large: /22 is the largest that is allowed"),
    ];
    let mut stale = form("change", Some("/admin/named-locations/request"));
    let kept = text("You proved your second factor too long ago. What you typed is kept below");
    stale.errors.push(ErrorView { field: "", text: kept, code: None });
    vec![
        Sample::new("admin-location-request", form("request", None)),
        Sample::new("admin-location-request-wrong", form("request", None).errors(errors)),
        Sample { notice: Some(Notice::LocationDrafted), ..Sample::new("admin-location-revise", form("revise", None)) },
        Sample::new("admin-location-propose", form("change", None)),
        Sample::new("admin-location-propose-stale", stale),
    ]
}
