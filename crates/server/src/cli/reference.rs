//! `wardkey reference`: documents that are generated from the program, for `cargo xtask docs`.

use std::fmt::Write as _;

use wardkey_domain::application::PageRefusal;
use wardkey_domain::signin::Refusal;

use super::audit_events;
use super::error::CliError;
use crate::config::{self, Config};

/// Prints a reference document.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which one.
    document: Document,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Document {
    /// `docs/reference/settings.md`.
    Settings,
    /// `wardkey.example.toml`.
    Example,
    /// `docs/reference/errors.md`.
    Errors,
    /// `docs/reference/audit-events.md`.
    AuditEvents,
}

/// Prints it.
pub fn run(args: &Args) -> Result<(), CliError> {
    let text = match args.document {
        Document::Settings => config::page(&Config::describe()),
        Document::Example => config::example(&Config::describe()),
        Document::Errors => errors(),
        Document::AuditEvents => audit_events::page(),
    };
    print!("{text}");
    Ok(())
}

const ERRORS_HEAD: &str = "# Codes for the help desk

<!-- Written by `cargo xtask docs` from the enums that make the codes; change the words there. -->

Every page that refuses something shows a code. It stands for what happened, never for the person or the account, and is
never reused.
";

fn errors() -> String {
    let mut page = ERRORS_HEAD.to_owned();
    let sign_in = Refusal::samples().into_iter().map(|refusal| (refusal.code(), refusal.as_str(), refusal.advice()));
    table(&mut page, "A sign-in was refused", sign_in.collect());
    let pages = PageRefusal::ALL.iter().map(|refusal| (refusal.code(), refusal.word(), refusal.advice()));
    table(&mut page, "An application sent the browser with a request that does not work", pages.collect());
    table(&mut page, "A page cannot be shown", PAGES.to_vec());
    page
}

fn table(page: &mut String, heading: &str, mut rows: Vec<(&'static str, &'static str, &'static str)>) {
    rows.sort_unstable();
    let _ = write!(page, "\n## {heading}\n\n| Code | What | What to do |\n|---|---|---|\n");
    for (code, word, advice) in rows {
        let _ = writeln!(page, "| {code} | {} | {advice} |", word.replace('_', " "));
    }
}

/// The codes of `wardkey_web`'s error pages, which follow the status of the answer.
const PAGES: [(&str, &str, &str); 12] = [
    ("WEB-400", "bad_request", "The browser sent something that no page of ours sends. Start again from the home page."),
    ("WEB-401", "cross_site", "Another site sent the form. Tell security if it happens again."),
    ("WEB-402", "stale_form", "The page was open for too long, or in another tab somebody signed out. Load it again."),
    ("WEB-403", "forbidden", "The person may not do this. The page says why."),
    ("WEB-404", "not_found", "There is no such page, or the person may not see it."),
    ("WEB-405", "method_not_allowed", "The page cannot be used in this way. Start again from the home page."),
    ("WEB-409", "conflict", "Something changed meanwhile. Load the page again and look."),
    ("WEB-413", "too_large", "More was sent than any form of ours has."),
    ("WEB-422", "invalid", "The page says what is wrong with what was typed."),
    ("WEB-429", "too_many", "Too many tries. The page says when to try again."),
    ("WEB-500", "fault", "A fault of ours. Give the reference on the page to whoever runs the server: it is in the log."),
    ("WEB-503", "unavailable", "The server is busy. The page says when to try again."),
];
