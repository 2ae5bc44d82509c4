//! `Message`: one record, whose parts cannot break out of their places.

use std::fmt::{self, Write as _};
use std::str::FromStr;

/// Where a message comes from, among those that may be chosen [RFC 5424 §6.2.1, table 1].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Facility {
    /// Security and authorization messages.
    Auth,
    /// The same, for whoever may read what is private.
    #[default]
    AuthPriv,
    /// Log audit.
    Audit,
    /// Log alert.
    Alert,
    /// One of `local0` to `local7`.
    Local(u8),
}

impl Facility {
    /// Every facility that may be chosen, by its usual name.
    pub const NAMES: [&'static str; 12] = [
        "auth", "authpriv", "audit", "alert", "local0", "local1", "local2", "local3", "local4", "local5", "local6",
        "local7",
    ];

    const fn code(self) -> u8 {
        match self {
            Self::Auth => 4,
            Self::AuthPriv => 10,
            Self::Audit => 13,
            Self::Alert => 14,
            Self::Local(number) => 16 + (number & 7),
        }
    }
}

/// The text is not the name of a facility.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a facility")]
pub struct NotAFacility;

impl FromStr for Facility {
    type Err = NotAFacility;

    fn from_str(text: &str) -> Result<Self, NotAFacility> {
        match text {
            "auth" => Ok(Self::Auth),
            "authpriv" => Ok(Self::AuthPriv),
            "audit" => Ok(Self::Audit),
            "alert" => Ok(Self::Alert),
            _ => {
                let number = text.strip_prefix("local").and_then(|digits| digits.parse().ok());
                number.filter(|number| *number < 8).map(Self::Local).ok_or(NotAFacility)
            }
        }
    }
}

/// How much a message matters [RFC 5424 §6.2.1, table 2].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Normal, but significant.
    Notice,
    /// Informational.
    Informational,
}

impl Severity {
    const fn code(self) -> u8 {
        match self {
            Self::Notice => 5,
            Self::Informational => 6,
        }
    }
}

/// One record [RFC 5424 §6].
///
/// INVARIANT: whatever stands in the parts, the record is one record, on one line, and has the parts that it was given. What a
/// part may not hold is replaced, never let through: a header's part by `-` or without the octets that it may not have, a
/// control character anywhere by U+FFFD.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// Where it comes from.
    pub facility: Facility,
    /// How much it matters.
    pub severity: Severity,
    /// The moment, as [RFC 3339] writes it in UTC, with microseconds at most.
    pub timestamp: &'a str,
    /// The host that it is from.
    pub host: &'a str,
    /// The program.
    pub application: &'a str,
    /// The process.
    pub process: &'a str,
    /// The kind of message.
    pub kind: &'a str,
    /// The identifier of the structured data, a name or `name@enterprise` [RFC 5424 §6.3.2].
    pub data_id: &'a str,
    /// Parameters of the structured data. The names are ours.
    pub data: &'a [(&'static str, &'a str)],
    /// The text.
    pub text: &'a str,
}

/// Tells a reader that the text is UTF-8 [RFC 5424 §6.4].
const BYTE_ORDER_MARK: char = '\u{feff}';

impl Message<'_> {
    /// The record, with its length before it [RFC 5425 §4.3].
    pub fn frame(&self) -> String {
        let record = self.to_string();
        format!("{} {record}", record.len())
    }
}

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let priority = u16::from(self.facility.code()) * 8 + u16::from(self.severity.code());
        write!(f, "<{priority}>1 {} {} ", Plain(self.timestamp, 32), Plain(self.host, 255))?;
        write!(f, "{} {} ", Plain(self.application, 48), Plain(self.process, 128))?;
        write!(f, "{} [{}", Plain(self.kind, 32), Name(self.data_id))?;
        for (name, value) in self.data {
            write!(f, " {}=\"{}\"", Name(name), Value(value))?;
        }
        write!(f, "] {BYTE_ORDER_MARK}")?;
        self.text.chars().try_for_each(|letter| f.write_char(visible(letter)))
    }
}

/// A part of the header: printable ASCII without spaces, or `-` where there is none [RFC 5424 §6].
struct Plain<'a>(&'a str, usize);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut letters = self.0.chars().filter(char::is_ascii_graphic).take(self.1).peekable();
        if letters.peek().is_none() {
            return f.write_char('-');
        }
        letters.try_for_each(|letter| f.write_char(letter))
    }
}

/// A name in structured data [RFC 5424 §6.3.2, §6.3.3].
struct Name<'a>(&'a str);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_allowed = |letter: &char| letter.is_ascii_graphic() && !matches!(letter, '=' | ']' | '"');
        let mut letters = self.0.chars().filter(is_allowed).take(32).peekable();
        if letters.peek().is_none() {
            return f.write_char('_');
        }
        letters.try_for_each(|letter| f.write_char(letter))
    }
}

/// A value in structured data: a quote, a backslash and a closing bracket are escaped [RFC 5424 §6.3.3].
struct Value<'a>(&'a str);

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            if matches!(letter, '"' | '\\' | ']') {
                f.write_char('\\')?;
            }
            f.write_char(visible(letter))?;
        }
        Ok(())
    }
}

/// SECURITY: a reader that writes records to a file, one a line, must not find the beginning of another one within a record.
const fn visible(letter: char) -> char {
    if matches!(letter, '\0'..='\u{1f}') { char::REPLACEMENT_CHARACTER } else { letter }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn message<'a>(data: &'a [(&'static str, &'a str)], text: &'a str) -> Message<'a> {
        Message {
            facility: Facility::AuthPriv,
            severity: Severity::Informational,
            timestamp: "2026-06-01T12:00:00.000123Z",
            host: "id.example.nhs.uk",
            application: "wardkey",
            process: "4711",
            kind: "signed_in",
            data_id: "wardkey@32473",
            data,
            text,
        }
    }

    /// What a reader makes of one record: header, structured data, text.
    #[derive(Debug, PartialEq, Eq)]
    struct Record {
        header: Vec<String>,
        data_id: String,
        data: Vec<(String, String)>,
        text: String,
    }

    /// Reads frames as a receiver does, by the grammar of the standards and not by what is written here.
    fn read(mut stream: &str) -> Vec<Record> {
        let mut records = Vec::new();
        while !stream.is_empty() {
            let (length, rest) = stream.split_once(' ').unwrap();
            assert!(!length.starts_with('0') && length.bytes().all(|byte| byte.is_ascii_digit()), "{length:?}");
            let (record, rest) = rest.split_at(length.parse().unwrap());
            records.push(parse(record));
            stream = rest;
        }
        records
    }

    fn parse(record: &str) -> Record {
        let mut parts = record.splitn(7, ' ');
        let header: Vec<String> = parts.by_ref().take(6).map(str::to_owned).collect();
        let rest = parts.next().unwrap().strip_prefix('[').unwrap();
        let end = rest.find([' ', ']']).unwrap();
        let (data_id, mut rest) = rest.split_at(end);
        let mut data = Vec::new();
        while let Some(parameter) = rest.strip_prefix(' ') {
            let (name, quoted) = parameter.split_once("=\"").unwrap();
            let (mut value, mut letters) = (String::new(), quoted.char_indices());
            let end = loop {
                match letters.next().unwrap() {
                    (_, '\\') => value.push(letters.next().unwrap().1),
                    (at, '"') => break at,
                    (_, letter) => {
                        assert_ne!(letter, ']', "it must be escaped");
                        value.push(letter);
                    }
                }
            };
            data.push((name.to_owned(), value));
            rest = &quoted[end + 1..];
        }
        let text = rest.strip_prefix("] \u{feff}").unwrap().to_owned();
        Record { header, data_id: data_id.to_owned(), data, text }
    }

    fn seen(text: &str) -> String {
        text.chars().map(|letter| if letter < ' ' { '\u{fffd}' } else { letter }).collect()
    }

    #[test]
    fn a_record_is_written_as_the_standard_has_it() {
        let data = [("number", "7"), ("actor", r#"a "b" \ [c]"#)];
        let text = r#"{"number":7}"#;
        let record = message(&data, text).to_string();
        assert_eq!(
            record,
            "<86>1 2026-06-01T12:00:00.000123Z id.example.nhs.uk wardkey 4711 signed_in \
             [wardkey@32473 number=\"7\" actor=\"a \\\"b\\\" \\\\ [c\\]\"] \u{feff}{\"number\":7}"
        );
        assert_eq!(message(&data, text).frame(), format!("{} {record}", record.len()));
    }

    #[test]
    fn a_length_counts_octets_and_not_letters() {
        let record = message(&[], "Siân");
        let expected = record.to_string().len();
        assert_eq!(record.to_string().chars().count() + 3, expected, "one octet more for â, two for the mark");
        assert!(record.frame().starts_with(&format!("{expected} <86>1 ")));
    }

    #[test]
    fn a_header_has_a_dash_where_nothing_is() {
        let nothing = Message { timestamp: "", host: " \n", process: "ä", kind: "", ..message(&[], "") };
        assert_eq!(nothing.to_string(), "<86>1 - - wardkey - - [wardkey@32473] \u{feff}");
    }

    #[test]
    fn a_facility_has_the_code_of_the_table() {
        let codes: Vec<u8> = Facility::NAMES.iter().map(|name| name.parse::<Facility>().unwrap().code()).collect();
        assert_eq!(codes, [4, 10, 13, 14, 16, 17, 18, 19, 20, 21, 22, 23]);
        for bad in ["", "local8", "local-1", "kern", "AUTH"] {
            assert_eq!(bad.parse::<Facility>(), Err(NotAFacility), "{bad}");
        }
    }

    /// Anything, and often what could break out of its place.
    fn hostile() -> impl Strategy<Value = String> {
        let bits = prop_oneof![
            any::<char>().prop_map(String::from),
            "[\\x00-\\x1f\\x7f\u{80}-\u{9f}]",
            Just("\"] ".to_owned()),
            Just("\\".to_owned()),
            Just("]".to_owned()),
            Just("\n<0>1 - - - - - - forged".to_owned()),
            Just("\r\n42 <0>1 ".to_owned()),
            Just("\u{feff}".to_owned()),
            Just("\u{2028}".to_owned()),
        ];
        proptest::collection::vec(bits, 0..12).prop_map(|bits| bits.concat())
    }

    proptest! {
        #[test]
        fn nothing_breaks_the_framing_or_forges_a_record(
            texts in proptest::collection::vec((hostile(), hostile(), hostile()), 1..6),
        ) {
            let mut stream = String::new();
            for (one, other, text) in &texts {
                stream.push_str(&message(&[("number", one), ("actor", other)], text).frame());
            }
            prop_assert!(!stream.contains(|letter: char| letter < ' '), "a reader may write records to lines");
            let records = read(&stream);
            prop_assert_eq!(records.len(), texts.len());
            for (record, (one, other, text)) in records.iter().zip(&texts) {
                prop_assert_eq!(&record.header[0], "<86>1");
                prop_assert_eq!(&record.data_id, "wardkey@32473");
                let expected = [("number".to_owned(), seen(one)), ("actor".to_owned(), seen(other))];
                prop_assert_eq!(&record.data, &expected);
                prop_assert_eq!(&record.text, &seen(text));
            }
        }

        #[test]
        fn no_part_of_a_header_runs_into_the_next(one in hostile(), other in hostile(), third in hostile()) {
            let record = Message {
                timestamp: &one, host: &other, process: &third, kind: &one, data_id: &other, application: &third,
                ..message(&[("number", "1")], "text")
            };
            let read = read(&record.frame());
            prop_assert_eq!(read.len(), 1);
            prop_assert_eq!(read[0].header.len(), 6);
            prop_assert!(read[0].header.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_graphic())));
            prop_assert_eq!(&read[0].data, &[("number".to_owned(), "1".to_owned())]);
            prop_assert_eq!(&read[0].text, "text");
        }
    }
}
