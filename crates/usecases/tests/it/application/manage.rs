//! Adding and changing applications.

use wardkey_domain::application::{ClientAuthentication, ClientSettings, GrantType, RedirectUri, ServerUri};
use wardkey_domain::op::{Actor, Origin};
use wardkey_testkit::TestApp;
use wardkey_usecases::Error;
use wardkey_usecases::application::{
    NewApplication, add_application, change_settings, find, list_applications, owner, rotate_secret,
};

use super::support::{CALLBACK, on_both_engines};

async fn new(test: &TestApp, settings: ClientSettings) -> NewApplication {
    test.add_practice("Y00001").await;
    let organisation = owner(&test.app, &test.operator(), &"Y00001".parse().unwrap()).await.unwrap();
    NewApplication { organisation, name: " Rota ".into(), client_id: Some("rota".into()), settings }
}

fn web() -> ClientSettings {
    ClientSettings::web(vec![RedirectUri::parse(CALLBACK).unwrap()])
}

fn fields(error: Error) -> Vec<&'static str> {
    match error {
        Error::Invalid(errors) => errors.into_iter().map(|error| error.field).collect(),
        other => panic!("{other:?}"),
    }
}

on_both_engines!(an_application_is_added_once_and_its_secret_shown_once, |test| {
    let (app, op) = (&test.app, test.operator());
    let new = new(test, web()).await;
    let added = add_application(app, &op, new.clone()).await.unwrap();
    assert_eq!(added.application.name, "Rota");
    let secret = added.secret.unwrap();
    let client = find(app, "rota").await.unwrap().unwrap();
    assert!(client.has_secret(secret.expose(), app.now()) && !client.has_secret("another", app.now()));
    let taken = add_application(app, &op, new).await.unwrap_err();
    assert!(matches!(taken, Error::Conflict(_)), "{taken:?}");
    assert_eq!(list_applications(app, &op, None, 10).await.unwrap().len(), 1);
});

on_both_engines!(a_change_is_seen_at_once, |test| {
    let (app, op) = (&test.app, test.operator());
    add_application(app, &op, new(test, web()).await).await.unwrap();
    assert!(!find(app, "rota").await.unwrap().unwrap().settings.may(GrantType::DeviceCode));
    let mut settings = web();
    settings.grants.push(GrantType::DeviceCode);
    change_settings(app, &op, "rota", &settings).await.unwrap();
    assert!(find(app, "rota").await.unwrap().unwrap().settings.may(GrantType::DeviceCode));
    settings.redirect_uris.clear();
    let refused = change_settings(app, &op, "rota", &settings).await.unwrap_err();
    assert_eq!(fields(refused), ["redirect_uris"]);
});

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named() {
    let test = TestApp::start().await;
    let (app, op) = (&test.app, test.operator());
    let good = new(&test, web()).await;
    let check = async |change: &dyn Fn(&mut NewApplication), expected: &[&str]| {
        let mut bad = good.clone();
        change(&mut bad);
        assert_eq!(fields(add_application(app, &op, bad).await.unwrap_err()), expected);
    };
    check(&|new| new.name = " ".into(), &["name"]).await;
    check(&|new| new.client_id = Some("a b".into()), &["client_id"]).await;
    check(&|new| new.settings.grants.clear(), &["grants", "redirect_uris"]).await;
    let private = ServerUri::parse("https://10.0.0.1/logout").unwrap();
    check(&|new| new.settings.backchannel_logout_uri = Some(private.clone()), &["backchannel_logout_uri"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_who_may_manage_applications_do() {
    let test = TestApp::start().await;
    let new = new(&test, web()).await;
    add_application(&test.app, &test.operator(), new.clone()).await.unwrap();
    let nobody = test.app.op(Actor::Anonymous, Origin::default());
    for refused in [
        add_application(&test.app, &nobody, new).await.map(|_| ()).unwrap_err(),
        rotate_secret(&test.app, &nobody, "rota").await.map(|_| ()).unwrap_err(),
        list_applications(&test.app, &nobody, None, 10).await.map(|_| ()).unwrap_err(),
        change_settings(&test.app, &nobody, "rota", &web()).await.map(|_| ()).unwrap_err(),
    ] {
        assert!(matches!(refused, Error::NotFound(_)), "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_without_a_secret_gets_none() {
    let test = TestApp::start().await;
    let settings = ClientSettings { authentication: ClientAuthentication::None, ..web() };
    let added = add_application(&test.app, &test.operator(), new(&test, settings).await).await.unwrap();
    assert!(added.secret.is_none());
    let refused = rotate_secret(&test.app, &test.operator(), "rota").await.unwrap_err();
    assert!(matches!(refused, Error::Conflict(_)), "{refused:?}");
}
