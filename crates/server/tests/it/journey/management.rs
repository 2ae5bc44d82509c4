//! The management API, as another program uses it.

use std::time::Duration;

use axum::http::{Method, Request, Response, header};
use serde_json::{Value, json};
use wardkey_domain::application::{ClientSettings, GrantType};
use wardkey_domain::directory::Role;
use wardkey_domain::factor::FactorKind;
use wardkey_testkit::{ClientAuthentication, OidcClient, PASSWORD, TestApp, Transport};
use wardkey_usecases::application::{AccountDeed, Asked, IdempotencyKey};
use wardkey_usecases::report::count_changes;

const NURSE: &str = "nurse@riverside-surgery.example";
const HELPER: &str = "helper@riverside-surgery.example";
const FAR: &str = "far@hillside-surgery.example";
const KEY: &str = "8e03978e-40d5-43dd-bc93-6894a57f9324";
const ALL: &str = "wardkey:people.read wardkey:people.manage wardkey:reports.read wardkey:contain";

/// Another program, with a token of its own.
pub struct Program {
    pub client: OidcClient,
    pub token: String,
    pub shows_token: bool,
    pub transport: Transport,
}

/// What it is answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub json: Value,
    pub text: String,
    response: Response<Vec<u8>>,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.response.headers().get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The code of the problem that it is, which must be complete.
    pub fn problem(&self) -> &str {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        assert_eq!(self.header("cache-control"), "no-store", "{self:?}");
        assert_eq!(self.json["status"], self.status, "{self:?}");
        for member in ["title", "detail"] {
            assert!(self.json[member].as_str().is_some_and(|text| text.len() > 5), "{member} of {self:?}");
        }
        assert!(self.json["type"].as_str().unwrap().starts_with("/api/v1/problems/"), "{self:?}");
        assert!(self.json["instance"].as_str().unwrap().starts_with("urn:uuid:"), "{self:?}");
        self.json["code"].as_str().unwrap()
    }

    /// Who is in a list, in order of their addresses.
    pub fn addresses(&self, list: &str) -> Vec<&str> {
        let listed = self.json[list].as_array().unwrap().iter();
        let mut addresses: Vec<_> = listed.map(|one| one["address"].as_str().unwrap()).collect();
        addresses.sort_unstable();
        addresses
    }
}

impl Program {
    /// One of the organisation with this code, whose token has these scopes.
    pub async fn of(test: &TestApp, code: &str, scopes: &str) -> Self {
        let mut settings = ClientSettings::web(Vec::new());
        settings.grants = vec![GrantType::ClientCredentials];
        settings.scopes = scopes.parse().unwrap();
        let client = test.add_application(code, settings).await;
        let token = client.token(&[("grant_type", "client_credentials")]).await.unwrap().access_token;
        Self { client, token, shows_token: true, transport: test.transport() }
    }

    /// The same, without showing its token.
    pub fn without_token(self) -> Self {
        Self { shows_token: false, ..self }
    }

    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if self.shows_token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.transport.send(request.body(body.as_bytes().to_vec()).unwrap()).await;
        let text = String::from_utf8(response.body().clone()).unwrap();
        let json = serde_json::from_str(&text).unwrap_or_default();
        Answer { status: response.status().as_u16(), json, text, response }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], "").await
    }

    pub async fn post(&self, path: &str, key: &str, body: &Value) -> Answer {
        let headers = [("idempotency-key", key), ("content-type", "application/json")];
        self.send(Method::POST, path, &headers, &body.to_string()).await
    }
}

/// Two practices, whose people are counted.
async fn practices(test: &TestApp) {
    for code in ["Y00001", "Y00002"] {
        test.add_practice(code).await;
    }
    for (code, address) in [("Y00001", NURSE), ("Y00001", HELPER), ("Y00002", FAR)] {
        test.add_account(code, address).await;
    }
    test.give_role(HELPER, Role::LocalHelpDesk, "Y00001").await;
    test.hold_factor(NURSE, FactorKind::Totp).await;
    count(test).await;
}

async fn count(test: &TestApp) {
    while count_changes(&test.app, &test.operator()).await.unwrap() {}
}

async fn person(test: &TestApp, address: &str) -> String {
    format!("/api/v1/people/{}", test.account(address).await.id)
}

on_both_engines!(a_program_finds_people_and_contains_one, |test| {
    practices(test).await;
    let program = Program::of(test, "Y00001", ALL).await;
    let found = program.get("/api/v1/people?q=nurse").await;
    assert_eq!((found.status, found.addresses("people")), (200, vec![NURSE]), "{}", found.text);
    assert_eq!(found.header("cache-control"), "no-store");
    let nurse = person(test, NURSE).await;
    assert_eq!(found.json["people"][0]["methods"], json!(["totp"]));
    let seen = program.get(&nurse).await;
    assert_eq!((&seen.json["status"], &seen.json["held"]), (&json!("active"), &Value::Null), "{}", seen.text);
    assert_eq!(seen.json["credentials"][0]["kind"], "totp");
    let mark = format!("{nurse}/mark-compromised");
    let said = json!({"reason": "It sends spam, ticket 4711", "suspected_hours": 24});
    let marked = program.post(&mark, KEY, &said).await;
    assert_eq!((marked.status, &marked.json["case_number"]), (200, &json!(1)), "{}", marked.text);
    assert_eq!(marked.header("idempotency-replayed"), "");
    let again = program.post(&mark, KEY, &said).await;
    assert_eq!((again.status, &again.text), (200, &marked.text));
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert!(test.account(NURSE).await.may_sign_in().is_err());
    count(test).await;
    let found = program.get("/api/v1/people?mfa=compromised").await;
    assert_eq!(found.addresses("people"), [NURSE]);
    let seen = program.get(&nurse).await;
    assert_eq!((&seen.json["held"]["how"], &seen.json["held"]["case_number"]), (&json!("compromised"), &json!(1)));
    // What a person opens, a program does not.
    let enabled = program.post(&format!("{nurse}/enable"), "by-the-side-of-the-case", &json!({"reason": "back"})).await;
    assert_eq!((enabled.status, enabled.problem()), (409, "API-409"));
});

on_both_engines!(each_change_is_the_one_of_the_pages, |test| {
    practices(test).await;
    let program = Program::of(test, "Y00001", ALL).await;
    let nurse = person(test, NURSE).await;
    let why = json!({"reason": "Left on Friday"});
    let mut number = 0;
    for (deed, expected) in [
        ("enable-mfa", json!({"mfa_enabled": true})),
        ("end-sessions", json!({"sessions_ended": 0})),
        ("disable", json!({"status": "disabled"})),
        ("enable", json!({"status": "active"})),
    ] {
        number += 1;
        let answer = program.post(&format!("{nurse}/{deed}"), &format!("{KEY}-{number}"), &why).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        for (member, value) in expected.as_object().unwrap() {
            assert_eq!(&answer.json[member], value, "{deed}");
        }
    }
    let helper = person(test, HELPER).await;
    let refused = program.post(&format!("{helper}/disable"), &format!("{KEY}-9"), &why).await;
    assert_eq!((refused.status, refused.problem()), (403, "API-403"));
    assert!(refused.json["detail"].as_str().unwrap().contains("holds a role"), "{}", refused.text);
    let far = person(test, FAR).await;
    let unseen = program.post(&format!("{far}/disable"), &format!("{KEY}-9"), &why).await;
    assert_eq!((unseen.status, unseen.problem()), (404, "API-404"));
    for address in [HELPER, FAR] {
        assert!(test.account(address).await.may_sign_in().is_ok(), "{address}");
    }
    let sealed = test.account(NURSE).await;
    let mut tx = test.app.store().read().await.unwrap();
    let sql = "SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'account_status_changed'";
    let noted: i64 = tx.opt(sql, Vec::new()).await.unwrap().unwrap().get("n").unwrap();
    assert_eq!((noted, sealed.may_sign_in()), (2, Ok(())));
});

on_both_engines!(a_program_sees_its_own_organisation_only, |test| {
    practices(test).await;
    let program = Program::of(test, "Y00001", ALL).await;
    let (near, far) = (person(test, NURSE).await, person(test, FAR).await);
    let nowhere = "/api/v1/people/019e830e-1a00-7a99-8ca8-c9ecce517512";
    for there in [far.as_str(), nowhere] {
        for path in [there.to_owned(), format!("{there}/sign-ins")] {
            let answer = program.get(&path).await;
            assert_eq!((answer.status, answer.problem()), (404, "API-404"), "{path}");
        }
    }
    // What is elsewhere is answered like what is not there, to the letter.
    let told = |mut answer: Answer| {
        answer.json["instance"] = Value::Null;
        answer.json.to_string()
    };
    assert_eq!(told(program.get(&far).await), told(program.get(nowhere).await));
    let elsewhere = [
        "/api/v1/people?organisation=Y00002",
        "/api/v1/people?organisation=Z99999",
        "/api/v1/coverage/Y00002",
        "/api/v1/reports/mfa-status?organisation=Y00002",
    ];
    for path in elsewhere {
        let answer = program.get(path).await;
        assert_eq!((answer.status, answer.problem()), (404, "API-404"), "{path}");
    }
    assert_eq!(program.get("/api/v1/people").await.addresses("people"), [HELPER, NURSE]);
    assert_eq!(program.get("/api/v1/people?q=far").await.addresses("people"), [""; 0]);
    let report = program.get("/api/v1/reports/mfa-status").await;
    assert_eq!(report.addresses("accounts"), [HELPER, NURSE]);
    assert_eq!(program.get("/api/v1/organisations").await.json["organisations"][0]["ods_code"], "Y00001");
    let coverage = program.get("/api/v1/coverage").await;
    assert_eq!(
        (&coverage.json["organisation"]["ods_code"], &coverage.json["all"]["people"]),
        (&json!("Y00001"), &json!(2))
    );
    // Nor by a place in a list that is made up: after somebody elsewhere, and in the list of another.
    let far_id = test.account(FAR).await.id;
    for after in [format!("{far_id}"), format!("{far_id}@"), "nonsense".to_owned(), "%00".to_owned()] {
        for list in ["people", "reports/mfa-status"] {
            let answer = program.get(&format!("/api/v1/{list}?after={after}")).await;
            assert_eq!((answer.status, answer.problem()), (404, "API-404"), "{list} {after}");
        }
    }
    let by_word = program.get(&format!("/api/v1/people?q=far&after={far_id}~f")).await;
    assert_eq!((by_word.status, by_word.addresses("people")), (200, vec![]), "{}", by_word.text);
    let other = Program::of(test, "Y00002", ALL).await;
    assert_eq!(other.get(&near).await.status, 404);
    let theirs = program.get("/api/v1/people?limit=1").await.json["next"].as_str().unwrap().to_owned();
    assert_eq!(other.get(&format!("/api/v1/people?after={theirs}")).await.status, 404);
});

on_both_engines!(lists_go_on_where_they_say, |test| {
    practices(test).await;
    let program = Program::of(test, "Y00001", ALL).await;
    for (list, name) in [("people?limit=1", "people"), ("reports/mfa-status?limit=1", "accounts")] {
        let first = program.get(&format!("/api/v1/{list}")).await;
        let next = first.json["next"].as_str().unwrap();
        let link = first.header("link").strip_prefix('<').unwrap().split_once('>').unwrap().0.to_owned();
        assert!(first.header("link").ends_with("rel=\"next\"") && link.contains(next), "{link}");
        let second = program.get(&link).await;
        assert_eq!((second.header("link"), &second.json["next"]), ("", &Value::Null));
        let mut seen = [first.addresses(name), second.addresses(name)].concat();
        seen.sort_unstable();
        assert_eq!(seen, [HELPER, NURSE], "{list}");
    }
    let csv = program.send(Method::GET, "/api/v1/reports/mfa-status", &[("accept", "text/csv")], "").await;
    assert_eq!((csv.status, csv.header("content-type")), (200, "text/csv; charset=utf-8"));
    assert!(csv.text.starts_with("ods_code,") && csv.text.contains(NURSE) && !csv.text.contains(FAR));
    let part = program.send(Method::GET, "/api/v1/reports/mfa-status?limit=1", &[("accept", "text/csv")], "").await;
    assert_eq!((part.status, part.problem()), (400, "API-400"));
});

on_both_engines!(a_key_stands_for_one_request, |test| {
    practices(test).await;
    let program = Program::of(test, "Y00001", ALL).await;
    let nurse = person(test, NURSE).await;
    let (disable, why) = (format!("{nurse}/disable"), json!({"reason": "left"}));
    // A refusal leaves nothing behind.
    assert_eq!(program.post(&disable, KEY, &json!({"reason": "  "})).await.status, 422);
    assert_eq!(program.post(&disable, KEY, &why).await.status, 200);
    for (path, body) in [(disable.clone(), json!({"reason": "Left"})), (format!("{nurse}/end-sessions"), why.clone())] {
        let answer = program.post(&path, KEY, &body).await;
        assert_eq!((answer.status, answer.problem()), (422, "API-423"), "{path}");
        assert_eq!(answer.json["errors"][0]["header"], "Idempotency-Key");
    }
    // It is another application's key, too.
    let other = Program::of(test, "Y00001", ALL).await;
    let theirs = other.post(&disable, KEY, &why).await;
    assert_eq!((theirs.status, theirs.problem()), (409, "API-409"));
    for headers in [
        vec![("content-type", "application/json")],
        vec![("content-type", "application/json"), ("idempotency-key", "short")],
        vec![("content-type", "application/json"), ("idempotency-key", KEY), ("idempotency-key", KEY)],
    ] {
        let answer = program.send(Method::POST, &disable, &headers, &why.to_string()).await;
        assert_eq!((answer.status, answer.problem()), (400, "API-400"), "{headers:?}");
        assert_eq!(answer.json["errors"][0]["header"], "Idempotency-Key", "{headers:?}");
    }
    test.clock.advance(Duration::from_secs(24 * 60 * 60));
    let token = program.client.token(&[("grant_type", "client_credentials")]).await.unwrap().access_token;
    let tomorrow = Program { token, ..program };
    assert_eq!(tomorrow.post(&disable, KEY, &why).await.status, 409, "it is judged anew");
});

on_both_engines!(what_is_sent_many_times_at_once_is_done_once, |test| {
    practices(test).await;
    let program = Program::of(test, "Y00001", ALL).await;
    let other = test.another_node().await;
    let (client, token) = (program.client.clone(), program.token.clone());
    let there = Program { client, token, shows_token: true, transport: other.transport() };
    let mark = format!("{}/mark-compromised", person(test, NURSE).await);
    let said = json!({"reason": "spam"});
    let send = async |program: &Program| {
        loop {
            let answer = program.post(&mark, KEY, &said).await;
            if answer.status != 503 {
                break answer;
            }
            assert_eq!((answer.problem(), answer.header("retry-after")), ("API-503", "1"));
        }
    };
    let (a, b, c, d) = tokio::join!(send(&program), send(&there), send(&program), send(&there));
    let all = [a, b, c, d];
    assert!(all.iter().all(|answer| answer.status == 200 && answer.text == all[0].text), "{all:?}");
    assert_eq!(all.iter().filter(|answer| answer.header("idempotency-replayed").is_empty()).count(), 1);
    let mut tx = test.app.store().read().await.unwrap();
    let sql = "SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'account_compromised'";
    assert_eq!(tx.opt(sql, Vec::new()).await.unwrap().unwrap().get::<i64>("n").unwrap(), 1);
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_is_a_problem_that_says_why() {
    let test = TestApp::start().await;
    practices(&test).await;
    let program = Program::of(&test, "Y00001", ALL).await;
    let disable = format!("{}/disable", person(&test, NURSE).await);
    let post = async |kind: &str, body: &str| {
        let headers = [("idempotency-key", KEY), ("content-type", kind)];
        program.send(Method::POST, &disable, &headers, body).await
    };
    for (kind, body, code, pointer) in [
        ("application/json", "{", "API-400", json!("#")),
        ("application/json", "", "API-400", json!("#")),
        ("application/json", r#"{"reason":"a"} x"#, "API-400", json!("#")),
        ("application/json", "{}", "API-422", json!("#")),
        ("application/json", r#"{"reason":1}"#, "API-422", json!("#/reason")),
        ("application/json", r#"{"reason":"a","also":1}"#, "API-422", json!("#/also")),
        ("application/json", r#"{"reason":""}"#, "API-422", json!("#/reason")),
        ("text/plain", r#"{"reason":"a"}"#, "API-415", Value::Null),
        ("application/x-www-form-urlencoded", "reason=a", "API-415", Value::Null),
    ] {
        let answer = post(kind, body).await;
        assert_eq!(
            (answer.problem(), &answer.json["errors"][0]["pointer"]),
            (code, &pointer),
            "{body}: {}",
            answer.text
        );
    }
    let long = json!({"reason": "a".repeat(70_000)}).to_string();
    let answer = post("application/json; charset=utf-8", &long).await;
    assert_eq!((answer.status, answer.problem()), (413, "API-413"));
    for (method, path, headers, status) in [
        (Method::GET, "/api/v1/people?page=2", vec![], 400),
        (Method::GET, "/api/v1/people?limit=0", vec![], 400),
        (Method::GET, "/api/v1/people?mfa=maybe", vec![], 400),
        (Method::GET, "/api/v1/people?mfa=off&mfa=off", vec![], 400),
        (Method::GET, "/api/v1/people?q=%00", vec![], 400),
        (Method::GET, "/api/v1/coverage?q=a", vec![], 400),
        (Method::GET, "/api/v1/people", vec![("accept", "application/xml")], 406),
        (Method::GET, "/api/v1/people/nobody", vec![], 404),
        (Method::GET, "/api/v1/reports/nonsense", vec![], 404),
        (Method::GET, "/api/v1/coverage/no-code", vec![], 404),
        (Method::GET, "/api/v1/people/%ff", vec![], 404),
        (Method::GET, "/api/v1", vec![], 404),
        (Method::GET, "/api/v1/", vec![], 404),
        (Method::POST, "/api/v1/nothing/here", vec![], 404),
        (Method::DELETE, "/api/v1/people", vec![], 405),
        (Method::OPTIONS, "/api/v1/people", vec![], 405),
        (Method::PUT, "/api/v1/openapi.json", vec![], 405),
    ] {
        let answer = program.send(method, path, &headers, "").await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
        answer.problem();
        assert_eq!(answer.header("allow").is_empty(), status != 405, "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
    }
    let unknown = program.get("/api/v1/people?kind=nurse").await;
    assert_eq!(unknown.json["errors"][0]["parameter"], "kind", "{}", unknown.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_asks_too_often_waits() {
    let test = TestApp::with(|settings| settings.api.per_second = std::num::NonZeroU32::MIN).await;
    practices(&test).await;
    let program = Program::of(&test, "Y00001", ALL).await;
    for _ in 0..10 {
        assert_eq!(program.get("/api/v1/coverage").await.status, 200);
    }
    let answer = program.get("/api/v1/coverage").await;
    assert_eq!((answer.status, answer.problem()), (429, "API-429"));
    assert!((1..=3).contains(&answer.header("retry-after").parse::<u32>().unwrap()));
    let other = Program::of(&test, "Y00001", ALL).await;
    assert_eq!(other.get("/api/v1/coverage").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_has_a_secret() {
    let test = TestApp::start().await;
    test.add_practice("Y00001").await;
    let mut nurse = test.add_person("Y00001", NURSE).await;
    let mut browser = test.browser();
    nurse.sign_in_and_enrol(&mut browser, test.clock.now()).await;
    count(&test).await;
    let program = Program::of(&test, "Y00001", ALL).await;
    let ClientAuthentication::Basic(client_secret) = &program.client.authentication else { panic!("it has a secret") };
    let mut secrets = vec![PASSWORD.to_owned(), client_secret.clone(), program.token.clone()];
    for name in browser.cookies.names() {
        secrets.push(browser.cookies.value(&name).unwrap().to_owned());
    }
    let account = test.account(NURSE).await.id;
    let mut tx = test.app.store().read().await.unwrap();
    let row = tx.opt("SELECT hash FROM passwords WHERE account_id = $1", wardkey_store::args![account]).await.unwrap();
    secrets.push(row.unwrap().get("hash").unwrap());
    let state = wardkey_store::credential::list_credentials(&mut tx, account).await.unwrap();
    let totp = state.iter().find(|one| one.kind == FactorKind::Totp).unwrap().id;
    let key = wardkey_store::credential::find_totp(&mut tx, totp).await.unwrap().unwrap();
    let key = key.seed.expose().to_vec();
    secrets.push(data_encoding::BASE32_NOPAD.encode(&key));
    secrets.push(data_encoding::HEXLOWER.encode(&key));
    drop(tx);
    let path = person(&test, NURSE).await;
    let why = json!({"reason": "ticket 4711"});
    let mut answers = Vec::new();
    for read in [
        path.as_str(),
        &format!("{path}/sign-ins"),
        "/api/v1/people",
        "/api/v1/organisations",
        "/api/v1/coverage",
        "/api/v1/reports/mfa-status",
        "/api/v1/openapi.json",
    ] {
        answers.push(program.get(read).await);
    }
    for (number, deed) in ["enable-mfa", "end-sessions", "disable", "enable", "mark-compromised"].iter().enumerate() {
        answers.push(program.post(&format!("{path}/{deed}"), &format!("{KEY}-{number}"), &why).await);
    }
    assert!(answers[1].json["sign_ins"][0]["signed_in"] == true, "{}", answers[1].text);
    for answer in &answers {
        assert_eq!(answer.status, 200, "{}", answer.text);
        for secret in &secrets {
            assert!(secret.len() > 5 && !answer.text.contains(secret.as_str()), "{}", answer.text);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deed_of_a_program_stands_in_the_audit_under_its_name() {
    let test = TestApp::start().await;
    practices(&test).await;
    let program = Program::of(&test, "Y00001", ALL).await;
    let id = test.account(NURSE).await.id;
    let answer = program.post(&format!("/api/v1/people/{id}/disable"), KEY, &json!({"reason": "left"})).await;
    assert_eq!(answer.status, 200);
    let mut tx = test.app.store().read().await.unwrap();
    let sql =
        "SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'account_status_changed' AND actor LIKE 'application:%'";
    assert_eq!(tx.opt(sql, Vec::new()).await.unwrap().unwrap().get::<i64>("n").unwrap(), 1);
    // No key opens this to anybody else.
    let asked = Asked {
        key: IdempotencyKey::parse(KEY).unwrap(),
        text: "",
        account: id,
        deed: AccountDeed::Enable,
        why: "back",
    };
    assert!(wardkey_usecases::application::do_once(&test.app, &test.operator(), &asked).await.is_err());
}
