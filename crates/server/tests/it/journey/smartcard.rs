//! Smartcards: linked, shown, refused, carried to the wrong place, passed on by a proxy.

use std::sync::LazyLock;
use std::time::Duration;

use wardkey_domain::factor::smartcard::Unpublished;
use wardkey_domain::factor::{CoreFactors, FactorKind};
use wardkey_testkit::{Browser, CARD_ORIGIN, CardAuthority, ISSUER, Person, TestApp};
use wardkey_usecases::Settings;

const NURSE: &str = "nurse@riverside-surgery.example";
const OTHER: &str = "other@riverside-surgery.example";
const NUMBER: &str = "555254240107";

static AUTHORITY: LazyLock<CardAuthority> = LazyLock::new(|| CardAuthority::new("Test smartcards"));

/// Cards can be shown, beside another way.
fn cards(settings: &mut Settings) {
    settings.card_origin = Some(CARD_ORIGIN.to_owned());
    settings.signin.smartcard.authorities = AUTHORITY.trusted();
    settings.signin.smartcard.revocation.unpublished = Unpublished::Accept;
}

/// A card is enough by itself.
fn cards_suffice(settings: &mut Settings) {
    cards(settings);
    settings.signin.core = CoreFactors::default().with(FactorKind::Smartcard, true);
}

/// Cards name their owner.
fn cards_name_owners(settings: &mut Settings) {
    cards_suffice(settings);
    settings.signin.smartcard.match_address = true;
}

/// A card must be known not to be revoked.
fn cards_are_asked_about(settings: &mut Settings) {
    cards_suffice(settings);
    settings.signin.smartcard.revocation.unpublished = Unpublished::Refuse;
}

async fn nurse(test: &TestApp) -> Person {
    test.add_practice("Y00001").await;
    test.add_person("Y00001", NURSE).await
}

/// As far as the page that asks for a card to link.
async fn choose_card(person: &Person, browser: &mut Browser) {
    person.enter_password(browser).await;
    browser.open("/profile/self-enrol").await;
    browser.press("Confirm").await;
    browser.fill("method", "smartcard");
    browser.press("Click me to enrol for Multi-Factor Authentication").await;
    assert_eq!(browser.page().path(), "/profile/self-enrol/card", "{}", browser.page().text());
}

/// How many events of a kind were written down.
async fn count(test: &TestApp, kind: &str) -> usize {
    let mut tx = test.app.store().read().await.unwrap();
    let events = wardkey_store::audit::list_unsealed(&mut tx, 0, 1_000).await.unwrap();
    events.into_iter().filter(|event| event.entry.kind == kind).count()
}

async fn sign_out(browser: &mut Browser) {
    browser.open("/signout").await;
    browser.press("Sign out").await;
}

// Each connection there costs a handshake by the card, perhaps its PIN.
on_both_engines_with!(cards_suffice, the_pages_where_a_card_is_shown_load_nothing_from_there, |test| {
    let (nurse, card, mut browser) = (nurse(test).await, AUTHORITY.card(NUMBER, None), test.browser());
    choose_card(&nurse, &mut browser).await;
    let ticket = browser.card_ticket();
    for (shown, status) in [(test.show_card(&ticket, &card).await, 200), (test.show_card(&ticket, &[]).await, 403)] {
        assert_eq!(shown.status, status, "{}", shown.html);
        let loaded: Vec<_> = ["<link", "<script"]
            .iter()
            .flat_map(|tag| shown.html.split(tag).skip(1))
            .filter_map(|rest| rest.split('>').next())
            .filter_map(|tag| tag.split_once("href=\"").or(tag.split_once("src=\""))?.1.split('"').next())
            .collect();
        assert!(loaded.len() >= 4, "{loaded:?}");
        assert!(loaded.iter().all(|from| from.starts_with(&format!("{ISSUER}/assets/"))), "{loaded:?}");
        let policy = &shown.policy;
        assert!(!policy.contains("'self'") && !policy.contains("unsafe"), "{policy}");
        for directive in ["script-src", "style-src", "form-action"] {
            assert!(policy.contains(&format!("{directive} {ISSUER}")), "{policy}");
        }
        // Scripts of another origin are asked for across origins.
        let script = loaded.iter().find(|from| from.ends_with("wardkey.js")).unwrap().strip_prefix(ISSUER).unwrap();
        let script = browser.open(script).await;
        assert_eq!((script.status.as_u16(), script.header("access-control-allow-origin")), (200, Some("*")));
        assert_eq!(script.header("cross-origin-resource-policy"), None);
    }
});

on_both_engines_with!(cards_suffice, a_nurse_without_a_phone_links_a_card_and_signs_in_with_it, |test| {
    let (nurse, card, mut browser) = (nurse(test).await, AUTHORITY.card(NUMBER, None), test.browser());
    choose_card(&nurse, &mut browser).await;
    browser.shows_card(test, &card).await;
    assert_eq!(browser.page().path(), "/profile/self-enrol/done", "{}", browser.page().text());
    assert!(browser.page().shows("you show your smartcard after your password"));
    sign_out(&mut browser).await;

    nurse.enter_password(&mut browser).await;
    assert_eq!(browser.page().path(), "/signin/card", "{}", browser.page().text());
    assert!(browser.page().shows("Smartcard ending 0107"), "{}", browser.page().text());
    browser.shows_card(test, &card).await;
    assert_eq!(browser.page().path(), "/", "{}", browser.page().text());
    browser.open("/profile/security-info").await;
    assert!(!browser.page().shows("Remove Smartcard"), "the only way is not removed");
});

on_both_engines_with!(cards_suffice, a_renewed_card_is_the_same_card_and_anothers_is_not, |test| {
    let (nurse, mut browser) = (nurse(test).await, test.browser());
    choose_card(&nurse, &mut browser).await;
    browser.shows_card(test, &AUTHORITY.card(NUMBER, None)).await;
    sign_out(&mut browser).await;
    nurse.enter_password(&mut browser).await;
    browser.shows_card(test, &AUTHORITY.card("555254240108", None)).await;
    assert!(browser.page().shows("SIGNIN-062"), "{}", browser.page().text());
    browser.shows_card(test, &AUTHORITY.card(NUMBER, None)).await;
    assert_eq!(browser.page().path(), "/", "a new certificate of the same number: {}", browser.page().text());
});

on_both_engines_with!(cards, a_card_is_linked_beside_an_app_removed_and_linked_again, |test| {
    let (mut nurse, card, mut browser) = (nurse(test).await, AUTHORITY.card(NUMBER, None), test.browser());
    nurse.sign_in_and_enrol(&mut browser, test.clock.now()).await;
    for _ in 0..2 {
        browser.open("/profile/security-info").await;
        browser.follow("Link a smartcard").await;
        browser.press("Continue").await;
        browser.shows_card(test, &card).await;
        assert!(browser.page().shows("The smartcard has been linked"), "{}", browser.page().text());
        browser.follow_starting("Remove Smartcard ending 0107").await;
        browser.press("Remove").await;
        assert!(browser.page().shows("The smartcard has been removed"), "{}", browser.page().text());
    }
});

on_both_engines_with!(cards, nobody_links_a_card_that_somebody_has, |test| {
    let (mut nurse, card) = (nurse(test).await, AUTHORITY.card(NUMBER, None));
    let mut other = test.add_person("Y00001", OTHER).await;
    for (person, expected) in [(&mut nurse, "The smartcard has been linked"), (&mut other, "SIGNIN-063")] {
        let mut browser = test.browser();
        person.sign_in_and_enrol(&mut browser, test.clock.now()).await;
        browser.open("/profile/security-info/add-card").await;
        browser.press("Continue").await;
        browser.shows_card(test, &card).await;
        assert!(browser.page().shows(expected), "{}", browser.page().text());
    }
});

on_both_engines_with!(cards, a_card_only_adds_to_another_way_as_shipped, |test| {
    let (nurse, mut browser) = (nurse(test).await, test.browser());
    nurse.enter_password(&mut browser).await;
    browser.open("/profile/self-enrol").await;
    browser.press("Confirm").await;
    assert!(!browser.page().shows("Smartcard"), "{}", browser.page().text());
});

on_both_engines_with!(cards_name_owners, where_cards_name_their_owner_nobody_links_anothers, |test| {
    let (nurse, mut browser) = (nurse(test).await, test.browser());
    choose_card(&nurse, &mut browser).await;
    browser.shows_card(test, &AUTHORITY.card(NUMBER, Some(OTHER))).await;
    assert!(browser.page().shows("SIGNIN-061"), "{}", browser.page().text());
    browser.shows_card(test, &AUTHORITY.card(NUMBER, Some("Nurse@Riverside-Surgery.example"))).await;
    assert_eq!(browser.page().path(), "/profile/self-enrol/done", "{}", browser.page().text());
});

on_both_engines_with!(cards_suffice, a_receipt_counts_for_its_own_sign_in_and_for_a_short_while, |test| {
    let (nurse, card, mut browser) = (nurse(test).await, AUTHORITY.card(NUMBER, None), test.browser());
    choose_card(&nurse, &mut browser).await;
    browser.shows_card(test, &card).await;
    sign_out(&mut browser).await;

    // Somebody who knows the password makes the nurse's browser show her card for a sign-in of theirs.
    let mut thief = test.browser();
    nurse.enter_password(&mut thief).await;
    let for_thief = test.show_card(&thief.card_ticket(), &card).await.receipt().unwrap().to_owned();
    nurse.enter_password(&mut browser).await;
    browser.post("/signin/card", &[("receipt", &for_thief)]).await;
    assert!(browser.page().shows("SIGNIN-052"), "it lands in the nurse's own sign-in: {}", browser.page().text());

    let shown = test.show_card(&browser.card_ticket(), &card).await;
    test.clock.advance(Duration::from_secs(121));
    browser.post("/signin/card", &[("receipt", shown.receipt().unwrap())]).await;
    assert!(browser.page().shows("SIGNIN-064"), "{}", browser.page().text());
    for bad in ["", "AAAA", "no receipt at all"] {
        browser.post("/signin/card", &[("receipt", bad)]).await;
        assert!(browser.page().shows("SIGNIN-052"), "{bad}: {}", browser.page().text());
    }
    // What was handed out for one thing is not good for another.
    let ticket = browser.card_ticket();
    browser.post("/signin/card", &[("receipt", &ticket)]).await;
    assert!(browser.page().shows("SIGNIN-052"), "{}", browser.page().text());
});

on_both_engines_with!(cards, a_receipt_for_one_purpose_is_not_good_for_another, |test| {
    let (mut nurse, card) = (nurse(test).await, AUTHORITY.card(NUMBER, None));
    let mut other = test.add_person("Y00001", OTHER).await;
    let (mut browser, mut elsewhere) = (test.browser(), test.browser());
    nurse.sign_in_and_enrol(&mut browser, test.clock.now()).await;
    other.sign_in_and_enrol(&mut elsewhere, test.clock.now()).await;
    for window in [&mut browser, &mut elsewhere] {
        window.open("/profile/security-info/add-card").await;
        window.press("Continue").await;
    }
    // The other person gets the nurse's browser to show her card for an enrolment of theirs.
    let shown = test.show_card(&elsewhere.card_ticket(), &card).await;
    let here = browser.page().path().to_owned();
    browser.post(&here, &[("receipt", shown.receipt().unwrap())]).await;
    assert!(browser.page().shows("SIGNIN-052"), "{}", browser.page().text());
    let theirs = elsewhere.page().path().to_owned();
    browser.post(&theirs, &[("receipt", shown.receipt().unwrap())]).await;
    assert_eq!(browser.page().status.as_u16(), 404, "an enrolment of somebody else's session");
});

on_both_engines_with!(cards_suffice, a_card_that_is_not_in_order_is_refused_where_it_is_shown, |test| {
    let (nurse, mut browser) = (nurse(test).await, test.browser());
    choose_card(&nurse, &mut browser).await;
    let ticket = browser.card_ticket();
    let stranger = CardAuthority::new("Test smartcards").card(NUMBER, None);
    for (chain, code) in [(Vec::new(), "SIGNIN-051"), (vec![vec![0x30, 0]], "SIGNIN-052"), (stranger, "SIGNIN-053")] {
        let shown = test.show_card(&ticket, &chain).await;
        assert_eq!((shown.status, shown.receipt()), (403, None));
        assert!(shown.html.contains(code), "{code}: {}", shown.html);
        assert!(shown.html.contains("http://localhost:8480/profile/self-enrol/card"), "the way back: {}", shown.html);
    }
});

on_both_engines_with!(cards_are_asked_about, a_card_of_which_nobody_says_that_it_is_good_is_refused, |test| {
    let (nurse, mut browser) = (nurse(test).await, test.browser());
    choose_card(&nurse, &mut browser).await;
    let shown = test.show_card(&browser.card_ticket(), &AUTHORITY.card(NUMBER, None)).await;
    assert!(shown.receipt().is_none() && shown.html.contains("SIGNIN-060"), "{}", shown.html);
});

on_both_engines_with!(cards_suffice, without_a_ticket_of_ours_no_card_is_read, |test| {
    let (nurse, card, mut browser) = (nurse(test).await, AUTHORITY.card(NUMBER, None), test.browser());
    choose_card(&nurse, &mut browser).await;
    let ticket = browser.card_ticket();
    for bad in ["", "AAAA", &ticket[1..]] {
        let shown = test.show_card(bad, &card).await;
        assert_eq!((shown.status, shown.location.as_deref()), (303, Some("http://localhost:8480/signin")), "{bad}");
    }
    test.clock.advance(Duration::from_secs(31 * 60));
    assert_eq!(test.show_card(&ticket, &card).await.status, 303, "the sign-in is over");
    // Nor for what waits for none any more; and nothing is noted of it.
    let mut browser = test.browser();
    choose_card(&nurse, &mut browser).await;
    let ticket = browser.card_ticket();
    browser.shows_card(test, &card).await;
    for chain in [&card[..], &[]] {
        assert_eq!(test.show_card(&ticket, chain).await.status, 303, "it is linked");
    }
    assert_eq!(count(test, "sign_in_refused").await, 0);
});

on_both_engines_with!(cards, a_card_that_is_refused_in_security_info_is_noted, |test| {
    let (mut nurse, card) = (nurse(test).await, AUTHORITY.card(NUMBER, None));
    let mut other = test.add_person("Y00001", OTHER).await;
    let (mut browser, mut elsewhere) = (test.browser(), test.browser());
    for (person, window) in [(&mut other, &mut elsewhere), (&mut nurse, &mut browser)] {
        person.sign_in_and_enrol(window, test.clock.now()).await;
        window.open("/profile/security-info/add-card").await;
        window.press("Continue").await;
    }
    elsewhere.shows_card(test, &card).await;
    let ticket = browser.card_ticket();
    assert_eq!(test.show_card(&ticket, &[]).await.status, 403);
    assert_eq!(count(test, "enrolment_refused").await, 1, "no card");
    browser.shows_card(test, &card).await;
    assert!(browser.page().shows("SIGNIN-063"), "{}", browser.page().text());
    assert_eq!(count(test, "enrolment_refused").await, 2, "somebody else's");
    assert_eq!(count(test, "sign_in_refused").await, 0, "it was no sign-in");
});

on_both_engines_with!(cards_suffice, only_a_proxy_that_is_named_says_which_card_was_shown, |test| {
    let (nurse, card, mut browser) = (nurse(test).await, AUTHORITY.card(NUMBER, None), test.browser());
    choose_card(&nurse, &mut browser).await;
    let ticket = browser.card_ticket();
    let said = format!(":{}:", data_encoding::BASE64.encode(&card[0]));
    let headers = [("client-cert", said.clone())];
    let shown = test.forward_card(&ticket, &headers, &["192.0.2.0/24"]).await;
    assert!(shown.receipt().is_some(), "{}", shown.html);
    for trusted in [&[][..], &["198.51.100.0/24"]] {
        let shown = test.forward_card(&ticket, &headers, trusted).await;
        assert!(shown.html.contains("SIGNIN-051"), "from {trusted:?} it is nobody's: {}", shown.html);
    }
    let both = test.show_card_and_say(&ticket, &AUTHORITY.card("5", None)[..0], &headers).await;
    assert!(both.html.contains("SIGNIN-051"), "where TLS ends here no header counts: {}", both.html);
    let twice = [("client-cert", said.clone()), ("client-cert", said)];
    assert_eq!(test.forward_card(&ticket, &twice, &["192.0.2.0/24"]).await.status, 400);
});
