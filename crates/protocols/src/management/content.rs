//! Bodies: which types go in and out, how large they are, and that nobody keeps them.

use axum::body::{Body, to_bytes};
use axum::response::Response;
use http::{HeaderMap, HeaderValue, header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wardkey_usecases::Error;

use super::problem::{FieldProblem, Problem, ProblemKind};

/// The type of answers.
pub const JSON: &str = "application/json";
/// The type of problems.
pub const PROBLEM: &str = "application/problem+json";
/// The type of tables.
pub const CSV: &str = "text/csv";

/// The most bytes of a body.
pub const LARGEST: usize = 64 * 1024;

/// Puts a body into an answer, that nobody may keep.
pub fn put(response: &mut Response, kind: &'static str, body: impl Into<Body>) {
    *response.body_mut() = body.into();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

/// `value` as an answer.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn json(value: &impl Serialize) -> Result<Response, Problem> {
    let body = serde_json::to_vec(value).map_err(|error| Error::internal("write an answer", error))?;
    let mut response = Response::default();
    put(&mut response, JSON, body);
    Ok(response)
}

/// The first of `offered` that is accepted the most [RFC 9110 §12.5.1]. Whoever says nothing accepts everything.
///
/// # Errors
/// When none is accepted.
pub fn accepted(headers: &HeaderMap, offered: &[&'static str]) -> Result<&'static str, Problem> {
    let listed: Vec<&str> = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    let ranges = listed.join(",");
    let best =
        offered.iter().map(|kind| (weight(&ranges, kind), *kind)).fold(None, |best, (weight, kind)| match best {
            Some((most, _)) if most >= weight => best,
            _ => Some((weight, kind)),
        });
    match best {
        Some((weight, kind)) if weight > 0 => Ok(kind),
        _ => Err(Problem::new(ProblemKind::NotAcceptable, format!("The answer would be {}.", offered.join(" or ")))),
    }
}

/// How much a type is accepted, in thousandths: what the most specific range says that has it.
fn weight(ranges: &str, kind: &str) -> u16 {
    if ranges.trim().is_empty() {
        return 1_000;
    }
    let family = kind.split('/').next().unwrap_or_default();
    let mut best = (0, 0);
    for range in ranges.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let specific = match name.as_str() {
            "*/*" => 1,
            name if name.strip_suffix("/*") == Some(family) => 2,
            name if name == kind => 3,
            _ => continue,
        };
        let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        let quality = quality.map_or(1.0, |text| text.parse::<f32>().unwrap_or(0.0)).clamp(0.0, 1.0);
        if specific > best.0 {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it lies between 0 and 1,000")]
            let thousandths = (quality * 1_000.0) as u16;
            best = (specific, thousandths);
        }
    }
    best.1
}

/// The text of a JSON body.
///
/// # Errors
/// When it is of another type, too large, or no text.
pub async fn text(headers: &HeaderMap, body: Body) -> Result<String, Problem> {
    let named = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = named.and_then(|value| value.split(';').next()).map(str::trim);
    if !essence.is_some_and(|essence| essence.eq_ignore_ascii_case(JSON)) {
        return Err(Problem::new(ProblemKind::UnsupportedType, "Send the body as application/json."));
    }
    // SECURITY: reading stops at the limit, whatever length was announced.
    let bytes = to_bytes(body, LARGEST)
        .await
        .map_err(|_| Problem::new(ProblemKind::TooLarge, format!("A body has {LARGEST} bytes at most.")))?;
    String::from_utf8(bytes.into()).map_err(|_| Problem::unreadable(FieldProblem::in_body("", "the body is not UTF-8")))
}

/// Reads a JSON text.
///
/// # Errors
/// When it is no JSON; or when members are missing, unknown, named twice or of another type.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let mut source = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut source).map_err(|error| {
        let (path, cause) = (error.path().to_string(), error.into_inner());
        match cause.classify() {
            serde_json::error::Category::Data => Problem::invalid(vec![FieldProblem::in_body(&path, in_words(&cause))]),
            serde_json::error::Category::Io
            | serde_json::error::Category::Syntax
            | serde_json::error::Category::Eof => no_json(&cause),
        }
    })?;
    source.end().map_err(|error| no_json(&error))?;
    Ok(value)
}

fn no_json(error: &serde_json::Error) -> Problem {
    Problem::unreadable(FieldProblem::in_body("", format!("the body is not JSON: {error}")))
}

/// Without the line and the column.
fn in_words(error: &serde_json::Error) -> String {
    let words = error.to_string();
    words.rsplit_once(" at line ").map_or(words.clone(), |(words, _)| words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(accept: &str, expected: Option<&str>) {
        let mut headers = HeaderMap::new();
        if !accept.is_empty() {
            headers.insert(header::ACCEPT, HeaderValue::from_str(accept).unwrap());
        }
        assert_eq!(accepted(&headers, &[JSON, CSV]).ok(), expected, "{accept}");
    }

    #[test]
    fn the_most_accepted_type_is_answered() {
        check("", Some(JSON));
        check("*/*", Some(JSON));
        check("text/csv", Some(CSV));
        check("text/*;q=0.5, application/json;q=0.4", Some(CSV));
        check("application/json, text/csv", Some(JSON));
        check("application/*", Some(JSON));
        check("application/json;q=0, */*", Some(CSV));
        check("*/*;q=0", None);
        check("application/xml", None);
        check("nonsense", None);
        check("text/csv;q=wrong", None);
    }

    #[derive(Debug, serde::Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Said {
        reason: String,
    }

    #[test]
    fn a_body_is_strict_json() {
        assert_eq!(read::<Said>(r#"{"reason":"left"}"#).unwrap().reason, "left");
        for bad in [
            "",
            "{",
            "[]",
            "null",
            "{}",
            r#"{"reason":1}"#,
            r#"{"reason":"a","reason":"b"}"#,
            r#"{"reason":"a","x":1}"#,
            r#"{"reason":"a"} {}"#,
            r#"{"reason":"a",}"#,
            r#"{"reason":"\ud800"}"#,
        ] {
            assert!(read::<Said>(bad).is_err(), "{bad}");
        }
    }
}
