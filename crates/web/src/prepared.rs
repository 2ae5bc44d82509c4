//! Pages that every sign-in passes are rendered once and from then on only filled in.
//!
//! Rendering a page from the component macros takes about a twentieth of the time that hashing a password does, and a
//! sign-in shows several. What differs from one person to the next is a few texts that are only printed: the page is
//! rendered with marks in their places and kept; each person gets a copy with their own texts in the places of the marks.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use minijinja::value::Serde;
use minijinja::{Error, HtmlEscape, Value};
use serde_json::Value as Json;

use crate::template;

/// The most pages kept: applications, help contacts and notices tell pages apart, people do not.
const MOST: usize = 256;

/// A mark is a number between these two characters, which are for private use and stand in no text of ours.
const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

/// Rendered pages with places left open.
#[derive(Debug, Default)]
pub(crate) struct Prepared(RwLock<HashMap<String, Arc<[Piece]>>>);

#[derive(Debug)]
enum Piece {
    Text(Box<str>),
    Place(usize),
}

impl Prepared {
    /// The page `template` showing `context`, of which `varying` are texts that differ from person to person.
    ///
    /// INVARIANT: templates print the varying texts and test whether they are there, nothing else.
    pub(crate) fn html(&self, template: &str, mut context: Json, varying: &[String]) -> Result<String, Error> {
        if !is_free_of_marks(&context) {
            // Not a text of ours, and not worth a page of its own.
            return template::render(template, Value::from(Serde(context)));
        }
        mark(&mut context, varying);
        let key = format!("{template}\n{context}");
        if let Some(pieces) = self.find(&key) {
            return Ok(fill(&pieces, varying));
        }
        let pieces: Arc<[Piece]> = split(&template::render(template, Value::from(Serde(context)))?).into();
        let html = fill(&pieces, varying);
        self.keep(key, pieces);
        Ok(html)
    }

    fn find(&self, key: &str) -> Option<Arc<[Piece]>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn keep(&self, key: String, pieces: Arc<[Piece]>) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(key, pieces);
    }
}

/// SECURITY: whoever could type a mark could choose what is printed in its place.
fn is_free_of_marks(value: &Json) -> bool {
    match value {
        Json::String(text) => !text.contains([OPEN, CLOSE]),
        Json::Array(items) => items.iter().all(is_free_of_marks),
        Json::Object(fields) => fields.values().all(is_free_of_marks),
        Json::Null | Json::Bool(_) | Json::Number(_) => true,
    }
}

/// Puts a mark in the place of every text that is one of `varying`.
fn mark(value: &mut Json, varying: &[String]) {
    match value {
        Json::String(text) => {
            if let Some(place) = varying.iter().position(|each| each == text && !each.is_empty()) {
                *text = format!("{OPEN}{place}{CLOSE}");
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| mark(item, varying)),
        Json::Object(fields) => fields.values_mut().for_each(|field| mark(field, varying)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

fn split(html: &str) -> Vec<Piece> {
    let mut parts = html.split(OPEN);
    let mut pieces = vec![Piece::Text(parts.next().unwrap_or_default().into())];
    for part in parts {
        let (number, text) = part.split_once(CLOSE).unwrap_or(("", part));
        if let Ok(place) = number.parse() {
            pieces.push(Piece::Place(place));
        }
        pieces.push(Piece::Text(text.into()));
    }
    pieces
}

fn fill(pieces: &[Piece], varying: &[String]) -> String {
    let length: usize = pieces.iter().map(|piece| if let Piece::Text(text) = piece { text.len() } else { 64 }).sum();
    let mut html = String::with_capacity(length);
    for piece in pieces {
        match piece {
            Piece::Text(text) => html.push_str(text),
            // SECURITY: escaped as the template engine escapes, for text and for attributes alike.
            Piece::Place(place) => {
                html.push_str(&HtmlEscape(varying.get(*place).map_or("", String::as_str)).to_string());
            }
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn context(address: &str, application: &str) -> Json {
        json!({
            "page": {
                "assets": "/assets/x", "csrf": "token", "person": null, "demo": false, "notice": null, "errors": [],
                "section": "",
                "help": {"name": "Help desk", "telephone": null, "dial": null, "address": null, "hours": null},
            },
            "view": {"application": application, "address": address, "action": "/signin", "people": null},
        })
    }

    fn check(prepared: &Prepared, address: &str, application: &str) {
        let varying = [address.to_owned(), "token".to_owned()];
        let plain = template::render("signin/password.html", Value::from(Serde(context(address, application))));
        let filled = prepared.html("signin/password.html", context(address, application), &varying);
        assert_eq!(filled.unwrap(), plain.unwrap(), "{address}");
    }

    #[test]
    fn a_page_that_is_filled_in_is_the_page_that_would_have_been_rendered() {
        let prepared = Prepared::default();
        for address in
            ["nurse@a.example", "", "manager@a.example", "\"><script>alert('x')</script>&", "\u{e000}0\u{e001}", "Rota"]
        {
            check(&prepared, address, "Rota");
        }
        assert_eq!(
            prepared.0.read().unwrap().len(),
            3,
            "with an address, without one, and one that is the application"
        );
    }

    #[test]
    fn one_person_never_sees_what_another_typed() {
        let prepared = Prepared::default();
        check(&prepared, "nurse@a.example", "Rota");
        let varying = ["manager@a.example".to_owned(), "token".to_owned()];
        let html = prepared.html("signin/password.html", context("manager@a.example", "Rota"), &varying).unwrap();
        assert!(html.contains("manager@a.example") && !html.contains("nurse@a.example"));
    }

    #[test]
    fn only_so_many_pages_are_kept() {
        let prepared = Prepared::default();
        let mut view = context("nurse@a.example", "x");
        for number in 0..=MOST {
            view["view"]["application"] = json!(format!("Application {number}"));
            prepared.keep(format!("{view}"), Arc::from(Vec::new()));
        }
        assert!(prepared.0.read().unwrap().len() <= MOST);
    }
}
