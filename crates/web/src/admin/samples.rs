//! A sample of every page of the administration area.

use wardkey_domain::directory::Role;
use wardkey_domain::report::Coverage;
use wardkey_usecases::FieldError;

use super::account::{AccountView, CredentialRow, DeedLink, HeldView, PasswordView, RoleRow, TokenRow};
use super::coverage::{BelowView, CoverageView, FiguresView, OrganisationView, UncoveredView};
use super::deed::{Deed, DeedView, SecretView};
use super::exception::StandingView;
use super::exception_samples::{self, standing};
use super::key::{BeginKeyView, RegisterKeyView};
use super::location_samples::location_samples;
use super::pass::{IssuedView, PassView};
use super::people::{PeopleView, PersonRow, Search};
use super::policy::{BaselineRow, CheckView, EditView, LineView, PoliciesView, ReplayRow, SetRow};
use super::policy_words::PolicyRow;
use super::role::{RoleChoice, RoleView};
use super::token::AssignTokenView;
use super::tokens::{ImportTokensView, ImportedView, RefusedRow};
use super::what_if::{AnswerView, PolicyAnswer, WhatIfView};
use crate::notice::Notice;
use crate::page::{Frame, Page};
use crate::portal::SignInRow;
use crate::samples::{Sample, frame};
use crate::view::{NumberView, OutageView};

const NURSE: &str = "nurse@riverside-surgery.example";
const WHEN: &str = "21 November 2026 at 9:41pm";

fn text(text: &str) -> String {
    text.to_owned()
}

fn people(typed: &str, people: Vec<PersonRow>, next: Option<&str>) -> Page {
    let searched = !typed.is_empty();
    let search = Search { q: searched.then(|| text(typed)), ..Search::default() };
    Page::new("admin/people.html", frame(), PeopleView { searched, people, next: next.map(text), ..found(search) })
}

fn found(search: Search) -> PeopleView {
    PeopleView {
        search,
        takes_tokens: true,
        works_on_cases: true,
        sees_policies: true,
        sees_exceptions: true,
        sees_coverage: true,
        sees_reports: true,
        sees_messages: true,
        changes: true,
        change_all: text("/admin/bulk/new?q=an"),
        ..PeopleView::default()
    }
}

/// A list that is narrowed down.
fn narrowed(people: Vec<PersonRow>) -> Page {
    let search = Search { cover: text("no"), organisation: text("A81001"), ..Search::default() };
    let narrowed = vec![text("Organisation: A81001"), text("Protected: No second factor")];
    let view = PeopleView { searched: true, narrowed, people, ..found(search) };
    Page::new("admin/people.html", frame(), view)
}

fn row(name: &str, status: &'static str, status_colour: &'static str) -> PersonRow {
    PersonRow {
        name: text(name),
        address: text(NURSE),
        kind: "user",
        status,
        status_colour,
        organisation: text("Riverside Surgery (A81001)"),
        mfa: Some("Set up"),
        mfa_colour: "green",
        methods: vec!["Authenticator app", "Security key or passkey"],
        is_privileged: false,
        signed_in: Some(text(WHEN)),
        see: text("/admin/people/0199"),
        tick: format!("tick-{}", name.len()),
    }
}

/// Somebody without a second factor, an administrator at that.
fn row_without(name: &str) -> PersonRow {
    PersonRow {
        mfa: Some("Not set up"),
        mfa_colour: "red",
        methods: Vec::new(),
        is_privileged: true,
        signed_in: None,
        ..row(name, "Active", "green")
    }
}

/// Giving a role; with what was wrong with it.
fn give_role() -> Page {
    let roles = [Role::PracticeManager, Role::LocalHelpDesk, Role::LocalAdministrator, Role::Assessor];
    let view = RoleView {
        name: text("Siân O'Neill"),
        address: text(NURSE),
        action: text("/admin/people/0199/role"),
        back: text("/admin/people/0199"),
        roles: roles.map(RoleChoice::from).into(),
        role: text("practice_manager"),
        organisation: text("A81001"),
        day: text("31"),
        month: text("2"),
        year: text("2027"),
    };
    Page::new("admin/role.html", frame(), view)
}

fn take_role() -> Page {
    let view = DeedView {
        word: "take-role",
        name: text("Siân O'Neill"),
        address: text(NURSE),
        action: text("/admin/people/0199/roles/0200/take-away"),
        back: text("/admin/people/0199"),
        reason: String::new(),
    };
    Page::new("admin/deed.html", frame(), view)
}

fn coverage(code: &str, numbers: [u64; 3]) -> FiguresView {
    let [covered, excepted, uncovered] = numbers;
    let coverage = Coverage {
        people: covered + excepted + uncovered,
        covered,
        phishing_resistant: covered / 3,
        excepted,
        uncovered,
        postponed: uncovered / 4,
        never_signed_in: uncovered / 2,
        privileged: 4,
        privileged_without: 1,
    };
    FiguresView::of(&coverage, code)
}

fn organisation(name: &str, code: &str, kind: &str) -> OrganisationView {
    OrganisationView { name: text(name), code: text(code), kind: text(kind), href: format!("/admin/coverage/{code}") }
}

fn uncovered(name: &str, next: &'static str, signed_in: Option<&str>) -> UncoveredView {
    UncoveredView {
        name: text(name),
        address: text(NURSE),
        organisation: text("Riverside Surgery (A81001)"),
        next,
        signed_in: signed_in.map(text),
        see: text("/admin/people/0199"),
    }
}

/// What a practice manager sees.
fn practice() -> Page {
    let view = CoverageView {
        organisation: Some(organisation("Riverside Surgery", "A81001", "GP practice")),
        above: Vec::new(),
        figures: coverage("A81001", [38, 1, 4]),
        own: None,
        below: Vec::new(),
        uncovered: vec![
            uncovered("Ann Annison", "sign-in", None),
            uncovered("Bola Adeyemi", "set-up", Some(WHEN)),
            uncovered("Ceri Pugh", "more-time", Some(WHEN)),
        ],
        more: false,
        uncounted: 0,
        remind: Some(text("/admin/coverage/A81001/remind")),
    };
    Page::new("admin/coverage.html", frame(), view)
}

/// What a region sees.
fn region() -> Page {
    let below = |name: &str, code: &str, numbers| BelowView {
        organisation: organisation(name, code, "Integrated care board"),
        figures: coverage(code, numbers),
    };
    let view = CoverageView {
        organisation: Some(organisation("North East and Yorkshire", "Y63", "Region")),
        above: vec![organisation("NHS England", "X24", "National body")],
        figures: coverage("Y63", [183_211, 412, 9_377]),
        own: Some(coverage("Y63", [120, 0, 1])),
        below: vec![
            below("Humber and North Yorkshire", "QOQ", [60_100, 12, 300]),
            below("North East and North Cumbria", "QHM", [99_000, 400, 9_000]),
            below("A board with nobody in it", "QNO", [0, 0, 0]),
        ],
        uncovered: vec![uncovered("Ann Annison", "sign-in", None)],
        more: true,
        uncounted: 12_041,
        remind: None,
    };
    Page::new("admin/coverage.html", frame(), view)
}

/// Where there is nobody.
fn nobody() -> Page {
    let view = CoverageView {
        organisation: Some(organisation("A new surgery", "A81999", "GP practice")),
        above: Vec::new(),
        figures: FiguresView::of(&Coverage::default(), "A81999"),
        own: None,
        below: Vec::new(),
        uncovered: Vec::new(),
        more: false,
        uncounted: 0,
        remind: None,
    };
    Page::new("admin/coverage.html", frame(), view)
}

fn held_account(word: &'static str) -> Page {
    let held = HeldView { word, since: text(WHEN), case: text("17"), href: Some(text("/admin/cases/0199")) };
    let deeds = vec![DeedLink { word: "compromise-again", href: text("/admin/people/0199/compromise") }];
    let password = PasswordView { standing: "void", set: Some(text(WHEN)), until: None };
    let view = AccountView { held: Some(held), deeds, password, ..account_view(true) };
    Page::new("admin/account.html", frame(), view)
}

fn account(full: bool) -> Page {
    Page::new("admin/account.html", frame(), account_view(full))
}

fn account_view(full: bool) -> AccountView {
    let sign_in = |refused, count| SignInRow {
        at: text(WHEN),
        refused,
        count,
        application: Some(text("Rota planner")),
        browser: Some(text("Chrome on Windows")),
        address: Some(text("192.0.2.7")),
    };
    let credential = |label: &str, is_default: bool| CredentialRow {
        label: text(label),
        kind: if is_default { "Authenticator app" } else { "Text message" },
        model: None,
        number: (!is_default).then(|| NumberView::of("07••••••123")),
        custody: None,
        unusable: (!is_default).then_some("number_not_allowed"),
        is_default,
        added: text(WHEN),
        last_used: is_default.then(|| text(WHEN)),
    };
    let key = CredentialRow {
        kind: "Security key or passkey",
        model: Some(text("YubiKey 5 Series")),
        number: None,
        custody: Some(text("YubiKey 5 NFC, serial number 12345678, handed over on 22 November 2026")),
        unusable: None,
        ..credential("YubiKey 5 NFC 12345678", false)
    };
    let role = RoleRow {
        role: "local administrator",
        privileged: true,
        organisation: text("Riverside Surgery"),
        until: Some(text("the end of 30 November 2026")),
        take_away: Some(text("/admin/people/0199/roles/0200/take-away")),
    };
    let links = Deed::ALL.map(|deed| DeedLink { word: deed.word(), href: text("/admin/people/0199/x") });
    let more = ["exception", "long-exception", "postpone"];
    let links = links.into_iter().chain(more.map(|word| DeedLink { word, href: text("/admin/people/0199/x") }));
    AccountView {
        name: text("Practice nurse"),
        address: text(NURSE),
        kind: if full { "user" } else { "shared mailbox" },
        organisation: text("Riverside Surgery (A81001)"),
        status: "Active",
        status_colour: "green",
        status_since: (!full).then(|| text(WHEN)),
        held: None,
        added: text(WHEN),
        last_signed_in: full.then(|| text(WHEN)),
        password: PasswordView {
            standing: if full { "good" } else { "none" },
            set: full.then(|| text(WHEN)),
            until: full.then(|| text(WHEN)),
        },
        pass: Some(text("Good until 22 November 2026 at 9:51pm, for several uses")),
        has_activation: full,
        tokens: if full { tokens() } else { Vec::new() },
        recovery: full.then(|| text("7 of 10 left")),
        exceptions: if full { standing() } else { StandingView::default() },
        mfa_enabled: full,
        mfa: if full { "needed" } else { "nobody_signs_in" },
        credentials: if full {
            vec![credential("Work phone", true), credential("Tablet", false), key]
        } else {
            Vec::new()
        },
        roles: if full { vec![role] } else { Vec::new() },
        sessions: usize::from(full),
        sign_ins: if full { vec![sign_in(false, 1), sign_in(true, 3)] } else { Vec::new() },
        decided: text("/admin/people/1/sign-ins"),
        devices: text("/admin/people/1/devices"),
        messages: Some(text("/admin/people/1/messages")),
        deeds: if full { links.collect() } else { Vec::new() },
    }
}

fn tokens() -> Vec<TokenRow> {
    let token = |serial, in_use: bool| TokenRow {
        name: format!("Contoso HardwareKey, serial number {serial}"),
        in_use,
        take_back: (!in_use).then(|| text("/admin/people/0199/token/0199/take-back")),
    };
    vec![token("1234567", true), token("1234568", false)]
}

fn assign_token() -> Page {
    let view = AssignTokenView {
        name: text("Practice nurse"),
        address: text(NURSE),
        action: text("/admin/people/0199/token"),
        back: text("/admin/people/0199"),
        serial: text("1234567"),
    };
    Page::new("admin/assign-token.html", frame(), view)
}

fn import_tokens() -> Page {
    Page::new("admin/import-tokens.html", frame(), ImportTokensView { organisation: text("A81001") })
}

fn imported_tokens() -> Page {
    let error = |line, column, wrong| RefusedRow { line, column, text: text(wrong) };
    let errors = vec![
        error(4, "upn", "no account that you look after has this address"),
        error(5, "time interval", "it must be 30 or 60, in seconds"),
    ];
    let view = ImportedView { added: 37, changed: 1, unchanged: 0, refused: 2, errors };
    Page::new("admin/imported-tokens.html", frame(), view)
}

fn outages() -> Page {
    let outage = |channel, all, names: &str| OutageView { channel, all, names: text(names) };
    let outages = vec![outage("text", false, "notify"), outage("call", true, "trunk"), outage("mail", true, "post")];
    let page = people("", Vec::new(), None);
    Page { frame: Frame { outages, ..page.frame }, ..page }
}

fn deed(deed: Deed) -> Page {
    let view = DeedView {
        word: deed.word(),
        name: text("Practice nurse"),
        address: text(NURSE),
        action: text("/admin/people/0199/x"),
        back: text("/admin/people/0199"),
        reason: String::new(),
    };
    Page::new("admin/deed.html", frame(), view)
}

fn secret(template: &'static str, secret: &str) -> Page {
    let view = SecretView {
        name: text("Practice nurse"),
        address: text(NURSE),
        secret: text(secret),
        back: text("/admin/people/0199"),
    };
    Page::new(template, frame(), view)
}

fn pass(start: &str) -> Page {
    let view = PassView {
        pass: text("01a20481-3cd9-78db-ba51-58b27328c5c4"),
        name: text("Practice nurse"),
        address: text(NURSE),
        action: text("/admin/people/0199/pass"),
        back: text("/admin/people/0199"),
        lifetimes: vec![10, 30, 60, 120, 240, 480],
        lifetime: text("60"),
        uses: text("once"),
        only_to_enrol: false,
        start: text(start),
        day: text("23"),
        month: text("11"),
        year: text("2026"),
        time: text("9:00"),
        reason: text("key lost, identity checked"),
    };
    Page::new("admin/pass.html", frame(), view)
}

fn issued_pass() -> Page {
    let view = IssuedView {
        name: text("Practice nurse"),
        address: text(NURSE),
        secret: text("abcd-efgh-jkmn"),
        from: None,
        until: text("22 November 2026 at 9:51pm"),
        multi_use: true,
        back: text("/admin/people/0199"),
    };
    Page::new("admin/issued-pass.html", frame(), view)
}

fn begin_key() -> Page {
    let view = BeginKeyView {
        name: text("Practice nurse"),
        address: text(NURSE),
        action: text("/admin/people/0199/register-key"),
        back: text("/admin/people/0199"),
    };
    Page::new("admin/begin-key.html", frame(), view)
}

fn register_key() -> Page {
    let view = RegisterKeyView {
        name: text("Practice nurse"),
        address: text(NURSE),
        action: text("/admin/people/0199/register-key/0200"),
        back: text("/admin/people/0199"),
        options: text(r#"{"challenge":"AAAA"}"#),
        until: text("21 November 2026 at 9:51pm"),
        model: text("YubiKey 5 NFC"),
        serial: text("12345678"),
        day: text("22"),
        month: text("11"),
        year: text("2026"),
    };
    Page::new("admin/register-key.html", frame(), view)
}

fn policies(full: bool, is_fresh: bool) -> Page {
    let row = |name: &str, state, about: &[&str], except: &[&str], asks: &[&str]| PolicyRow {
        href: Some(text("/admin/policies/impact/018f")),
        name: text(name),
        state,
        about: about.iter().map(|line| text(line)).collect(),
        except: except.iter().map(|line| text(line)).collect(),
        asks: asks.iter().map(|line| text(line)).collect(),
    };
    let set = |version, state, by: Option<&str>| SetRow {
        version,
        at: text(WHEN),
        by: by.map(text),
        reason: text("Keys for the records from Monday on"),
        state,
    };
    let policies = vec![
        row("Nobody from abroad", "on", &[], &["countries: GB"], &["nobody comes in"]),
        row(
            "Keys for the records",
            "report-only",
            &["people: group:nurses, organisation:A81001", "applications: records"],
            &["named locations: any"],
            &["a factor that cannot be phished", "registering can be put off: 14 days"],
        ),
        row("Shared computers", "off", &["devices: new"], &[], &["the session ends after 30 min without use"]),
    ];
    let baseline = |of: &str, remember: Option<&str>| BaselineRow {
        of: text(of),
        named_location: remember.is_none(),
        remember: remember.map(text),
    };
    let baselines = vec![baseline("organisation A81001", None), baseline("group “nurses”", Some("14 days"))];
    let sets = vec![set(2, "waits", Some("Avery Admin")), set(1, "replaced", None)];
    let view = PoliciesView {
        may_manage: full,
        version: full.then_some(2),
        confirm_by: full.then(|| text("21 November 2026 at 9:51pm")),
        is_fresh,
        policies: if full { policies } else { Vec::new() },
        baselines: if full { baselines } else { Vec::new() },
        default_on: text("5 October 2023"),
        skips_at_work: full,
        registers_at_work: full,
        break_glass: if full { vec![text("safe-1@leeds.example"), text("safe-2@leeds.example")] } else { Vec::new() },
        sets: if full { sets } else { Vec::new() },
        replays: if full { vec![replay_row("waiting"), replay_row("finished")] } else { Vec::new() },
    };
    Page::new("admin/policies.html", frame(), view)
}

fn replay_row(state: &'static str) -> ReplayRow {
    ReplayRow { id: text("018f"), at: text("21 November 2026 at 9:41pm"), state }
}

const POLICY: &str = "[[policy]]\nname = \"Nobody from abroad\"\nstate = \"on\"\nthen = \"block\"\n\n[policy.exclude]\ncountries = [\"GB\"]\n";

fn check_policies(problems: &[&str]) -> Page {
    let line = |what, line: &str| LineView { what, text: text(line) };
    let view = CheckView {
        text: text(POLICY),
        base: text("2"),
        problems: problems.iter().map(|line| text(line)).collect(),
        lines: vec![
            line("same", "name = \"Nobody from abroad\""),
            line("removed", "state = \"report-only\""),
            line("added", "state = \"on\""),
            line("same", "then = \"block\""),
        ],
        changes: 2,
        can_be_replayed: true,
        reason: String::new(),
    };
    Page::new("admin/policies-check.html", frame(), view)
}

fn what_if(answer: Option<AnswerView>) -> Page {
    let view = WhatIfView {
        account: text(NURSE),
        application: String::new(),
        address: text("198.51.100.7"),
        country: text("FR"),
        client: text("browser"),
        device: text("new"),
        risk: text("none"),
        date: ["21", "11", "2026"].map(text),
        time: String::new(),
        answer,
    };
    Page::new("admin/what-if.html", frame(), view)
}

fn answered() -> AnswerView {
    let policy = |name: &str, state, applies, words| PolicyAnswer { name: text(name), state, applies, words };
    AnswerView {
        name: text("Practice nurse"),
        outcome: text(
            "the password and a second factor; setting up a way to sign in can be skipped until the end of 4 December 2026",
        ),
        steps: vec![
            text("enters their password"),
            text("is asked to set up a second way to sign in, and can skip this until the end of 4 December 2026"),
        ],
        reasons: vec![text("the named-location baseline asks for two factors outside of named locations")],
        controls: vec![text("they are asked again after 8 hours")],
        would_be: Some(text("nobody comes in")),
        country: Some(text("FR")),
        policies: vec![
            policy("Nobody from abroad", "report-only", true, "would apply, but only reports"),
            policy("Keys for the records", "on", false, "did not apply: not about this application"),
        ],
    }
}

pub(crate) fn samples() -> Vec<Sample> {
    let mut all = own_samples();
    all.extend(super::case_samples::samples());
    all
}

fn own_samples() -> Vec<Sample> {
    let mut all = own();
    all.extend(exception_samples::samples());
    all.extend(super::history_samples::samples());
    all.extend(super::bulk_samples::samples());
    all.extend(super::report_samples::samples());
    all
}

fn own() -> Vec<Sample> {
    let found = vec![row("Practice nurse", "Active", "green"), row("Clerk \"<b>\"", "Disabled", "red")];
    let no_reason = vec![FieldError { field: "reason", message: text("Give a reason") }];
    let mut samples = vec![
        Sample::new("policies", policies(true, false)),
        Sample::new("policies-fresh", policies(true, true)),
        Sample::new("policies-none", policies(false, false)),
        Sample::new("policies-edit", Page::new("admin/policies-edit.html", frame(), EditView { text: text(POLICY) })),
        Sample::new("policies-check", check_policies(&[])),
        Sample::new(
            "policies-check-refused",
            check_policies(&["no administrator of Riverside Surgery could sign in any more"]),
        ),
        Sample::new("what-if", what_if(None)),
        Sample::new("what-if-answered", what_if(Some(answered()))),
        Sample::new("admin-people", people("", Vec::new(), None)),
        Sample::new("admin-people-found", people("nu", found, Some("/admin?q=nu&after=x"))),
        Sample::new("admin-people-none", people("xyz", Vec::new(), None)),
        Sample::new("admin-people-narrowed", narrowed(vec![row_without("Ann Annison"), row_without("Siân O'Neill")])),
        Sample::new("admin-role", give_role()),
        Sample::new(
            "admin-role-wrong",
            give_role().errors(vec![
                FieldError { field: "role", message: text("Choose a role") },
                FieldError {
                    field: "date",
                    message: text("Enter the day on which it ends, for example 23 11 2027, or leave it empty"),
                },
            ]),
        ),
        Sample::new("admin-take-role", take_role()),
        Sample::new("admin-coverage-practice", practice()),
        Sample::new("admin-coverage-region", region()),
        Sample::new("admin-coverage-nobody", nobody()),
        Sample { notice: Some(Notice::AccountDisabled), ..Sample::new("admin-account", account(true)) },
        Sample::new("admin-outages", outages()),
        Sample::new("admin-account-mailbox", account(false)),
        Sample::new("admin-account-compromised", held_account("compromised")),
        Sample::new("admin-account-pinned", held_account("pinned")),
        Sample::new("admin-temporary-password-why", deed(Deed::TemporaryPassword)),
        Sample::new("admin-re-enrol-why", deed(Deed::ReEnrol)),
        Sample::new("admin-end-sessions-why", deed(Deed::EndSessions)),
        Sample::new("admin-disable-why", deed(Deed::Disable)),
        Sample::new("admin-enable-why", deed(Deed::Enable)),
        Sample::new("admin-no-reason", deed(Deed::Disable).errors(no_reason)),
        Sample::new("admin-withdraw-pass-why", deed(Deed::WithdrawPass)),
        Sample::new("admin-withdraw-exception-why", deed(Deed::WithdrawException)),
        Sample::new("admin-withdraw-request-why", deed(Deed::WithdrawRequest)),
        Sample::new("admin-withdraw-postponement-why", deed(Deed::WithdrawPostponement)),
        Sample::new("admin-pass", pass("now")),
        Sample::new(
            "admin-pass-later",
            pass("later").errors(vec![FieldError {
                field: "date",
                message: text("Enter the day and the time from when on it is good"),
            }]),
        ),
        Sample::new("admin-issued-pass", issued_pass()),
        Sample::new("admin-begin-key", begin_key()),
        Sample::new("admin-register-key", register_key()),
        Sample::new("admin-assign-token", assign_token()),
        Sample::new("admin-import-tokens", import_tokens()),
        Sample::new("admin-import-tokens-no-file", import_tokens().error("file", text("Choose the file of the maker"))),
        Sample::new("admin-imported-tokens", imported_tokens()),
        Sample::new(
            "admin-register-key-day",
            register_key()
                .errors(vec![FieldError { field: "date", message: text("Enter the day on which you hand it over") }]),
        ),
        Sample::new("admin-temporary-password", secret("admin/temporary-password.html", "k7rm-2wqp-x9ta-hb3e")),
        Sample::new("admin-activation-code", secret("admin/activation-code.html", "ABCD-EFGH-JKMN-PQRS-TVWX-YZ12")),
    ];
    samples.extend(location_samples());
    samples
}
