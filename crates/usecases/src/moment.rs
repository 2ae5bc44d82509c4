//! Instants as people in the United Kingdom read them.

use std::sync::LazyLock;

use jiff::tz::TimeZone;
use wardkey_domain::time::Timestamp;

// The rule is written out so that a machine without a time zone database shows the same.
static LONDON: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZone::posix("GMT0BST,M3.5.0/1,M10.5.0").unwrap_or(TimeZone::UTC));

/// The day and time of `at` in London, such as "21 November 2026 at 9:41pm".
pub fn moment(at: Timestamp) -> String {
    match jiff::Timestamp::from_microsecond(at.as_micros()) {
        Ok(instant) => instant.to_zoned(LONDON.clone()).strftime("%-d %B %Y at %-I:%M%P").to_string(),
        Err(_) => "an unknown time".to_owned(),
    }
}

/// The day of `at` in London, as people type one: its number, the month and the year.
pub fn today(at: Timestamp) -> [String; 3] {
    match jiff::Timestamp::from_microsecond(at.as_micros()) {
        Ok(instant) => {
            let day = instant.to_zoned(LONDON.clone());
            [day.day().to_string(), day.month().to_string(), day.year().to_string()]
        }
        Err(_) => Default::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_as_london_clocks_show_them() {
        for (seconds, expected) in [
            (1_795_297_260, "21 November 2026 at 9:41pm"),
            (1_782_864_000, "1 July 2026 at 1:00am"),
            (1_774_745_999, "29 March 2026 at 12:59am"),
            (1_774_746_000, "29 March 2026 at 2:00am"),
        ] {
            assert_eq!(moment(Timestamp::from_seconds(seconds)), expected);
        }
    }
}
