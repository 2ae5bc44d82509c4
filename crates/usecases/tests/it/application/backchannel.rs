//! Telling an application's server that a session has ended.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use wardkey_domain::application::{ClientSettings, RedirectUri, ServerUri};
use wardkey_domain::op::{Actor, Origin};
use wardkey_gateway::breached_password::BreachedPasswords;
use wardkey_gateway::certificate_status::CertificateStatus;
use wardkey_gateway::outbound::{Outbound, OutboundSettings};
use wardkey_testkit::TestApp;
use wardkey_usecases::application::{NewApplication, add_application, deliver_logouts, owner};
use wardkey_usecases::{App, Parts, session};

use super::support::{CALLBACK, NURSE, Scene};

/// An application's server, which answers with one status and keeps what it was sent.
#[derive(Clone)]
struct Listening {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Listening {
    async fn start(status: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let listening = Self { address: listener.local_addr().unwrap(), heard: Arc::default() };
        let heard = Arc::clone(&listening.heard);
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let (mut request, mut buffer) = (String::new(), [0; 4_096]);
                while !request.contains("logout_token=") {
                    let read = socket.read(&mut buffer).await.unwrap();
                    if read == 0 {
                        break;
                    }
                    request.push_str(&String::from_utf8_lossy(&buffer[..read]));
                }
                heard.lock().unwrap().push(request);
                let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                socket.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        listening
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

/// The product on the same database, allowed to call `server`.
async fn app_that_may_call(test: &TestApp, server: &Listening) -> App {
    let (inner, clock) = (test.app.clone(), test.clock.clone());
    let allow = vec![server.address.to_string().parse().unwrap()];
    App::new(Parts {
        store: test.app.store().clone(),
        clock: Arc::new(move || clock.now()),
        random: Arc::new(move |bytes: &mut [u8]| {
            for chunk in bytes.chunks_mut(32) {
                let random: [u8; 32] = inner.random();
                chunk.copy_from_slice(&random[..chunk.len()]);
            }
        }),
        outbound: Outbound::new(&OutboundSettings { allow, ..OutboundSettings::default() }).unwrap(),
        push_outbound: test.app.outbound().clone(),
        certificate_status: CertificateStatus::new(test.app.outbound().clone()),
        care_identity: None,
        breached: BreachedPasswords::none(),
        gateways: wardkey_usecases::message::Gateways::default(),
        streams: Vec::new(),
        settings: test.settings().clone(),
    })
}

async fn scene(test: &TestApp, app: &App, server: &Listening) -> Scene {
    test.add_practice("Y00001").await;
    test.add_person("Y00001", NURSE).await;
    let uri = format!("http://{}/logout?logout=backchannel", server.address);
    let settings = ClientSettings {
        pkce: wardkey_domain::application::Pkce::Optional,
        backchannel_logout_uri: Some(ServerUri::parse(&uri).unwrap()),
        ..ClientSettings::web(vec![RedirectUri::parse(CALLBACK).unwrap()])
    };
    let organisation = owner(app, &test.operator(), &"Y00001".parse().unwrap()).await.unwrap();
    let new = NewApplication { organisation, name: "Rota".into(), client_id: Some("rota".into()), settings };
    add_application(app, &test.operator(), new).await.unwrap();
    Scene { client_id: "rota".into(), browser: test.signed_in(NURSE).await }
}

async fn deliver(app: &App) -> usize {
    deliver_logouts(app, &app.op(Actor::System("test"), Origin::default())).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_is_told_once_that_a_session_has_ended() {
    let test = TestApp::start().await;
    let server = Listening::start("200 OK").await;
    let app = app_that_may_call(&test, &server).await;
    let scene = scene(&test, &app, &server).await;
    let (issued, _) = (scene.tokens(&app).await, scene.tokens(&app).await);
    assert_eq!(deliver(&app).await, 0);
    let subject = issued.identity.as_ref().unwrap().subject.to_string();
    session::sign_out(&app, &scene.op(&app).await).await.unwrap();
    assert_eq!(deliver(&app).await, 1);
    assert_eq!(deliver(&app).await, 0);
    let heard = server.heard();
    assert_eq!(heard.len(), 1);
    assert!(heard[0].starts_with("POST /logout?logout=backchannel HTTP/1.1"), "{}", heard[0]);
    let token = heard[0].split("logout_token=").nth(1).unwrap();
    let payload = token.split('.').nth(1).unwrap();
    let padded = data_encoding_decode(payload);
    let claims: serde_json::Value = serde_json::from_slice(&padded).unwrap();
    assert_eq!((&claims["aud"], &claims["sub"]), (&"rota".into(), &subject.into()));
    assert_eq!(claims["sid"], issued.identity.as_ref().unwrap().session.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_does_not_answer_is_tried_again_and_then_given_up() {
    let test = TestApp::start().await;
    let server = Listening::start("500 Oops").await;
    let app = app_that_may_call(&test, &server).await;
    let scene = scene(&test, &app, &server).await;
    scene.tokens(&app).await;
    session::sign_out(&app, &scene.op(&app).await).await.unwrap();
    for expected in 1..=6 {
        assert_eq!(deliver(&app).await, 0);
        assert_eq!(deliver(&app).await, 0, "not at once again");
        assert_eq!(server.heard().len(), expected);
        test.clock.advance(Duration::from_secs(6 * 60 * 60));
    }
    assert_eq!(deliver(&app).await, 0);
    assert_eq!(server.heard().len(), 6, "given up");
}

/// Decodes unpadded base64url.
fn data_encoding_decode(text: &str) -> Vec<u8> {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'-' => 62,
        _ => 63,
    };
    let bits = text.bytes().flat_map(|byte| (0..6).rev().map(move |bit| value(byte) >> bit & 1));
    let bits: Vec<u8> = bits.collect();
    bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |sum, bit| sum << 1 | bit)).collect()
}
