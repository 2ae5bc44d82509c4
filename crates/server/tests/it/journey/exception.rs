//! Exceptions: given, seen, ended, withdrawn and refused; long ones asked for by one and approved by another; more time to register.

use std::time::Duration;

use wardkey_domain::directory::Role;
use wardkey_testkit::{Browser, Person, TestApp};
use wardkey_usecases::Settings;
use wardkey_usecases::access::{end_exceptions, remind_of_ends};
use wardkey_usecases::moment;

const NURSE: &str = "nurse@riverside-surgery.example";
const CLERK: &str = "clerk@riverside-surgery.example";
const NEWCOMER: &str = "newcomer@riverside-surgery.example";
const ADMINISTRATOR: &str = "administrator@riverside-surgery.example";
const PRIMARY: &str = "primary@riverside-surgery.example";

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);

/// A practice whose nurse and clerk have an app, and its two administrators.
struct Practice {
    nurse: Person,
    administrator: Person,
    primary: Person,
}

async fn practice(test: &TestApp) -> Practice {
    test.add_practice("Y00001").await;
    test.add_person("Y00001", NEWCOMER).await;
    enrolled(test, CLERK).await;
    let practice = Practice {
        nurse: enrolled(test, NURSE).await,
        administrator: enrolled(test, ADMINISTRATOR).await,
        primary: enrolled(test, PRIMARY).await,
    };
    test.give_role(ADMINISTRATOR, Role::LocalAdministrator, "Y00001").await;
    test.give_role(PRIMARY, Role::PrimaryLocalAdministrator, "Y00001").await;
    practice
}

async fn enrolled(test: &TestApp, address: &str) -> Person {
    let mut person = test.add_person("Y00001", address).await;
    person.sign_in_and_enrol(&mut test.browser(), test.clock.now()).await;
    person
}

/// A browser in which somebody has just signed in.
async fn desk(test: &TestApp, person: &Person) -> Browser {
    test.clock.next_code();
    let mut desk = test.browser();
    person.sign_in(&mut desk, test.clock.now()).await;
    desk
}

async fn account_page(test: &TestApp, desk: &mut Browser, whose: &str) {
    desk.open(&format!("/admin/people/{}", test.account(whose).await.id)).await;
}

/// Gives a 24-hour exception on the pages.
async fn give(test: &TestApp, desk: &mut Browser, whose: &str, why: &str) {
    account_page(test, desk, whose).await;
    desk.follow("Give them a 24-hour exception").await;
    desk.fill("why", why);
    desk.press("Give the exception").await;
}

/// The text of the mail to somebody whose subject has these words, once it has left.
async fn mail(test: &TestApp, to: &str, subject: &str) -> String {
    let mut changes = test.messages.changes();
    let courier = test.courier();
    let text = loop {
        let found = test.messages.mails().into_iter().map(|own| own.mail);
        let mut found = found.filter(|mail| mail.to == to && mail.subject.contains(subject));
        if let Some(mail) = found.next() {
            break mail.text;
        }
        tokio::time::timeout(Duration::from_secs(20), changes.changed()).await.expect("a mail").unwrap();
    };
    courier.stop().await;
    text
}

/// The token of the forms in this browser.
fn token(browser: &Browser) -> String {
    browser.page().field("form_token").unwrap().to_owned()
}

/// What the jobs of the server would have done by now.
async fn jobs(test: &TestApp) {
    let op = test.app.op(wardkey_domain::op::Actor::System("test"), Default::default());
    remind_of_ends(&test.app, &op).await.unwrap();
    end_exceptions(&test.app, &op).await.unwrap();
}

fn shows(browser: &Browser, words: &str) {
    assert!(browser.page().shows(words), "{words}: {}", browser.page().text());
}

fn hides(browser: &Browser, words: &str) {
    assert!(!browser.page().shows(words), "{words}: {}", browser.page().text());
}

on_both_engines!(an_exception_is_there_until_its_last_second_and_its_owner_is_told, |test| {
    let practice = practice(test).await;
    let mut desk = desk(test, &practice.administrator).await;
    test.clock.next_code();
    let mut own = test.browser();
    practice.nurse.sign_in(&mut own, test.clock.now()).await;
    own.open("/").await;
    hides(&own, "prompts are suspended");

    give(test, &mut desk, NURSE, "no_signal").await;
    let end = test.app.now().plus(DAY);
    shows(&desk, "24-hour exception given");
    shows(&desk, &wardkey_usecases::moment_to_the_second(end));
    let told = mail(test, NURSE, "are suspended").await;
    assert!(told.contains(&format!("return on {}", moment(end))), "{told}");
    desk.follow("Back to the account").await;
    shows(&desk, &format!("Prompts are suspended until {}, because they are at a place without signal", moment(end)));
    hides(&desk, "Give them a 24-hour exception");
    for page in ["/", "/profile/security-info"] {
        own.open(page).await;
        shows(
            &own,
            &format!(
                "Your sign-in prompts are suspended: for most of what you do your password is enough. They return on {}",
                moment(end)
            ),
        );
    }

    test.clock.advance(22 * HOUR);
    jobs(test).await;
    let reminder = mail(test, NURSE, "return soon").await;
    assert!(reminder.contains(&moment(end)), "{reminder}");
    // Whoever looks has signed in shortly before.
    test.clock.advance(2 * HOUR - 120 * SECOND);
    let mut desk = self::desk(test, &practice.administrator).await;
    test.clock.advance(end.minus(SECOND).since(test.app.now()));
    account_page(test, &mut desk, NURSE).await;
    shows(&desk, "Prompts are suspended until");
    test.clock.advance(SECOND);
    account_page(test, &mut desk, NURSE).await;
    hides(&desk, "Prompts are suspended until");
    shows(&desk, "The last 24-hour exception ended on");
    jobs(test).await;
    account_page(test, &mut desk, NURSE).await;
    shows(&desk, "The last 24-hour exception ended on");
});

on_both_engines!(an_exception_is_withdrawn, |test| {
    let practice = practice(test).await;
    let mut desk = desk(test, &practice.administrator).await;
    give(test, &mut desk, NURSE, "phone_misplaced").await;
    shows(&desk, "the apps and the numbers on their phone are removed");
    desk.follow("Back to the account").await;
    desk.follow("Withdraw their exception").await;
    desk.press("Withdraw the exception").await;
    assert!(desk.page().error_summary().unwrap().contains("ive a reason"), "{}", desk.page().text());
    desk.fill("reason", "they have a key");
    desk.press("Withdraw the exception").await;
    shows(&desk, "The exception has been withdrawn");
    hides(&desk, "Prompts are suspended until");
    shows(&desk, "was withdrawn on");
    shows(&desk, "No second factor yet");
    assert!(mail(test, NURSE, "have returned").await.contains("Your phone counted as lost"));
});

on_both_engines!(whoever_cannot_be_excepted_is_refused_with_a_sentence, |test| {
    let practice = practice(test).await;
    let mut desk = desk(test, &practice.primary).await;
    // Privileged: nothing is offered, and an address that was kept leads nowhere.
    account_page(test, &mut desk, ADMINISTRATOR).await;
    hides(&desk, "24-hour exception");
    hides(&desk, "180-day exception");
    desk.open(&format!("/admin/people/{}/exception", test.account(ADMINISTRATOR).await.id)).await;
    desk.fill("why", "no_signal");
    desk.press("Give the exception").await;
    assert_eq!(desk.page().status.as_u16(), 409);
    assert!(desk.page().error_summary().unwrap().contains("privileged account is never excepted"));
    let own = test.account(PRIMARY).await.id;
    desk.open(&format!("/admin/people/{own}/exception")).await;
    assert!([403, 404].contains(&desk.page().status.as_u16()), "{}", desk.page().text());

    give(test, &mut desk, NEWCOMER, "no_signal").await;
    assert!(desk.page().error_summary().unwrap().contains("no second factor yet"), "{}", desk.page().text());
    give(test, &mut desk, NURSE, "other").await;
    assert!(desk.page().error_summary().unwrap().contains("Say what the reason is"), "{}", desk.page().text());
    desk.fill("reason", "locked out of the locker");
    desk.press("Give the exception").await;
    shows(&desk, "24-hour exception given");

    // The fourth within thirty days.
    for number in 2..=3 {
        test.clock.advance(DAY);
        desk = self::desk(test, &practice.primary).await;
        give(test, &mut desk, NURSE, "no_signal").await;
        assert_eq!(desk.page().shows("This is the third within 30 days"), number == 3, "{}", desk.page().text());
    }
    test.clock.advance(DAY);
    desk = self::desk(test, &practice.primary).await;
    give(test, &mut desk, NURSE, "no_signal").await;
    let text = desk.page().error_summary().unwrap();
    assert!(text.contains("Another one is possible from") && text.contains("180-day exception"), "{text}");
});

on_both_engines!(a_long_exception_is_asked_for_by_one_and_approved_by_another, |test| {
    let practice = practice(test).await;
    let mut asker = desk(test, &practice.administrator).await;
    account_page(test, &mut asker, NURSE).await;
    asker.follow("Ask for a 180-day exception for them").await;
    assert_eq!(asker.page().field("addresses"), Some(NURSE));
    asker.fill("addresses", &format!("{NURSE}\nnobody@elsewhere.example\n{CLERK}\n{PRIMARY}"));
    let token = token(&asker);
    asker.press("Ask for the exception").await;
    let text = asker.page().error_summary().unwrap();
    assert!(text.contains("Select why") || text.contains("ive a reason"), "nothing was lost: {text}");
    assert!(asker.page().field("addresses").unwrap().contains(CLERK));
    asker.fill("why", "secure_location").fill("reason", "no device may be taken onto the ward");
    asker.press("Ask for the exception").await;
    shows(&asker, "asked for 2 people");
    let rows = asker.page().rows();
    assert!(rows.iter().any(|row| row.contains("nobody@elsewhere.example") && row.contains("No account")), "{rows:?}");
    assert!(rows.iter().any(|row| row.contains(PRIMARY) && row.contains("rights that you do not hold")), "{rows:?}");
    assert_eq!(asker.page().field("addresses"), Some(format!("nobody@elsewhere.example\n{PRIMARY}").as_str()));

    // Who has asked does not decide, and a local administrator cannot.
    asker.follow("asked for 2 people").await;
    let request = asker.page().path().to_owned();
    shows(&asker, "somebody else must decide");
    assert!(!asker.has_button("Approve for 180 days"));
    asker.post(&format!("{request}/approve"), &[("form_token", &token)]).await;
    assert_eq!(asker.page().status.as_u16(), 403, "{}", asker.page().text());

    let mut approver = desk(test, &practice.primary).await;
    approver.open("/admin").await;
    approver.follow("Exceptions").await;
    shows(&approver, "2 people");
    let when = approver.page().links().into_iter().find(|(_, href)| *href == request).unwrap().0;
    approver.follow(&when).await;
    approver.press("Reject").await;
    assert!(approver.page().error_summary().unwrap().contains("ive a reason"), "{}", approver.page().text());
    approver.press("Approve for 180 days").await;
    shows(&approver, "The exception has been approved");
    let end = test.app.now().plus(180 * DAY);
    shows(&approver, &format!("until {}", moment(end)));
    for whose in [NURSE, CLERK] {
        assert!(mail(test, whose, "are suspended").await.contains(&moment(end)));
    }
    approver.open("/admin/exceptions").await;
    shows(&approver, "Nothing waits");
    shows(&approver, &moment(end));
    account_page(test, &mut approver, NURSE).await;
    shows(&approver, &format!("Prompts are suspended until {}, because they work in a secure location", moment(end)));
});

on_both_engines!(whoever_asked_does_not_approve_and_a_rejection_is_told_to_them_alone, |test| {
    let practice = practice(test).await;
    let second = enrolled(test, "second@riverside-surgery.example").await;
    test.give_role("second@riverside-surgery.example", Role::PrimaryLocalAdministrator, "Y00001").await;
    let mut asker = desk(test, &practice.primary).await;
    asker.open("/admin/exceptions/request").await;
    let token = token(&asker);
    asker.fill("addresses", NURSE).fill("why", "accessibility").fill("reason", "cannot hold a phone");
    asker.press("Ask for the exception").await;
    shows(&asker, "until somebody else has approved it");
    let request = asker.page().path().to_owned();
    for decision in ["approve", "reject"] {
        let fields = [("form_token", token.as_str()), ("reason", "why not")];
        asker.post(&format!("{request}/{decision}"), &fields).await;
        assert_eq!(asker.page().status.as_u16(), 409, "{decision}: {}", asker.page().text());
        shows(&asker, "Somebody else must decide");
    }

    let mut decider = desk(test, &second).await;
    decider.open(&request).await;
    decider.fill("reason", "a security key would do");
    decider.press("Reject").await;
    shows(&decider, "The request has been rejected");
    assert!(!decider.has_button("Approve for 180 days"));
    let told = mail(test, PRIMARY, "was rejected").await;
    assert!(!told.contains("a security key would do"), "{told}");
    let others = test.messages.mails().into_iter().filter(|own| own.mail.subject.contains("exception"));
    assert!(others.into_iter().all(|own| own.mail.to == PRIMARY));
    account_page(test, &mut asker, NURSE).await;
    shows(&asker, "a security key would do");
    shows(&asker, "Ask for a 180-day exception for them");
});

fn postponing(settings: &mut Settings) {
    settings.access.postpone.allowed = true;
}

on_both_engines_with!(postponing, an_administrator_gives_somebody_more_time_once, |test| {
    let practice = practice(test).await;
    let mut desk = desk(test, &practice.administrator).await;
    account_page(test, &mut desk, NEWCOMER).await;
    desk.follow("Give them more time to set up a second factor").await;
    desk.fill("day", "31").fill("month", "2").fill("year", "2026").fill("reason", "new phones come next week");
    desk.press("Give more time").await;
    assert!(desk.page().error_summary().unwrap().contains("Enter the day"), "{}", desk.page().text());
    assert_eq!(desk.page().field("reason"), Some("new phones come next week"));
    let fill = |desk: &mut Browser, days: u32| {
        let [day, month, year] = wardkey_usecases::today(test.app.now().plus(DAY * days));
        desk.fill("day", &day).fill("month", &month).fill("year", &year);
    };
    fill(&mut desk, 32);
    desk.press("Give more time").await;
    assert!(desk.page().error_summary().unwrap().contains("at most 30 days"), "{}", desk.page().text());
    fill(&mut desk, 7);
    desk.press("Give more time").await;
    shows(&desk, "more time to set up a second factor, and has been told");
    shows(&desk, "The risk that is taken: new phones come next week");
    mail(test, NEWCOMER, "more time").await;
    desk.open("/admin/exceptions").await;
    shows(&desk, "new phones come next week");
    account_page(test, &mut desk, NEWCOMER).await;
    desk.follow("Withdraw the extra time to set up a second factor").await;
    desk.fill("reason", "the phone is there");
    desk.press("Withdraw it").await;
    shows(&desk, "The extra time has been withdrawn");
    desk.follow("Give them more time to set up a second factor").await;
    fill(&mut desk, 7);
    desk.fill("reason", "again");
    desk.press("Give more time").await;
    assert!(desk.page().error_summary().unwrap().contains("has had more time before"), "{}", desk.page().text());
});

on_both_engines!(more_time_is_offered_only_where_the_operator_allows_it, |test| {
    let practice = practice(test).await;
    let mut desk = desk(test, &practice.administrator).await;
    account_page(test, &mut desk, NEWCOMER).await;
    hides(&desk, "more time to set up");
    desk.open(&format!("/admin/people/{}/postpone", test.account(NEWCOMER).await.id)).await;
    assert_eq!(desk.page().status.as_u16(), 404);
});
