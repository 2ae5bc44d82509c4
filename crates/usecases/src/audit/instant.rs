//! Instants as people and spreadsheets read them [RFC 3339].

use wardkey_domain::time::Timestamp;

/// Writes an instant, such as `2026-01-01T09:30:00Z`.
pub fn instant(at: Timestamp) -> String {
    at.to_utc()
}

/// Reads an instant, or a day, which begins at midnight in UTC; nothing when it is neither.
pub fn parse_instant(text: &str) -> Option<Timestamp> {
    let instant = text.parse::<jiff::Timestamp>().or_else(|_| {
        let day: jiff::civil::Date = text.parse()?;
        Ok::<_, jiff::Error>(day.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp())
    });
    instant.ok().map(|at| Timestamp::from_micros(at.as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(parse_instant(text).map(instant).as_deref(), expected);
    }

    #[test]
    fn an_instant_reads_back_as_it_was_written() {
        check("2026-01-01T09:30:00Z", Some("2026-01-01T09:30:00Z"));
        check("2026-01-01T09:30:00+01:00", Some("2026-01-01T08:30:00Z"));
        check("2026-01-01", Some("2026-01-01T00:00:00Z"));
        check("yesterday", None);
    }
}
