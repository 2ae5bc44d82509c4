//! The client: every request passes the same gate.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use rustls::ClientConfig;
use url::{Host, Url};
use wardkey_domain::secret::Secret;

use super::address::is_special_use;
use super::allowed::AllowedHost;
use super::error::OutboundError;
use super::patience::patience;
use crate::tls::{TlsSetupError, client_config};

/// The most that is read of an answer.
pub const MAX_BODY: usize = 256 * 1024;

/// What the operator decides about requests that we make for applications.
#[derive(Clone, Debug)]
pub struct OutboundSettings {
    /// Hosts that may be called although they are on our own network, and over http.
    pub allow: Vec<AllowedHost>,
    /// Certificate authorities (PEM) to trust beside the system's.
    pub extra_roots: Option<Vec<u8>>,
    /// How long a connection may take.
    pub connect_limit: Duration,
    /// How long a whole exchange may take, from resolving the name to the last byte.
    pub total_limit: Duration,
}

impl Default for OutboundSettings {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            extra_roots: None,
            connect_limit: Duration::from_secs(3),
            total_limit: Duration::from_secs(8),
        }
    }
}

/// Makes requests to addresses that an application registered. Cheap to clone.
#[derive(Clone)]
pub struct Outbound(Arc<Inner>);

/// What a form was answered with.
#[derive(Clone, PartialEq, Eq)]
pub enum FormAnswer {
    /// A success, and its body.
    Taken(String),
    /// An error of the caller's [RFC 6749 §5.2: status 400 or 401], and its body.
    Refused(String),
}

/// Over what one may ask.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Schemes {
    /// https, and http where the operator allows it.
    Https,
    /// http as well, for what is signed.
    Both,
}

struct Inner {
    allow: Vec<AllowedHost>,
    tls: ClientConfig,
    connect_limit: Duration,
    total_limit: Duration,
}

impl Outbound {
    /// Sets the client up. It keeps its own TLS configuration and touches no process-wide default.
    ///
    /// # Errors
    /// The extra certificate authorities cannot be read.
    pub fn new(settings: &OutboundSettings) -> Result<Self, TlsSetupError> {
        let tls = client_config(settings.extra_roots.as_deref())?;
        Ok(Self(Arc::new(Inner {
            allow: settings.allow.clone(),
            tls,
            connect_limit: settings.connect_limit,
            total_limit: settings.total_limit,
        })))
    }

    /// Fetches the text at `address`, which should be JSON.
    ///
    /// # Errors
    /// The address is refused, or the answer is late, large or not a success.
    pub async fn get_json(&self, address: &str) -> Result<String, OutboundError> {
        self.within_limit(async {
            let (client, url) = self.admit(address).await?;
            read(client.get(url).header(ACCEPT, "application/json")).await
        })
        .await
    }

    /// Fetches the text at `address`, which should be JSON, as the bearer of `token` [RFC 6750 §2.1].
    ///
    /// # Errors
    /// The address is refused, or the answer is late, large or not a success.
    pub async fn get_json_as_bearer(&self, address: &str, token: &Secret<String>) -> Result<String, OutboundError> {
        self.within_limit(async {
            let (client, url) = self.admit(address).await?;
            read(client.get(url).header(ACCEPT, "application/json").bearer_auth(token.expose())).await
        })
        .await
    }

    /// Posts `fields` as a form to `address`, and reads the answer, which should be JSON.
    ///
    /// # Errors
    /// The address is refused, or the answer is late, large or of another status than a success, 400 or 401.
    pub async fn post_form_for_json(
        &self,
        address: &str,
        fields: &[(&str, &str)],
    ) -> Result<FormAnswer, OutboundError> {
        self.within_limit(async {
            let (client, url) = self.admit(address).await?;
            let request = client.post(url).header(ACCEPT, "application/json").form(fields);
            let response = request.send().await.map_err(failure)?;
            match response.status().as_u16() {
                400 | 401 => body_of(response).await.map(FormAnswer::Refused),
                _ => {
                    success(&response)?;
                    body_of(response).await.map(FormAnswer::Taken)
                }
            }
        })
        .await
    }

    /// Posts `fields` as a form to `address`; the answer's body is ignored.
    ///
    /// # Errors
    /// The address is refused, or the answer is late or not a success.
    pub async fn post_form(&self, address: &str, fields: &[(&str, &str)]) -> Result<(), OutboundError> {
        self.within_limit(async {
            let (client, url) = self.admit(address).await?;
            let response = client.post(url).form(fields).send().await.map_err(failure)?;
            success(&response)
        })
        .await
    }

    /// Posts `body` to `address` with these headers. Says the answer's status and, if it asks for patience, for how long; the
    /// answer's body is ignored.
    ///
    /// # Errors
    /// The address is refused, or the answer is late.
    pub async fn post_bytes(
        &self,
        address: &str,
        headers: &[(&'static str, &str)],
        body: Vec<u8>,
    ) -> Result<(u16, Option<Duration>), OutboundError> {
        self.within_limit(async {
            let (client, url) = self.admit(address).await?;
            let request = headers.iter().fold(client.post(url), |request, (name, value)| request.header(*name, *value));
            let response = request.body(body).send().await.map_err(failure)?;
            Ok((response.status().as_u16(), patience(response.headers())))
        })
        .await
    }

    /// Fetches what is signed at `address`, over http too: a post of these bytes of this content type, or else a get.
    ///
    /// # Errors
    /// The address is refused, or the answer is late, not a success, or larger than `most`.
    pub async fn fetch_signed(
        &self,
        address: &str,
        body: Option<(&'static str, Vec<u8>)>,
        most: usize,
    ) -> Result<Vec<u8>, OutboundError> {
        self.within_limit(async {
            let (client, url) = self.admit_at(self.parse_at(address, Schemes::Both)?).await?;
            let request = match body {
                Some((kind, body)) => client.post(url).header(CONTENT_TYPE, kind).body(body),
                None => client.get(url),
            };
            let response = request.send().await.map_err(failure)?;
            success(&response)?;
            bytes_of(response, most).await
        })
        .await
    }

    /// Checks what can be known of `address` without resolving it: for the moment an application is registered.
    ///
    /// # Errors
    /// The address would be refused whatever its name resolves to.
    pub fn check(&self, address: &str) -> Result<(), OutboundError> {
        let (url, allowed) = self.parse(address)?;
        match literal(&url) {
            Some(ip) if !allowed && is_special_use(ip) => Err(OutboundError::SpecialUse(ip)),
            Some(_) | None => Ok(()),
        }
    }

    async fn within_limit<T>(
        &self,
        exchange: impl Future<Output = Result<T, OutboundError>>,
    ) -> Result<T, OutboundError> {
        tokio::time::timeout(self.0.total_limit, exchange).await.unwrap_or(Err(OutboundError::TimedOut))
    }

    /// Reads the address; says whether the operator allow-listed it.
    fn parse(&self, address: &str) -> Result<(Url, bool), OutboundError> {
        self.parse_at(address, Schemes::Https)
    }

    fn parse_at(&self, address: &str, schemes: Schemes) -> Result<(Url, bool), OutboundError> {
        let url = Url::parse(address).map_err(|_| OutboundError::BadAddress)?;
        let decorated = !url.username().is_empty() || url.password().is_some() || url.fragment().is_some();
        if decorated || url.host().is_none() {
            return Err(OutboundError::BadAddress);
        }
        let allowed = self.0.allow.iter().any(|entry| entry.matches(&url));
        match url.scheme() {
            "https" => Ok((url, allowed)),
            "http" if allowed || schemes == Schemes::Both => Ok((url, allowed)),
            _ => Err(OutboundError::NotHttps),
        }
    }

    /// Resolves the name once, checks every address it has, and returns a client that can connect to those only.
    async fn admit(&self, address: &str) -> Result<(reqwest::Client, Url), OutboundError> {
        self.admit_at(self.parse(address)?).await
    }

    async fn admit_at(&self, (url, allowed): (Url, bool)) -> Result<(reqwest::Client, Url), OutboundError> {
        let port = url.port_or_known_default().ok_or(OutboundError::BadAddress)?;
        let host = url.host_str().ok_or(OutboundError::BadAddress)?;
        let addresses: Vec<SocketAddr> = match literal(&url) {
            Some(ip) => vec![SocketAddr::new(ip, port)],
            None => tokio::net::lookup_host((host, port))
                .await
                .map_err(|error| OutboundError::Unresolved(Some(error)))?
                .collect(),
        };
        if addresses.is_empty() {
            return Err(OutboundError::Unresolved(None));
        }
        // SECURITY: one bad address among good ones refuses the name: an attacker's name server mixes them on purpose.
        if let Some(bad) = addresses.iter().find(|address| !allowed && is_special_use(address.ip())) {
            return Err(OutboundError::SpecialUse(bad.ip()));
        }
        // SECURITY: the client knows this one name and these addresses. A second look-up, which a name server could answer
        // differently, cannot happen.
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(self.0.tls.clone())
            .https_only(url.scheme() == "https")
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .pool_max_idle_per_host(0)
            .connect_timeout(self.0.connect_limit)
            .timeout(self.0.total_limit)
            .resolve_to_addrs(host, &addresses)
            .dns_resolver(NoResolver)
            .user_agent("Wardkey")
            .build()
            .map_err(failure)?;
        Ok((client, url))
    }
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbound").field("allow", &self.0.allow).finish_non_exhaustive()
    }
}

/// Resolves nothing: whatever was not resolved and checked before is not connected to.
struct NoResolver;

impl Resolve for NoResolver {
    fn resolve(&self, _name: Name) -> Resolving {
        Box::pin(async { Err(Box::from("this name was not checked")) })
    }
}

fn literal(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
        Host::Domain(_) => None,
    }
}

fn success(response: &reqwest::Response) -> Result<(), OutboundError> {
    if response.status().is_success() { Ok(()) } else { Err(OutboundError::Status(response.status().as_u16())) }
}

async fn read(request: reqwest::RequestBuilder) -> Result<String, OutboundError> {
    let response = request.send().await.map_err(failure)?;
    success(&response)?;
    body_of(response).await
}

async fn body_of(response: reqwest::Response) -> Result<String, OutboundError> {
    String::from_utf8(bytes_of(response, MAX_BODY).await?).map_err(|_| OutboundError::NotText)
}

async fn bytes_of(mut response: reqwest::Response, most: usize) -> Result<Vec<u8>, OutboundError> {
    let announced = response.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > most as u64) {
        return Err(OutboundError::TooLarge);
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failure)? {
        if body.len() + chunk.len() > most {
            return Err(OutboundError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn failure(error: reqwest::Error) -> OutboundError {
    // The address may carry a secret of the application in its path; it stays out of logs.
    if error.is_timeout() { OutboundError::TimedOut } else { OutboundError::Connection(error.without_url()) }
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
