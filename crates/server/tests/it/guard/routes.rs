//! Every route is in the committed list with whom it is for, and keeps everybody else out.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use axum::http::{Method, Request, Response, header};
use wardkey_testkit::{Browser, TestApp};

const LIST: &str = include_str!("routes.txt");

/// Where routes are written, and where the names of their addresses are.
const ROUTERS: [(&str, &str); 9] = [
    ("web/src/router.rs", "web/src/routes.rs"),
    ("web/src/card_door.rs", "web/src/routes.rs"),
    ("web/src/admin/router.rs", "web/src/routes.rs"),
    ("web/src/authenticator.rs", "web/src/routes.rs"),
    ("protocols/src/authenticator/router.rs", "protocols/src/authenticator/paths.rs"),
    ("protocols/src/management/router.rs", "protocols/src/management/paths.rs"),
    ("protocols/src/oidc/router.rs", "protocols/src/oidc/paths.rs"),
    ("protocols/src/scim/router.rs", "protocols/src/scim/paths.rs"),
    ("server/src/health.rs", "web/src/routes.rs"),
];

fn source(path: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Every `METHOD /path` that a router's source names.
fn routes_in(router: &str, names: &str) -> BTreeSet<String> {
    let constant = |name: &str| {
        let line = names.lines().find(|line| line.starts_with(&format!("pub const {name}: &str")));
        let line = line.unwrap_or_else(|| panic!("no constant `{name}`"));
        line.split('"').nth(1).unwrap().to_owned()
    };
    let mut found = BTreeSet::new();
    for call in router.split(".route(").skip(1) {
        let call = call.trim_start();
        let (path, handlers) = match call.strip_prefix('"') {
            Some(literal) => {
                let (path, rest) = literal.split_once('"').unwrap();
                (path.to_owned(), rest)
            }
            None => {
                let (name, rest) = call.split_once(',').unwrap();
                (constant(name.trim().rsplit("::").next().unwrap()), rest)
            }
        };
        let handlers = handlers.split("\n        .").next().unwrap();
        let words = [("get(", "GET"), ("post(", "POST"), ("put(", "PUT"), ("patch(", "PATCH"), ("delete(", "DELETE")];
        for (word, method) in words {
            if handlers.contains(&format!(" {word}")) || handlers.contains(&format!(".{word}")) {
                found.insert(format!("{method} {path}"));
            }
        }
    }
    found
}

/// The committed list: route and whom it is for.
fn listed() -> Vec<(String, String)> {
    let lines = LIST.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines
        .map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            (format!("{} {}", words[0], words[1]), words[2].to_owned())
        })
        .collect()
}

#[test]
fn every_route_is_in_the_committed_list() {
    let written: BTreeSet<String> =
        ROUTERS.iter().flat_map(|(router, names)| routes_in(&source(router), &source(names))).collect();
    let committed: BTreeSet<String> = listed().into_iter().map(|(route, _)| route).collect();
    let mut differences = String::new();
    for route in written.difference(&committed) {
        let _ = writeln!(differences, "say in routes.txt whom this is for: {route}");
    }
    for route in committed.difference(&written) {
        let _ = writeln!(differences, "no router has this any more: {route}");
    }
    assert!(differences.is_empty(), "\n{differences}");
}

/// Asks a route with the cookies of `browser`.
async fn ask(test: &TestApp, browser: &Browser, route: &str) -> Response<Vec<u8>> {
    let (method, path) = route.split_once(' ').unwrap();
    let path = path.replace("{id}", "019e830e-1a00-7a99-8ca8-c9ecce517512").replace("{deed}", "disable");
    let mut request = Request::builder().method(method.parse::<Method>().unwrap()).uri(path);
    request = request.header(header::HOST, "localhost:8480");
    if method == "POST" {
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    }
    if let Some(cookies) = browser.cookies.header() {
        request = request.header(header::COOKIE, cookies);
    }
    test.transport().send(request.body(Vec::new()).unwrap()).await
}

fn leads_to_sign_in(answer: &Response<Vec<u8>>) -> bool {
    let target = answer.headers().get(header::LOCATION).and_then(|target| target.to_str().ok());
    answer.status().is_redirection() && target.is_some_and(|target| target.starts_with("/signin"))
}

fn is_refused(answer: &Response<Vec<u8>>) -> bool {
    answer.status().is_client_error()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_keeps_out_whom_it_is_not_for() {
    let test = TestApp::start().await;
    test.add_practice("Y00001").await;
    let mut nurse = test.add_person("Y00001", "nurse@riverside-surgery.example").await;
    let anonymous = test.browser();
    let mut enrolling = test.browser();
    nurse.enter_password(&mut enrolling).await;
    let mut staff = test.browser();
    nurse.sign_in_and_enrol(&mut staff, test.clock.now()).await;
    for (route, who) in listed() {
        let answer = ask(&test, &anonymous, &route).await;
        let about = format!("{route} answers {}", answer.status());
        assert!(!answer.status().is_server_error(), "{about}");
        match who.as_str() {
            "public" => assert!(!leads_to_sign_in(&answer), "{about}"),
            "flow" | "enrolling" => assert!(leads_to_sign_in(&answer) || is_refused(&answer), "{about}"),
            "person" | "administrator" => {
                assert!(leads_to_sign_in(&answer) || is_refused(&answer), "{about}");
                let answer = ask(&test, &enrolling, &route).await;
                let led_away = answer.status().is_redirection() || is_refused(&answer);
                assert!(led_away, "{route} answers {} to somebody who is enrolling", answer.status());
            }
            "client" | "bearer" | "app" | "application" => assert!(is_refused(&answer), "{about}"),
            // Cards are shown at an address of their own.
            "cards" => assert_eq!(answer.status(), 404, "{about}"),
            "demonstration" | "operator" => assert_eq!(answer.status(), 404, "{about}"),
            other => panic!("{route}: nobody is called `{other}`"),
        }
        if who == "administrator" {
            let answer = ask(&test, &staff, &route).await;
            assert!(is_refused(&answer), "{route} answers {} to staff", answer.status());
        }
    }
}
