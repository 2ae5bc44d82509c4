//! A page as the person in front of it sees it.

use axum::http::{HeaderMap, StatusCode};
use url::Url;

use super::form::{Form, forms, inner, inner_text};
use super::html::{Piece, pieces, text_of};

/// A page.
#[derive(Clone, Debug)]
pub struct Page {
    /// Where the browser is.
    pub url: Url,
    /// How the server answered.
    pub status: StatusCode,
    /// The headers of the answer.
    pub headers: HeaderMap,
    /// The body as text.
    pub body: String,
    pieces: Vec<Piece>,
    pub(super) forms: Vec<Form>,
}

impl Page {
    pub(super) fn new(url: Url, status: StatusCode, headers: HeaderMap, body: Vec<u8>) -> Self {
        let body = String::from_utf8_lossy(&body).into_owned();
        let is_html = headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
        let pieces = if is_html { pieces(&body) } else { Vec::new() };
        let forms = forms(&pieces);
        Self { url, status, headers, body, pieces, forms }
    }

    /// The path that the browser is at.
    pub fn path(&self) -> &str {
        self.url.path()
    }

    /// The title in the browser's tab.
    pub fn title(&self) -> String {
        self.first("title").unwrap_or_default()
    }

    /// The main heading.
    pub fn heading(&self) -> String {
        self.first("h1").unwrap_or_default()
    }

    /// Everything that can be read.
    pub fn text(&self) -> String {
        text_of(&self.pieces)
    }

    /// Whether `words` can be read on it.
    pub fn shows(&self, words: &str) -> bool {
        self.text().contains(words)
    }

    /// The text of the first element with `class`.
    pub fn with_class(&self, class: &str) -> Option<String> {
        self.find(|tag| tag.has_class(class)).map(|at| inner_text(&self.pieces, at))
    }

    /// The text of the element with the id `id`.
    pub fn with_id(&self, id: &str) -> Option<String> {
        self.find(|tag| tag.attribute("id") == Some(id)).map(|at| inner_text(&self.pieces, at))
    }

    /// What the error summary says, if there is one.
    pub fn error_summary(&self) -> Option<String> {
        self.with_class("nhsuk-error-summary")
    }

    /// What the first form that has it says in `data-name`.
    pub fn data(&self, name: &str) -> Option<String> {
        let name = format!("data-{name}");
        let found = self.pieces.iter().find_map(|piece| match piece {
            Piece::Open(tag) if tag.name == "form" => tag.attribute(&name),
            Piece::Open(_) | Piece::Close(_) | Piece::Text(_) => None,
        });
        found.map(str::to_owned)
    }

    /// The links, as text and address.
    pub fn links(&self) -> Vec<(String, String)> {
        let link = |(at, piece): (usize, &Piece)| match piece {
            Piece::Open(tag) if tag.name == "a" => {
                Some((inner_text(&self.pieces, at), tag.attribute("href")?.to_owned()))
            }
            Piece::Open(_) | Piece::Close(_) | Piece::Text(_) => None,
        };
        self.pieces.iter().enumerate().filter_map(link).collect()
    }

    /// The rows of the table or summary list with `class`, as text.
    pub fn rows(&self) -> Vec<String> {
        let row = |(at, piece): (usize, &Piece)| match piece {
            Piece::Open(tag) if tag.name == "tr" || tag.has_class("nhsuk-summary-list__row") => {
                Some(text_of(inner(&self.pieces, at)))
            }
            Piece::Open(_) | Piece::Close(_) | Piece::Text(_) => None,
        };
        self.pieces.iter().enumerate().filter_map(row).collect()
    }

    /// The value that a field holds now.
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut fields = self.forms.iter().flat_map(|form| &form.fields);
        fields.find(|field| field.name == name && field.is_sent).map(|field| field.value.as_str())
    }

    /// The forms.
    pub fn forms(&self) -> &[Form] {
        &self.forms
    }

    /// A header of the answer.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    fn first(&self, name: &str) -> Option<String> {
        self.find(|tag| tag.name == name).map(|at| inner_text(&self.pieces, at))
    }

    fn find(&self, wanted: impl Fn(&super::html::Tag) -> bool) -> Option<usize> {
        self.pieces.iter().position(|piece| matches!(piece, Piece::Open(tag) if wanted(tag)))
    }
}
