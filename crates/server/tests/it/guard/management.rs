//! The description of the management API is what the API does.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::Value;
use wardkey_domain::permission::ApiScope;
use wardkey_testkit::TestApp;

use crate::journey::management::{Answer, Program};

const LIST: &str = include_str!("routes.txt");

fn document() -> Value {
    serde_json::from_str(&wardkey_protocols::management::document("http://localhost:8480")).unwrap()
}

/// Each call of the description: method, address, and itself.
fn calls(document: &Value) -> Vec<(Method, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let of = |path: &String, item: &Value| {
        let calls = item.as_object().unwrap().iter();
        let calls = calls.map(|(method, call)| (method.to_uppercase().parse().unwrap(), path.clone(), call.clone()));
        calls.collect::<Vec<_>>()
    };
    paths.iter().flat_map(|(path, item)| of(path, item)).collect()
}

/// The scopes that a call needs.
fn scopes(call: &Value) -> Vec<&str> {
    let needed = call["security"][0]["oauth2"].as_array();
    needed.map(|scopes| scopes.iter().map(|scope| scope.as_str().unwrap()).collect()).unwrap_or_default()
}

#[test]
fn every_call_is_described_and_every_description_is_a_call() {
    let document = document();
    let described: BTreeSet<String> =
        calls(&document).into_iter().map(|(method, path, _)| format!("{method} {path}")).collect();
    let lines = LIST.lines().filter(|line| line.contains(" /api/v1/"));
    let routed: BTreeSet<String> =
        lines.map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(described, routed);
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."), "{}", document["openapi"]);
}

#[test]
fn every_call_says_what_it_needs_and_how_it_fails() {
    let document = document();
    let offered = document["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]["scopes"].clone();
    for (method, path, call) in calls(&document) {
        if path == "/api/v1/openapi.json" {
            assert_eq!(call["security"], serde_json::json!([{}]), "anybody may read it");
            continue;
        }
        assert!(!scopes(&call).is_empty(), "{path}");
        for scope in scopes(&call) {
            assert!(scope.parse::<ApiScope>().is_ok() && offered[scope].is_string(), "{path} {scope}");
        }
        let mut statuses = vec!["200", "400", "401", "403", "404", "406", "429", "500", "503"];
        if method == Method::POST {
            statuses.extend(["409", "413", "415", "422"]);
            let named = call["parameters"].as_array().unwrap().iter();
            assert!(named.into_iter().any(|one| one["name"] == "Idempotency-Key" && one["required"] == true), "{path}");
        }
        for status in statuses {
            let answer = &call["responses"][status];
            let answer = match answer["$ref"].as_str() {
                Some(reference) => document.pointer(reference.strip_prefix('#').unwrap()).unwrap(),
                None => answer,
            };
            assert!(answer["content"].as_object().is_some_and(|types| !types.is_empty()), "{method} {path} {status}");
        }
    }
}

/// Asks as the description says, with nothing in the body.
async fn ask(program: &Program, method: Method, path: &str) -> Answer {
    let nobody = "019e830e-1a00-7a99-8ca8-c9ecce517512";
    let path = path.replace("{id}", nobody).replace("{ods_code}", "Y00001").replace("{report}", "mfa-status");
    let headers = [("idempotency-key", nobody), ("content-type", "application/json")];
    program.send(method, &path, &headers, r#"{"reason":"to see"}"#).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_call_wants_the_scopes_that_it_says_and_no_other_token_will_do() {
    let test = TestApp::start().await;
    test.add_practice("Y00001").await;
    let document = document();
    for (method, path, call) in calls(&document) {
        let needed = scopes(&call);
        if needed.is_empty() {
            continue;
        }
        let enough = Program::of(&test, "Y00001", &format!("rota {}", needed.join(" "))).await;
        let answer = ask(&enough, method.clone(), &path).await;
        assert!(matches!(answer.status, 200 | 404), "{method} {path} with {needed:?}: {}", answer.text);
        for missing in &needed {
            let others = ApiScope::ALL.iter().map(|scope| scope.as_str()).filter(|scope| scope != missing);
            let program = Program::of(&test, "Y00001", &others.collect::<Vec<_>>().join(" ")).await;
            let answer = ask(&program, method.clone(), &path).await;
            assert_eq!((answer.status, answer.problem()), (403, "API-402"), "{method} {path} without {missing}");
            let challenge = answer.header("www-authenticate");
            assert!(
                challenge.contains("error=\"insufficient_scope\"")
                    && challenge.contains(&format!("scope=\"{missing}\"")),
                "{challenge}"
            );
        }
        for (token, says) in [("", "Bearer realm"), ("nonsense", "invalid_token"), (&"a".repeat(43), "invalid_token")] {
            let program = Program::of(&test, "Y00001", "rota").await;
            let program = Program { token: token.to_owned(), ..program };
            let answer = ask(&program, method.clone(), &path).await;
            let expected = if token.is_empty() { (400, "API-400") } else { (401, "API-401") };
            assert_eq!((answer.status, answer.problem()), expected, "{method} {path} {token:?}");
            assert!(answer.header("www-authenticate").contains(says), "{}", answer.header("www-authenticate"));
        }
        let answer = program_without_token(&test, method, &path).await;
        assert_eq!((answer.status, answer.problem()), (401, "API-401"), "{path}");
        assert!(!answer.header("www-authenticate").contains("error"), "nothing is told to whoever shows nothing");
    }
}

async fn program_without_token(test: &TestApp, method: Method, path: &str) -> Answer {
    let program = Program::of(test, "Y00001", "rota").await;
    ask(&program.without_token(), method, path).await
}
