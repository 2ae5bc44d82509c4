//! How a test's clients reach the server: straight into its router, or over a socket.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response};
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use tower::ServiceExt as _;
use wardkey_web::PeerAddress;

/// A way to the server.
#[derive(Clone, Debug)]
pub enum Transport {
    /// Into the router of this process, as if from `peer`.
    Router {
        /// The whole product.
        router: Router,
        /// The address that the request seems to come from.
        peer: IpAddr,
    },
    /// Over http to a process that listens at `base`, whatever host the address names.
    Http {
        /// The client.
        client: reqwest::Client,
        /// Scheme, host and port of the socket.
        base: String,
    },
}

impl Transport {
    /// Into `router`, from an address of its own network.
    pub fn router(router: Router) -> Self {
        Self::Router { router, peer: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 10)) }
    }

    /// Over http to `base`, such as `http://127.0.0.1:1234`.
    pub fn http(base: impl Into<String>) -> Self {
        Self::Http { client: client(None), base: base.into() }
    }

    /// Over https to `base`, trusting `root` only.
    pub fn https(base: impl Into<String>, root: CertificateDer<'static>) -> Self {
        Self::Http { client: client(Some(root)), base: base.into() }
    }

    /// The same way, as if from another address. Over http the address is the machine's own.
    #[must_use]
    pub fn from_address(self, address: IpAddr) -> Self {
        match self {
            Self::Router { router, .. } => Self::Router { router, peer: address },
            Self::Http { client, base } => Self::Http { client, base },
        }
    }

    /// Sends `request` and reads the whole answer.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn send(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        self.try_send(request).await.expect("the server answers")
    }

    /// Sends `request` and reads the whole answer; nothing if the connection fails.
    pub async fn try_send(&self, request: Request<Vec<u8>>) -> Option<Response<Vec<u8>>> {
        match self {
            Self::Router { router, peer } => {
                let mut request = request.map(Body::from);
                request.extensions_mut().insert(PeerAddress(*peer));
                let answer = router.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
                let (parts, body) = answer.into_parts();
                let body = to_bytes(body, usize::MAX).await.ok()?;
                Some(Response::from_parts(parts, body.to_vec()))
            }
            Self::Http { client, base } => {
                let (parts, body) = request.into_parts();
                let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
                let request = client.request(parts.method, format!("{base}{path}")).headers(parts.headers).body(body);
                let answer = request.send().await.ok()?;
                let mut response = Response::builder().status(answer.status());
                response.headers_mut()?.clone_from(answer.headers());
                response.body(answer.bytes().await.ok()?.to_vec()).ok()
            }
        }
    }
}

/// A client that follows nothing, keeps nothing, and asks no proxy.
fn client(root: Option<CertificateDer<'static>>) -> reqwest::Client {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(root);
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let tls = tls.expect("the provider knows TLS").with_root_certificates(roots).with_no_client_auth();
    let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
    builder.tls_backend_preconfigured(tls).build().expect("a client")
}
