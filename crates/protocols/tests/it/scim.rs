//! SCIM over HTTP, on both engines: what a client is answered.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use serde_json::{Value, json};
use tower::ServiceExt as _;
use wardkey_domain::application::{ClientSettings, GrantType};
use wardkey_testkit::{EngineKind, OidcClient, TestApp, Transport};
use wardkey_usecases::directory::see_account;

use crate::support::body;

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const BULK: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

macro_rules! on_both_engines {
    ($name:ident, |$scene:ident| $body:block) => {
        mod $name {
            use super::*;

            async fn run($scene: &Scene) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                run(&Scene::on(EngineKind::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if EngineKind::Postgres.is_available() {
                    run(&Scene::on(EngineKind::Postgres).await).await;
                }
            }
        }
    };
}

/// Two trusts, and a client of each with its token.
struct Scene {
    test: TestApp,
    router: Router,
    token: String,
    other: String,
}

struct Answered {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Answered {
    fn id(&self) -> &str {
        self.body["id"].as_str().unwrap()
    }

    fn tag(&self) -> &str {
        self.headers[header::ETAG].to_str().unwrap()
    }

    /// Its status and what kind of error it is.
    fn refusal(&self) -> (u16, &str) {
        assert_eq!(self.body["status"], self.status.as_str(), "{}", self.body);
        assert!(self.body["detail"].as_str().unwrap().ends_with('.'), "{}", self.body);
        (self.status.as_u16(), self.body["scimType"].as_str().unwrap_or_default())
    }
}

impl Scene {
    async fn on(engine: EngineKind) -> Self {
        let test = TestApp::on_engine(engine).await;
        test.add_practice("Y00001").await;
        test.add_practice("Y00002").await;
        let router = wardkey_protocols::router(test.app.clone());
        let token = token(&test, &router, "Y00001", "wardkey:scim").await;
        let other = token_of(&test, &router, "Y00002").await;
        Self { test, router, token, other }
    }

    async fn send(&self, token: &str, method: &str, path: &str, sent: &Value, more: &[(&str, &str)]) -> Answered {
        let mut request = Request::builder().method(method).uri(format!("/scim/v2{path}"));
        if !token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        let sent = if sent.is_null() { Vec::new() } else { sent.to_string().into_bytes() };
        if !sent.is_empty() && !more.iter().any(|(name, _)| *name == "content-type") {
            request = request.header(header::CONTENT_TYPE, "application/scim+json");
        }
        let response = self.router.clone().oneshot(request.body(Body::from(sent)).unwrap()).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = body(response).await;
        if !bytes.is_empty() {
            assert_eq!(headers[header::CONTENT_TYPE], "application/scim+json", "{path}");
        }
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN), None);
        Answered { status, headers, body: serde_json::from_slice(&bytes).unwrap_or_default() }
    }

    async fn get(&self, path: &str) -> Answered {
        self.send(&self.token, "GET", path, &Value::Null, &[]).await
    }

    async fn post(&self, path: &str, sent: Value) -> Answered {
        self.send(&self.token, "POST", path, &sent, &[]).await
    }

    async fn patch(&self, path: &str, operations: Value) -> Answered {
        let sent = json!({ "schemas": [PATCH], "Operations": operations });
        self.send(&self.token, "PATCH", path, &sent, &[]).await
    }

    async fn joiner(&self, name: &str) -> Answered {
        let made = self.post("/Users", user(name)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        made
    }
}

fn user(name: &str) -> Value {
    json!({
        "schemas": [USER], "userName": format!("{name}@a.example"),
        "name": { "givenName": "Nia", "familyName": "Rowe" }, "externalId": name
    })
}

async fn token_of(test: &TestApp, router: &Router, code: &str) -> String {
    token(test, router, code, "wardkey:scim").await
}

async fn token(test: &TestApp, router: &Router, code: &str, scope: &str) -> String {
    let mut settings = ClientSettings::web(Vec::new());
    settings.grants = vec![GrantType::ClientCredentials];
    settings.scopes = scope.parse().unwrap();
    let client = test.add_application(code, settings).await;
    let client = OidcClient { transport: Transport::router(router.clone()), ..client };
    client.token(&[("grant_type", "client_credentials")]).await.unwrap().access_token
}

on_both_engines!(nobody_is_let_in_without_a_token_for_this, |scene| {
    let reading = token(&scene.test, &scene.router, "Y00001", "wardkey:people.read").await;
    for (token, status, error) in
        [("", 401, None), ("nonsense", 401, Some("invalid_token")), (reading.as_str(), 403, Some("insufficient_scope"))]
    {
        for (method, path) in [("GET", "/Users"), ("POST", "/Bulk"), ("GET", "/Schemas"), ("DELETE", "/Groups/1")] {
            let answered = scene.send(token, method, path, &Value::Null, &[]).await;
            assert_eq!(answered.refusal(), (status, ""), "{method} {path}");
            let challenge = answered.headers[header::WWW_AUTHENTICATE].to_str().unwrap();
            assert!(challenge.starts_with("Bearer realm="), "{challenge}");
            assert_eq!(error.is_some_and(|error| challenge.contains(error)), error.is_some(), "{challenge}");
        }
    }
});

on_both_engines!(a_resource_is_made_read_changed_and_deleted, |scene| {
    let made = scene.joiner("nia").await;
    let place = format!("http://localhost:8480/scim/v2/Users/{}", made.id());
    assert_eq!(made.headers[header::LOCATION], place.as_str());
    assert_eq!(made.body["meta"]["location"], place);
    assert_eq!(made.body["meta"]["version"], made.tag());
    assert_eq!(made.body["displayName"], "Nia Rowe");
    assert_eq!(made.body["active"], true);
    assert_eq!(made.body["emails"], json!([{ "value": "nia@a.example", "type": "work" }]));
    assert_eq!(made.body[ENTERPRISE]["organization"], "Y00001");
    let path = format!("/Users/{}", made.id());
    assert_eq!(scene.get(&path).await.body, made.body);
    let known = scene.send(&scene.token, "GET", &path, &Value::Null, &[("if-none-match", made.tag())]).await;
    assert_eq!((known.status, known.body), (StatusCode::NOT_MODIFIED, Value::Null));
    let only = scene.get(&format!("{path}?attributes=name.givenName")).await;
    assert_eq!(only.body, json!({ "schemas": made.body["schemas"], "id": made.id(), "name": { "givenName": "Nia" } }));
    let mut whole = user("nia");
    whole["displayName"] = "Nia Hill".into();
    let replaced = scene.send(&scene.token, "PUT", &path, &whole, &[("if-match", made.tag())]).await;
    assert_eq!((replaced.status, &replaced.body["displayName"]), (StatusCode::OK, &"Nia Hill".into()));
    let stale = scene.send(&scene.token, "PUT", &path, &whole, &[("if-match", made.tag())]).await;
    assert_eq!(stale.refusal(), (412, ""));
    let gone = scene.send(&scene.token, "DELETE", &path, &Value::Null, &[("if-match", made.tag())]).await;
    assert_eq!(gone.refusal(), (412, ""));
    let gone = scene.send(&scene.token, "DELETE", &path, &Value::Null, &[("if-match", "*")]).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(scene.get(&path).await.refusal(), (404, ""));
});

on_both_engines!(one_trusts_token_finds_nothing_of_anothers, |scene| {
    let made = scene.joiner("nia").await;
    let group = scene.post("/Groups", json!({ "schemas": [GROUP], "displayName": "Ward" })).await;
    for (method, path, sent) in [
        ("GET", format!("/Users/{}", made.id()), Value::Null),
        ("PUT", format!("/Users/{}", made.id()), user("nia")),
        (
            "PATCH",
            format!("/Users/{}", made.id()),
            json!({ "schemas": [PATCH], "Operations": [{ "op": "replace", "path": "active", "value": false }] }),
        ),
        ("DELETE", format!("/Users/{}", made.id()), Value::Null),
        ("GET", format!("/Groups/{}", group.id()), Value::Null),
        ("DELETE", format!("/Groups/{}", group.id()), Value::Null),
    ] {
        let answered = scene.send(&scene.other, method, &path, &sent, &[]).await;
        assert_eq!(answered.refusal().0, 404, "{method} {path}");
    }
    for filter in [
        "userName eq \"nia@a.example\"",
        "externalId eq \"nia\"",
        "emails.value eq \"nia@a.example\"",
        "userName sw \"nia\"",
        "not (userName eq \"x\")",
        &format!("id eq \"{}\"", made.id()),
        &format!("{ENTERPRISE}:organization eq \"Y00001\""),
    ] {
        let sent = json!({ "schemas": [SEARCH], "filter": filter });
        for path in ["/Users/.search", "/.search"] {
            let found = scene.send(&scene.other, "POST", path, &sent, &[]).await;
            assert_eq!((found.status, &found.body["totalResults"]), (StatusCode::OK, &json!(0)), "{filter}");
            let own = scene.post(path, sent.clone()).await;
            assert_eq!(own.body["totalResults"], 1, "{filter}: {}", own.body);
        }
    }
});

on_both_engines!(a_patch_gains_no_role_no_factor_and_no_password, |scene| {
    let path = format!("/Users/{}", scene.joiner("nia").await.id());
    for name in ["roles", "entitlements", "x509Certificates", "password", "groups", "id", "meta.version"] {
        let answered = scene.patch(&path, json!([{ "op": "add", "path": name, "value": "x" }])).await;
        assert_eq!(answered.refusal(), (400, "mutability"), "{name}");
    }
    let smuggled = json!({ "password": "x", "roles": [{ "value": "tenant_administrator" }], "displayName": "Nia" });
    let answered = scene.patch(&path, json!([{ "op": "replace", "value": smuggled }])).await;
    assert_eq!((answered.status, &answered.body["displayName"]), (StatusCode::OK, &"Nia".into()));
    let account = scene.test.account("nia@a.example").await.id;
    let facts = see_account(&scene.test.app, &scene.test.operator(), account).await.unwrap();
    assert!(facts.roles.is_empty() && facts.password.is_none() && facts.credentials.is_empty());
});

on_both_engines!(what_does_not_fit_is_refused_in_the_words_of_the_standard, |scene| {
    let path = format!("/Users/{}", scene.joiner("nia").await.id());
    scene.joiner("bo").await;
    for (method, path, sent, refusal) in [
        ("POST", "/Users", user("nia"), (409, "uniqueness")),
        ("POST", "/Users", json!({ "schemas": [USER] }), (400, "invalidValue")),
        ("POST", "/Users", json!({ "userName": "x@a.example" }), (400, "invalidSyntax")),
        ("POST", "/Users", json!([]), (400, "invalidSyntax")),
        ("POST", "/Users", json!({ "schemas": [USER], "userName": "nobody" }), (400, "invalidValue")),
        (
            "PATCH",
            &path,
            json!({ "schemas": [PATCH], "Operations": [{ "op": "remove", "path": "userName" }] }),
            (400, "mutability"),
        ),
        (
            "PATCH",
            &path,
            json!({ "schemas": [PATCH], "Operations": [{ "op": "add", "path": "nope", "value": 1 }] }),
            (400, "invalidPath"),
        ),
        (
            "PATCH",
            &path,
            json!({ "schemas": [PATCH], "Operations": [{ "op": "replace", "path": "userName", "value": "BO@a.example" }] }),
            (409, "uniqueness"),
        ),
        (
            "POST",
            "/Groups",
            json!({ "schemas": [GROUP], "displayName": "x", "members": [{ "value": "nobody" }] }),
            (400, "invalidValue"),
        ),
        ("GET", "/Users?filter=nope%20eq%201", Value::Null, (400, "invalidFilter")),
        ("GET", "/Users?count=x", Value::Null, (400, "invalidValue")),
        ("GET", "/Schemas?filter=id%20pr", Value::Null, (403, "")),
        ("GET", "/Schemas/urn:x", Value::Null, (404, "")),
        ("GET", "/Robots", Value::Null, (404, "")),
        ("PUT", "/Users", Value::Null, (405, "")),
        ("GET", "/Me", Value::Null, (501, "")),
        ("DELETE", "/Me", Value::Null, (501, "")),
    ] {
        let answered = scene.send(&scene.token, method, path, &sent, &[]).await;
        assert_eq!(answered.refusal(), refusal, "{method} {path} {sent}");
    }
    let form = scene.send(&scene.token, "POST", "/Users", &user("ceri"), &[("content-type", "text/plain")]).await;
    assert_eq!(form.refusal(), (415, ""));
    let long = json!({ "schemas": [USER], "userName": "x".repeat(1_100_000) });
    assert_eq!(scene.post("/Users", long).await.refusal(), (413, ""));
});

on_both_engines!(lists_are_paged_filtered_and_bounded, |scene| {
    for name in ["ann", "bo", "ceri"] {
        scene.joiner(name).await;
    }
    let names = |answered: &Answered| {
        let all = answered.body["Resources"].as_array().unwrap().iter();
        all.map(|one| one["userName"].as_str().unwrap()[..2].to_owned()).collect::<Vec<_>>().join(" ")
    };
    let all = scene.get("/Users").await;
    assert_eq!((names(&all).as_str(), &all.body["totalResults"]), ("an bo ce", &json!(3)));
    let page = scene.get("/Users?startIndex=2&count=1&attributes=userName").await;
    assert_eq!(names(&page), "bo");
    assert_eq!((&page.body["startIndex"], &page.body["itemsPerPage"]), (&json!(2), &json!(1)));
    assert_eq!(scene.get("/Users?count=0").await.body["totalResults"], 3);
    let filtered = scene.get("/Users?filter=userName%20co%20%22E%22%20and%20active%20eq%20true").await;
    assert_eq!(filtered.body["totalResults"], 3);
    let filtered = scene.get("/Users?filter=userName%20sw%20%22b%22%20or%20externalId%20eq%20%22ceri%22").await;
    assert_eq!(names(&filtered), "bo ce");
    let group =
        json!({ "schemas": [GROUP], "displayName": "Ward", "members": [{ "value": all.body["Resources"][0]["id"] }] });
    let group = scene.post("/Groups", group).await;
    assert!(group.body["members"][0]["$ref"].as_str().unwrap().starts_with("http://localhost:8480/scim/v2/Users/"));
    let ann = all.body["Resources"][0]["id"].as_str().unwrap();
    let found = scene.get(&format!("/Groups?filter=members.value%20eq%20%22{ann}%22")).await;
    assert_eq!(found.body["Resources"][0]["id"], group.id());
    let without = scene.get("/Groups?excludedAttributes=members").await;
    assert_eq!(without.body["Resources"][0].get("members"), None);
    let both = scene.post("/.search", json!({ "schemas": [SEARCH], "startIndex": 3, "count": 2 })).await;
    assert_eq!((&both.body["totalResults"], &both.body["itemsPerPage"]), (&json!(4), &json!(2)));
    assert_eq!(both.body["Resources"][1]["displayName"], "Ward");
});

on_both_engines!(a_bulk_request_is_done_in_order_and_within_its_bounds, |scene| {
    let sent = json!({ "schemas": [BULK], "Operations": [
        { "method": "POST", "path": "/Groups", "bulkId": "ward", "data": {
            "schemas": [GROUP], "displayName": "Ward", "members": [{ "value": "bulkId:nia" }] } },
        { "method": "POST", "path": "/Users", "bulkId": "nia", "data": user("nia") },
        { "method": "PATCH", "path": "/Users/bulkId:nia", "data": {
            "schemas": [PATCH], "Operations": [{ "op": "replace", "path": "displayName", "value": "N" }] } },
        { "method": "PUT", "path": "/Users/bulkId:nobody", "data": user("x") },
        { "method": "POST", "path": "/Robots", "bulkId": "r", "data": {} }
    ] });
    let answered = scene.post("/Bulk", sent).await;
    let results = answered.body["Operations"].as_array().unwrap();
    let told =
        |result: &Value| format!("{} {}", result["method"].as_str().unwrap(), result["status"].as_str().unwrap());
    let told: Vec<_> = results.iter().map(told).collect();
    assert_eq!(told, ["POST 201", "PATCH 200", "POST 400", "POST 201", "PUT 409"]);
    let location = results[3]["location"].as_str().unwrap().split("/scim/v2").nth(1).unwrap();
    let group = scene.get(location).await;
    assert_eq!(group.body["members"].as_array().unwrap().len(), 1);
    let failing = |most: u64| {
        json!({ "schemas": [BULK], "failOnErrors": most, "Operations": [
        { "method": "DELETE", "path": "/Users/1" }, { "method": "DELETE", "path": "/Users/2" },
        { "method": "DELETE", "path": "/Users/3" }
    ] })
    };
    for (most, done) in [(1, 1), (2, 2), (9, 3)] {
        assert_eq!(scene.post("/Bulk", failing(most)).await.body["Operations"].as_array().unwrap().len(), done);
    }
    let many = vec![json!({ "method": "DELETE", "path": "/Users/1" }); 201];
    assert_eq!(scene.post("/Bulk", json!({ "schemas": [BULK], "Operations": many })).await.refusal(), (413, ""));
});

on_both_engines!(the_server_says_what_it_does, |scene| {
    let config = scene.get("/ServiceProviderConfig").await.body;
    assert_eq!(config["bulk"], json!({ "supported": true, "maxOperations": 200, "maxPayloadSize": 1_048_576 }));
    let types = scene.get("/ResourceTypes").await.body;
    assert_eq!((&types["totalResults"], &types["Resources"][0]["name"]), (&json!(2), &"User".into()));
    assert_eq!(scene.get("/ResourceTypes/Group").await.body["schema"], GROUP);
    // Each client reads the codes of its own organisations.
    let enterprise = scene.get(&format!("/Schemas/{ENTERPRISE}")).await.body;
    assert_eq!(enterprise["attributes"][0]["canonicalValues"], json!(["Y00001"]));
    let theirs = scene.send(&scene.other, "GET", "/Schemas", &Value::Null, &[]).await.body;
    assert!(!theirs.to_string().contains("Y00001") && theirs.to_string().contains("Y00002"));
    assert!(!theirs.to_string().contains("\"password\""));
});
