//! Whether a card was revoked: asking its authority, and what counts when that does not answer.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use wardkey_domain::factor::{CoreFactors, FactorKind};
use wardkey_testkit::{CARD_ORIGIN, CardAuthority, Chain, Person, TestApp};

/// The authority's list on the web: nothing there hangs up on whoever asks.
#[derive(Clone, Default)]
struct Published {
    list: Arc<Mutex<Option<Vec<u8>>>>,
    asked: Arc<AtomicUsize>,
}

impl Published {
    async fn serve(&self) -> u16 {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = socket.local_addr().unwrap().port();
        let published = self.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = socket.accept().await {
                published.asked.fetch_add(1, Ordering::SeqCst);
                let list = published.list.lock().unwrap().clone();
                let mut head = [0; 2_048];
                let _read = stream.read(&mut head).await;
                let Some(list) = list else { continue };
                let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", list.len());
                let _written = stream.write_all(&[answer.as_bytes(), &list].concat()).await;
            }
        });
        port
    }

    fn publishes(&self, list: Option<Vec<u8>>) {
        *self.list.lock().unwrap() = list;
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// A product, the authority that it trusts, a card of it, and where its list is published.
struct World {
    test: TestApp,
    authority: CardAuthority,
    card: Chain,
    nurse: Person,
    published: Published,
}

impl World {
    async fn new() -> Self {
        let (authority, published) = (CardAuthority::new("Test smartcards"), Published::default());
        let port = published.serve().await;
        let card = authority.card_with_list("555254240107", &format!("http://127.0.0.1:{port}/list.crl"));
        let test = TestApp::calling_with(&[format!("127.0.0.1:{port}")], |settings| {
            settings.card_origin = Some(CARD_ORIGIN.to_owned());
            settings.signin.core = CoreFactors::default().with(FactorKind::Smartcard, true);
            settings.signin.smartcard.authorities = authority.trusted();
        })
        .await;
        test.add_practice("Y00001").await;
        let nurse = test.add_person("Y00001", "nurse@riverside-surgery.example").await;
        Self { test, authority, card, nurse, published }
    }

    /// Shows the card on the way to linking it: nothing if it is in order, or else the code on the page.
    async fn shows(&self) -> Option<String> {
        let mut browser = self.test.browser();
        self.nurse.enter_password(&mut browser).await;
        browser.open("/profile/self-enrol").await;
        browser.press("Confirm").await;
        browser.fill("method", "smartcard");
        browser.press("Click me to enrol for Multi-Factor Authentication").await;
        let shown = self.test.show_card(&browser.card_ticket(), &self.card).await;
        if shown.receipt().is_some() {
            return None;
        }
        let at = shown.html.find("SIGNIN-").expect("a code");
        Some(shown.html[at..at + 10].to_owned())
    }

    fn after(&self, minutes: u64) {
        self.test.clock.advance(Duration::from_secs(minutes * 60));
    }
}

const REVOKED: &str = "SIGNIN-059";
const UNKNOWN: &str = "SIGNIN-060";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_is_asked_for_once_in_its_lifetime_and_a_revoked_card_is_refused() {
    let world = World::new().await;
    world.published.publishes(Some(world.authority.list(false)));
    assert_eq!((world.shows().await, world.shows().await, world.published.asked()), (None, None, 1));
    world.published.publishes(Some(world.authority.list(true)));
    world.after(11);
    assert_eq!((world.shows().await.as_deref(), world.published.asked()), (Some(REVOKED), 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_answer_the_last_one_counts_until_its_grace_is_over() {
    let world = World::new().await;
    world.published.publishes(Some(world.authority.list(false)));
    assert_eq!(world.shows().await, None);
    world.published.publishes(None);
    // The list ends at midnight.
    for (minutes, expected) in [(11, None), (11 * 60 + 49, None), (50, None), (11, Some(UNKNOWN))] {
        world.after(minutes);
        assert_eq!(world.shows().await.as_deref(), expected, "after {minutes} more minutes");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_never_answered_lets_nobody_in_and_is_not_asked_by_each() {
    let world = World::new().await;
    for _ in 0..3 {
        assert_eq!(world.shows().await.as_deref(), Some(UNKNOWN));
    }
    assert_eq!(world.published.asked(), 1, "a queue of people does not wait for each");
    world.published.publishes(Some(world.authority.list(false)));
    world.after(1);
    assert_eq!((world.shows().await, world.published.asked()), (None, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_that_was_revoked_stays_so_whatever_is_said_after_it() {
    let world = World::new().await;
    world.published.publishes(Some(world.authority.list(true)));
    assert_eq!(world.shows().await.as_deref(), Some(REVOKED));
    // An older list, which is still in date.
    world.published.publishes(Some(world.authority.list(false)));
    world.after(11);
    assert_eq!(world.shows().await.as_deref(), Some(REVOKED));
    world.published.publishes(None);
    world.after(11);
    assert_eq!(world.shows().await.as_deref(), Some(REVOKED));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_of_somebody_else_is_not_believed() {
    let world = World::new().await;
    world.published.publishes(Some(CardAuthority::new("Test smartcards").list(false)));
    assert_eq!(world.shows().await.as_deref(), Some(UNKNOWN));
    world.published.publishes(Some(b"no list".to_vec()));
    world.after(1);
    assert_eq!(world.shows().await.as_deref(), Some(UNKNOWN));
}
