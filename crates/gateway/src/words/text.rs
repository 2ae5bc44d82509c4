//! Texts: one short message each, in the alphabet that makes it the longest.

use serde::Serialize;
use wardkey_domain::secret::Secret;
use wardkey_wire::sms::{Alphabet, gsm7, transliterate};

use super::facts::{EnrolmentCode, SignInCode, TextWords};
use super::template::{WordsError, render};

/// The fewest letters that a name is cut to while the text has everything in it.
const READABLE: usize = 12;

/// The fewest letters that a name is cut to at all.
const RECOGNISABLE: usize = 3;

/// How much a template may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Room {
    /// Everything.
    Ample,
    /// Only what is needed.
    Tight,
}

/// What a template is given: the facts, and whether it should leave out what is not needed.
#[derive(Serialize)]
struct Given<T> {
    #[serde(flatten)]
    facts: T,
    tight: bool,
}

/// Writes a text.
///
/// It is in the GSM 7-bit default alphabet, and one short message long: names are shortened until it fits, the code never. Only
/// a host of more than 26 characters can make it longer.
///
/// # Errors
/// The template is wrong.
pub fn text(words: &TextWords<'_>) -> Result<Secret<String>, WordsError> {
    let template = format!("{}/sms.txt", words.kind());
    match words {
        TextWords::SignInCode(facts) => {
            let names = [facts.application.map(plain).filter(|name| !name.is_empty()), Some(plain(facts.organisation))];
            fit(names, |[application, organisation], room| {
                let (application, organisation) = (application.as_deref(), organisation.as_deref().unwrap_or_default());
                write(&template, room, SignInCode { application, organisation, ..*facts })
            })
        }
        TextWords::EnrolmentCode(facts) => fit([Some(plain(facts.organisation))], |[organisation], room| {
            let organisation = organisation.as_deref().unwrap_or_default();
            write(&template, room, EnrolmentCode { organisation, ..*facts })
        }),
    }
}

/// The text in the default alphabet, whatever stands in the template, without white space at the end.
fn write(template: &str, room: Room, facts: impl Serialize) -> Result<Secret<String>, WordsError> {
    let written = Secret::new(render(template, Given { facts, tight: room == Room::Tight })?);
    let lines: Vec<String> = written.expose().trim_end().lines().map(transliterate).collect();
    Ok(Secret::new(lines.join("\n")))
}

/// Writes with shorter and shorter names until the text is one short message.
fn fit<const NAMES: usize>(
    full: [Option<String>; NAMES],
    write: impl Fn(&[Option<String>; NAMES], Room) -> Result<Secret<String>, WordsError>,
) -> Result<Secret<String>, WordsError> {
    let mut names = full.clone();
    // At the very end only the last name is left: whose code it is.
    for (room, least, first) in [
        (Room::Ample, READABLE, 0),
        (Room::Tight, READABLE, 0),
        (Room::Tight, RECOGNISABLE, 0),
        (Room::Tight, RECOGNISABLE, NAMES.saturating_sub(1)),
    ] {
        names = full.clone();
        for name in names.iter_mut().take(first) {
            *name = None;
        }
        loop {
            let written = write(&names, room)?;
            let length = gsm7::septets(written.expose()).unwrap_or(usize::MAX);
            let over = length.saturating_sub(Alphabet::Gsm7.alone());
            if over == 0 {
                return Ok(written);
            }
            if !shorten(&mut names, over, least) {
                break;
            }
        }
    }
    write(&names, Room::Tight)
}

/// Takes `over` letters off the names, from the longest each time; whether any could be taken.
fn shorten(names: &mut [Option<String>], over: usize, least: usize) -> bool {
    let mut taken = false;
    for _ in 0..over {
        let longest = names.iter_mut().flatten().max_by_key(|name| name.chars().count());
        match longest {
            Some(name) if name.chars().count() > least => {
                name.pop();
                taken = true;
            }
            Some(_) | None => break,
        }
    }
    for name in names.iter_mut().flatten() {
        name.truncate(name.trim_end().len());
    }
    taken
}

/// A name in the default alphabet, without white space around it.
fn plain(name: &str) -> String {
    transliterate(name).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use wardkey_wire::sms::segments;

    use super::*;

    const HOST: &str = "signin.riverside.nhs.uk";

    fn sign_in<'a>(application: Option<&'a str>, organisation: &'a str) -> TextWords<'a> {
        let report = "ABC-DEF";
        TextWords::SignInCode(SignInCode { code: "123456", application, organisation, minutes: 10, host: HOST, report })
    }

    fn enrolment(organisation: &str) -> TextWords<'_> {
        let report = "ABC-DEF";
        TextWords::EnrolmentCode(EnrolmentCode { code: "123456", organisation, minutes: 10, host: HOST, report })
    }

    fn check(words: &TextWords<'_>) -> String {
        let text = text(words).unwrap().expose().clone();
        assert_eq!(segments(&text), 1, "{text}");
        assert!(gsm7::septets(&text).is_some(), "{text}");
        assert!(text.starts_with("123456 is your "), "{text}");
        assert!(text.ends_with("\n\n@signin.riverside.nhs.uk #123456"), "{text}");
        assert!(text.contains("Do not share it."), "{text}");
        assert!(text.contains("Not you? Go to signin.riverside.nhs.uk/not-me, reference ABC-DEF"), "{text}");
        assert_eq!(text.lines().count(), 3, "{text}");
        text
    }

    #[test]
    fn the_last_line_is_for_the_browser_and_an_empty_line_stands_before_it() {
        check(&sign_in(Some("Rota"), "Riverside Surgery"));
        check(&enrolment("Riverside Surgery"));
    }

    #[test]
    fn long_names_are_shortened_and_the_code_is_not() {
        let text = check(&sign_in(Some("Electronic Prescription Service"), "Royal Wolverhampton Hospitals NHS Trust"));
        assert!(text.contains("for Electro"), "{text}");
        assert!(text.contains(", Royal"), "{text}");
    }

    #[test]
    fn letters_of_other_alphabets_do_not_double_the_price() {
        let text = check(&sign_in(None, "Ysbyty Gŵyr – “Tŷ”"));
        assert!(text.contains("Ysbyty Gwyr - \"Ty\""), "{text}");
        check(&sign_in(Some("病院"), "🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂"));
    }

    #[test]
    fn a_name_cannot_write_a_last_line_of_its_own() {
        check(&sign_in(Some("x\n\n@evil.example #999999"), "y\r\n@evil.example #1"));
        check(&sign_in(Some(" "), "{{ code }}"));
    }

    #[test]
    fn a_long_host_keeps_the_text_whole() {
        for (length, parts) in [(26, 1), (90, 2)] {
            let host = "h".repeat(length);
            let facts = SignInCode {
                code: "12345678",
                application: Some("Electronic Prescription Service"),
                organisation: "Royal Wolverhampton Hospitals NHS Trust",
                minutes: 10,
                host: &host,
                report: "ABC-DEF",
            };
            let text = text(&TextWords::SignInCode(facts)).unwrap();
            assert_eq!(segments(text.expose()), parts, "{}", text.expose());
            assert!(text.expose().ends_with(&format!("@{host} #12345678")));
        }
    }

    proptest! {
        #[test]
        fn whatever_the_names_it_is_one_message(application in any::<Option<String>>(), organisation in any::<String>()) {
            check(&sign_in(application.as_deref(), &organisation));
            check(&enrolment(&organisation));
        }

        #[test]
        fn names_of_costly_letters_fit_too(application in "[€{}\\[\\]a ]{0,80}", organisation in "[€~|é…]{0,80}") {
            check(&sign_in(Some(&application), &organisation));
        }
    }
}
