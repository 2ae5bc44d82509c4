//! A file that a browser keeps.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};

/// A table that a browser keeps as a file.
pub(crate) struct Table {
    /// What the file is called, without its ending; letters, digits and hyphens.
    pub(crate) name: String,
    /// Its text.
    pub(crate) text: String,
    /// Its ending: `csv` or `json`.
    pub(crate) kind: &'static str,
}

impl IntoResponse for Table {
    fn into_response(self) -> Response {
        let Self { name, text, kind } = self;
        let is_csv = kind == "csv";
        // With a mark in front, spreadsheets read it as UTF-8.
        let mut response = if is_csv { format!("\u{feff}{text}") } else { text }.into_response();
        let headers = response.headers_mut();
        let media = if is_csv { "text/csv; charset=utf-8" } else { "application/json" };
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
        let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}.{kind}\""));
        headers.insert(
            header::CONTENT_DISPOSITION,
            disposition.unwrap_or_else(|_| HeaderValue::from_static("attachment")),
        );
        response
    }
}
