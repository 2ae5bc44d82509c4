//! Reading a telephone number, and saying clearly why one is not allowed.

use std::fmt;

use phonenumber::Type;
use phonenumber::country::Id;
use phonenumber::metadata::DATABASE;
use serde::{Deserialize, Serialize};

use super::rules::TelephoneRules;

/// A telephone number of the United Kingdom, with the extension behind a switchboard if there is one.
///
/// SECURITY: it is personal data and shows itself only masked; whoever sends to it asks for it by name.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PhoneNumber {
    e164: String,
    extension: Option<String>,
}

/// What a number must be good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Text messages: mobiles only.
    Text,
    /// Voice calls: mobiles and landlines.
    Call,
}

/// Why a number cannot be used. Each is a sentence for the page, saying what is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadNumber {
    /// Nothing was typed.
    #[error("Enter a telephone number")]
    Empty,
    /// It is no telephone number.
    #[error("Enter a UK telephone number, like 07700 900 982 or 01632 960 001")]
    NotANumber,
    /// It belongs to another country.
    #[error("Enter a UK telephone number. Numbers of other countries cannot be used")]
    NotUk,
    /// It belongs to Jersey, Guernsey or the Isle of Man, and the operator does not allow those.
    #[error(
        "Enter a telephone number of the United Kingdom. Numbers of Jersey, Guernsey and the Isle of Man cannot be used here"
    )]
    CrownDependency,
    /// Calls to it cost extra or go to a company.
    #[error("Enter an ordinary mobile or landline number. Premium rate, freephone and company numbers cannot be used")]
    NotOrdinary,
    /// A personal number (070), which forwards to who knows where.
    #[error("Enter an ordinary mobile or landline number. Personal numbers that begin with 070 cannot be used")]
    Personal,
    /// A pager (076).
    #[error("Enter an ordinary mobile or landline number. Pagers cannot be used")]
    Pager,
    /// An internet telephone number [ENR-14].
    #[error("Enter an ordinary mobile or landline number. Internet telephone numbers cannot be used")]
    Virtual,
    /// A landline, which gets no text messages.
    #[error("Enter a mobile number, which begins with 07. A landline can get calls but no text messages")]
    Landline,
    /// The extension is not one to eight digits.
    #[error("Extension must be 8 digits or fewer")]
    BadExtension,
    /// Mobiles have no extensions [ENR-14].
    #[error("Only a landline has an extension. Leave the extension empty for a mobile")]
    MobileExtension,
}

/// Ranges that Ofcom sets aside for drama: national numbers without the leading zero, and how many digits follow.
const DRAMA: &[(&str, usize, Line)] = &[
    ("7700900", 3, Line::Mobile),
    ("1632960", 3, Line::Fixed),
    ("2079460", 3, Line::Fixed),
    ("1134960", 3, Line::Fixed),
    ("1614960", 3, Line::Fixed),
];

/// The most digits of an extension.
const LONGEST_EXTENSION: usize = 8;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    Mobile,
    Fixed,
}

impl PhoneNumber {
    /// Reads a number as people type it: `07…`, `+44 (0)7…`, `0044…`, with spaces, hyphens or dots.
    ///
    /// # Errors
    /// A sentence that says what is allowed.
    pub fn parse(typed: &str, extension: &str, reach: Reach, rules: TelephoneRules) -> Result<Self, BadNumber> {
        let digits = plain(typed)?;
        let extension = digits_of_extension(extension)?;
        let number = Self { e164: national(&digits)?, extension };
        number.check(reach, rules)?;
        Ok(number)
    }

    /// Takes back a number that was checked before, whatever the rules say now; ask [`PhoneNumber::check`].
    pub const fn restore(e164: String, extension: Option<String>) -> Self {
        Self { e164, extension }
    }

    /// Whether it may be used for `reach` now: rules change, and a number that was allowed may be no more.
    ///
    /// # Errors
    /// A sentence that says what is allowed.
    pub fn check(&self, reach: Reach, rules: TelephoneRules) -> Result<(), BadNumber> {
        match (self.line(rules)?, reach) {
            (Line::Fixed, Reach::Text) => Err(BadNumber::Landline),
            (Line::Mobile, Reach::Call) if self.extension.is_some() => Err(BadNumber::MobileExtension),
            (Line::Mobile, Reach::Text | Reach::Call) | (Line::Fixed, Reach::Call) => Ok(()),
        }
    }

    /// The number with its country code, as networks want it: `+447700900123` [E.164].
    pub fn e164(&self) -> &str {
        &self.e164
    }

    /// The digits to dial once the switchboard has answered.
    pub fn extension(&self) -> Option<&str> {
        self.extension.as_deref()
    }

    /// The number with all but its first two and last three digits hidden: `07••••••123`.
    pub fn masked(&self) -> String {
        let national = format!("0{}", self.e164.strip_prefix("+44").unwrap_or(&self.e164));
        let hidden_to = national.chars().count().saturating_sub(3);
        let mask = |(index, digit): (usize, char)| if (2..hidden_to).contains(&index) { '•' } else { digit };
        national.chars().enumerate().map(mask).collect()
    }

    /// The first digits that tell one range of numbers from another, for budgets: `+4477009`.
    pub fn range(&self) -> &str {
        let end = self.e164.char_indices().nth(8).map_or(self.e164.len(), |(index, _)| index);
        self.e164.get(..end).unwrap_or(&self.e164)
    }

    fn line(&self, rules: TelephoneRules) -> Result<Line, BadNumber> {
        let Some(national) = self.e164.strip_prefix("+44") else { return Err(BadNumber::NotUk) };
        if let Some(line) = drama(national) {
            return if rules.drama { Ok(line) } else { Err(BadNumber::NotANumber) };
        }
        let number = phonenumber::parse(None, &self.e164).map_err(|_| BadNumber::NotANumber)?;
        let line = match number.number_type(&DATABASE) {
            Type::Mobile => Line::Mobile,
            Type::FixedLine | Type::FixedLineOrMobile => Line::Fixed,
            Type::PersonalNumber => return Err(BadNumber::Personal),
            Type::Pager => return Err(BadNumber::Pager),
            Type::Voip => return Err(BadNumber::Virtual),
            Type::TollFree | Type::PremiumRate | Type::SharedCost | Type::Uan => return Err(BadNumber::NotOrdinary),
            Type::Emergency
            | Type::Voicemail
            | Type::ShortCode
            | Type::StandardRate
            | Type::Carrier
            | Type::NoInternational
            | Type::Unknown => return Err(BadNumber::NotANumber),
        };
        match number.country().id() {
            Some(Id::GB) => Ok(line),
            Some(Id::JE | Id::GG | Id::IM) if rules.crown_dependencies => Ok(line),
            Some(Id::JE | Id::GG | Id::IM) => Err(BadNumber::CrownDependency),
            Some(_) | None => Err(BadNumber::NotUk),
        }
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PhoneNumber({})", self.masked())
    }
}

/// Digits, and a plus in front if there was one.
fn plain(typed: &str) -> Result<String, BadNumber> {
    let mut digits = String::new();
    for character in typed.trim().chars() {
        match character {
            '0'..='9' => digits.push(character),
            '+' if digits.is_empty() => digits.push(character),
            // What phones, letters and spreadsheets put between digits.
            ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}' | '\u{2009}' | '\u{2010}'..='\u{2015}' | '\u{202f}' => {}
            _ => return Err(BadNumber::NotANumber),
        }
    }
    match digits.len() {
        0 => Err(BadNumber::Empty),
        // The longest that any network dials [E.164 §6.2.1], with an international prefix.
        1..=20 => Ok(digits),
        _ => Err(BadNumber::NotANumber),
    }
}

/// The number with its country code.
fn national(digits: &str) -> Result<String, BadNumber> {
    let international = digits.strip_prefix('+').or_else(|| digits.strip_prefix("00"));
    let national = match international {
        Some(rest) => rest.strip_prefix("44").ok_or(BadNumber::NotUk)?,
        None => match digits.strip_prefix('0') {
            Some(rest) => rest,
            // "44 7700…" without its plus is common; anything else without a zero is not dialled here.
            None => digits.strip_prefix("44").filter(|rest| rest.len() >= 9).ok_or(BadNumber::NotANumber)?,
        },
    };
    // "+44 (0)7…": the zero in brackets is not dialled from abroad.
    let national = national.strip_prefix('0').unwrap_or(national);
    if (9..=10).contains(&national.len()) { Ok(format!("+44{national}")) } else { Err(BadNumber::NotANumber) }
}

fn digits_of_extension(typed: &str) -> Result<Option<String>, BadNumber> {
    let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.is_empty() {
        return Ok(None);
    }
    let good = digits.len() <= LONGEST_EXTENSION && digits.bytes().all(|byte| byte.is_ascii_digit());
    if good { Ok(Some(digits)) } else { Err(BadNumber::BadExtension) }
}

fn drama(national: &str) -> Option<Line> {
    let (_, _, line) =
        DRAMA.iter().find(|(prefix, more, _)| national.strip_prefix(prefix).is_some_and(|rest| rest.len() == *more))?;
    Some(*line)
}

#[cfg(test)]
mod tests {
    use super::*;

    const UK: TelephoneRules = TelephoneRules { crown_dependencies: false, drama: false };
    const ISLES: TelephoneRules = TelephoneRules { crown_dependencies: true, drama: false };
    const DRAMA: TelephoneRules = TelephoneRules { crown_dependencies: false, drama: true };

    fn check(rules: TelephoneRules, reach: Reach, typed: &str, expected: Result<&str, BadNumber>) {
        let read = PhoneNumber::parse(typed, "", reach, rules);
        assert_eq!(read.as_ref().map(PhoneNumber::e164), expected.as_ref().copied(), "{typed}");
    }

    #[test]
    fn a_mobile_is_read_however_it_is_written() {
        for typed in [
            "07400 123456",
            "+44 (0)7400 123456",
            "+447400123456",
            "0044 7400 123 456",
            "0044 (0) 7400-123-456",
            "447400123456",
            " 07400\u{a0}123\u{2011}456 ",
        ] {
            check(UK, Reach::Text, typed, Ok("+447400123456"));
            check(UK, Reach::Call, typed, Ok("+447400123456"));
        }
    }

    #[test]
    fn a_landline_gets_calls_but_no_texts() {
        check(UK, Reach::Call, "0121 234 5678", Ok("+441212345678"));
        check(UK, Reach::Text, "0121 234 5678", Err(BadNumber::Landline));
    }

    #[test]
    fn numbers_that_cost_forward_or_belong_elsewhere_are_refused() {
        for (typed, why) in [
            ("0909 8790 000", BadNumber::NotOrdinary),
            ("0871 234 5678", BadNumber::NotOrdinary),
            ("0800 123 4567", BadNumber::NotOrdinary),
            ("0345 678 9012", BadNumber::NotOrdinary),
            ("070 1234 5678", BadNumber::Personal),
            ("07640 123456", BadNumber::Pager),
            ("056 0123 4567", BadNumber::Virtual),
            ("+1 202 555 0123", BadNumber::NotUk),
            ("+353 85 012 3456", BadNumber::NotUk),
            ("00353 85 012 3456", BadNumber::NotUk),
            ("999", BadNumber::NotANumber),
            ("0", BadNumber::NotANumber),
            ("07400 12345", BadNumber::NotANumber),
            ("call me", BadNumber::NotANumber),
            ("+44+447400123456", BadNumber::NotANumber),
            ("", BadNumber::Empty),
            (" () ", BadNumber::Empty),
        ] {
            for reach in [Reach::Text, Reach::Call] {
                check(UK, reach, typed, Err(why));
            }
        }
    }

    #[test]
    fn the_crown_dependencies_are_a_setting() {
        for (typed, number) in
            [("07797 712345", "+447797712345"), ("07781 123456", "+447781123456"), ("07624 123456", "+447624123456")]
        {
            check(UK, Reach::Text, typed, Err(BadNumber::CrownDependency));
            check(ISLES, Reach::Text, typed, Ok(number));
        }
    }

    #[test]
    fn numbers_of_dramas_belong_to_nobody() {
        check(UK, Reach::Text, "07700 900123", Err(BadNumber::NotANumber));
        check(DRAMA, Reach::Text, "07700 900123", Ok("+447700900123"));
        check(DRAMA, Reach::Text, "01632 960123", Err(BadNumber::Landline));
        check(DRAMA, Reach::Call, "01632 960123", Ok("+441632960123"));
    }

    #[test]
    fn only_a_landline_has_an_extension() {
        let parse = |typed, extension| PhoneNumber::parse(typed, extension, Reach::Call, UK);
        assert_eq!(parse("0121 234 5678", " 12 34 ").unwrap().extension(), Some("1234"));
        assert_eq!(parse("07400 123456", "1234"), Err(BadNumber::MobileExtension));
        assert_eq!(parse("0121 234 5678", "123456789"), Err(BadNumber::BadExtension));
        assert_eq!(parse("0121 234 5678", "12#"), Err(BadNumber::BadExtension));
    }

    #[test]
    fn a_number_shows_itself_masked() {
        let number = PhoneNumber::restore("+447400123456".to_owned(), None);
        assert_eq!(number.masked(), "07••••••456");
        assert_eq!(format!("{number:?}"), "PhoneNumber(07••••••456)");
        assert_eq!(number.range(), "+4474001");
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_typed_is_read_or_refused(typed in ".{0,40}", extension in ".{0,12}") {
            for reach in [Reach::Text, Reach::Call] {
                if let Ok(number) = PhoneNumber::parse(&typed, &extension, reach, ISLES) {
                    proptest::prop_assert!(number.e164().starts_with("+44"));
                    proptest::prop_assert_eq!(number.check(reach, ISLES), Ok(()));
                }
            }
        }
    }
}
