use std::sync::Arc;

use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use wardkey_domain::time::Timestamp;

use super::syslog::EARLY;
use super::*;

/// An authority that vouches for `localhost` and for a client.
struct Authority {
    pem: Vec<u8>,
    certificate: rcgen::Certificate,
    issuer: rcgen::Issuer<'static, rcgen::KeyPair>,
}

struct Issued {
    chain: String,
    key: rcgen::KeyPair,
}

impl Authority {
    fn new() -> Self {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap();
        let pem = certificate.pem().into_bytes();
        Self { pem, certificate, issuer: rcgen::Issuer::new(params, key) }
    }

    fn issue(&self, name: &str) -> Issued {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
        Issued { chain: params.signed_by(&key, &self.issuer).unwrap().pem(), key }
    }

    /// How a receiver with a certificate for `name` accepts connections; from clients of ours alone, if it `asks`.
    fn acceptor(&self, name: &str, asks: bool) -> TlsAcceptor {
        let issued = self.issue(name);
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder =
            ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions().unwrap();
        let builder = if asks {
            let mut roots = RootCertStore::empty();
            roots.add(self.certificate.der().clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
            builder.with_client_cert_verifier(verifier)
        } else {
            builder.with_no_client_auth()
        };
        let chain = rustls::pki_types::pem::PemObject::from_pem_slice(issued.chain.as_bytes()).unwrap();
        let key = rustls::pki_types::PrivateKeyDer::Pkcs8(issued.key.serialize_der().into());
        TlsAcceptor::from(Arc::new(builder.with_single_cert(vec![chain], key).unwrap()))
    }
}

fn record(number: i64) -> Record {
    Record {
        number,
        at: Timestamp::from_micros(1_700_000_000_000_123),
        kind: "signed_in".to_owned(),
        data: vec![("number", number.to_string()), ("actor", "operator:a \"b\"".to_owned())],
        json: format!(r#"{{"number":{number}}}"#),
        short: format!(r#"{{"number":{number},"shortened":true}}"#),
    }
}

fn settings(port: u16, authority: Option<&Authority>) -> SyslogSettings {
    let tls = match authority {
        Some(authority) => SyslogTls::On {
            server_name: "localhost".to_owned(),
            authorities: Some(authority.pem.clone()),
            certificate: None,
        },
        None => SyslogTls::Off,
    };
    SyslogSettings {
        tls,
        batch_limit: std::time::Duration::from_millis(700),
        connect_limit: std::time::Duration::from_millis(700),
        ..SyslogSettings::new("siem", "127.0.0.1", port, "id.example")
    }
}

async fn listen() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

/// Hands two records over to a receiver that does `receive` with the connection.
async fn handed_over<T, R>(
    authority: Option<&Authority>,
    receive: impl FnOnce(TcpStream) -> R + Send + 'static,
) -> (Result<(), NotTaken>, JoinHandle<T>)
where
    T: Send + 'static,
    R: Future<Output = T> + Send + 'static,
{
    let (listener, port) = listen().await;
    let receiving = tokio::spawn(async move { receive(listener.accept().await.unwrap().0).await });
    let syslog = Syslog::new(settings(port, authority)).unwrap();
    (syslog.hand_over(&[record(1), record(2)]).await, receiving)
}

const FAILED: fn(Why) -> Result<(), NotTaken> = |why| Err(NotTaken { why, patience: None });

#[tokio::test]
async fn a_receiver_that_reads_all_and_closes_in_order_has_taken_it() {
    let authority = Authority::new();
    let acceptor = authority.acceptor("localhost", false);
    let (taken, heard) = handed_over(Some(&authority), |tcp| async move {
        let (mut stream, mut heard) = (acceptor.accept(tcp).await.unwrap(), String::new());
        stream.read_to_string(&mut heard).await.unwrap();
        stream.shutdown().await.unwrap();
        heard
    })
    .await;
    assert_eq!(taken, Ok(()));
    let heard = heard.await.unwrap();
    let pid = std::process::id();
    let first = format!(
        "<86>1 2023-11-14T22:13:20.000123Z id.example wardkey {pid} signed_in \
         [wardkey@32473 number=\"1\" actor=\"operator:a \\\"b\\\"\"] \u{feff}{{\"number\":1}}"
    );
    let second = first.replace("\"1\"", "\"2\"").replace(":1}", ":2}");
    assert_eq!(heard, format!("{} {first}{} {second}", first.len(), second.len()));
}

#[tokio::test]
async fn a_receiver_that_closes_without_goodbye_has_taken_it_unless_a_reset_follows() {
    let authority = Authority::new();
    let acceptor = authority.acceptor("localhost", false);
    let (taken, _) = handed_over(Some(&authority), |tcp| async move {
        let (mut stream, mut heard) = (acceptor.accept(tcp).await.unwrap(), String::new());
        stream.read_to_string(&mut heard).await.unwrap();
        drop(stream);
    })
    .await;
    assert_eq!(taken, Ok(()));
    let (taken, _) = handed_over(None, |mut tcp| async move { tcp.read_to_end(&mut Vec::new()).await }).await;
    assert_eq!(taken, Ok(()), "the same without TLS, on this machine");
}

#[tokio::test]
async fn what_nobody_has_read_was_not_taken() {
    let authority = Authority::new();
    // It goes away with everything in its buffers: TCP had acknowledged all of it.
    let acceptor = authority.acceptor("localhost", false);
    let (taken, _) = handed_over(Some(&authority), |tcp| async move {
        let stream = acceptor.accept(tcp).await.unwrap();
        stream.get_ref().0.readable().await.unwrap();
    })
    .await;
    assert!(taken.is_err(), "{taken:?}");
    // It closes one moment before the records come, with a goodbye and without: first its end is seen, then the reset.
    for says_goodbye in [true, false] {
        let acceptor = authority.acceptor("localhost", false);
        let (taken, _) = handed_over(Some(&authority), move |tcp| async move {
            let mut stream = acceptor.accept(tcp).await.unwrap();
            let ended = if says_goodbye { stream.shutdown().await } else { stream.get_mut().0.shutdown().await };
            ended.unwrap();
            stream.get_ref().0.readable().await.unwrap();
        })
        .await;
        assert!(taken.is_err(), "{taken:?} {says_goodbye}");
    }
    let (taken, _) = handed_over(None, |mut tcp| async move {
        tcp.shutdown().await.unwrap();
        tcp.readable().await.unwrap();
    })
    .await;
    assert!(taken.is_err(), "{taken:?}");
}

#[tokio::test]
async fn a_receiver_that_closes_after_our_goodbye_without_having_read_it_has_not_taken_it() {
    let authority = Authority::new();
    let acceptor = authority.acceptor("localhost", false);
    let (taken, _) = handed_over(Some(&authority), move |tcp| async move {
        let stream = acceptor.accept(tcp).await.unwrap();
        // Its end goes out after our goodbye has come in, which it leaves unread until it goes away.
        tokio::time::sleep(EARLY * 5).await;
        let socket = stream.into_inner().0.into_std().unwrap();
        socket.shutdown(std::net::Shutdown::Write).unwrap();
        tokio::time::sleep(EARLY * 5).await;
        drop(socket);
    })
    .await;
    assert!(taken.is_err(), "{taken:?}");
}

#[tokio::test]
async fn a_receiver_that_keeps_the_connection_open_has_confirmed_nothing() {
    let (taken, _held) = handed_over(None, |mut tcp| async move {
        tcp.read_to_end(&mut Vec::new()).await.unwrap();
        tcp
    })
    .await;
    assert_eq!(taken, FAILED(Why::Unconfirmed));
}

#[tokio::test]
async fn a_receiver_that_does_not_read_or_shake_hands_is_left_in_time() {
    let (listener, port) = listen().await;
    let held = tokio::spawn(async move { listener.accept().await });
    let large = Record { json: "x".repeat(32 << 20), ..record(1) };
    let generous = SyslogSettings { longest: usize::MAX, ..settings(port, None) };
    let taken = Syslog::new(generous).unwrap().hand_over(&[large]).await;
    assert_eq!(taken, FAILED(Why::TimedOut));
    drop(held.await);
    let authority = Authority::new();
    let (listener, port) = listen().await;
    let held = tokio::spawn(async move { listener.accept().await });
    let taken = Syslog::new(settings(port, Some(&authority))).unwrap().hand_over(&[record(1)]).await;
    assert_eq!(taken, FAILED(Why::TimedOut));
    drop(held.await);
}

#[tokio::test]
async fn a_receiver_that_talks_without_end_is_left() {
    let (taken, _) =
        handed_over(None, |mut tcp| async move { while tcp.write_all(&[b'x'; 4096]).await.is_ok() {} }).await;
    assert_eq!(taken, FAILED(Why::Broken));
}

#[tokio::test]
async fn a_receiver_that_is_not_the_one_gets_nothing() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    for acceptor in [ours.acceptor("elsewhere.example", false), theirs.acceptor("localhost", false)] {
        let (taken, heard) = handed_over(Some(&ours), |tcp| async move {
            let Ok(mut stream) = acceptor.accept(tcp).await else { return 0 };
            stream.read_to_end(&mut Vec::new()).await.unwrap_or(0)
        })
        .await;
        assert_eq!(taken, FAILED(Why::Untrusted));
        assert_eq!(heard.await.unwrap(), 0, "it has read something");
    }
}

#[tokio::test]
async fn a_receiver_that_asks_for_a_certificate_gets_ours() {
    let authority = Authority::new();
    let issued = authority.issue("wardkey");
    let certificate = ClientCertificate {
        chain: issued.chain.clone().into_bytes(),
        key: wardkey_domain::secret::Secret::new(issued.key.serialize_pem().into_bytes()),
    };
    for (certificate, good) in [(Some(certificate), true), (None, false)] {
        let (listener, port) = listen().await;
        let acceptor = authority.acceptor("localhost", true);
        tokio::spawn(async move {
            let (tcp, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = acceptor.accept(tcp).await else { return };
            let _ = stream.read_to_end(&mut Vec::new()).await;
        });
        let tls = SyslogTls::On {
            server_name: "localhost".to_owned(),
            authorities: Some(authority.pem.clone()),
            certificate,
        };
        let taken = Syslog::new(SyslogSettings { tls, ..settings(port, None) }).unwrap().hand_over(&[record(1)]).await;
        assert_eq!(taken.is_ok(), good, "{taken:?}");
    }
}

#[tokio::test]
async fn where_nobody_listens_nothing_is_reached() {
    let (listener, port) = listen().await;
    drop(listener);
    let taken = Syslog::new(settings(port, None)).unwrap().hand_over(&[record(1)]).await;
    assert_eq!(taken, FAILED(Why::Unreachable));
}

#[test]
fn syslog_crosses_no_network_in_the_clear() {
    for (host, good) in [("127.0.0.1", true), ("localhost", true), ("siem.example", false), ("10.0.0.1", false)] {
        let settings = SyslogSettings { tls: SyslogTls::Off, ..SyslogSettings::new("siem", host, 514, "id.example") };
        assert_eq!(Syslog::new(settings).is_ok(), good, "{host}");
    }
}

#[test]
fn what_is_too_large_goes_without_the_event_and_says_so() {
    let syslog = Syslog::new(settings(1, None)).unwrap();
    let frame = |size: usize| syslog.frame(&Record { json: "x".repeat(size), ..record(1) });
    let bare = frame(0).split_once(' ').unwrap().0.parse::<usize>().unwrap();
    assert!(frame(8192 - bare).ends_with("xxx"), "the largest that fits");
    assert!(frame(8193 - bare).ends_with(r#"{"number":1,"shortened":true}"#));
    let hostile = vec![("actor", "\u{1f3e5}".repeat(100_000)), ("address", "]".repeat(100_000))];
    let large = syslog.frame(&Record { data: hostile, json: "x".repeat(9_000), ..record(1) });
    assert!(large.len() < 2048, "what every receiver takes [RFC 5425 §4.3.1]: {}", large.len());
}
