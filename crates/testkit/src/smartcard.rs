//! Smartcards, an authority that issues them, and the address where browsers show them.

use std::sync::Arc;

use http::{Method, Request, header};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, CrlDistributionPoint,
    DnType, ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SanType,
    SerialNumber, date_time_ymd,
};
use wardkey_domain::factor::smartcard::Authorities;
use wardkey_web::{CardChain, WebSettings};

use crate::browser::{Browser, unescape};
use crate::test_app::TestApp;
use crate::transport::Transport;

/// Where cards are shown in a test.
pub const CARD_ORIGIN: &str = "http://localhost:8481";

/// Issues smartcards. It publishes nothing about revocation.
pub struct CardAuthority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// The certificates that a card shows, its own first.
pub type Chain = Vec<Vec<u8>>;

/// What a browser got at the address where cards are shown.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The status.
    pub status: u16,
    /// Where it is sent on, if it is.
    pub location: Option<String>,
    /// What the page may load, and where its forms may lead.
    pub policy: String,
    /// The page.
    pub html: String,
}

impl Shown {
    /// What the page gives the browser to take back.
    pub fn receipt(&self) -> Option<&str> {
        self.html.split("name=\"receipt\" value=\"").nth(1)?.split('"').next()
    }

    /// Where it takes it.
    pub fn back(&self) -> Option<&str> {
        self.html.split("method=\"post\" action=\"").nth(1)?.split('"').next()
    }
}

impl CardAuthority {
    /// An authority of this name.
    ///
    /// # Panics
    /// When no certificate can be made.
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect("a key");
        Self { issuer: CertifiedIssuer::self_signed(params, key).expect("a certificate") }
    }

    /// The authority as an operator trusts it.
    ///
    /// # Panics
    /// When it is none.
    pub fn trusted(&self) -> Authorities {
        Authorities::new(vec![self.issuer.der().to_vec()]).expect("an authority")
    }

    /// A card of whoever has this number and, if it says so, this address.
    ///
    /// # Panics
    /// When no certificate can be made.
    pub fn card(&self, number: &str, address: Option<&str>) -> Chain {
        self.issued(number, address, |_| {})
    }

    /// A card of this number whose certificate, number 7, says that the list of its authority is at `list`.
    ///
    /// # Panics
    /// When no certificate can be made.
    pub fn card_with_list(&self, number: &str, list: &str) -> Chain {
        self.issued(number, None, |params| {
            params.serial_number = Some(SerialNumber::from(7_u64));
            params.crl_distribution_points = vec![CrlDistributionPoint { uris: vec![list.to_owned()] }];
        })
    }

    /// What this authority has revoked, in DER: certificate number 7, or nothing. It is good on 1 June 2026.
    ///
    /// # Panics
    /// When no list can be made.
    pub fn list(&self, is_revoked: bool) -> Vec<u8> {
        self.list_of(is_revoked.then_some(7))
    }

    /// A list of these numbers of certificates that this authority has revoked, in DER. It is good on 1 June 2026.
    ///
    /// # Panics
    /// When no list can be made.
    pub fn list_of(&self, numbers: impl IntoIterator<Item = u64>) -> Vec<u8> {
        let revoked = |number| RevokedCertParams {
            serial_number: SerialNumber::from(number),
            revocation_time: date_time_ymd(2026, 5, 1),
            reason_code: None,
            invalidity_date: None,
        };
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2026, 5, 31),
            next_update: date_time_ymd(2026, 6, 2),
            crl_number: SerialNumber::from(1_u64),
            issuing_distribution_point: None,
            revoked_certs: numbers.into_iter().map(revoked).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        list.signed_by(&self.issuer).expect("a list").der().to_vec()
    }

    fn issued(&self, number: &str, address: Option<&str>, change: impl FnOnce(&mut CertificateParams)) -> Chain {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, number);
        let names = address.map(|address| SanType::Rfc822Name(address.try_into().expect("an address")));
        params.subject_alt_names.extend(names);
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        vec![params.signed_by(&key, &self.issuer).expect("a certificate").der().to_vec()]
    }
}

impl TestApp {
    /// Shows a card where cards are shown, as if TLS had proved that the browser holds its key.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn show_card(&self, ticket: &str, chain: &[Vec<u8>]) -> Shown {
        self.show_card_and_say(ticket, chain, &[]).await
    }

    /// Shows a card over TLS, and says something else in headers.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn show_card_and_say(
        &self,
        ticket: &str,
        chain: &[Vec<u8>],
        headers: &[(&'static str, String)],
    ) -> Shown {
        let mut request = form(ticket, headers);
        request.extensions_mut().insert(CardChain(Arc::new(chain.to_vec())));
        self.at_card_door(request, &["0.0.0.0/0"]).await
    }

    /// Hands on what a proxy says in these headers; `trusted` are the networks of proxies that are believed.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn forward_card(&self, ticket: &str, headers: &[(&'static str, String)], trusted: &[&str]) -> Shown {
        self.at_card_door(form(ticket, headers), trusted).await
    }

    async fn at_card_door(&self, request: Request<Vec<u8>>, trusted: &[&str]) -> Shown {
        let card_proxies = trusted.iter().map(|network| network.parse().expect("a network")).collect();
        let settings = WebSettings { card_proxies, ..WebSettings::default() };
        let router = wardkey_web::card_router(self.app.clone(), settings);
        let answer = Transport::router(router).send(request).await;
        let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Shown {
            status: answer.status().as_u16(),
            location: header(header::LOCATION),
            policy: header(header::CONTENT_SECURITY_POLICY).expect("a policy"),
            html: unescape(&String::from_utf8(answer.into_body()).expect("a page")),
        }
    }
}

impl Browser {
    /// What the page that the browser is on hands it for the address where cards are shown.
    ///
    /// # Panics
    /// When the page asks for no card.
    pub fn card_ticket(&self) -> String {
        let shown_at = format!("{CARD_ORIGIN}/card");
        let form = self.page().forms().iter().find(|form| form.action == shown_at);
        let form =
            form.unwrap_or_else(|| panic!("no card is asked for on {}: {}", self.page().path(), self.page().text()));
        form.fields.iter().find(|field| field.name == "ticket").expect("a ticket").value.clone()
    }

    /// Shows a card that is in order, and comes back.
    ///
    /// # Panics
    /// When the card is refused where it is shown.
    pub async fn shows_card(&mut self, test: &TestApp, chain: &[Vec<u8>]) {
        let shown = test.show_card(&self.card_ticket(), chain).await;
        let (Some(receipt), Some(back)) = (shown.receipt(), shown.back()) else { panic!("{}", shown.html) };
        let path = back.strip_prefix(crate::ISSUER).expect("our own address").to_owned();
        self.post(&path, &[("receipt", receipt)]).await;
    }
}

fn form(ticket: &str, headers: &[(&'static str, String)]) -> Request<Vec<u8>> {
    let request = Request::builder().method(Method::POST).uri("/card");
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, value));
    request.body(format!("ticket={ticket}").into_bytes()).expect("a request")
}
