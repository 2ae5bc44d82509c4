//! Instants, to compare them [RFC 3339].

/// The microseconds since 1970 of an instant such as `2011-05-13T04:42:34Z`; nothing when it is none.
pub(super) fn micros(text: &str) -> Option<i64> {
    let (date, time) = text.split_once(['T', 't'])?;
    let (year, month, day) = (number(date.get(..4)?)?, number(date.get(5..7)?)?, number(date.get(8..)?)?);
    let (clock, offset) = parted(time)?;
    let (hour, minute) = (number(clock.get(..2)?)?, number(clock.get(3..5)?)?);
    let (second, fraction) = match clock.get(6..)?.split_once('.') {
        Some((second, fraction)) => (number(second)?, micros_of(fraction)?),
        None => (number(clock.get(6..)?)?, 0),
    };
    let marks = [date.get(4..5)?, date.get(7..8)?, clock.get(2..3)?, clock.get(5..6)?];
    let fits = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second <= 60;
    if marks != ["-", "-", ":", ":"] || !fits {
        return None;
    }
    let seconds = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset;
    Some(seconds * 1_000_000 + fraction)
}

/// The clock, and how many seconds it is before Greenwich.
fn parted(time: &str) -> Option<(&str, i64)> {
    if let Some(clock) = time.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let (clock, offset) = time.split_at_checked(time.len().checked_sub(6)?)?;
    let (sign, rest) = offset.split_at_checked(1)?;
    let (hours, minutes) = rest.split_once(':')?;
    let seconds = number(hours)? * 3_600 + number(minutes)? * 60;
    match sign {
        "+" => Some((clock, seconds)),
        "-" => Some((clock, -seconds)),
        _ => None,
    }
}

fn number(digits: &str) -> Option<i64> {
    let are_digits = !digits.is_empty() && digits.len() <= 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if are_digits { digits.parse().ok() } else { None }
}

fn micros_of(fraction: &str) -> Option<i64> {
    if fraction.is_empty() || fraction.len() > 12 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{fraction:0<6}").get(..6)?.parse().ok()
}

/// Days since 1970-01-01 in the Gregorian calendar, counted from the first of March so that leap days come last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_counted_from_1970() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2011-05-13T04:42:34Z", Some(1_305_261_754_000_000)),
            ("2011-05-13T05:42:34.25+01:00", Some(1_305_261_754_250_000)),
            ("2000-02-29T23:59:59.999999Z", Some(951_868_799_999_999)),
            ("1969-12-31T23:59:59Z", Some(-1_000_000)),
            ("2026-01-01", None),
            ("2026-13-01T00:00:00Z", None),
            ("2026-01-01T00:00:00", None),
            ("2026-01-01T00:00:00.Z", None),
            ("2026/01/01T00:00:00Z", None),
            ("2026-01-01T0é:00:00Z", None),
            ("T", None),
            ("", None),
        ] {
            assert_eq!(micros(text), expected, "{text}");
        }
    }
}
