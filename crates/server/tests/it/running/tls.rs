//! https from files that change while the server runs.

use std::path::Path;
use std::time::Duration;

use rcgen::{CertificateParams, KeyPair, SerialNumber};
use wardkey_testkit::{Folder, Transport};

use crate::process::{Server, Setup};

/// Writes a self-signed certificate for localhost and its key; gives the certificate back.
fn write_certificate(folder: &Path, serial: u64) -> rustls::pki_types::CertificateDer<'static> {
    let mut parameters = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    parameters.serial_number = Some(SerialNumber::from(serial));
    let key = KeyPair::generate().unwrap();
    let certificate = parameters.self_signed(&key).unwrap();
    std::fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
    std::fs::write(folder.join("certificate.pem"), certificate.pem()).unwrap();
    certificate.der().clone()
}

async fn is_trusted(base: &str, root: rustls::pki_types::CertificateDer<'static>) -> bool {
    let request = axum::http::Request::get("/healthz").body(Vec::new()).unwrap();
    Transport::https(base, root).try_send(request).await.is_some_and(|answer| answer.status() == 200)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renewed_certificate_is_used_without_a_restart() {
    let folder = Folder::new();
    let first = write_certificate(folder.path(), 1);
    let url = format!("sqlite:{}", folder.file("wardkey.db").display());
    let files = format!(
        "[listen]\nhttps = \"127.0.0.1:0\"\ncertificate = \"{0}/certificate.pem\"\nkey = \"{0}/key.pem\"\n",
        folder.path().display()
    );
    let server = Server::start(&Setup::new(&folder, &url, &files)).await;
    let base = server.base.replace("http://", "https://");
    assert!(is_trusted(&base, first.clone()).await);

    // A broken file is not used, and harms nobody.
    std::fs::write(folder.file("key.pem"), "nonsense").unwrap();
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert!(is_trusted(&base, first.clone()).await);

    let second = write_certificate(folder.path(), 2);
    let renewed = async {
        while !is_trusted(&base, second.clone()).await {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), renewed).await.expect("the new certificate is used");
    assert!(!is_trusted(&base, first).await);
}
