//! Applications that act here by themselves.

use wardkey_domain::application::token::access_token_hash;
use wardkey_domain::application::{ApplicationStatus, AuthorizationRequest, ClientSettings, GrantType};
use wardkey_domain::op::{ActingApplication, Actor, Op, Origin};
use wardkey_domain::permission::{Action, ApiScope, Extent};
use wardkey_domain::secret::TokenHash;
use wardkey_testkit::TestApp;
use wardkey_usecases::application::{
    self, AccessText, Admission, Authorized, Issued, TokenAnswer, admit, authorize, exchange_client_credentials,
    set_application_status,
};
use wardkey_usecases::{App, Error, directory};

use super::support::{NURSE, Scene, on_both_engines, request};

async fn token_with(test: &TestApp, code: &str, scopes: &str) -> (String, TokenHash) {
    let mut settings = ClientSettings::web(Vec::new());
    settings.grants = vec![GrantType::ClientCredentials];
    settings.scopes = scopes.parse().unwrap();
    let added = test.add_application(code, settings).await;
    let client = application::find(&test.app, &added.client_id).await.unwrap().unwrap();
    let acting = ActingApplication { id: client.id(), mandate: None };
    let op = test.app.op(Actor::Application(acting), Origin::default());
    let answer = exchange_client_credentials(&test.app, &op, &client, None).await.unwrap();
    let TokenAnswer::Issued(issued) = answer else { panic!("{answer:?}") };
    (added.client_id, hash_of(&issued))
}

fn hash_of(issued: &Issued) -> TokenHash {
    let AccessText::Reference(text) = &issued.access else { panic!("it is a reference") };
    access_token_hash(text.expose()).unwrap()
}

async fn let_in(app: &App, token: &TokenHash, needed: ApiScope) -> Option<Op> {
    match admit(app, Origin::default(), token, needed).await.unwrap() {
        Admission::Admitted(op) => Some(op),
        Admission::BadToken | Admission::InsufficientScope => None,
    }
}

on_both_engines!(an_application_is_let_in_by_its_scopes_and_reaches_its_own_organisation, |test| {
    test.add_practice("Y00001").await;
    test.add_practice("Y00002").await;
    test.add_person("Y00001", NURSE).await;
    test.add_person("Y00002", "other@b.example").await;
    let (_, token) = token_with(test, "Y00001", "rota wardkey:people.manage").await;
    let app = &test.app;
    let op = let_in(app, &token, ApiScope::ManagePeople).await.expect("it has the scope");
    assert!(matches!(op.extent(Action::DisableAccount), Extent::Subtrees(all) if all.len() == 1));
    assert!(let_in(app, &token, ApiScope::Provision).await.is_none(), "it does not have that one");
    directory::disable(app, &op, test.account(NURSE).await.id, "left").await.expect("it is theirs");
    let elsewhere = directory::disable(app, &op, test.account("other@b.example").await.id, "left").await;
    assert!(matches!(elsewhere, Err(Error::NotFound(_))), "{elsewhere:?}");
});

on_both_engines!(an_application_that_is_closed_is_not_let_in_any_more, |test| {
    test.add_practice("Y00001").await;
    let (client_id, token) = token_with(test, "Y00001", "wardkey:people.read").await;
    assert!(let_in(&test.app, &token, ApiScope::ReadPeople).await.is_some());
    set_application_status(&test.app, &test.operator(), &client_id, ApplicationStatus::Closed).await.unwrap();
    assert!(let_in(&test.app, &token, ApiScope::ReadPeople).await.is_none());
});

on_both_engines!(a_token_that_speaks_for_a_person_opens_nothing_here, |test| {
    let scene = Scene::of(test).await;
    let mut settings = scene.client(&test.app).await.settings.clone();
    settings.scopes = "openid offline_access wardkey:people.manage".parse().unwrap();
    application::change_settings(&test.app, &test.operator(), &scene.client_id, &settings).await.unwrap();
    let (client, person) = (scene.client(&test.app).await, scene.person(&test.app).await);
    let op = person.op(&test.app, &scene.browser);
    let request = AuthorizationRequest { scope: settings.scopes.clone(), ..request(&client, &op) };
    let answered = authorize(&test.app, &op, &client, Some(&person), request).await.unwrap();
    let Authorized::Code { code, .. } = answered else { panic!("{answered:?}") };
    let issued = scene.exchange(&test.app, code.expose()).await.unwrap();
    assert!(issued.scope.contains("wardkey:people.manage"));
    let refused = admit(&test.app, Origin::default(), &hash_of(&issued), ApiScope::ManagePeople).await.unwrap();
    assert!(matches!(refused, Admission::InsufficientScope), "{refused:?}");
    let unknown = admit(&test.app, Origin::default(), &TokenHash::of("nothing"), ApiScope::ManagePeople).await.unwrap();
    assert!(matches!(unknown, Admission::BadToken), "{unknown:?}");
});
