//! Taking hardware tokens in from a file of their maker [MET-8].

use http::StatusCode;
use serde::Serialize;
use wardkey_domain::directory::RowError;
use wardkey_usecases::directory::{ImportMode, ImportProgress, ImportReport, import_tokens, may_import_tokens};
use wardkey_usecases::signin::{Destination, PortalPage};

use crate::drawn::Answer;
use crate::error::{OrFreshFactor, PageError};
use crate::form::Upload;
use crate::page::Page;
use crate::person::Person;

/// The page that asks for the file.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ImportTokensView {
    /// The ODS code as typed.
    pub(crate) organisation: String,
}

/// What became of a file.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ImportedView {
    pub(crate) added: u64,
    pub(crate) changed: u64,
    pub(crate) unchanged: u64,
    pub(crate) refused: u64,
    /// The first of what was wrong.
    pub(crate) errors: Vec<RefusedRow>,
}

/// One thing that is wrong with a row.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RefusedRow {
    pub(crate) line: u64,
    pub(crate) column: &'static str,
    pub(crate) text: String,
}

const HERE: Destination = Destination::PortalPage(PortalPage::Admin);
/// How many errors the page lists.
const SHOWN: usize = 200;
/// How many rows a file may have: what is read of it stays small.
const MOST_ROWS: usize = 5_000;

/// `GET /admin/tokens`
pub(crate) async fn form(person: Person) -> Result<Page, PageError> {
    if !may_import_tokens(&person.op) {
        return Err(PageError::NotFound);
    }
    Ok(page(&person, String::new()))
}

/// `POST /admin/tokens`: takes the rows that can be taken, and says what is wrong with the others.
pub(crate) async fn import(person: Person, form: Upload) -> Result<Answer, PageError> {
    if !may_import_tokens(&person.op) {
        return Err(PageError::NotFound);
    }
    let typed = form.text("organisation");
    let Ok(organisation) = typed.parse() else {
        return Ok(refused(
            &person,
            typed,
            "organisation",
            "Enter the ODS code of the organisation whose tokens they are",
        ));
    };
    let file = form.secret("file");
    if file.expose().trim().is_empty() {
        return Ok(refused(&person, typed, "file", "Choose the file of the maker"));
    }
    let mut errors = Vec::new();
    let mut note = |news: ImportProgress<'_>| {
        if let ImportProgress::Refused { line, errors: wrong } = news {
            let room = SHOWN.saturating_sub(errors.len());
            errors.extend(wrong.iter().map(|error| RefusedRow::of(line, error)).take(room));
        }
    };
    let rows = (person.web.settings().token_reader.0)(file.expose(), MOST_ROWS + 1);
    if rows.len() > MOST_ROWS {
        return Ok(refused(&person, typed, "file", "The file has more than 5,000 rows. Hand it in in parts"));
    }
    let imported = import_tokens(person.app(), &person.op, &organisation, rows, ImportMode::Write, &mut note).await;
    match imported {
        Ok(report) => {
            let ImportReport { added, changed, unchanged, refused } = report;
            let view = ImportedView { added, changed, unchanged, refused, errors };
            Ok(Page::new("admin/imported-tokens.html", person.admin_frame(), view).into())
        }
        Err(wardkey_usecases::Error::NotFound(_)) => {
            Ok(refused(&person, typed, "organisation", "You look after no organisation with this code"))
        }
        Err(error) => Err(error).or_fresh_factor(HERE),
    }
}

impl RefusedRow {
    fn of(line: u64, error: &RowError) -> Self {
        Self { line, column: error.field.as_str(), text: error.message.clone() }
    }
}

fn refused(person: &Person, organisation: &str, field: &'static str, text: &str) -> Answer {
    let page = page(person, organisation.to_owned()).status(StatusCode::UNPROCESSABLE_ENTITY);
    page.error(field, text.to_owned()).into()
}

fn page(person: &Person, organisation: String) -> Page {
    Page::new("admin/import-tokens.html", person.admin_frame(), ImportTokensView { organisation })
}
