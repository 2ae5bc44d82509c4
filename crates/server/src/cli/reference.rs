//! `wardkey reference`: documents that are generated from the program, for `cargo xtask docs`.

use std::fmt::Write as _;

use wardkey_domain::application::PageRefusal;
use wardkey_domain::permission;
use wardkey_domain::signin::Refusal;
use wardkey_protocols::management;
use wardkey_web::page_codes;

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
    /// `docs/reference/permissions.md`.
    Permissions,
    /// `docs/reference/management-api.json`.
    ManagementApi,
}

/// Prints it.
pub fn run(args: &Args) -> Result<(), CliError> {
    let text = match args.document {
        Document::Settings => config::page(&Config::describe()),
        Document::Example => config::example(&Config::describe()),
        Document::Errors => errors(),
        Document::AuditEvents => audit_events::page(),
        Document::Permissions => permissions(),
        Document::ManagementApi => management::document("https://id.example.nhs.uk"),
    };
    print!("{text}");
    Ok(())
}

const ERRORS_HEAD: &str = "# Codes for the help desk

<!-- Written by `cargo xtask docs` from the enums that make the codes; change the words there. -->

Every page that refuses something shows a code, and every problem that the management API answers with has one. It stands for
what happened, never for the person or the account, and is never reused.
";

fn errors() -> String {
    let mut page = ERRORS_HEAD.to_owned();
    let sign_in = Refusal::samples().into_iter().map(|refusal| (refusal.code(), refusal.as_str(), refusal.advice()));
    table(&mut page, "A sign-in was refused", sign_in.collect());
    let pages = PageRefusal::ALL.iter().map(|refusal| (refusal.code(), refusal.word(), refusal.advice()));
    table(&mut page, "An application sent the browser with a request that does not work", pages.collect());
    let others = page_codes().into_iter().map(|page| (page.code, page.what, page.advice));
    table(&mut page, "A page cannot be shown", others.collect());
    let of_api = management::problem_codes().map(|problem| (problem.code, problem.what, problem.advice));
    table(&mut page, "A call of the management API is answered with a problem", of_api.collect());
    page.push_str("\nThe `type` of such a problem (RFC 9457) is `/api/v1/problems/` and what stands under *What*.\n");
    page
}

fn table(page: &mut String, heading: &str, mut rows: Vec<(&'static str, &'static str, &'static str)>) {
    rows.sort_unstable();
    let _ = write!(page, "\n## {heading}\n\n| Code | What | What to do |\n|---|---|---|\n");
    for (code, word, advice) in rows {
        let _ = writeln!(page, "| {code} | {} | {advice} |", word.replace('_', " "));
    }
}

const PERMISSIONS_HEAD: &str = "# Permissions

<!-- Written by `cargo xtask docs` from the matrix in crates/domain/src/permission/matrix.rs; change it there. -->

The same grid is committed as `crates/domain/src/permission/permission-matrix.txt`, where a change of it is reviewed. What a
role may do is decided in one place, `Op::require`, which every use case asks. The command line of the server may do all of it.
";

fn permissions() -> String {
    format!("{PERMISSIONS_HEAD}\n```text\n{}```\n", permission::grid())
}
