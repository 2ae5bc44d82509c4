//! Every message with made-up facts, as people will read it. A changed word shows in the snapshots' diff.

use std::collections::BTreeSet;

use wardkey_domain::directory::HelpContact;

use super::facts::{About, Addressee, EnrolmentCode, Factor, Location, MailWords, SignInCode, TextWords};
use super::template::names;
use super::{mail, text};

const MOMENT: &str = "22 November 2026 at 9:05am";
const UNTIL: &str = "23 November 2026 at 9:05am";
const NUMBER: &str = "+44 •••• •••123";
const FULL: Factor<'_> = Factor { factor: "text message", label: Some("my phone"), number: Some(NUMBER) };
const BARE: Factor<'_> = Factor { factor: "authenticator app", label: None, number: None };

const ABOUT: About<'_> = About {
    person: "Ben Pharmacist",
    person_organisation: "Hillside Pharmacy",
    account: "ben.pharmacist@hillside.example",
};

const NEW: Location<'_> =
    Location { location: "Riverside main site", location_organisation: "Riverside Surgery", change: false };
const CHANGED: Location<'_> = Location { change: true, ..NEW };

fn texts() -> Vec<TextWords<'static>> {
    let sign_in = |application| SignInCode {
        code: "123456",
        application,
        organisation: "Riverside Surgery",
        minutes: 10,
        host: "id.nhs.example",
        report: "ABC-DEF",
    };
    vec![
        TextWords::SignInCode(sign_in(Some("Rota"))),
        TextWords::SignInCode(sign_in(None)),
        TextWords::EnrolmentCode(EnrolmentCode {
            code: "123456",
            organisation: "Riverside Surgery",
            minutes: 10,
            host: "id.nhs.example",
            report: "ABC-DEF",
        }),
    ]
}

fn mails() -> Vec<MailWords<'static>> {
    let moment = MOMENT;
    vec![
        MailWords::FactorAdded { factor: FULL, moment },
        MailWords::FactorAdded { factor: BARE, moment },
        MailWords::FactorRemoved { factor: FULL, moment },
        MailWords::FactorMoved { factor: FULL, moment },
        MailWords::PassIssued { moment },
        MailWords::PassUsed { moment },
        MailWords::RecoveryCodesMade { moment },
        MailWords::RecoveryCodeUsed { left: 7, moment },
        MailWords::RecoveryCodeUsed { left: 1, moment },
        MailWords::RecoveryCodeUsed { left: 0, moment },
        MailWords::ReEnrolled { moment },
        MailWords::PasswordChanged { moment },
        MailWords::PasswordReset { moment },
        MailWords::ExceptionGiven { until: UNTIL, re_enrol: false, moment },
        MailWords::ExceptionGiven { until: UNTIL, re_enrol: true, moment },
        MailWords::ExceptionEnding { until: UNTIL, re_enrol: false },
        MailWords::ExceptionEnding { until: UNTIL, re_enrol: true },
        MailWords::ExceptionEnded { early: true, re_enrol: false, moment },
        MailWords::ExceptionEnded { early: false, re_enrol: true, moment },
        MailWords::ExceptionRejected { accounts: 1, moment },
        MailWords::ExceptionRejected { accounts: 12, moment },
        MailWords::RegistrationPostponed { until: UNTIL, moment },
        MailWords::RegistrationReminder {},
        MailWords::DefaultChanged { factor: BARE, moment },
        MailWords::NumberChanged { old_number: Some("+44 •••• •••456"), number: NUMBER, moment },
        MailWords::NumberChanged { old_number: None, number: NUMBER, moment },
        MailWords::FraudReported { factor: FULL, application: Some("Rota"), locked: false, moment },
        MailWords::FraudReported { factor: BARE, application: None, locked: true, moment },
        MailWords::FraudReportedAdmin { about: ABOUT, factor: FULL, application: Some("Rota"), locked: false, moment },
        MailWords::FraudReportedAdmin { about: ABOUT, factor: BARE, application: None, locked: true, moment },
        MailWords::NumberSharedAdmin { number: NUMBER, accounts: 14, about: ABOUT, moment },
        MailWords::NamedLocationApproved { location: NEW, moment },
        MailWords::NamedLocationApproved { location: CHANGED, moment },
        MailWords::NamedLocationRejected { location: NEW, reason: "say who manages the firewall", moment },
        MailWords::NamedLocationRejected { location: CHANGED, reason: "the new addresses are a hotel's", moment },
        MailWords::NamedLocationDue { location: NEW, days: 60, until: moment },
        MailWords::NamedLocationDue { location: NEW, days: 1, until: moment },
        MailWords::NamedLocationLapsed { location: NEW, until: moment },
        MailWords::AccountCompromised { moment },
        MailWords::AccountCompromisedAdmin { about: ABOUT, case: 17, moment },
        MailWords::AccountRestored { moment },
        MailWords::PinLiftAsked { moment },
        MailWords::PinLifted { moment },
    ]
}

fn help() -> HelpContact {
    HelpContact {
        name: "Riverside help desk".to_owned(),
        telephone: Some("01632 960 001".to_owned()),
        address: Some("help@riverside.example".to_owned()),
        hours: Some("8am to 6pm".to_owned()),
    }
}

fn addressee(help: Option<&HelpContact>) -> Addressee<'_> {
    Addressee { display_name: "Ann Nurse", organisation: "Riverside Surgery", help }
}

#[test]
fn every_text_reads_as_it_should() {
    let written: Vec<String> = texts().iter().map(|words| text(words).unwrap().expose().clone()).collect();
    let again: Vec<String> = texts().iter().map(|words| text(words).unwrap().expose().clone()).collect();
    assert_eq!(written, again);
    insta::assert_snapshot!("texts", written.join("\n----\n"));
}

#[test]
fn every_mail_reads_as_it_should() {
    let help = help();
    let mut plain = Vec::new();
    for words in mails() {
        let written = mail(&addressee(Some(&help)), &words).unwrap();
        assert!(written == mail(&addressee(Some(&help)), &words).unwrap());
        plain.push(format!("Subject: {}\n\n{}", written.subject, written.text));
    }
    insta::assert_snapshot!("mails", plain.join("\n----\n"));
    let html = mail(&addressee(Some(&help)), &MailWords::FactorAdded { factor: FULL, moment: MOMENT }).unwrap().html;
    insta::assert_snapshot!("mail_html", html);
}

#[test]
fn every_template_has_a_sample() {
    let mut used: BTreeSet<String> =
        ["shared/help.txt", "shared/end.txt", "shared/factor.txt", "shared/factor.html", "shared/frame.html"]
            .map(str::to_owned)
            .into();
    used.extend(texts().iter().map(|words| format!("{}/sms.txt", words.kind())));
    for words in mails() {
        used.extend(["email.subject.txt", "email.txt", "email.html"].map(|part| format!("{}/{part}", words.kind())));
    }
    assert_eq!(used, names());
}

#[test]
fn no_mail_has_a_link() {
    let help = help();
    for words in mails() {
        let written = mail(&addressee(Some(&help)), &words).unwrap();
        for text in [written.subject, written.text, written.html] {
            for link in ["http", "href", "www.", "mailto", "src="] {
                assert!(!text.contains(link), "{}: {link}", words.kind());
            }
            assert!(!text.contains("{{") && !text.contains("{%"), "{}", words.kind());
        }
    }
}

#[test]
fn a_mail_to_somebody_without_a_help_contact_says_whom_to_ask() {
    for words in mails() {
        let written = mail(&addressee(None), &words).unwrap();
        assert!(written.text.contains("Help: your local administrator."));
        assert!(written.html.contains("Help: your local administrator."));
    }
}

#[test]
fn names_are_not_markup_in_html_and_stay_as_they_are_in_text() {
    let to = Addressee { display_name: "<b>O'Neil & Söhne</b>", organisation: "A\"B", help: None };
    let written = mail(&to, &MailWords::FactorAdded { factor: BARE, moment: MOMENT }).unwrap();
    assert!(written.text.contains("Hello <b>O'Neil & Söhne</b>,"), "{}", written.text);
    assert!(!written.html.contains("<b>O"), "{}", written.html);
    assert!(written.html.contains("&lt;b&gt;O"), "{}", written.html);
}

#[test]
fn a_subject_stays_on_one_line() {
    let words = MailWords::FraudReportedAdmin {
        about: About { person: "Ann\r\nBcc: everybody@example.com", ..ABOUT },
        factor: BARE,
        application: None,
        locked: false,
        moment: MOMENT,
    };
    let written = mail(&addressee(None), &words).unwrap();
    assert!(!written.subject.contains(['\r', '\n']), "{}", written.subject);
}
