//! Instants as people in the United Kingdom read them.

use std::sync::LazyLock;
use std::time::Duration;

use jiff::civil::{Date, DateTime, Time};
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

/// What ends at `end`: "the end of 4 December 2026" where that is midnight in London, or else the day and time.
pub fn ending(end: Timestamp) -> String {
    match jiff::Timestamp::from_microsecond(end.as_micros()) {
        Ok(instant) if instant.to_zoned(LONDON.clone()).time() == Time::midnight() => {
            let last = instant.to_zoned(LONDON.clone()).date().yesterday();
            last.map_or_else(|_| moment(end), |day| format!("the end of {}", day.strftime("%-d %B %Y")))
        }
        Ok(_) | Err(_) => moment(end),
    }
}

/// How many days there are from `now` to the last day before `end`, as calendars in London count: none on that day itself.
pub fn days_left(now: Timestamp, end: Timestamp) -> i32 {
    let date = |micros: i64| Some(jiff::Timestamp::from_microsecond(micros).ok()?.to_zoned(LONDON.clone()).date());
    let last = date(end.as_micros().saturating_sub(1));
    date(now.as_micros()).zip(last).map_or(0, |(today, last)| (last - today).get_days())
}

/// When the day in London began that is so many days before that of `at`.
pub fn day_begins(at: Timestamp, days_ago: i64) -> Timestamp {
    let begins = |at: Timestamp| {
        let day = jiff::Timestamp::from_microsecond(at.as_micros()).ok()?.to_zoned(LONDON.clone()).date();
        let day = day.checked_sub(jiff::Span::new().try_days(days_ago).ok()?).ok()?;
        let zoned = day.to_zoned(LONDON.clone()).ok()?;
        Some(Timestamp::from_micros(zoned.timestamp().as_microsecond()))
    };
    begins(at).unwrap_or(at)
}

/// The day of `at` in London, such as "21 November".
pub fn written_day_of(at: Timestamp) -> String {
    match jiff::Timestamp::from_microsecond(at.as_micros()) {
        Ok(instant) => instant.to_zoned(LONDON.clone()).strftime("%-d %B").to_string(),
        Err(_) => "an unknown day".to_owned(),
    }
}

/// The same, to the second, such as "21 November 2026 at 9:41:07pm".
pub fn moment_to_the_second(at: Timestamp) -> String {
    match jiff::Timestamp::from_microsecond(at.as_micros()) {
        Ok(instant) => instant.to_zoned(LONDON.clone()).strftime("%-d %B %Y at %-I:%M:%S%P").to_string(),
        Err(_) => "an unknown time".to_owned(),
    }
}

/// A day that is written as `2026-11-22`, such as "22 November 2026".
pub fn written_day(day: &str) -> String {
    day.parse::<Date>().map_or_else(|_| day.to_owned(), |date| date.strftime("%-d %B %Y").to_string())
}

/// The instant that a day (its number, the month, the year) and a time of day mean in London; nothing for what is none. An hour
/// that clocks skip is the one after it, one that they repeat is the first.
pub fn london(day: [&str; 3], time: &str) -> Option<Timestamp> {
    let [day, month, year] = day.map(str::trim);
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    let (hour, minute) = time.trim().split_once([':', '.'])?;
    let time = DateTime::from_parts(date, Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()?);
    let zoned = time.to_zoned(LONDON.clone()).ok()?;
    Some(Timestamp::from_micros(zoned.timestamp().as_microsecond()))
}

/// The time of day of `at` in London, as people type one, such as "9:05".
pub fn time_of_day(at: Timestamp) -> String {
    match jiff::Timestamp::from_microsecond(at.as_micros()) {
        Ok(instant) => instant.to_zoned(LONDON.clone()).strftime("%-H:%M").to_string(),
        Err(_) => String::new(),
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

/// How long something is, in words: for what people set in whole minutes, hours or days.
pub fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    let (count, unit) = match seconds {
        0..3_600 => (seconds / 60, "minute"),
        3_600..172_800 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_is_named_and_the_days_before_it_are_counted() {
        let at = |text: &str| Timestamp::from_micros(text.parse::<jiff::Timestamp>().unwrap().as_microsecond());
        for (end, now, words, days) in [
            ("2026-12-05T00:00:00Z", "2026-11-20T09:00:00Z", "the end of 4 December 2026", 14),
            ("2026-12-05T00:00:00Z", "2026-12-04T23:59:59Z", "the end of 4 December 2026", 0),
            ("2026-07-16T23:00:00Z", "2026-07-15T22:59:59Z", "the end of 16 July 2026", 1),
            ("2026-12-05T09:30:00Z", "2026-12-05T09:00:00Z", "5 December 2026 at 9:30am", 0),
        ] {
            assert_eq!((ending(at(end)).as_str(), days_left(at(now), at(end))), (words, days), "{end} {now}");
        }
    }

    #[test]
    fn a_typed_time_is_what_london_clocks_show() {
        let read = |day, time| london(day, time).map(Timestamp::as_seconds);
        assert_eq!(read(["21", "11", "2026"], "21:41"), Some(1_795_297_260));
        assert_eq!(read(["1", " 7 ", "2026"], "1.00"), Some(1_782_864_000));
        assert_eq!(read(["29", "3", "2026"], "2:00"), Some(1_774_746_000));
        for (day, time) in [(["31", "11", "2026"], "9:00"), (["1", "1", "2026"], "25:00"), (["", "1", "2026"], "9:00")]
        {
            assert_eq!(read(day, time), None);
        }
    }

    #[test]
    fn a_time_of_day_is_shown_as_it_can_be_typed() {
        for (seconds, expected) in [(1_795_297_260, "21:41"), (1_782_864_000, "1:00")] {
            let at = Timestamp::from_seconds(seconds);
            assert_eq!(time_of_day(at), expected);
            let day = today(at);
            assert_eq!(london([&day[0], &day[1], &day[2]], &time_of_day(at)), Some(at));
        }
    }

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
        let exact = moment_to_the_second(Timestamp::from_seconds(1_795_297_267));
        assert_eq!(exact, "21 November 2026 at 9:41:07pm");
    }
}
