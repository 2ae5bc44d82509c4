//! Signals that nobody else can read.

use std::net::IpAddr;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, SanType};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::join;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use wardkey_domain::factor::voice_call::{CallOutcome, PromptId};
use wardkey_gateway::voice::{HandedOver, TrunkSettings, TrunkTransport, TryAnother};

use super::phone::Phone;
use super::sipp::scenario;
use super::world::{call, press_hash, settings, start};

/// An authority, and a certificate of it for 127.0.0.1: both in PEM, with the key.
pub struct Papers {
    pub authority: String,
    pub certificate: String,
    pub key: String,
    config: Arc<ServerConfig>,
}

pub fn papers() -> Papers {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = params.self_signed(&key).unwrap();
    let issuer = Issuer::new(params, key);
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.subject_alt_names = vec![SanType::IpAddress(IpAddr::from([127, 0, 0, 1]))];
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .unwrap();
    Papers {
        authority: authority.pem(),
        certificate: certificate.pem(),
        key: key.serialize_pem(),
        config: Arc::new(config),
    }
}

/// SIPp of Debian speaks no TLS, so something in front of it does. Answers its port.
async fn in_front_of(port: u16, papers: &Papers) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let acceptor = TlsAcceptor::from(papers.config.clone());
    let front = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut secured) = acceptor.accept(stream).await else { return };
                let mut plain = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                tokio::io::copy_bidirectional(&mut secured, &mut plain).await.ok();
            });
        }
    });
    front
}

#[tokio::test]
async fn a_call_is_made_over_tls() {
    let mut phone = Phone::new().await;
    let papers = papers();
    let sipp = scenario!("answers").tcp().key("audio_port", phone.port()).key("formats", "8 96").start().await;
    let front = in_front_of(sipp.port, &papers).await;
    let trunk = start(TrunkSettings {
        transport: TrunkTransport::Tls,
        extra_roots: Some(papers.authority.clone().into_bytes()),
        ..settings(front)
    });
    let person = async {
        phone.hear_all(&[PromptId::Greeting, PromptId::Context, PromptId::PressHash]).await;
        phone.press("#").await;
        phone.hear(PromptId::ThankYou).await;
    };
    let ((report, _), ()) = join!(call(&trunk, press_hash()), person);
    assert_eq!(report.outcome, CallOutcome::Confirmed);
    sipp.ends_well().await;
}

#[tokio::test]
async fn a_trunk_whose_certificate_is_not_believed_is_not_given_a_call() {
    let papers = papers();
    let front = in_front_of(9, &papers).await;
    let trunk = start(TrunkSettings { transport: TrunkTransport::Tls, ..settings(front) });
    let (report, steps) = call(&trunk, press_hash()).await;
    assert_eq!((report.outcome, steps.len()), (CallOutcome::ServiceError, 0));
    assert_eq!((report.handed_over, report.try_another), (HandedOver::Never, TryAnother::Yes));
}
