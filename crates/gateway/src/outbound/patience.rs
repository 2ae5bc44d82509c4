//! For how long an answer asks for patience.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};

/// What `Retry-After` says [RFC 9110 §10.2.3]: seconds, or a date, which is compared with the answer's own, so that no two
/// clocks have to agree.
pub(super) fn patience(headers: &HeaderMap) -> Option<Duration> {
    if let Some(seconds) = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs) {
        return Some(seconds);
    }
    let wait = date(headers, &RETRY_AFTER)?.duration_since(date(headers, &DATE)?);
    Some(Duration::try_from(wait).unwrap_or(Duration::ZERO))
}

fn date(headers: &HeaderMap, name: &HeaderName) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(headers.get(name)?.to_str().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn patience_is_seconds_or_a_date() {
        let now = "Sun, 22 Nov 2026 04:00:00 GMT";
        for (after, date, expected) in [
            ("120", None, Some(120)),
            ("0", Some(now), Some(0)),
            ("Sun, 22 Nov 2026 04:00:30 GMT", Some(now), Some(30)),
            ("Sun, 22 Nov 2026 03:00:00 GMT", Some(now), Some(0)),
            ("Sun, 22 Nov 2026 04:00:30 GMT", None, None),
            ("soon", Some(now), None),
            ("-5", Some(now), None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_static(after));
            if let Some(date) = date {
                headers.insert(DATE, HeaderValue::from_static(date));
            }
            assert_eq!(patience(&headers).map(|wait| wait.as_secs()), expected, "{after}");
        }
        assert_eq!(patience(&HeaderMap::new()), None);
    }
}
